#include <string.h>

#include "ctl/ctl.h"
#include "support/check.h"
#include "support/manual.h"

enum { WORDS_MAX = 16 };

/* Splits at blanks; the words live in `copy`. */
static enum err parse(const char *line, struct ctl_options *out,
                      struct buf *error)
{
    static char copy[1000]; /* the options point into it */
    char *argv[WORDS_MAX] = {"duologuectl"};
    int argc = 1;
    char *rest = NULL;

    assert_true(strlen(line) < sizeof(copy));
    memcpy(copy, line, strlen(line) + 1);
    for (char *word = strtok_r(copy, " ", &rest); word != NULL;
         word = strtok_r(NULL, " ", &rest)) {
        assert_in_range(argc, 0, WORDS_MAX - 2);
        argv[argc++] = word;
    }
    return ctl_parse_options(argc, argv, out, error);
}

static void refused(const char *line, const char *why)
{
    struct ctl_options options = {.room = "untouched"};
    struct buf error = BUF_EMPTY(4096);

    check_err(parse(line, &options, &error), ERR_CONFIG);
    check_ok(buf_append_byte(&error, '\0'));
    assert_string_equal(error.at, why);
    assert_string_equal(options.room, "untouched");
    buf_clear(&error);
}

static struct ctl_options taken(const char *line)
{
    struct ctl_options options;
    struct buf error = BUF_EMPTY(4096);

    check_ok(parse(line, &options, &error));
    assert_int_equal(error.len, 0);
    buf_clear(&error);
    return options;
}

static void a_new_chat(void **state)
{
    struct ctl_options o = taken("-c f new Abhi Anny --idle 90s --qr "
                                 "--protection omemo");

    (void)state;
    assert_int_equal(o.command, CTL_NEW);
    assert_string_equal(o.config_path, "f");
    assert_string_equal(o.names[0], "Abhi");
    assert_string_equal(o.names[1], "Anny");
    assert_string_equal(o.idle, "90s");
    assert_string_equal(o.protection, "omemo");
    assert_int_equal(o.format, CTL_QR);
}

static void options_may_stand_anywhere(void **state)
{
    struct ctl_options o = taken("--json new Abhi -c f Anny");

    (void)state;
    assert_int_equal(o.command, CTL_NEW);
    assert_int_equal(o.format, CTL_JSON);
    assert_string_equal(o.names[1], "Anny");
    assert_null(o.idle);
    assert_null(o.protection);
}

static void what_cannot_be_said_is_a_mistake(void **state)
{
    static const char why[] =
        "names and rooms are short text in UTF-8; see duologuectl --help";

    (void)state;
    refused("-c f new Abhi \xff", why);
    refused("-c f new \x01 Anny", why);
    refused("-c f end \xc3", why);
    assert_string_equal(taken("-c f new \xc3\x84nne B").names[0],
                        "\xc3\x84nne");
}

static void names_may_begin_with_a_dash(void **state)
{
    struct ctl_options o = taken("-c f -- new -Abhi- --Anny");

    (void)state;
    assert_string_equal(o.names[0], "-Abhi-");
    assert_string_equal(o.names[1], "--Anny");
}

static void every_other_command(void **state)
{
    struct ctl_options o;

    (void)state;
    assert_int_equal(taken("-c f list --json").command, CTL_LIST);
    assert_int_equal(taken("-c f stats").format, CTL_TEXT);
    assert_int_equal(taken("-c f stats --prometheus").format, CTL_PROMETHEUS);
    o = taken("--config f end abc@d.example");
    assert_int_equal(o.command, CTL_END);
    assert_string_equal(o.room, "abc@d.example");
    o = taken("-c f doctor --as a@b --password-file p --host h:1 --plain");
    assert_int_equal(o.command, CTL_DOCTOR);
    assert_string_equal(o.account, "a@b");
    assert_string_equal(o.password_file, "p");
    assert_string_equal(o.host, "h:1");
    assert_true(o.is_plain);
    assert_false(taken("-c f doctor").is_plain);
}

static void the_audit_needs_no_file(void **state)
{
    struct ctl_options o = taken("erase-audit --canary-file c a b");

    (void)state;
    assert_int_equal(o.command, CTL_AUDIT);
    assert_string_equal(o.canary_file, "c");
    assert_string_equal(o.paths[0], "a");
    assert_string_equal(o.paths[1], "b");
    assert_null(o.paths[2]);
}

static void help_needs_no_file(void **state)
{
    (void)state;
    assert_int_equal(taken("help").command, CTL_HELP);
    assert_int_equal(taken("-h").command, CTL_HELP);
    assert_int_equal(taken("new --help").command, CTL_HELP);
    assert_int_equal(taken("--version").command, CTL_VERSION);
}

#define SEE "; see duologuectl --help"

static void what_is_missing_is_told(void **state)
{
    (void)state;
    refused("", "a command is missing" SEE);
    refused("-c f", "a command is missing" SEE);
    refused("list", "-c FILE is missing" SEE);
    refused("-c f new Abhi", "wrong number of arguments for new" SEE);
    refused("-c f new A B C", "wrong number of arguments for new" SEE);
    refused("-c f end", "wrong number of arguments for end" SEE);
    refused("-c f list all", "wrong number of arguments for list" SEE);
    refused("-c f destroy x", "there is no command destroy" SEE);
    refused("-c f list --frob", "unknown or incomplete option --frob" SEE);
    refused("-c f new A B --idle", "unknown or incomplete option --idle" SEE);
}

static void options_of_other_commands_are_refused(void **state)
{
    (void)state;
    refused("-c f list --idle 1h", "--idle and --protection belong to new" SEE);
    refused("-c f end x --protection link",
            "--idle and --protection belong to new" SEE);
    refused("-c f stats --qr", "--qr belongs to new" SEE);
    refused("-c f new A B --prometheus", "--prometheus belongs to stats" SEE);
    refused("-c f stats --plain", "--as, --password-file, --host and --plain "
                                  "belong to doctor" SEE);
    refused("-c f new A B --as a@b", "--as, --password-file, --host and "
                                     "--plain belong to doctor" SEE);
    refused("-c f doctor --as example.org",
            "--as is an account, such as ann@example.org" SEE);
    refused("-c f end x --json", "--json belongs to new, list and stats" SEE);
    refused("-c f list --canary-file x",
            "--canary-file belongs to erase-audit" SEE);
    refused("erase-audit", "wrong number of arguments for erase-audit" SEE);
    refused("-c f doctor --json", "--json belongs to new, list and stats" SEE);
}

static void one_form_at_a_time(void **state)
{
    (void)state;
    refused("-c f new A B --json --qr",
            "--json, --qr and --prometheus exclude each other" SEE);
    refused("-c f stats --prometheus --json",
            "--json, --qr and --prometheus exclude each other" SEE);
    assert_int_equal(taken("-c f list --json --json").format, CTL_JSON);
}

static void the_manual_says_what_the_help_says(void **state)
{
    (void)state;
    manual_fits("duologuectl.1", ctl_usage());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_chat),
        cmocka_unit_test(options_may_stand_anywhere),
        cmocka_unit_test(what_cannot_be_said_is_a_mistake),
        cmocka_unit_test(names_may_begin_with_a_dash),
        cmocka_unit_test(every_other_command),
        cmocka_unit_test(the_audit_needs_no_file),
        cmocka_unit_test(help_needs_no_file),
        cmocka_unit_test(what_is_missing_is_told),
        cmocka_unit_test(options_of_other_commands_are_refused),
        cmocka_unit_test(one_form_at_a_time),
        cmocka_unit_test(the_manual_says_what_the_help_says),
    };

    return cmocka_run_group_tests_name("ctl_options", tests, NULL, NULL);
}

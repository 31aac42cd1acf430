#include "main/main_options.h"

#include <string.h>

#include "support/check.h"
#include "support/manual.h"

enum { WORDS_MAX = 6 };

static enum err parse(const char *const words[WORDS_MAX],
                      struct main_options *out, struct buf *error)
{
    char *argv[WORDS_MAX + 2] = {(char *)(uintptr_t) "duologue"};
    int argc = 1;

    for (int i = 0; i < WORDS_MAX && words[i] != NULL; i++)
        argv[argc++] = (char *)(uintptr_t)words[i];
    return main_options_parse(argc, argv, out, error);
}

static void good_lines_are_read(void **state)
{
    static const struct {
        const char *words[WORDS_MAX];
        enum main_action action;
        const char *file;
    } cases[] = {
        {{"-c", "f"}, MAIN_RUN, "f"},
        {{"--config", "f"}, MAIN_RUN, "f"},
        {{"--config=f"}, MAIN_RUN, "f"},
        {{"-c", "f", "--check"}, MAIN_CHECK, "f"},
        {{"--check", "-c", "f"}, MAIN_CHECK, "f"},
        {{"-h"}, MAIN_HELP, NULL},
        {{"--help"}, MAIN_HELP, NULL},
        {{"-c", "f", "--help"}, MAIN_HELP, NULL},
        {{"-V"}, MAIN_VERSION, NULL},
        {{"--version"}, MAIN_VERSION, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buf error = BUF_EMPTY(1000);
        struct main_options options = {MAIN_RUN, "untouched"};

        check_ok(parse(cases[i].words, &options, &error));
        assert_int_equal(options.action, cases[i].action);
        if (cases[i].file == NULL)
            assert_null(options.file);
        else
            assert_string_equal(options.file, cases[i].file);
        assert_int_equal(error.len, 0);
        buf_clear(&error);
    }
}

static void bad_lines_are_explained(void **state)
{
    static const struct {
        const char *words[WORDS_MAX];
        const char *message;
    } cases[] = {
        {{NULL}, "needs -c FILE"},
        {{"--check"}, "needs -c FILE"},
        {{"-c"}, "-c needs the name of a file"},
        {{"-c", ""}, "-c needs the name of a file"},
        {{"--config="}, "-c needs the name of a file"},
        {{"-c", "f", "-c", "g"}, "-c is there twice"},
        {{"-c", "f", "--frob"}, "do not understand --frob"},
        {{"f"}, "do not understand f"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buf error = BUF_EMPTY(1000);
        struct main_options options = {MAIN_HELP, "untouched"};

        check_err(parse(cases[i].words, &options, &error), ERR_CONFIG);
        assert_string_equal(options.file, "untouched");
        check_ok(buf_append_byte(&error, '\0'));
        assert_non_null(strstr(error.at, cases[i].message));
        buf_clear(&error);
    }
}

static void the_manual_says_what_the_help_says(void **state)
{
    (void)state;
    manual_fits("duologue.8", main_options_usage());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_lines_are_read),
        cmocka_unit_test(bad_lines_are_explained),
        cmocka_unit_test(the_manual_says_what_the_help_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

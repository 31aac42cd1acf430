#include <jansson.h>
#include <string.h>

#include "support/check.h"
#include "support/ctl_case.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

#define LINK1 "https://c.example/#0123456789abcdef"
#define LINK2 "https://c.example/#fedcba9876543210"
#define ROOM "aaaabbbbccccdddd@d.example"
#define SEATS                                                                  \
    CTL_CASE_FIELD("room", ROOM)                                               \
    CTL_CASE_FIELD("seat1-name", "Abhi")                                       \
    CTL_CASE_FIELD("seat1-code", "7K3M9-QXP2D")                                \
    CTL_CASE_FIELD("seat1-link", LINK1)                                        \
    CTL_CASE_FIELD("seat2-name", "J&#xF6;rg")                                  \
    CTL_CASE_FIELD("seat2-code", "4T8WZ-0HJ6N")                                \
    CTL_CASE_FIELD("seat2-link", LINK2)
#define XMPP                                                                   \
    CTL_CASE_FIELD("seat1-xmpp", "xmpp:" ROOM "?join")                         \
    CTL_CASE_FIELD("seat2-xmpp", "xmpp:" ROOM "?join")

static const struct fake_reply made[] = {
    {FAKE_RESULT, CTL_CASE_DONE(SEATS XMPP)},
};
static const struct fake_reply made_link[] = {
    {FAKE_RESULT, CTL_CASE_DONE(SEATS)},
};

static void json_is_as_promised(void **state)
{
    struct ctl_case *self = *state;

    assert_int_equal(ctl_case_run_with(self, "new Abhi Jörg --idle 1h --json",
                                       made, COUNT(made)),
                     CTL_GOOD);
    assert_string_equal(
        self->out,
        "{\"room\":\"" ROOM "\",\"protection\":\"server\","
        "\"idle_seconds\":3600,\"seats\":["
        "{\"name\":\"Abhi\",\"code\":\"7K3M9-QXP2D\",\"link\":\"" LINK1
        "\",\"xmpp\":\"xmpp:" ROOM "?join\"},"
        "{\"name\":\"Jörg\",\"code\":\"4T8WZ-0HJ6N\",\"link\":\"" LINK2
        "\",\"xmpp\":\"xmpp:" ROOM "?join\"}]}\n");
    assert_string_equal(self->err, "");
    assert_string_equal(self->asked,
                        "create-chat your-name=Abhi peer-name=Jörg "
                        "idle=3600s protection=server\n");
}

static void the_component_knows_the_silence(void **state)
{
    static const struct fake_reply replies[] = {
        {FAKE_RESULT,
         CTL_CASE_DONE(SEATS XMPP CTL_CASE_FIELD("idle-seconds", "900"))},
    };
    struct ctl_case *self = *state;

    assert_int_equal(ctl_case_run_with(self, "new Abhi Anny --json", replies,
                                       COUNT(replies)),
                     CTL_GOOD);
    assert_non_null(strstr(self->out, "\"idle_seconds\":900,"));
    assert_non_null(strstr(self->asked, " idle=86400s "));
}

static void text_is_for_people(void **state)
{
    struct ctl_case *self = *state;

    assert_int_equal(
        ctl_case_run_with(self, "new Abhi Anny", made, COUNT(made)), CTL_GOOD);
    assert_string_equal(self->out,
                        "Chat  " ROOM "  (server)\n"
                        "\nAbhi\n  link  " LINK1 "\n  code  7K3M9-QXP2D\n"
                        "  app   xmpp:" ROOM "?join\n"
                        "\nJörg\n  link  " LINK2 "\n  code  4T8WZ-0HJ6N\n"
                        "  app   xmpp:" ROOM "?join\n"
                        "\nSend the link by message, say the code by phone.\n");
}

static void qr_codes_are_drawn(void **state)
{
    struct ctl_case *self = *state;
    char *plain;

    assert_int_equal(
        ctl_case_run_with(self, "new Abhi Anny --qr", made, COUNT(made)),
        CTL_GOOD);
    plain = strstr(self->out, "\033[38;5;16;48;5;231m");
    assert_non_null(plain);
    /* One for each of the two. */
    assert_non_null(strstr(strstr(self->out, "J"), "\033[38;5;16;48;5;231m"));
}

/* The 22 characters behind the dot of a link. */
static void copy_key(const char *link, const char *begins, char out[23])
{
    size_t len = strlen(begins);

    assert_memory_equal(link, begins, len);
    assert_int_equal(link[len], '.');
    assert_int_equal(strlen(link), len + 1 + 22);
    assert_int_equal(strspn(link + len + 1,
                            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuv"
                            "wxyz0123456789-_"),
                     22);
    /* 128 bits in 132: the last four are nothing. */
    assert_non_null(strchr("AQgw", link[len + 22]));
    memcpy(out, link + len + 1, 23);
}

static void make_keyed(struct ctl_case *self, char key[23])
{
    json_t *chat, *seats;
    char other[23];

    assert_int_equal(ctl_case_run_with(self,
                                       "new Abhi Anny --json --protection link",
                                       made_link, COUNT(made_link)),
                     CTL_GOOD);
    chat = json_loads(self->out, 0, NULL);
    assert_non_null(chat);
    seats = json_object_get(chat, "seats");
    for (size_t i = 0; i < 2; i++) {
        json_t *seat = json_array_get(seats, i);

        assert_true(json_is_null(json_object_get(seat, "xmpp")));
        copy_key(json_string_value(json_object_get(seat, "link")),
                 i == 0 ? LINK1 : LINK2, i == 0 ? key : other);
    }
    assert_string_equal(key, other);
    json_decref(chat);
}

static void a_key_is_made_here_and_for_each_chat(void **state)
{
    struct ctl_case *self = *state;
    char first[23], second[23];

    make_keyed(self, first);
    assert_null(strstr(self->asked, first));
    make_keyed(self, second);
    assert_string_not_equal(first, second);
}

/* Every bit of the key is chance: the last two choose among four. */
static void no_bit_of_a_key_is_lost(void **state)
{
    struct ctl_case *self = *state;
    static const char last[] = "AQgw";
    unsigned seen[2] = {0};

    for (int i = 0; i < 64; i++) {
        char key[23];

        make_keyed(self, key);
        seen[0] |= 1U << (strchr(last, key[21]) - last);
        seen[1] |= 1U << (key[0] & 31);
    }
    assert_int_equal(seen[0], 15);
    assert_true(__builtin_popcount(seen[1]) > 10);
}

/* An empty value is no address. */
static void an_empty_address_is_null(void **state)
{
    static const struct fake_reply replies[] = {
        {FAKE_RESULT,
         CTL_CASE_DONE(SEATS "<field var='seat1-xmpp'><value/></field>"
                             "<field var='seat2-xmpp'><value/></field>")},
    };
    struct ctl_case *self = *state;

    assert_int_equal(
        ctl_case_run_with(self, "new A B --json", replies, COUNT(replies)),
        CTL_GOOD);
    assert_null(strstr(self->out, "\"xmpp\":\"\""));
    assert_non_null(strstr(self->out, "\"xmpp\":null"));
}

static void the_protection_is_passed_on(void **state)
{
    struct ctl_case *self = *state;

    assert_int_equal(ctl_case_run_with(self, "new A B --protection omemo", made,
                                       COUNT(made)),
                     CTL_GOOD);
    assert_non_null(strstr(self->asked, " protection=omemo\n"));
    assert_non_null(strstr(self->out, "(omemo)"));
    assert_int_equal(ctl_case_run(self, "new A B --protection none"),
                     CTL_USAGE);
    assert_string_equal(self->err, "duologuectl: --protection is server, link "
                                   "or omemo\n");
}

static void bad_silences_never_leave(void **state)
{
    static const char *const bad[] = {"0s", "8d", "1", "x", "1.5h", "-1s"};
    struct ctl_case *self = *state;

    for (size_t i = 0; i < COUNT(bad); i++) {
        char words[64];

        snprintf(words, sizeof(words), "new A B --idle %s", bad[i]);
        assert_int_equal(ctl_case_run(self, words), CTL_USAGE);
        assert_non_null(strstr(self->err, "is not a duration from 1s to "
                                          "idle_max (604800s); write a whole "
                                          "number and s, m, h or d\n"));
    }
}

static void shortest_and_longest_silence(void **state)
{
    struct ctl_case *self = *state;

    assert_int_equal(
        ctl_case_run_with(self, "new A B --idle 1s", made, COUNT(made)),
        CTL_GOOD);
    assert_non_null(strstr(self->asked, " idle=1s "));
    assert_int_equal(
        ctl_case_run_with(self, "new A B --idle 7d", made, COUNT(made)),
        CTL_GOOD);
    assert_non_null(strstr(self->asked, " idle=604800s "));
}

static void a_refusal_is_told(void **state)
{
    static const struct fake_reply replies[] = {
        {FAKE_ERROR,
         CTL_CASE_ERROR("modify", "not-acceptable", "The names must differ.")},
    };
    struct ctl_case *self = *state;

    assert_int_equal(
        ctl_case_run_with(self, "new A a --json", replies, COUNT(replies)),
        CTL_FAILED);
    assert_string_equal(self->out, "");
    assert_string_equal(self->err, "duologuectl: refused: not-acceptable: The "
                                   "names must differ.\n");
}

static void no_daemon(void **state)
{
    struct ctl_case *self = *state;

    assert_int_equal(ctl_case_run(self, "new A B --json"), CTL_FAILED);
    assert_string_equal(self->out, "");
    assert_non_null(strstr(self->err, "No such file or directory; is duologue "
                                      "running with this configuration?\n"));
}

static void a_bad_configuration_is_exit_2(void **state)
{
    struct ctl_case *self = *state;

    ctl_case_configure(self, "sever = 127.0.0.1:5347");
    assert_int_equal(ctl_case_run(self, "new A B"), CTL_USAGE);
    assert_non_null(strstr(self->err, ":5: "));
    assert_non_null(strstr(self->err, "sever"));
}

static void help_and_version(void **state)
{
    struct ctl_case *self = *state;

    assert_int_equal(ctl_case_run(self, "help"), CTL_GOOD);
    assert_string_equal(self->out, ctl_usage());
    assert_int_equal(ctl_case_run(self, "--version"), CTL_GOOD);
    assert_string_equal(self->out, "duologuectl " DUOLOGUE_VERSION "\n");
}

int main(void)
{
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, ctl_case_setup, ctl_case_teardown)
    const struct CMUnitTest tests[] = {
        TEST(json_is_as_promised),
        TEST(the_component_knows_the_silence),
        TEST(text_is_for_people),
        TEST(qr_codes_are_drawn),
        TEST(a_key_is_made_here_and_for_each_chat),
        TEST(no_bit_of_a_key_is_lost),
        TEST(an_empty_address_is_null),
        TEST(the_protection_is_passed_on),
        TEST(bad_silences_never_leave),
        TEST(shortest_and_longest_silence),
        TEST(a_refusal_is_told),
        TEST(no_daemon),
        TEST(a_bad_configuration_is_exit_2),
        TEST(help_and_version),
    };

    return cmocka_run_group_tests_name("ctl_new", tests, NULL, NULL);
}

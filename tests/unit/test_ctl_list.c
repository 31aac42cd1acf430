#include <string.h>

#include "support/check.h"
#include "support/ctl_case.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

#define CHAT(number, room)                                                     \
    "<item>" CTL_CASE_FIELD("number", number) CTL_CASE_FIELD("room", room)     \
        CTL_CASE_FIELD("protection", "server")                                 \
            CTL_CASE_FIELD("idle-seconds", "3600")                             \
                CTL_CASE_FIELD("deadline", "2026-11-21T02:00:00.000Z")         \
                    CTL_CASE_FIELD("messages", "12")                           \
                        CTL_CASE_FIELD("seat1", "online")                      \
                            CTL_CASE_FIELD("seat2", "new") "</item>"

static const struct fake_reply two_pages[] = {
    {FAKE_RESULT,
     CTL_CASE_DONE(CHAT("3", "one@d.example") CHAT("9", "two@d.example"))},
    {FAKE_RESULT, CTL_CASE_DONE(CHAT("10", "three@d.example"))},
    {FAKE_RESULT, CTL_CASE_DONE("")},
};
static const struct fake_reply nothing[] = {
    {FAKE_RESULT, CTL_CASE_DONE("")},
};

static void pages_are_followed(void **state)
{
    struct ctl_case *self = *state;

    assert_int_equal(
        ctl_case_run_with(self, "list", two_pages, COUNT(two_pages)), CTL_GOOD);
    assert_string_equal(self->asked, "list-chats after=0\n"
                                     "list-chats after=9\n"
                                     "list-chats after=10\n");
    assert_non_null(strstr(self->out, "ROOM  "));
    assert_non_null(strstr(self->out, "one@d.example  "));
    assert_non_null(strstr(self->out, "two@d.example  "));
    assert_non_null(strstr(self->out, "three@d.example  "));
    assert_non_null(strstr(self->out, "2026-11-21T02:00:00.000Z"));
}

static void json_rows(void **state)
{
    struct ctl_case *self = *state;

    assert_int_equal(
        ctl_case_run_with(self, "list --json", two_pages, COUNT(two_pages)),
        CTL_GOOD);
#define ROW(room)                                                              \
    "{\"room\":\"" room "\",\"protection\":\"server\",\"idle_seconds\":3600,"  \
    "\"deadline\":\"2026-11-21T02:00:00.000Z\",\"messages\":12,"               \
    "\"seat1\":\"online\",\"seat2\":\"new\"}"
    assert_string_equal(self->out,
                        "[" ROW("one@d.example") "," ROW(
                            "two@d.example") "," ROW("three@d.example") "]\n");
}

static void no_chats(void **state)
{
    struct ctl_case *self = *state;

    assert_int_equal(
        ctl_case_run_with(self, "list --json", nothing, COUNT(nothing)),
        CTL_GOOD);
    assert_string_equal(self->out, "[]\n");
    assert_int_equal(ctl_case_run_with(self, "list", nothing, COUNT(nothing)),
                     CTL_GOOD);
    assert_null(strstr(self->out, "@"));
}

/* A component that repeats itself does not keep us for ever. */
static void the_same_page_again_is_the_end(void **state)
{
    static const struct fake_reply replies[] = {
        {FAKE_RESULT, CTL_CASE_DONE(CHAT("3", "one@d.example"))},
        {FAKE_RESULT, CTL_CASE_DONE(CHAT("3", "one@d.example"))},
    };
    struct ctl_case *self = *state;

    assert_int_equal(ctl_case_run_with(self, "list", replies, COUNT(replies)),
                     CTL_GOOD);
    assert_string_equal(self->asked, "list-chats after=0\nlist-chats "
                                     "after=3\n");
}

/* Half a list is no list: nothing on standard output that looks whole. */
static void a_list_that_breaks_off(void **state)
{
    static const struct fake_reply replies[] = {
        {FAKE_RESULT, CTL_CASE_DONE(CHAT("3", "one@d.example"))},
        {FAKE_HANG_UP, NULL},
    };
    struct ctl_case *self = *state;

    assert_int_equal(
        ctl_case_run_with(self, "list --json", replies, COUNT(replies)),
        CTL_FAILED);
    assert_string_equal(self->out, "");
    assert_string_equal(self->err,
                        "duologuectl: no answer: the peer is gone\n");
}

static void end_says_when_it_is_erased(void **state)
{
    static const struct fake_reply replies[] = {
        {FAKE_RESULT, CTL_CASE_DONE("")},
    };
    struct ctl_case *self = *state;

    assert_int_equal(
        ctl_case_run_with(self, "end abc", replies, COUNT(replies)), CTL_GOOD);
    assert_string_equal(self->out, "ended and erased\n");
    assert_string_equal(self->asked, "end-chat room=abc\n");
}

static void end_of_no_room(void **state)
{
    static const struct fake_reply replies[] = {
        {FAKE_ERROR, CTL_CASE_ERROR("cancel", "item-not-found", "")},
    };
    struct ctl_case *self = *state;

    assert_int_equal(
        ctl_case_run_with(self, "end abc", replies, COUNT(replies)),
        CTL_FAILED);
    assert_string_equal(self->out, "");
    assert_string_equal(self->err, "duologuectl: refused: item-not-found\n");
}

static void no_daemon(void **state)
{
    struct ctl_case *self = *state;

    assert_int_equal(ctl_case_run(self, "list"), CTL_FAILED);
    assert_string_equal(self->out, "");
    assert_int_equal(ctl_case_run(self, "end abc"), CTL_FAILED);
    assert_non_null(strstr(self->err, "is duologue running"));
}

int main(void)
{
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, ctl_case_setup, ctl_case_teardown)
    const struct CMUnitTest tests[] = {
        TEST(pages_are_followed),
        TEST(json_rows),
        TEST(no_chats),
        TEST(the_same_page_again_is_the_end),
        TEST(a_list_that_breaks_off),
        TEST(end_says_when_it_is_erased),
        TEST(end_of_no_room),
        TEST(no_daemon),
    };

    return cmocka_run_group_tests_name("ctl_list", tests, NULL, NULL);
}

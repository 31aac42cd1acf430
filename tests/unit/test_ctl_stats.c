#include <string.h>

#include "support/check.h"
#include "support/ctl_case.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const struct fake_reply counters[] = {
    {FAKE_RESULT,
     CTL_CASE_DONE(CTL_CASE_FIELD("rooms", "3") CTL_CASE_FIELD(
         "server_error",
         "not-authorized") "<field var='empty'/>" CTL_CASE_FIELD("bytes_in",
                                                                 "18446744073709551615")
                       CTL_CASE_FIELD("bytes_out", "123456789012"))},
};

static void text(void **state)
{
    struct ctl_case *self = *state;

    assert_int_equal(
        ctl_case_run_with(self, "stats", counters, COUNT(counters)), CTL_GOOD);
    assert_string_equal(self->asked, "stats\n");
    assert_string_equal(self->out,
                        "rooms                    3\n"
                        "server_error             not-authorized\n"
                        "empty                    \n"
                        "bytes_in                 18446744073709551615\n"
                        "bytes_out                123456789012\n");
}

/* What jansson cannot hold as a number stays a text. */
static void json(void **state)
{
    struct ctl_case *self = *state;

    assert_int_equal(
        ctl_case_run_with(self, "stats --json", counters, COUNT(counters)),
        CTL_GOOD);
    assert_string_equal(self->out,
                        "{\"rooms\":3,\"server_error\":\"not-authorized\","
                        "\"empty\":\"\","
                        "\"bytes_in\":\"18446744073709551615\","
                        "\"bytes_out\":123456789012}\n");
}

static void prometheus(void **state)
{
    struct ctl_case *self = *state;

    assert_int_equal(ctl_case_run_with(self, "stats --prometheus", counters,
                                       COUNT(counters)),
                     CTL_GOOD);
    assert_string_equal(self->out,
                        "# TYPE duologue_rooms untyped\nduologue_rooms 3\n"
                        "# TYPE duologue_bytes_out untyped\n"
                        "duologue_bytes_out 123456789012\n");
}

static void not_permitted(void **state)
{
    static const struct fake_reply replies[] = {
        {FAKE_ERROR, CTL_CASE_ERROR("auth", "forbidden", "")},
    };
    struct ctl_case *self = *state;

    assert_int_equal(
        ctl_case_run_with(self, "stats --json", replies, COUNT(replies)),
        CTL_FAILED);
    assert_string_equal(self->out, "");
    assert_string_equal(self->err, "duologuectl: refused: forbidden\n");
}

static void no_daemon(void **state)
{
    struct ctl_case *self = *state;

    assert_int_equal(ctl_case_run(self, "stats"), CTL_FAILED);
    assert_non_null(strstr(self->err, "is duologue running"));
}

int main(void)
{
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, ctl_case_setup, ctl_case_teardown)
    const struct CMUnitTest tests[] = {
        TEST(text),          TEST(json),      TEST(prometheus),
        TEST(not_permitted), TEST(no_daemon),
    };

    return cmocka_run_group_tests_name("ctl_stats", tests, NULL, NULL);
}

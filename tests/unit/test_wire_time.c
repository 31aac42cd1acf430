/* Times of XEP-0082. */
#include <string.h>
#include <time.h>

#include "support/check.h"
#include "wire/stanza.h"

enum { DAY_MS = 24 * 60 * 60 * 1000 };

static void times_are_written(void **state)
{
    static const struct {
        int64_t at_ms;
        const char *text;
    } cases[] = {
        {0, "1970-01-01T00:00:00.000Z"},
        {-1, "1969-12-31T23:59:59.999Z"},
        {951782400123, "2000-02-29T00:00:00.123Z"},
        {1795225999999, "2026-11-21T01:53:19.999Z"},
        {4107542399000, "2100-02-28T23:59:59.000Z"},
        {4107542400000, "2100-03-01T00:00:00.000Z"},
        {253402300799999, "9999-12-31T23:59:59.999Z"},
        {INT64_MAX, "9999-12-31T23:59:59.999Z"},
        {INT64_MIN, "0000-01-01T00:00:00.000Z"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[STANZA_TIME_BYTES];

        stanza_format_time(cases[i].at_ms, text);
        assert_string_equal(text, cases[i].text);
    }
}

/* The system's own arithmetic says the same, for four centuries and more. */
static void every_day_agrees_with_the_system(void **state)
{
    (void)state;
    for (int64_t day = -200000; day < 200000; day += 13) {
        char text[STANZA_TIME_BYTES];
        char expected[STANZA_TIME_BYTES];
        time_t seconds = (time_t)(day * (DAY_MS / 1000) + day % 86400);
        struct tm utc;
        int64_t back;

        gmtime_r(&seconds, &utc);
        strftime(expected, sizeof(expected), "%Y-%m-%dT%H:%M:%S.000Z", &utc);
        stanza_format_time((int64_t)seconds * 1000, text);
        assert_string_equal(text, expected);
        assert_true(stanza_parse_time(span_of(text), &back));
        assert_int_equal(back, (int64_t)seconds * 1000);
    }
}

static void spellings_are_read(void **state)
{
    static const struct {
        const char *text;
        int64_t at_ms;
    } cases[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"1970-01-01T00:00:00.5Z", 500},
        {"1970-01-01T00:00:00.0019999Z", 1},
        {"1970-01-01T00:00:00.123456789Z", 123},
        {"1970-01-01T01:00:00+01:00", 0},
        {"1969-12-31T18:30:00-05:30", 0},
        {"1970-01-01T00:00:00.250+00:00", 250},
        {"2024-02-29T12:00:00Z", 1709208000000},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t at_ms = -1;

        assert_true(stanza_parse_time(span_of(cases[i].text), &at_ms));
        assert_int_equal(at_ms, cases[i].at_ms);
    }
}

static void what_is_no_time_is_refused(void **state)
{
    static const char *const inputs[] = {
        "",
        "Z",
        "1970-01-01",
        "1970-01-01T00:00:00",
        "1970-01-01 00:00:00Z",
        "1970-13-01T00:00:00Z",
        "1970-00-01T00:00:00Z",
        "1970-01-00T00:00:00Z",
        "1970-01-32T00:00:00Z",
        "2023-02-29T00:00:00Z",
        "2100-02-29T00:00:00Z",
        "1970-04-31T00:00:00Z",
        "1970-01-01T24:00:00Z",
        "1970-01-01T00:60:00Z",
        "1970-01-01T00:00:60Z",
        "1970-01-01T00:00:00.Z",
        "1970-01-01T00:00:00ZZ",
        "1970-01-01T00:00:00+01",
        "1970-01-01T00:00:00+0100",
        "1970-01-01T00:00:00+15:00",
        "1970-01-01T00:00:00+01:60",
        "1970-01-01T00:00:00z",
        "+970-01-01T00:00:00Z",
        "19700-01-01T00:00:00Z",
        "1970-1-01T00:00:00Z",
        "-001-01-01T00:00:00Z",
        " 1970-01-01T00:00:00Z",
        "1970-01-01T00:00:00+01:00x",
    };
    int64_t at_ms = 42;

    (void)state;
    for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++)
        assert_false(stanza_parse_time(span_of(inputs[i]), &at_ms));
    assert_int_equal(at_ms, 42);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_written),
        cmocka_unit_test(every_day_agrees_with_the_system),
        cmocka_unit_test(spellings_are_read),
        cmocka_unit_test(what_is_no_time_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

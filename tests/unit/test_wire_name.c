/* Names of seats: what one may be, and which are the same. */
#include <string.h>

#include "base/buf.h"
#include "support/check.h"
#include "wire/jid.h"

static int set_up(void **state)
{
    static struct arena arena;

    arena = ARENA_EMPTY(256 * 1024);
    *state = &arena;
    return 0;
}

static int tear_down(void **state)
{
    arena_clear(*state);
    return 0;
}

struct pair {
    const char *one;
    const char *other;
};

static void look_alikes_fold_to_one(void **state)
{
    static const struct pair pairs[] = {
        {"Abhi", "aBHI"},
        {"Anny", "  Anny "},
        {"Ann Lee", "ann   lee"},
        {"\xC3\x84nne", "a\xCC\x88NNE"},
        {"stra\xC3\x9F"
         "e",
         "STRASSE"},
        {"\xEF\xBC\xA1nn", "ann"},
        {"An\xE2\x80\x8Bna", "anna"},
        {"\xD0\x96\xD0\xB0\xD0\xBD\xD0\xB0",
         "\xD0\xB6\xD0\x90\xD0\x9D\xD0\x90"},
        {"An\xC2\xA0na", "An na"},
    };

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        struct span one;
        struct span other;

        check_ok(jid_fold_name(*state, span_of(pairs[i].one), &one));
        check_ok(jid_fold_name(*state, span_of(pairs[i].other), &other));
        assert_true(span_equal(one, other));
    }
}

static void different_names_stay_different(void **state)
{
    struct span one;
    struct span other;

    check_ok(jid_fold_name(*state, SPAN("Abhi"), &one));
    check_ok(jid_fold_name(*state, SPAN("Anny"), &other));
    assert_false(span_equal(one, other));
    check_ok(jid_fold_name(*state, SPAN("Ann Lee"), &one));
    check_ok(jid_fold_name(*state, SPAN("AnnLee"), &other));
    assert_false(span_equal(one, other));
}

static void names_of_many_kinds_are_good(void **state)
{
    static const char *const names[] = {
        "A",
        "O'Brien & Sons <x>",
        "\xE5\xB1\xB1\xE7\x94\xB0",
        "\xF0\x9F\xA6\x8A",
        "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x94\xAC",
        "\xD7\x9E\xD7\xA9\xD7\x94",
        "01234567890123456789012345678901",
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct span out;

        check_ok(jid_fold_name(*state, span_of(names[i]), &out));
        assert_true(out.len > 0);
    }
}

/* Characters are counted, not bytes. */
static void wide_names_are_counted_in_characters(void **state)
{
    struct buf name = BUF_EMPTY(256);
    struct span out;

    for (unsigned i = 0; i < 32; i++)
        check_ok(buf_append(&name, SPAN("\xF0\x9F\xA6\x8A")));
    check_ok(jid_fold_name(*state, buf_span(&name), &out));
    check_ok(buf_append(&name, SPAN("\xF0\x9F\xA6\x8A")));
    check_err(jid_fold_name(*state, buf_span(&name), &out), ERR_SYNTAX);
    buf_clear(&name);
}

static void names_that_deceive_are_refused(void **state)
{
    static const char *const names[] = {
        "",
        " ",
        "   ",
        "\t",
        "a\nb",
        "a\x7F",
        "a\xC2\x85",
        "\xE2\x80\x8B",             /* only a zero width space */
        "\xE2\x80\x8B\xE2\x80\x8D", /* and a joiner */
        "\xC2\xAD",                 /* only a soft hyphen */
        "\xC2\xA0",                 /* only a hard space */
        "a\xE2\x80\x8E",            /* LRM */
        "a\xE2\x80\x8F",            /* RLM */
        "a\xE2\x80\xAA",            /* LRE */
        "\xE2\x80\xAE-ecila",       /* RLO */
        "a\xE2\x81\xA6",            /* LRI */
        "a\xE2\x81\xA9",            /* PDI */
        "a\xD8\x9C",                /* ALM */
        "a\xE2\x80\xA8",            /* line separator */
        "a\xEF\xBF\xBE",
        "a\xEE\x80\x80",     /* private use */
        "a\xF3\xA0\x81\x81", /* tag */
        "\xC3\x28",
        "\xED\xA0\x80",
        "012345678901234567890123456789012",
    };
    struct span out = SPAN("untouched");

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        check_err(jid_fold_name(*state, span_of(names[i]), &out), ERR_SYNTAX);
    check_err(jid_fold_name(*state, SPAN("a\0b"), &out), ERR_SYNTAX);
    check_span(out, "untouched");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(look_alikes_fold_to_one),
        TEST(different_names_stay_different),
        TEST(names_of_many_kinds_are_good),
        TEST(wide_names_are_counted_in_characters),
        TEST(names_that_deceive_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

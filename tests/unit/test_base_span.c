#include "base/span.h"

#include "support/check.h"

static void text_becomes_a_span(void **state)
{
    (void)state;
    check_span(span_of("tea"), "tea");
    check_span(span_of(""), "");
    assert_int_equal(span_of(NULL).len, 0);
    assert_int_equal(SPAN_EMPTY.len, 0);
    assert_int_equal(SPAN("a\0b").len, 3);
}

static void slice_is_cut_to_what_is_there(void **state)
{
    struct span tea = SPAN("green tea");

    (void)state;
    check_span(span_slice(tea, 6, 3), "tea");
    check_span(span_slice(tea, 6, 100), "tea");
    check_span(span_slice(tea, 0, 5), "green");
    check_span(span_slice(tea, 9, 1), "");
    check_span(span_slice(tea, 100, 100), "");
    check_span(span_slice(tea, 1, SIZE_MAX), "reen tea");
    check_span(span_slice(SPAN_EMPTY, 0, 4), "");
    check_span(span_slice(SPAN_EMPTY, 4, 4), "");
}

static void equality_is_of_bytes(void **state)
{
    (void)state;
    assert_true(span_equal(SPAN("tea"), SPAN("tea")));
    assert_true(span_equal(SPAN_EMPTY, SPAN("")));
    assert_false(span_equal(SPAN("tea"), SPAN("teA")));
    assert_false(span_equal(SPAN("tea"), SPAN("te")));
    assert_false(span_equal(SPAN("a\0b"), SPAN("a\0c")));
    assert_true(span_is(SPAN("tea"), "tea"));
    assert_false(span_is(SPAN("tea"), "teas"));
    assert_true(span_is(SPAN_EMPTY, NULL));
}

static void case_of_ascii_letters_alone_is_ignored(void **state)
{
    (void)state;
    assert_true(span_equal_nocase(SPAN("TeA-7Z"), SPAN("tEa-7z")));
    assert_true(span_equal_nocase(SPAN_EMPTY, SPAN_EMPTY));
    assert_false(span_equal_nocase(SPAN("tea"), SPAN("teas")));
    assert_false(span_equal_nocase(SPAN("tea"), SPAN("tem")));
    assert_false(span_equal_nocase(SPAN("@"), SPAN("`")));
    assert_false(span_equal_nocase(SPAN("["), SPAN("{")));
    assert_false(span_equal_nocase(SPAN("\xc3\x84"), SPAN("\xc3\xa4")));
}

static void prefix_and_suffix(void **state)
{
    (void)state;
    assert_true(span_starts_with(SPAN("tea"), SPAN("te")));
    assert_true(span_starts_with(SPAN("tea"), SPAN_EMPTY));
    assert_true(span_starts_with(SPAN("tea"), SPAN("tea")));
    assert_false(span_starts_with(SPAN("tea"), SPAN("teas")));
    assert_false(span_starts_with(SPAN("tea"), SPAN("ea")));
    assert_true(span_ends_with(SPAN("tea"), SPAN("ea")));
    assert_true(span_ends_with(SPAN("tea"), SPAN_EMPTY));
    assert_true(span_ends_with(SPAN("tea"), SPAN("tea")));
    assert_false(span_ends_with(SPAN("tea"), SPAN("stea")));
    assert_false(span_ends_with(SPAN("tea"), SPAN("te")));
}

static void first_byte_is_found(void **state)
{
    (void)state;
    assert_int_equal(span_find(SPAN("a@b@c"), '@'), 1);
    assert_int_equal(span_find(SPAN("abc"), 'c'), 2);
    assert_int_equal(span_find(SPAN("abc"), '@'), 3);
    assert_int_equal(span_find(SPAN("a\0b"), 'b'), 2);
    assert_int_equal(span_find(SPAN_EMPTY, '@'), 0);
}

static void blanks_are_trimmed_on_both_sides(void **state)
{
    (void)state;
    check_span(span_trim(SPAN(" \t\r\n a b \t\r\n")), "a b");
    check_span(span_trim(SPAN("ab")), "ab");
    check_span(span_trim(SPAN(" \n ")), "");
    check_span(span_trim(SPAN_EMPTY), "");
    check_span(span_trim(SPAN("\v")), "\v");
}

static void numbers_are_read(void **state)
{
    uint64_t number = 0;

    (void)state;
    assert_true(span_to_u64(SPAN("0"), 9, &number));
    assert_int_equal(number, 0);
    assert_true(span_to_u64(SPAN("9"), 9, &number));
    assert_int_equal(number, 9);
    assert_true(span_to_u64(SPAN("007"), 9, &number));
    assert_int_equal(number, 7);
    assert_true(span_to_u64(SPAN("65535"), 65535, &number));
    assert_int_equal(number, 65535);
    assert_true(span_to_u64(SPAN("18446744073709551615"), UINT64_MAX, &number));
    assert_true(number == UINT64_MAX);
}

static void what_is_no_number_is_refused(void **state)
{
    static const char *const wrong[] = {
        "",     "-1",
        "+1",   "1 ",
        " 1",   "1a",
        "/",    ":",
        "10",   "100",
        "\xb2", "0x1",
        "1.0",  "99999999999999999999999999999999",
    };
    uint64_t number = 42;

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_false(span_to_u64(span_of(wrong[i]), 9, &number));
    assert_false(
        span_to_u64(SPAN("18446744073709551616"), UINT64_MAX, &number));
    assert_false(span_to_u64(SPAN("5"), 4, &number));
    assert_int_equal(number, 42);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_becomes_a_span),
        cmocka_unit_test(slice_is_cut_to_what_is_there),
        cmocka_unit_test(equality_is_of_bytes),
        cmocka_unit_test(case_of_ascii_letters_alone_is_ignored),
        cmocka_unit_test(prefix_and_suffix),
        cmocka_unit_test(first_byte_is_found),
        cmocka_unit_test(blanks_are_trimmed_on_both_sides),
        cmocka_unit_test(numbers_are_read),
        cmocka_unit_test(what_is_no_number_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

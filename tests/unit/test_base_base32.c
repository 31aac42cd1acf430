#include "base/base32.h"

#include <string.h>

#include "support/check.h"

static void bits_are_taken_from_the_front(void **state)
{
    static const uint8_t bytes[10] = {0x00, 0x44, 0x32, 0x14, 0xc7,
                                      0x42, 0x54, 0xb6, 0x35, 0xcf};
    char out[ID_CHARS];

    (void)state;
    base32_encode(bytes, out, ID_CHARS);
    assert_memory_equal(out, "0123456789abcdef", ID_CHARS);
}

static void alphabet_has_no_look_alikes(void **state)
{
    char all[32];
    uint8_t bytes[20];
    uint8_t *at = bytes;

    (void)state;
    memset(bytes, 0, sizeof(bytes));
    for (unsigned i = 0; i < 32; i++)
        for (unsigned bit = 0; bit < 5; bit++)
            if (i >> (4 - bit) & 1)
                at[(i * 5 + bit) / 8] |=
                    (uint8_t)(0x80U >> ((i * 5 + bit) % 8));
    base32_encode(bytes, all, sizeof(all));
    assert_memory_equal(all, "0123456789abcdefghjkmnpqrstvwxyz", sizeof(all));
    assert_true(base32_is_id((struct span){all, 32}, 32));
    assert_null(memchr(all, 'i', sizeof(all)));
    assert_null(memchr(all, 'l', sizeof(all)));
    assert_null(memchr(all, 'o', sizeof(all)));
    assert_null(memchr(all, 'u', sizeof(all)));
}

static void id_is_exact(void **state)
{
    (void)state;
    assert_true(base32_is_id(SPAN("0123456789abcdef"), ID_CHARS));
    assert_false(base32_is_id(SPAN("0123456789abcde"), ID_CHARS));
    assert_false(base32_is_id(SPAN("0123456789abcdef0"), ID_CHARS));
    assert_false(base32_is_id(SPAN("0123456789abcdeF"), ID_CHARS));
    assert_false(base32_is_id(SPAN("0123456789abcdei"), ID_CHARS));
    assert_false(base32_is_id(SPAN("0123456789abcde\0"), ID_CHARS));
    assert_false(base32_is_id(SPAN("-123456789abcdef"), ID_CHARS));
    assert_false(base32_is_id(SPAN_EMPTY, ID_CHARS));
}

static void typed_code_becomes_normal(void **state)
{
    static const char *const typed[] = {
        "7K3M9-QXP2D",
        "7k3m9qxp2d",
        " 7 k3M-9q--xp2D ",
        "7K3M9QXP2D",
        "7K3M9-QXP2D\r\n",
        "\u00a07K3M9\u2011QXP2D\u200b",
        "\ufeff7K3M9\u2013QXP2D",
        "7K3M9 \u2014 QXP2D",
    };
    char out[CODE_CHARS];

    (void)state;
    for (size_t i = 0; i < sizeof(typed) / sizeof(typed[0]); i++) {
        assert_true(base32_normalise_code(span_of(typed[i]), out));
        assert_memory_equal(out, "7k3m9qxp2d", CODE_CHARS);
    }
    assert_true(base32_normalise_code(SPAN("A0Z9AZA0Z9"), out));
    assert_memory_equal(out, "a0z9aza0z9", CODE_CHARS);
    assert_true(base32_normalise_code(SPAN("OoIiLl-0101"), out));
    assert_memory_equal(out, "0011110101", CODE_CHARS);
}

static void what_is_no_code_is_zeros(void **state)
{
    static const char *const typed[] = {
        "",
        "7K3M9-QXP2",
        "7K3M9-QXP2DD",
        "7K3M9-QXP2U",
        "7K3M9\tQXP2D",
        "----------",
    };
    static const char zeros[CODE_CHARS] = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(typed) / sizeof(typed[0]); i++) {
        char out[CODE_CHARS];

        memset(out, 'x', sizeof(out));
        assert_false(base32_normalise_code(span_of(typed[i]), out));
        assert_memory_equal(out, zeros, CODE_CHARS);
    }
    assert_false(base32_normalise_code(SPAN("7k3m9\0xp2d"), (char[10]){0}));
}

static void code_is_shown_in_two_groups(void **state)
{
    char shown[CODE_CHARS + 2];

    (void)state;
    base32_show_code("7k3m9qxp2d", shown);
    assert_string_equal(shown, "7K3M9-QXP2D");
    base32_show_code("a0z9aza0z9", shown);
    assert_string_equal(shown, "A0Z9A-ZA0Z9");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bits_are_taken_from_the_front),
        cmocka_unit_test(alphabet_has_no_look_alikes),
        cmocka_unit_test(id_is_exact),
        cmocka_unit_test(typed_code_becomes_normal),
        cmocka_unit_test(what_is_no_code_is_zeros),
        cmocka_unit_test(code_is_shown_in_two_groups),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* One character of UTF-8. */
#include "wire/utf8.h"

#include <stdlib.h>
#include <string.h>

#include "support/check.h"

/* Decodes from a block of exactly that size. */
static size_t decode(const char *bytes, size_t len, uint32_t *out)
{
    char *exact = malloc(len > 0 ? len : 1);
    size_t used;

    assert_non_null(exact);
    memcpy(exact, bytes, len);
    used = utf8_decode((struct span){exact, len}, out);
    free(exact);
    return used;
}

static size_t encode(uint32_t code, char out[4])
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xC0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xE0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3F));
        out[2] = (char)(0x80 | (code & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3F));
    out[2] = (char)(0x80 | (code >> 6 & 0x3F));
    out[3] = (char)(0x80 | (code & 0x3F));
    return 4;
}

static void every_character_is_read(void **state)
{
    (void)state;
    for (uint32_t code = 0; code <= 0x1FFFFF; code++) {
        char bytes[4];
        size_t len = encode(code, bytes);
        uint32_t have = 0;
        bool is_surrogate = code >= 0xD800 && code <= 0xDFFF;
        size_t used = utf8_decode((struct span){bytes, len}, &have);

        if (is_surrogate || code > 0x10FFFF) {
            assert_int_equal(used, 0);
        } else {
            assert_int_equal(used, len);
            assert_int_equal(have, code);
        }
    }
}

static void what_is_cut_short_is_refused(void **state)
{
    static const char wide[] = "\xF0\x9F\x98\x80";
    static const char three[] = "\xE2\x82\xAC";
    uint32_t code;

    (void)state;
    assert_int_equal(decode(wide, 4, &code), 4);
    assert_int_equal(decode(three, 3, &code), 3);
    for (size_t len = 0; len < 4; len++)
        assert_int_equal(decode(wide, len, &code), 0);
    for (size_t len = 0; len < 3; len++)
        assert_int_equal(decode(three, len, &code), 0);
    assert_int_equal(decode("\xC3", 1, &code), 0);
}

static void overlong_and_stray_bytes_are_refused(void **state)
{
    static const char *const inputs[] = {
        "\xC0\xAF",
        "\xC1\xBF",
        "\xE0\x80\xAF",
        "\xE0\x9F\xBF",
        "\xF0\x80\x80\xAF",
        "\xF0\x8F\xBF\xBF",
        "\x80",
        "\xBF",
        "\xC3(",
        "\xE2\x82(",
        "\xF0\x9F\x98(",
        "\xF5\x80\x80\x80",
        "\xF8\x88\x80\x80",
        "\xFE",
        "\xFF",
    };
    uint32_t code = 42;

    (void)state;
    for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
        assert_int_equal(decode(inputs[i], strlen(inputs[i]), &code), 0);
        assert_false(utf8_is_valid(span_of(inputs[i])));
    }
    assert_int_equal(code, 42);
    assert_true(utf8_is_valid(SPAN("a\xC3\xA4\0z")));
    assert_true(utf8_is_valid(SPAN_EMPTY));
    assert_false(utf8_is_valid(SPAN("abc\xC3")));
}

static void xml_has_no_controls(void **state)
{
    (void)state;
    for (uint32_t code = 0; code < 0x20; code++)
        assert_int_equal(utf8_is_xml(code),
                         code == '\t' || code == '\n' || code == '\r');
    assert_true(utf8_is_xml(' '));
    assert_true(utf8_is_xml(0x7F));
    assert_true(utf8_is_xml(0xD7FF));
    assert_false(utf8_is_xml(0xD800));
    assert_false(utf8_is_xml(0xDFFF));
    assert_true(utf8_is_xml(0xE000));
    assert_true(utf8_is_xml(0xFFFD));
    assert_false(utf8_is_xml(0xFFFE));
    assert_false(utf8_is_xml(0xFFFF));
    assert_true(utf8_is_xml(0x10FFFF));
    assert_false(utf8_is_xml(0x110000));
    assert_true(utf8_is_xml_text(SPAN("")));
    assert_true(utf8_is_xml_text(SPAN("a\tb \xC3\xA9")));
    assert_false(utf8_is_xml_text(SPAN("a\x01")));
    assert_false(utf8_is_xml_text(SPAN("a\xC3")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_character_is_read),
        cmocka_unit_test(what_is_cut_short_is_refused),
        cmocka_unit_test(overlong_and_stray_bytes_are_refused),
        cmocka_unit_test(xml_has_no_controls),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

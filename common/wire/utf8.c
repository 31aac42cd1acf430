#include "wire/utf8.h"

static bool is_tail(uint8_t byte)
{
    return (byte & 0xC0) == 0x80;
}

static size_t length_from(uint8_t first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xC2 && first < 0xE0)
        return 2;
    if (first >= 0xE0 && first < 0xF0)
        return 3;
    return first >= 0xF0 && first < 0xF5 ? 4 : 0;
}

size_t utf8_decode(struct span text, uint32_t *out)
{
    static const uint8_t masks[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const uint8_t *at = (const uint8_t *)text.at;
    size_t len = text.len > 0 ? length_from(at[0]) : 0;
    uint32_t code;

    if (len == 0 || len > text.len)
        return 0;
    code = at[0] & masks[len];
    for (size_t i = 1; i < len; i++) {
        if (!is_tail(at[i]))
            return 0;
        code = code << 6 | (at[i] & 0x3F);
    }
    if (code < least[len] || code > 0x10FFFF ||
        (code >= 0xD800 && code <= 0xDFFF))
        return 0;
    *out = code;
    return len;
}

bool utf8_is_valid(struct span text)
{
    while (text.len > 0) {
        uint32_t code;
        size_t len = utf8_decode(text, &code);

        if (len == 0)
            return false;
        text.at += len;
        text.len -= len;
    }
    return true;
}

bool utf8_is_xml(uint32_t code)
{
    if (code < 0x20)
        return code == '\t' || code == '\n' || code == '\r';
    return code != 0xFFFE && code != 0xFFFF && code <= 0x10FFFF &&
           (code < 0xD800 || code > 0xDFFF);
}

bool utf8_is_xml_text(struct span text)
{
    while (text.len > 0) {
        uint32_t code;
        size_t len = utf8_decode(text, &code);

        if (len == 0 || !utf8_is_xml(code))
            return false;
        text = span_slice(text, len, text.len);
    }
    return true;
}

#include "base/base32.h"

#include <string.h>

static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";

void base32_encode(const uint8_t *bytes, char *out, size_t chars)
{
    uint32_t bits = 0;
    unsigned have = 0;

    for (size_t i = 0; i < chars; i++) {
        if (have < 5) {
            bits = bits << 8 | *bytes++;
            have += 8;
        }
        have -= 5;
        out[i] = alphabet[bits >> have & 31];
    }
}

static bool in_alphabet(char c)
{
    return c != '\0' && strchr(alphabet, c) != NULL;
}

bool base32_is_id(struct span text, size_t chars)
{
    if (text.len != chars)
        return false;
    for (size_t i = 0; i < chars; i++)
        if (!in_alphabet(text.at[i]))
            return false;
    return true;
}

static char normal_char(char c)
{
    if (c >= 'A' && c <= 'Z')
        c = (char)(c - 'A' + 'a');
    if (c == 'o')
        return '0';
    return c == 'i' || c == 'l' ? '1' : c;
}

/* Blanks and dashes of all kinds, as apps and word processors make them, and
 * line ends that came along with a copy. */
static size_t skip_len(struct span text)
{
    static const char *const skipped[] = {
        " ",      "-",      "\n",     "\r",     "\u00a0", "\u00ad", "\u200b",
        "\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2015", "\u202f",
        "\u2060", "\u2212", "\u3000", "\ufeff", "\uff0d",
    };

    for (size_t i = 0; i < sizeof(skipped) / sizeof(skipped[0]); i++)
        if (span_starts_with(text, span_of(skipped[i])))
            return strlen(skipped[i]);
    return 0;
}

bool base32_normalise_code(struct span typed, char out[CODE_CHARS])
{
    size_t len = 0;
    bool is_code = true;

    memset(out, 0, CODE_CHARS);
    while (typed.len > 0 && is_code) {
        size_t skip = skip_len(typed);
        char c = normal_char(typed.at[0]);

        typed = span_slice(typed, skip > 0 ? skip : 1, typed.len);
        if (skip > 0)
            continue;
        is_code = len < CODE_CHARS && in_alphabet(c);
        if (is_code)
            out[len++] = c;
    }
    if (!is_code || len != CODE_CHARS) {
        memset(out, 0, CODE_CHARS);
        return false;
    }
    return true;
}

void base32_show_code(const char code[CODE_CHARS], char out[CODE_CHARS + 2])
{
    size_t len = 0;

    for (size_t i = 0; i < CODE_CHARS; i++) {
        char c = code[i];

        if (i == CODE_CHARS / 2)
            out[len++] = '-';
        out[len++] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    out[len] = '\0';
}

#include "base/span.h"

#include <string.h>

struct span span_of(const char *text)
{
    return (struct span){text, text != NULL ? strlen(text) : 0};
}

struct span span_slice(struct span span, size_t start, size_t len)
{
    if (start > span.len)
        start = span.len;
    if (len > span.len - start)
        len = span.len - start;
    return (struct span){start == 0 ? span.at : span.at + start, len};
}

bool span_is(struct span span, const char *text)
{
    return span_equal(span, span_of(text));
}

bool span_equal(struct span a, struct span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool span_equal_nocase(struct span a, struct span b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.at[i]) != lower(b.at[i]))
            return false;
    return true;
}

bool span_starts_with(struct span span, struct span prefix)
{
    return span.len >= prefix.len &&
           span_equal(span_slice(span, 0, prefix.len), prefix);
}

bool span_ends_with(struct span span, struct span suffix)
{
    return span.len >= suffix.len &&
           span_equal(span_slice(span, span.len - suffix.len, suffix.len),
                      suffix);
}

size_t span_find(struct span span, char byte)
{
    const char *found;

    if (span.len == 0)
        return 0;
    found = memchr(span.at, byte, span.len);
    return found != NULL ? (size_t)(found - span.at) : span.len;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct span span_trim(struct span span)
{
    while (span.len > 0 && is_blank(span.at[0]))
        span = span_slice(span, 1, span.len);
    while (span.len > 0 && is_blank(span.at[span.len - 1]))
        span.len--;
    return span;
}

bool span_to_u64(struct span span, uint64_t max, uint64_t *out)
{
    uint64_t value = 0;

    if (span.len == 0)
        return false;
    for (size_t i = 0; i < span.len; i++) {
        uint64_t digit = (uint64_t)(unsigned char)span.at[i] - '0';

        if (digit > 9 || digit > max || value > (max - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *out = value;
    return true;
}

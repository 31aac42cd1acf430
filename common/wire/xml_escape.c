#include "wire/xml_escape.h"

#include <string.h>

#include "wire/utf8.h"

/* What to do with an ASCII byte of text. */
enum byte_class { PLAIN, MARK, QUOTE, LINE, RETURN, BAD };

static const uint8_t classes[128] = {
    BAD,           BAD,
    BAD,           BAD,
    BAD,           BAD,
    BAD,           BAD, /* 00 */
    BAD,           LINE,
    LINE,          BAD,
    BAD,           RETURN,
    BAD,           BAD, /* 08 */
    BAD,           BAD,
    BAD,           BAD,
    BAD,           BAD,
    BAD,           BAD, /* 10 */
    BAD,           BAD,
    BAD,           BAD,
    BAD,           BAD,
    BAD,           BAD, /* 18 */
    ['"'] = QUOTE, ['\''] = QUOTE,
    ['&'] = MARK,  ['<'] = MARK,
    ['>'] = MARK,
};

enum err xml__put_bytes(struct xml_writer *writer, struct span bytes)
{
    struct buf *out = writer->out;

    if (writer->limit > 0 &&
        (out->len > writer->limit || bytes.len > writer->limit - out->len))
        return ERR_LIMIT;
    if (bytes.len > out->cap - out->len) {
        enum err rc = buf_reserve(out, bytes.len);

        if (rc != ERR_OK)
            return rc;
    }
    if (bytes.len > 0)
        memcpy(out->at + out->len, bytes.at, bytes.len);
    out->len += bytes.len;
    return ERR_OK;
}

static bool is_plain(uint8_t class, enum xml_place place)
{
    return class == PLAIN ||
           (place == XML_IN_TEXT && (class == QUOTE || class == LINE));
}

/* The bytes of the character past ASCII that `text` begins with, or 0 when it
 * cannot be in XML. */
static size_t wide_bytes(struct span text)
{
    uint32_t code;
    size_t len = utf8_decode(text, &code);

    return len > 0 && utf8_is_xml(code) ? len : 0;
}

/* How many bytes from the start of `text` need no escape.  Sets `*is_bad` when
 * what follows them cannot be in XML. */
static size_t plain_run(struct span text, enum xml_place place, bool *is_bad)
{
    size_t len = 0;

    *is_bad = false;
    while (len < text.len) {
        uint8_t byte = (uint8_t)text.at[len];

        if (byte >= 0x80) {
            struct span rest = {text.at + len, text.len - len};
            size_t wide = wide_bytes(rest);

            *is_bad = wide == 0;
            if (*is_bad)
                break;
            len += wide;
        } else if (is_plain(classes[byte], place)) {
            len++;
        } else {
            *is_bad = classes[byte] == BAD;
            break;
        }
    }
    return len;
}

static struct span escape_of(char c)
{
    switch (c) {
    case '&':
        return SPAN("&amp;");
    case '<':
        return SPAN("&lt;");
    case '>':
        return SPAN("&gt;");
    case '"':
        return SPAN("&quot;");
    case '\'':
        return SPAN("&apos;");
    case '\t':
        return SPAN("&#9;");
    case '\n':
        return SPAN("&#10;");
    default:
        return SPAN("&#13;");
    }
}

enum err xml__put_escaped(struct xml_writer *writer, struct span text,
                          enum xml_place place)
{
    while (text.len > 0) {
        bool is_bad;
        size_t len = plain_run(text, place, &is_bad);
        enum err rc = xml__put_bytes(writer, span_slice(text, 0, len));

        if (rc == ERR_OK && is_bad)
            rc = ERR_SYNTAX;
        if (rc == ERR_OK && len < text.len)
            rc = xml__put_bytes(writer, escape_of(text.at[len++]));
        if (rc != ERR_OK)
            return rc;
        text = span_slice(text, len, text.len);
    }
    return ERR_OK;
}

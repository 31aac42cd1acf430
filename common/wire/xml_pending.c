#include "wire/xml_pending.h"

#include <string.h>

/* True when `at` to `end` ends the tag that is open. */
static bool ends_tag(struct xml_pending *pending, const char *at,
                     const char *end)
{
    while (at < end) {
        if (pending->quote != '\0') {
            at = memchr(at, pending->quote, (size_t)(end - at));
            if (at == NULL)
                return false;
            pending->quote = '\0';
        } else if (*at == '>') {
            return true;
        } else if (*at == '"' || *at == '\'') {
            pending->quote = *at;
        }
        at++;
    }
    return false;
}

bool xml__pending_waits(struct xml_pending *pending, struct span bytes)
{
    if (!pending->is_tag || bytes.len == 0)
        return pending->is_tag;
    /* A section, comment or instruction: the parser looks for its end. */
    if ((pending->is_fresh && (bytes.at[0] == '!' || bytes.at[0] == '?')) ||
        ends_tag(pending, bytes.at, bytes.at + bytes.len))
        pending->is_tag = false;
    pending->is_fresh = false;
    return pending->is_tag;
}

void xml__pending_set(struct xml_pending *pending, struct span tail,
                      size_t bytes)
{
    pending->bytes = bytes;
    /* More than the tail: the token we are in since earlier, already looked
     * at. */
    if (bytes > tail.len)
        return;
    tail = span_slice(tail, tail.len - bytes, bytes);
    pending->quote = '\0';
    pending->is_tag = bytes > 0 && tail.at[0] == '<';
    pending->is_fresh = pending->is_tag;
    xml__pending_waits(pending, span_slice(tail, 1, bytes));
}

#include "wire/xml_pending.h"

#include <string.h>

bool xml__pending_waits(struct xml_pending *pending, struct span bytes)
{
    const char *at = bytes.at;
    const char *end = bytes.at + bytes.len;

    if (!pending->is_tag)
        return false;
    while (at < end) {
        if (pending->quote != '\0') {
            at = memchr(at, pending->quote, (size_t)(end - at));
            if (at == NULL)
                return true;
            pending->quote = '\0';
        } else if (*at == '>') {
            pending->is_tag = false;
            return false;
        } else if (*at == '"' || *at == '\'') {
            pending->quote = *at;
        }
        at++;
    }
    return true;
}

void xml__pending_set(struct xml_pending *pending, struct span tail,
                      size_t bytes)
{
    pending->bytes = bytes;
    /* More than the tail: the tag we are in since earlier, already looked
     * at. */
    if (bytes > tail.len)
        return;
    tail = span_slice(tail, tail.len - bytes, bytes);
    pending->quote = '\0';
    pending->is_tag = bytes >= 2 && tail.at[0] == '<' && tail.at[1] != '!' &&
                      tail.at[1] != '?';
    if (pending->is_tag)
        xml__pending_waits(pending, span_slice(tail, 1, bytes));
}

/* xml_pending.h - is the parser in the middle of a tag?
 *
 * With reparse deferral off, expat looks at an unfinished tag from its start
 * with every piece that arrives: a large attribute that comes byte by byte
 * would cost the square of its length.  So we find the tag's end first, looking
 * at each byte once, and hold the bytes back until then. */
#ifndef WIRE_XML_PENDING_H
#define WIRE_XML_PENDING_H

#include "base/span.h"

struct xml_pending {
    size_t bytes;  /* that the parser has and could not use yet */
    bool is_tag;   /* they begin a start or end tag whose end is not there */
    bool is_fresh; /* of it only the '<' is there */
    char quote;    /* the attribute value we are in, or NUL */
};

/* Takes note of what the parser left unused: the last `bytes` it was given,
 * of which `tail` is the end (all of it, when the tag began there). */
void xml__pending_set(struct xml_pending *pending, struct span tail,
                      size_t bytes);

/* Looks at bytes that the parser has not seen.  True when they should wait:
 * a tag is open and they do not end it. */
bool xml__pending_waits(struct xml_pending *pending, struct span bytes);

#endif

/* utf8.h - one character of UTF-8 at a time. */
#ifndef WIRE_UTF8_H
#define WIRE_UTF8_H

#include "base/span.h"

/* Reads the character that `text` begins with.  Gives its length in bytes, or
 * 0 when there is none: the end, a surrogate, an overlong or broken form.
 * Specs: RFC 3629 4. */
size_t utf8_decode(struct span text, uint32_t *out);

/* True when all of `text` is UTF-8. */
bool utf8_is_valid(struct span text);

/* True for characters that XML 1.0 can carry.
 * Specs: XML 1.0 2.2. */
bool utf8_is_xml(uint32_t code);

/* True when all of `text` is UTF-8 that XML 1.0 can carry. */
bool utf8_is_xml_text(struct span text);

#endif

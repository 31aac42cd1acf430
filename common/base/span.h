/* span.h - bytes that belong to somebody else.
 *
 * A span is borrowed for the length of a call.  Nobody stores one, unless the
 * owner of the bytes is known to outlive it and a comment says so. */
#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct span {
    const char *at; /* not terminated; may be NULL when len is 0 */
    size_t len;     /* bytes */
};

#define SPAN_EMPTY ((struct span){NULL, 0})
#define SPAN(literal) ((struct span){(literal), sizeof(literal) - 1})

/* Borrows a terminated string; NULL gives the empty span. */
struct span span_of(const char *text);

/* The bytes from `start` on, at most `len` of them, cut to what is there. */
struct span span_slice(struct span span, size_t start, size_t len);

/* The same bytes, and as many. */
bool span_is(struct span span, const char *text);
bool span_equal(struct span a, struct span b);

/* Compares ASCII letters without case; other bytes exactly. */
bool span_equal_nocase(struct span a, struct span b);

/* Byte for byte; of an empty part always true. */
bool span_starts_with(struct span span, struct span prefix);
bool span_ends_with(struct span span, struct span suffix);

/* Where `byte` is first, or `span.len` when it is not there. */
size_t span_find(struct span span, char byte);

/* Without spaces, tabs and line ends on either side. */
struct span span_trim(struct span span);

/* Reads a decimal number that fills the whole span.  False, and `out`
 * untouched, when it is empty, has another character or passes `max`. */
bool span_to_u64(struct span span, uint64_t max, uint64_t *out);

#endif

/* ctl_needles.h - a canary in the shapes in which a disk may hold it. */
#ifndef CTL_CTL_NEEDLES_H
#define CTL_CTL_NEEDLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

enum {
    CTL_CANARY_MIN_BYTES = 8, /* less would be found everywhere */
    CTL_CANARY_MAX_BYTES = 256,
    CTL_CANARIES_MAX = 10000,
    CTL_NEEDLE_MAX_BYTES = 2 * CTL_CANARY_MAX_BYTES,
};

enum ctl_shape {
    CTL_SHAPE_PLAIN,
    CTL_SHAPE_UTF16LE,
    CTL_SHAPE_UTF16BE,
    CTL_SHAPE_HEX,
    CTL_SHAPE_BASE64, /* at any of three offsets, either alphabet */
};

/* Where something was found. */
struct ctl_trace {
    size_t offset; /* in the bytes that were searched */
    size_t canary; /* counted from 1 */
    enum ctl_shape shape;
};

struct ctl_needles;

/* Makes an empty set.  NULL when memory runs out. */
struct ctl_needles *ctl_needles_new(void);
void ctl_needles_free(struct ctl_needles *needles);

/* Adds a canary in all its shapes.  `is_text` says whether it may stand as
 * UTF-16 as well.
 * Errors: ERR_LIMIT when it is too short, too long or one too many;
 *         ERR_NOMEM. */
enum err ctl_needles_add(struct ctl_needles *needles, struct span canary,
                         bool is_text) MUST_CHECK;

/* How many canaries it holds, whatever their shapes. */
size_t ctl_needles_count(const struct ctl_needles *needles);
/* For a person; static. */
const char *ctl_shape_name(enum ctl_shape shape);

/* Finds the first trace that begins in bytes [from, to) of `bytes`; the rest of
 * `bytes` is looked at only to its end. */
bool ctl_needles_find(const struct ctl_needles *needles, struct span bytes,
                      size_t from, size_t to, struct ctl_trace *out);

#endif

/* buf.h - growing bytes with a ceiling. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdint.h>

#include "base/err.h"
#include "base/span.h"

struct buf {
    char *at;
    size_t len; /* bytes in use */
    size_t cap; /* bytes allocated */
    size_t max; /* bytes it may ever hold; passing it is ERR_LIMIT */
};

#define BUF_EMPTY(max_bytes) ((struct buf){NULL, 0, 0, (max_bytes)})

/* Appends a copy of `bytes`.
 *
 * Errors: ERR_NOMEM, ERR_LIMIT.  The buffer is as before the call. */
enum err buf_append(struct buf *buf, struct span bytes) MUST_CHECK;
enum err buf_append_byte(struct buf *buf, char byte) MUST_CHECK;

/* Appends formatted text.  Errors: as buf_append. */
enum err buf_printf(struct buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3), warn_unused_result));

/* Makes room for `len` more bytes, which the caller may write at
 * `buf->at + buf->len` and then count with buf_grew.
 *
 * Errors: ERR_NOMEM, ERR_LIMIT.  The buffer is as before the call. */
enum err buf_reserve(struct buf *buf, size_t len) MUST_CHECK;
void buf_grew(struct buf *buf, size_t len);

/* Drops the first `len` bytes. */
void buf_consume(struct buf *buf, size_t len);

/* Cuts back to `len` bytes. */
void buf_truncate(struct buf *buf, size_t len);

/* Borrows what is in it, until the next call that changes it. */
struct span buf_span(const struct buf *buf);

/* Empties it, overwrites the bytes and gives the memory back.  The ceiling
 * stays. */
void buf_clear(struct buf *buf);

#endif

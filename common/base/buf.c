#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "base/heap.h"

enum { BUF_FIRST_BYTES = 256 };

enum err buf_reserve(struct buf *buf, size_t len)
{
    size_t cap = buf->cap;
    char *at;

    if (len > buf->max - buf->len)
        return ERR_LIMIT;
    if (buf->len + len <= cap)
        return ERR_OK;
    if (cap < BUF_FIRST_BYTES)
        cap = BUF_FIRST_BYTES;
    while (cap < buf->len + len)
        cap *= 2;
    if (cap > buf->max)
        cap = buf->max;
    at = heap_realloc(buf->at, cap);
    if (at == NULL)
        return ERR_NOMEM;
    buf->at = at;
    buf->cap = cap;
    return ERR_OK;
}

void buf_grew(struct buf *buf, size_t len)
{
    BUG_IF(len > buf->cap - buf->len);
    buf->len += len;
}

enum err buf_append(struct buf *buf, struct span bytes)
{
    enum err rc = buf_reserve(buf, bytes.len);

    if (rc == ERR_OK && bytes.len > 0) {
        memcpy(buf->at + buf->len, bytes.at, bytes.len);
        buf->len += bytes.len;
    }
    return rc;
}

enum err buf_append_byte(struct buf *buf, char byte)
{
    return buf_append(buf, (struct span){&byte, 1});
}

enum err buf_printf(struct buf *buf, const char *format, ...)
{
    va_list args;
    int len;
    enum err rc;

    va_start(args, format);
    len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    BUG_IF(len < 0);
    /* One more byte than is kept: vsnprintf ends with a NUL. */
    if ((size_t)len > buf->max - buf->len)
        return ERR_LIMIT;
    buf->max++;
    rc = buf_reserve(buf, (size_t)len + 1);
    buf->max--;
    if (rc != ERR_OK)
        return rc;
    va_start(args, format);
    vsnprintf(buf->at + buf->len, (size_t)len + 1, format, args);
    va_end(args);
    buf->len += (size_t)len;
    return ERR_OK;
}

void buf_consume(struct buf *buf, size_t len)
{
    BUG_IF(len > buf->len);
    if (len > 0)
        memmove(buf->at, buf->at + len, buf->len - len);
    buf_truncate(buf, buf->len - len);
}

void buf_truncate(struct buf *buf, size_t len)
{
    BUG_IF(len > buf->len);
    if (len < buf->len)
        explicit_bzero(buf->at + len, buf->len - len);
    buf->len = len;
}

struct span buf_span(const struct buf *buf)
{
    return (struct span){buf->at, buf->len};
}

void buf_clear(struct buf *buf)
{
    heap_free(buf->at);
    buf->at = NULL;
    buf->len = 0;
    buf->cap = 0;
}

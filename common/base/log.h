/* log.h - one line a happening, in logfmt, to a file descriptor.
 *
 * Never in a log: bodies, names, codes, tokens, JIDs, sources, room names.  A
 * room appears as its handle, an 8-digit keyed hash. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdint.h>

struct log {
    int fd; /* where lines go; -1: nowhere */
    /* Unix time in ms for the `ts` field; NULL leaves it out. */
    int64_t (*now_ms)(void *self);
    void *self;
};

/* Writes `ts=… level=… event=EVENT FIELDS`.  An error: someone must act; a
 * warning: someone should look; info: life of the service.  `format` gives
 * further fields as `key=value` pairs, or is "" for none.  A NULL `log` is
 * silent.  Control characters in the result are replaced, so that a line stays
 * a line. */
void log_error(const struct log *log, const char *event, const char *format,
               ...) __attribute__((format(printf, 3, 4)));
void log_warn(const struct log *log, const char *event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void log_info(const struct log *log, const char *event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif

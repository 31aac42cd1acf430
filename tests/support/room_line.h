/* room_line.h - reads one line of a transcript, see room_script.h. */
#ifndef SUPPORT_ROOM_LINE_H
#define SUPPORT_ROOM_LINE_H

#include "base/buf.h"
#include "room/room_event.h"

enum { LINE_WORDS_MAX = 32, LINE_PAYLOAD_MAX_BYTES = 128 * 1024 };

/* One `key=value`, or a word alone. */
struct word {
    struct span key;
    struct span value;
    bool has_value;
};

struct line {
    struct word words[LINE_WORDS_MAX];
    size_t count;
    struct span verb; /* at NULL: the line says nothing */
    const char *why;  /* it cannot be run */
};

/* A verb that is an event. */
struct line_verb {
    const char *name;
    enum room_event_kind kind;
    enum room_request_kind request;
};

/* An event and the bytes it borrows. */
struct line_made {
    struct room_event event;
    struct buf payload;
    struct buf to;
    struct buf nick;
};

/* Takes a line apart.  A time at its front moves *now_ms. */
void line_read(struct span text, int64_t *now_ms, struct line *line);

struct span line_value(const struct line *line, const char *key);
struct span line_value_or(const struct line *line, const char *key,
                          struct span otherwise);
bool line_has(const struct line *line, const char *word);
uint64_t line_number(const struct line *line, const char *key,
                     uint64_t otherwise);

/* `500ms`, `90s`, `15m`, `24h`, `7d`. */
bool line_duration(struct span text, int64_t *ms);

/* The event of that line, or NULL when its verb is none. */
const struct line_verb *line_verb(const struct line *line);

/* Fills `made`, whose event gets that time; a new room gets that number. */
void line_make(struct line_made *made, const struct line_verb *verb,
               const struct line *line, int64_t now_ms, int64_t number);
void line_made_clear(struct line_made *made);

/* A code's digest, made of its text. */
struct secret line_code(struct span code);

#endif

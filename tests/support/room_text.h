/* room_text.h - effects of rooms as lines that people read. */
#ifndef SUPPORT_ROOM_TEXT_H
#define SUPPORT_ROOM_TEXT_H

#include "base/buf.h"
#include "room/room_effect.h"

/* Unix time of 00:00:00.000 in a text. */
enum { ROOM_TEXT_DAY = 20000 };
#define ROOM_TEXT_START_MS ((int64_t)ROOM_TEXT_DAY * 24 * 60 * 60 * 1000)

/* Appends one line with a line end.  Aborts when memory runs out. */
void room_text_effect(struct buf *out, const struct room_effect *effect);

/* All of them. */
void room_text_effects(struct buf *out, const struct room_effects *effects);

/* HH:MM:SS.mmm since the start; hours may pass 24. */
void room_text_time(struct buf *out, int64_t ms);

/* Formats and appends; aborts when memory runs out. */
void room_text_add(struct buf *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif

/* room_lives.h - random lives of one room, checked at each step against
 * room_model.h.  The dice are a seed or the bytes of a fuzzer. */
#ifndef SUPPORT_ROOM_LIVES_H
#define SUPPORT_ROOM_LIVES_H

#include <stdbool.h>

#include "base/buf.h"
#include "support/dice.h"

struct life_options {
    int steps;          /* at most */
    bool may_sleep;     /* the room leaves memory after five quiet minutes */
    bool has_eviction;  /* a small limit of sessions */
    struct buf *said;   /* gets all effects for sessions as text; or NULL */
    struct buf *stored; /* gets the others; or NULL */
};

/* Lives one life.  NULL, or what went wrong. */
const char *life_run(struct dice *dice, const struct life_options *options);

#endif

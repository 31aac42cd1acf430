/* room_throw.h - the next thing that happens to a room, by the dice. */
#ifndef SUPPORT_ROOM_THROW_H
#define SUPPORT_ROOM_THROW_H

#include "room/room_event.h"
#include "support/dice.h"
#include "support/room_model.h"

/* One event with the bytes it borrows. */
struct thrown {
    struct room_event event;
    size_t who; /* in model_people */
    size_t origin;
    char to[64];
    char offer[MODEL_TOKEN_CHARS];
};

struct thrower {
    struct dice *dice;
    const struct model *model; /* who is in does more than who is not */
    size_t last_who;           /* and people do more than one thing */
};

void throw_event(struct thrower *by, struct span room, int64_t now_ms,
                 struct thrown *thrown);

#endif

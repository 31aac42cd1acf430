#include <stdlib.h>

#include "room/room_state.h"
#include "room/room_view.h"

struct room_engine *room_engine_new(const struct room_limits *limits,
                                    const uint64_t seed[2])
{
    struct room_engine *engine = calloc(1, sizeof(*engine));

    if (engine == NULL)
        return NULL;
    engine->limits = *limits;
    engine->seed[0] = seed[0];
    engine->seed[1] = seed[1];
    engine->run = 1;
    map_init(&engine->rooms, seed);
    map_init(&engine->sources, seed);
    return engine;
}

void room_engine_free(struct room_engine *engine)
{
    if (engine == NULL)
        return;
    while (engine->ended.first != NULL)
        room_forget(engine, (struct room *)engine->ended.first);
    while (engine->live.first != NULL)
        room_forget(engine, (struct room *)engine->live.first);
    room_limits_forget(engine);
    map_clear(&engine->rooms);
    free(engine->heap);
    free(engine);
}

void room_engine_set_limits(struct room_engine *engine,
                            const struct room_limits *limits)
{
    engine->limits = *limits;
    room__heap_renew(engine);
}

void room_engine_set_run(struct room_engine *engine, uint64_t run)
{
    engine->run = run;
    room__heap_renew(engine);
}

void room_engine_set_linked(struct room_engine *engine, bool is_linked)
{
    engine->is_linked = is_linked;
    room__heap_renew(engine);
}

struct room *room_find(struct room_engine *engine, struct span local)
{
    return map_get(&engine->rooms, local);
}

size_t room_engine_awake_count(const struct room_engine *engine)
{
    return engine->rooms.count;
}

/* In an ended room every question has one answer; the rest is too late. */
static enum err after_the_end(struct room_turn *turn)
{
    switch (turn->event->kind) {
    case ROOM_EVENT_CREATE:
    case ROOM_EVENT_JOIN:
    case ROOM_EVENT_PRESENCE:
    case ROOM_EVENT_MESSAGE:
    case ROOM_EVENT_KEEP:
    case ROOM_EVENT_END:
        return room__refuse(turn, ROOM_REFUSE_ENDED);
    case ROOM_EVENT_LEAVE:
    case ROOM_EVENT_GHOST:
    case ROOM_EVENT_PONG:
    case ROOM_EVENT_EVICT_GUESTS:
    case ROOM_EVENT_TIME:
        break;
    }
    return ERR_OK;
}

static enum err dispatch(struct room_turn *turn)
{
    switch (turn->event->kind) {
    case ROOM_EVENT_CREATE:
        return room__refuse(turn, ROOM_REFUSE_TRY_LATER);
    case ROOM_EVENT_JOIN:
        return room__join(turn);
    case ROOM_EVENT_PRESENCE:
        return room__presence(turn);
    case ROOM_EVENT_LEAVE:
        return room__leave(turn);
    case ROOM_EVENT_MESSAGE:
        return room__message(turn);
    case ROOM_EVENT_KEEP:
        return room__keep(turn);
    case ROOM_EVENT_END:
        return room__end_asked(turn);
    case ROOM_EVENT_GHOST:
        return room__ghost(turn);
    case ROOM_EVENT_PONG:
        room__pong(turn);
        break;
    case ROOM_EVENT_EVICT_GUESTS:
        return room__evict_guests(turn);
    case ROOM_EVENT_TIME:
        return room__time(turn);
    }
    return ERR_OK;
}

/* The room was not found where it should be: it may just have gone. */
static enum err without_room(struct room_turn *turn)
{
    if (turn->event->kind == ROOM_EVENT_CREATE)
        return room__create(turn);
    if (turn->event->kind == ROOM_EVENT_LEAVE)
        return ERR_OK;
    return room__refuse(turn, ROOM_REFUSE_TRY_LATER);
}

static enum err in_room(struct room_turn *turn)
{
    struct room_engine *engine = turn->engine;
    struct room *room = turn->room;
    enum err rc;

    if (room->is_ended)
        return after_the_end(turn);
    room->touched_ms = turn->now_ms;
    list_remove(&engine->live, &room->link);
    list_append(&engine->live, &room->link);
    rc = dispatch(turn);
    room__heap_nearer(engine, room);
    return rc;
}

enum err room_step(struct room_engine *engine, const struct room_event *event,
                   struct room_effects *out)
{
    struct room_turn turn = {
        .engine = engine,
        .room = room_find(engine, event->room),
        .event = event,
        .now_ms = event->now_ms,
        .out = out,
    };

    if (engine->now_ms < event->now_ms)
        engine->now_ms = event->now_ms;
    return turn.room != NULL ? in_room(&turn) : without_room(&turn);
}

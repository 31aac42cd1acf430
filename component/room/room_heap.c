/* Awake rooms by the time of their next need.  A key may be early, never
 * late: a room that moves its deadline with every message stays where it is
 * until its old time comes. */
#include <stdlib.h>

#include "room/room_state.h"

static void put(struct room_engine *engine, size_t at, struct room *room)
{
    engine->heap[at] = room;
    room->heap_at = at;
}

static void sift_up(struct room_engine *engine, struct room *room)
{
    size_t at = room->heap_at;

    while (at > 0) {
        size_t above = (at - 1) / 2;

        if (engine->heap[above]->due_ms <= room->due_ms)
            break;
        put(engine, at, engine->heap[above]);
        at = above;
    }
    put(engine, at, room);
}

static void sift_down(struct room_engine *engine, struct room *room)
{
    size_t at = room->heap_at;

    for (;;) {
        size_t below = 2 * at + 1;

        if (below >= engine->heap_count)
            break;
        if (below + 1 < engine->heap_count &&
            engine->heap[below + 1]->due_ms < engine->heap[below]->due_ms)
            below++;
        if (room->due_ms <= engine->heap[below]->due_ms)
            break;
        put(engine, at, engine->heap[below]);
        at = below;
    }
    put(engine, at, room);
}

enum err room__heap_add(struct room_engine *engine, struct room *room)
{
    if (engine->heap_count == engine->heap_cap) {
        size_t cap = engine->heap_cap > 0 ? engine->heap_cap * 2 : 16;
        struct room **bigger = realloc(engine->heap, cap * sizeof(*bigger));

        if (bigger == NULL)
            return ERR_NOMEM;
        engine->heap = bigger;
        engine->heap_cap = cap;
    }
    room->due_ms = room__due_ms(engine, room);
    room->heap_at = engine->heap_count++;
    sift_up(engine, room);
    return ERR_OK;
}

void room__heap_remove(struct room_engine *engine, struct room *room)
{
    struct room *last = engine->heap[--engine->heap_count];

    if (last == room)
        return;
    put(engine, room->heap_at, last);
    sift_up(engine, last);
    sift_down(engine, last);
}

void room__heap_nearer(struct room_engine *engine, struct room *room)
{
    int64_t due_ms = room__due_ms(engine, room);

    if (due_ms >= room->due_ms)
        return;
    room->due_ms = due_ms;
    sift_up(engine, room);
}

void room__heap_renew(struct room_engine *engine)
{
    for (size_t i = 0; i < engine->heap_count; i++)
        engine->heap[i]->due_ms = room__due_ms(engine, engine->heap[i]);
    for (size_t i = engine->heap_count / 2; i > 0; i--)
        sift_down(engine, engine->heap[i - 1]);
}

int64_t room_engine_next_ms(const struct room_engine *engine)
{
    return engine->heap_count > 0 ? engine->heap[0]->due_ms : INT64_MAX;
}

struct room *room_engine_due(struct room_engine *engine, int64_t now_ms)
{
    while (room_engine_next_ms(engine) <= now_ms) {
        struct room *room = engine->heap[0];

        room->due_ms = room__due_ms(engine, room);
        if (room->due_ms <= now_ms)
            return room;
        sift_down(engine, room);
    }
    return NULL;
}

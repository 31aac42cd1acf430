#include "room/room_state.h"

static bool is_quiet(const struct list_link *link, int64_t now_ms)
{
    const struct room *room = (const struct room *)link;

    return room != NULL && now_ms - room->touched_ms >= ROOM_QUIET_MS;
}

void room_engine_sweep(struct room_engine *engine, int64_t now_ms)
{
    if (engine->now_ms < now_ms)
        engine->now_ms = now_ms;
    while (engine->ended.first != NULL)
        room_forget(engine, (struct room *)engine->ended.first);
    while (is_quiet(engine->live.first, now_ms))
        room_forget(engine, (struct room *)engine->live.first);
}

#include "room/room_state.h"

void room__list_add(struct room_list *list, struct room *room)
{
    room->prev = list->last;
    room->next = NULL;
    if (list->last != NULL)
        list->last->next = room;
    else
        list->first = room;
    list->last = room;
}

void room__list_remove(struct room_list *list, struct room *room)
{
    if (room->prev != NULL)
        room->prev->next = room->next;
    else
        list->first = room->next;
    if (room->next != NULL)
        room->next->prev = room->prev;
    else
        list->last = room->prev;
    room->prev = NULL;
    room->next = NULL;
}

void room_engine_sweep(struct room_engine *engine, int64_t now_ms)
{
    if (engine->now_ms < now_ms)
        engine->now_ms = now_ms;
    while (engine->ended.first != NULL)
        room_forget(engine, engine->ended.first);
    while (engine->live.first != NULL &&
           now_ms - engine->live.first->touched_ms >= ROOM_QUIET_MS)
        room_forget(engine, engine->live.first);
}

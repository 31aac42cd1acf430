/* router_upkeep.c - what nobody asked for: deadlines, pings, tidying. */
#include "router/router_internal.h"

/* A room that the disk does not give must not hold up the others; the store
 * has said so in the log. */
static enum err wake(struct router *router, int64_t number,
                     const struct room **room)
{
    enum err rc = router__wake_number(router, number, room);

    return rc == ERR_STORE ? ERR_OK : rc;
}

static enum err step_time(struct router *router, const struct room *room)
{
    struct room_event event = {
        .kind = ROOM_EVENT_TIME,
        .now_ms = router->now_ms,
        .room = room_local(room),
    };

    return router__step(router, &event);
}

static enum err step_awake(struct router *router)
{
    enum err rc = ERR_OK;

    for (int i = 0; rc == ERR_OK && i < ROUTER_DUE_MAX; i++) {
        struct room *room = room_engine_due(router->engine, router->now_ms);

        if (room == NULL)
            break;
        rc = step_time(router, room);
    }
    return rc;
}

static enum err step_asleep(struct router *router)
{
    int64_t numbers[ROUTER_DUE_MAX];
    size_t count;
    enum err rc;

    if (router->now_ms < router->next_due_ms)
        return ERR_OK;
    router->next_due_ms = router->now_ms + ROUTER_DUE_PAUSE_MS;
    rc = store_due(router->store, router->now_ms, ROUTER_DUE_MAX, numbers,
                   &count);
    for (size_t i = 0; rc == ERR_OK && i < count; i++) {
        const struct room *room;

        rc = wake(router, numbers[i], &room);
        if (rc == ERR_OK && room != NULL)
            rc = step_time(router, room);
    }
    return rc;
}

/* Guests of a former gateway stream are gone, whatever their rooms believe. */
static enum err evict_guests(struct router *router)
{
    int64_t numbers[ROUTER_EVICT_MAX];
    size_t count;
    bool is_last;
    enum err rc;

    if (router->walks.evict_before_ms == 0 ||
        router->now_ms < router->walks.resume_ms)
        return ERR_OK;
    rc = store_list_guests(router->store, router->walks.evict_after,
                           ROUTER_EVICT_MAX, numbers, &count);
    is_last = rc == ERR_OK && count < ROUTER_EVICT_MAX;
    for (size_t i = 0; rc == ERR_OK && i < count; i++) {
        struct room_event event = {
            .kind = ROOM_EVENT_EVICT_GUESTS,
            .now_ms = router->now_ms,
            .u.before_ms = router->walks.evict_before_ms,
        };
        const struct room *room;

        /* Big presences of many devices: the rest is for the next tick. */
        if (router->effects.arena.used_bytes > ROUTER_EVICT_MAX_BYTES) {
            is_last = false;
            break;
        }
        router->walks.evict_after = numbers[i];
        rc = wake(router, numbers[i], &room);
        if (rc != ERR_OK || room == NULL)
            continue;
        event.room = room_local(room);
        rc = router__step(router, &event);
    }
    if (rc == ERR_OK && is_last)
        router->walks.evict_before_ms = 0;
    return rc;
}

/* Guests who left while the disk refused. */
static enum err leave_again(struct router *router)
{
    if (!router->walks.is_leave_due || router->now_ms < router->walks.resume_ms)
        return ERR_OK;
    router->walks.is_leave_due = false;
    return service_leave_again(router->service, router->now_ms,
                               &router->effects);
}

static enum err ask(struct router *router, const struct room *room,
                    const struct room_session_image *session)
{
    struct room_effect *effect =
        room_effects_add(&router->effects, ROOM_EFFECT_ASK, room, NULL);

    if (effect == NULL)
        return ERR_NOMEM;
    return arena_copy(&router->effects.arena, session->jid, &effect->u.to);
}

static enum err ask_room(struct router *router, const struct room *room)
{
    struct room_session_image session;
    enum err rc = ERR_OK;

    for (size_t i = 0; rc == ERR_OK && room_session_at(room, i, &session);
         i++) {
        if (session.leg != ROOM_LEG_NATIVE)
            continue;
        rc = router__tell_missed(router, room, &session);
        if (rc == ERR_OK)
            rc = ask(router, room, &session);
    }
    return rc;
}

/* After a restart or a relink nobody told us who left meanwhile: every native
 * session is told what it missed and pinged once, a few rooms at a
 * time. */
static enum err ask_sessions(struct router *router)
{
    enum { PAUSE_MS = 100, ROOMS = ROUTER_ASKS_PER_SECOND * PAUSE_MS / 1000 };
    int64_t numbers[ROOMS];
    size_t count;
    enum err rc;

    if (router->now_ms < router->walks.next_ask_ms ||
        router->now_ms < router->walks.resume_ms)
        return ERR_OK;
    rc = store_list_natives(router->store, router->walks.ask_after, ROOMS,
                            numbers, &count);
    for (size_t i = 0; rc == ERR_OK && i < count; i++) {
        const struct room *room;

        router->walks.ask_after = numbers[i];
        rc = wake(router, numbers[i], &room);
        if (rc == ERR_OK && room != NULL)
            rc = ask_room(router, room);
    }
    router->walks.asked_ms = router->now_ms;
    router->walks.next_ask_ms =
        rc == ERR_OK && count < ROOMS ? INT64_MAX : router->now_ms + PAUSE_MS;
    return rc;
}

enum err router__gather_due(struct router *router)
{
    enum err rc = evict_guests(router);

    if (rc == ERR_OK)
        rc = leave_again(router);
    if (rc == ERR_OK)
        rc = step_awake(router);
    if (rc == ERR_OK)
        rc = step_asleep(router);
    if (rc == ERR_OK)
        rc = ask_sessions(router);
    return rc;
}

void router__relinked(struct router *router)
{
    uint64_t run;
    enum err rc = store_next_run(router->store, &run);

    if (rc == ERR_OK)
        room_engine_set_run(router->engine, run);
    else
        log_warn(router->log, "run_not_counted", "why=\"%s\"", err_text(rc));
    room_engine_set_linked(router->engine, true);
    /* A walk that was cut short goes on with what those behind it missed. */
    if (router->walks.next_ask_ms == INT64_MAX)
        router->walks.missed_from_ms = router->away_ms;
    router->walks.missed_until_ms = router->ticked_ms;
    router->away_ms = 0;
    router->walks.next_ask_ms = router->now_ms;
    router->walks.ask_after = 0;
}

void router__tidy(struct router *router)
{
    enum err rc;

    if (router->now_ms < router->next_tidy_ms)
        return;
    router->next_tidy_ms = router->now_ms + ROUTER_TIDY_MS;
    rc = store_tidy(router->store, router->now_ms);
    if (rc != ERR_OK)
        log_warn(router->log, "tidy_failed", "why=\"%s\"", err_text(rc));
}

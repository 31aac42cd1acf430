/* router_tick.c - the law of the tick: commit, then speak. */
#include <stdlib.h>
#include <string.h>

#include "router/router_internal.h"

static bool is_for_store(enum room_effect_kind kind)
{
    return kind <= ROOM_EFFECT_STORE_END;
}

static bool has_store_effect(const struct room_effects *effects)
{
    for (const struct room_effect *e = effects->first; e != NULL; e = e->next)
        if (is_for_store(e->kind))
            return true;
    return false;
}

static void log_effect(struct router *router, const struct room_effect *effect)
{
    char handle[STORE_HANDLE_BYTES];

    if (effect->kind == ROOM_EFFECT_ALARM) {
        log_warn(router->log, "guessing",
                 "advice=\"many wrong codes; only known addresses may try "
                 "for a minute\"");
        return;
    }
    if (effect->kind != ROOM_EFFECT_STORE_ROOM &&
        effect->kind != ROOM_EFFECT_STORE_END)
        return;
    store_handle(router->store, room_local(effect->room), handle);
    if (effect->kind == ROOM_EFFECT_STORE_ROOM)
        log_info(router->log, "room_created", "room=%s", handle);
    else
        log_info(router->log, "room_ended", "room=%s cause=%s", handle,
                 service_cause_name(effect->u.end.cause));
}

/* Says everything that the tick decided, in order. */
static void speak(struct router *router)
{
    struct service_speaker speaker = router__make_speaker(router);

    for (const struct room_effect *e = router->effects.first; e != NULL;
         e = e->next) {
        enum err rc = ERR_OK;

        log_effect(router, e);
        if (e->kind == ROOM_EFFECT_ERASED)
            rc = router__await_erasure(router, e);
        else if (!is_for_store(e->kind) && e->kind != ROOM_EFFECT_ALARM)
            rc = service_speak(router->service, e, &speaker);
        /* It is stored; who was not told finds it in the archive. */
        if (rc != ERR_OK)
            log_warn(router->log, "unsaid", "why=\"%s\"", err_text(rc));
    }
}

static void answer_wait(struct router *router,
                        const struct router_pending *pending)
{
    struct router_port *port = router__route(router, pending->request.from);

    if (port == NULL)
        return;
    if (service_take_back(router->service, &pending->request, &port->out) !=
        ERR_OK)
        router->counters.unsent++;
}

/* Drops what this tick made or changed from memory: it comes back from disk as
 * it was, and what was to be made is not there. */
static void forget_rooms(struct router *router)
{
    for (const struct room_effect *e = router->effects.first; e != NULL;
         e = e->next)
        if (e->kind == ROOM_EFFECT_STORE_ROOM)
            room_forget(router->engine,
                        room_find(router->engine, room_local(e->room)));
    for (struct router_touched *t = router->touched; t != NULL; t = t->next) {
        struct room *room =
            room_find(router->engine, (struct span){t->local, ID_CHARS});

        if (room != NULL)
            room_forget(router->engine, room);
    }
}

/* The commit failed: nothing of this tick is said.  `walks` is how far the
 * walks were before it. */
static void take_back(struct router *router, const struct router_walks *walks)
{
    router->counters.taken_back++;
    if (!router->is_store_failing)
        log_error(router->log, "commit_failed",
                  "why=\"%s\" advice=\"senders are told to try again; look at "
                  "the disk\"",
                  err_text(router->rc));
    router->is_store_failing = true;
    forget_rooms(router);
    service_commands_over(router->service, false);
    router->walks = *walks;
    router->walks.is_leave_due = true;
    router->walks.resume_ms = router->now_ms + ROUTER_RETRY_MS;
    if (router__reload_limits(router) != ERR_OK)
        log_warn(router->log, "limits_lost", "why=\"they start anew\"");
    for (struct router_pending *p = router->pending; p != NULL; p = p->next)
        answer_wait(router, p);
    /* Keys of chats that were not made lie in slots that nobody names. */
    router->is_wipe_due = true;
    router->next_erase_ms = router->now_ms + ROUTER_RETRY_MS;
}

static void keep(struct router *router)
{
    if (router->is_store_failing && has_store_effect(&router->effects)) {
        log_info(router->log, "commit_works_again", "%s", "");
        router->is_store_failing = false;
    }
    router__wipe(router);
    speak(router);
    service_commands_over(router->service, true);
    if (!router->walks.is_leave_due)
        service_guests_left(router->service);
}

/* Pending answers were collected newest first. */
static void reverse_pending(struct router *router)
{
    struct router_pending *reversed = NULL;

    while (router->pending != NULL) {
        struct router_pending *next = router->pending->next;

        router->pending->next = reversed;
        reversed = router->pending;
        router->pending = next;
    }
    router->pending = reversed;
}

void router_tick(struct router *router)
{
    const struct router_walks walks = router->walks;

    router->now_ms = router->clock.now_ms(router->clock.self);
    router->ticked_ms = router->now_ms;
    router->counters.ticks++;
    if (router->rc == ERR_OK)
        router->rc = router__gather_due(router);
    if (router->rc == ERR_OK && has_store_effect(&router->effects))
        router->rc = store_commit(router->store, &router->effects);
    reverse_pending(router);
    if (router->rc == ERR_OK)
        keep(router);
    else
        take_back(router, &walks);
    router__erase(router);
    link_flush(router->hub);
    router__tidy(router);
    router__note_unsaid(router);
    room_effects_reset(&router->effects);
    router->weighed = NULL;
    arena_reset(&router->arena);
    router->pending = NULL;
    router->touched = NULL;
    router->numbers_given = 0;
    router->rc = ERR_OK;
    room_engine_sweep(router->engine, router->now_ms);
    crypto_forget_keys(router->crypto);
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

int64_t router_next_ms(const struct router *router)
{
    const struct router_walks *walks = &router->walks;
    int64_t next = earlier(router->next_due_ms, router->next_tidy_ms);

    next = earlier(next, room_engine_next_ms(router->engine));
    if (router->is_wipe_due || store_is_erasing(router->store))
        next = earlier(next, router->next_erase_ms);
    if (walks->evict_before_ms != 0 || walks->is_leave_due)
        next = earlier(next, later(router->now_ms, walks->resume_ms));
    return earlier(next, later(walks->next_ask_ms, walks->resume_ms));
}

/* router_missed.c - what apps that stay where they are have missed: an app that
 * never noticed that we were away does not ask the archive. */
#include "router/router_internal.h"

enum {
    SAID_BEFORE_SENT_MS = 1000, /* the commit is between them */
    NOTE_EVERY_MS = 1000,
    NOTE_AGAIN_MS = 60 * 1000, /* after one that failed */
    /* What waits in the socket goes with a crash; what has waited for longer
     * was noted. */
    LOST_BY_CRASH_MS = 2 * NOTE_EVERY_MS + SAID_BEFORE_SENT_MS,
};

int64_t router__missed_before(const struct router *router)
{
    const int64_t crashed_ms = store_crashed_ms(router->store);
    const int64_t noted_ms = store_unsaid_ms(router->store);
    int64_t since_ms = router->now_ms + 1;

    if (crashed_ms != 0)
        since_ms = crashed_ms - LOST_BY_CRASH_MS;
    return noted_ms != 0 && noted_ms < since_ms ? noted_ms : since_ms;
}

/* Or 0: all that was sent is confirmed. */
static int64_t unconfirmed_since(const struct router *router,
                                 int64_t unconfirmed_ms)
{
    const int64_t now_ms = router->clock.now_ms(router->clock.self);
    const int64_t since_ms = now_ms - unconfirmed_ms - SAID_BEFORE_SENT_MS;

    if (unconfirmed_ms == 0)
        return 0;
    /* What was told again since then can be lost again. */
    if (since_ms <= router->walks.asked_ms &&
        since_ms > router->walks.missed_from_ms)
        return router->walks.missed_from_ms;
    return since_ms;
}

int64_t router__missed_since(const struct router *router,
                             int64_t unconfirmed_ms)
{
    const int64_t since_ms = unconfirmed_since(router, unconfirmed_ms);

    if (since_ms == 0 || since_ms > router->ticked_ms)
        return router->ticked_ms + 1;
    return since_ms;
}

/* Or 0: should we crash now, nothing is lost but the last moments. */
static int64_t unsaid_since(const struct router *router)
{
    const struct link_peer *server = link_server(router->hub);
    int64_t unconfirmed_ms;

    if (server == NULL)
        return router->away_ms;
    if (router->walks.next_ask_ms != INT64_MAX)
        return router->walks.missed_from_ms;
    unconfirmed_ms = link_unconfirmed_ms(server);
    if (unconfirmed_ms < NOTE_EVERY_MS &&
        router->now_ms - unconfirmed_ms > router->walks.asked_ms)
        return 0;
    return unconfirmed_since(router, unconfirmed_ms);
}

void router__note_unsaid(struct router *router)
{
    const int64_t noted_ms = store_unsaid_ms(router->store);
    int64_t since_ms;
    enum err rc;

    if (!router->has_server || router->is_store_failing ||
        router->now_ms < router->next_note_ms)
        return;
    router->next_note_ms = router->now_ms + NOTE_EVERY_MS;
    since_ms = unsaid_since(router);
    if (since_ms == noted_ms ||
        (since_ms != 0 && noted_ms != 0 && noted_ms < since_ms))
        return;
    rc = store_set_unsaid_ms(router->store, since_ms);
    if (rc == ERR_OK)
        return;
    router->next_note_ms = router->now_ms + NOTE_AGAIN_MS;
    log_warn(router->log, "unsaid_not_noted", "why=\"%s\"", err_text(rc));
}

/* The last message that was said while the server was away, or 0. */
static uint32_t last_missed(const struct router *router,
                            const struct room *room)
{
    for (uint32_t seq = room_last_seq(room); seq > 0; seq--) {
        const struct room_entry *entry = room_entry_of(room, seq);

        if (entry == NULL || entry->at_ms > router->walks.missed_until_ms)
            continue;
        return entry->at_ms >= router->walks.missed_from_ms ? seq : 0;
    }
    return 0;
}

/* Whether the other one, in a browser, came or went meanwhile. */
static enum err tell_seat(struct router *router, const struct room *room,
                          const struct room_session_image *session)
{
    const uint8_t other = session->seat == 1 ? 2 : 1;
    const int64_t at_ms = room_seat_changed_ms(room, other);
    struct arena *arena = &router->effects.arena;
    struct room_session_image shown = {.presence = SPAN_EMPTY};
    struct room_effect *effect;
    enum err rc;

    if (at_ms < router->walks.missed_from_ms ||
        at_ms > router->walks.missed_until_ms)
        return ERR_OK;
    effect =
        room_effects_add(&router->effects, ROOM_EFFECT_PRESENCE, room, NULL);
    if (effect == NULL)
        return ERR_NOMEM;
    effect->u.presence.seat = other;
    effect->u.presence.is_available = room_session_shown(room, other, &shown);
    rc = arena_copy(arena, session->jid, &effect->u.presence.to);
    if (rc == ERR_OK)
        rc = arena_copy(arena, shown.presence, &effect->u.presence.presence);
    if (rc == ERR_OK && room_get_protection(room) == ROOM_PROTECTION_OMEMO)
        rc = arena_copy(arena, shown.jid, &effect->u.presence.jid);
    return rc;
}

/* What was said is told as history. */
static enum err tell_words(struct router *router, const struct room *room,
                           const struct room_session_image *session)
{
    uint32_t seq = last_missed(router, room);
    struct room_effect *effect;

    if (seq == 0)
        return ERR_OK;
    effect = room_effects_add(&router->effects, ROOM_EFFECT_REPLAY, room, NULL);
    if (effect == NULL)
        return ERR_NOMEM;
    effect->u.replay.upto_seq = seq;
    effect->u.replay.history = (struct room_history_request){
        .max_chars = -1,
        .max_stanzas = -1,
        .since_ms = router->walks.missed_from_ms,
    };
    return arena_copy(&router->effects.arena, session->jid,
                      &effect->u.replay.to);
}

enum err router__tell_missed(struct router *router, const struct room *room,
                             const struct room_session_image *session)
{
    enum err rc;

    if (session->greeted_ms > router->walks.missed_until_ms)
        return ERR_OK;
    rc = tell_seat(router, room, session);
    return rc == ERR_OK ? tell_words(router, room, session) : rc;
}

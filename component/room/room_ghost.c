/* Sessions that are gone without a word. */
#include "room/room_state.h"

enum { DOUBTS_ENOUGH = 2 };

enum err room__remove_quietly(struct room_turn *turn,
                              struct room_session *session,
                              enum room_removal how)
{
    struct room_effect *effect = room__add(turn, ROOM_EFFECT_STORE_LEFT, false);
    enum err rc;

    if (effect == NULL)
        return ERR_NOMEM;
    effect->u.session.seat = session->seat;
    effect->u.session.leg = session->leg;
    effect->u.session.joined_ms = session->joined_ms;
    rc = room__copy(turn->out, session->jid, &effect->u.session.jid);
    if (rc != ERR_OK)
        return rc;
    effect = room__add(turn, ROOM_EFFECT_REMOVED, how == ROOM_REMOVAL_LEFT);
    if (effect == NULL)
        return ERR_NOMEM;
    effect->u.removed.seat = session->seat;
    effect->u.removed.how = how;
    rc = room__copy(turn->out, session->jid, &effect->u.removed.to);
    if (rc != ERR_OK)
        return rc;
    turn->room->seats[session->seat - 1].changed_ms = turn->now_ms;
    room__session_remove(turn->room, session);
    return ERR_OK;
}

/* The others learn whether it went or broke (XEP-0045 11.1). */
static enum err tell_of_leave(struct room_turn *turn, uint8_t seat,
                              enum room_removal how)
{
    for (size_t i = 0; i < turn->room->session_count; i++) {
        struct room_effect *effect;
        enum err rc =
            room__tell(turn, turn->room->sessions[i], seat, false, &effect);

        if (rc != ERR_OK)
            return rc;
        effect->u.presence.is_evicted =
            how == ROOM_REMOVAL_EVICTED && !effect->u.presence.is_available;
    }
    return ERR_OK;
}

enum err room__remove(struct room_turn *turn, struct room_session *session,
                      enum room_removal how)
{
    uint8_t seat = session->seat;
    struct room_shown before;
    enum err rc;

    if ((rc = room__shown_take(turn, seat, &before)) != ERR_OK)
        return rc;
    if ((rc = room__remove_quietly(turn, session, how)) != ERR_OK)
        return rc;
    if (!room__shown_changed(turn->room, seat, &before))
        return ERR_OK;
    return tell_of_leave(turn, seat, how);
}

/* The first session that `is_meant`, or NULL.  They go oldest first, so that a
 * seat's presence changes once at most. */
static struct room_session *next_meant(
    const struct room_turn *turn,
    bool (*is_meant)(const struct room_turn *turn,
                     const struct room_session *session))
{
    for (size_t i = 0; i < turn->room->session_count; i++) {
        if (is_meant(turn, turn->room->sessions[i]))
            return turn->room->sessions[i];
    }
    return NULL;
}

/* Who joined in times to come did so before we were started, by a clock that
 * was ahead.  Stamps of now are ahead by the sessions of a room at most. */
static bool is_old_guest(const struct room_turn *turn,
                         const struct room_session *session)
{
    return session->leg == ROOM_LEG_GUEST &&
           (session->joined_ms < turn->event->u.before_ms ||
            session->joined_ms > turn->now_ms + ROOM_STAMPS_AHEAD_MS);
}

/* An error may name the whole account. */
static bool is_named(const struct room_turn *turn,
                     const struct room_session *session)
{
    const struct room_actor *actor = &turn->event->actor;

    return span_equal(session->jid, actor->jid) ||
           span_equal(session->bare, actor->jid);
}

enum err room__evict_guests(struct room_turn *turn)
{
    struct room_session *session;

    while ((session = next_meant(turn, is_old_guest)) != NULL) {
        enum err rc = room__remove(turn, session, ROOM_REMOVAL_EVICTED);

        if (rc != ERR_OK)
            return rc;
    }
    return ERR_OK;
}

static enum err evict_named(struct room_turn *turn)
{
    struct room_session *session;

    while ((session = next_meant(turn, is_named)) != NULL) {
        enum err rc = room__remove(turn, session, ROOM_REMOVAL_EVICTED);

        if (rc != ERR_OK)
            return rc;
    }
    return ERR_OK;
}

enum err room__ghost(struct room_turn *turn)
{
    struct room_session *session;

    if (turn->event->u.is_certain)
        return evict_named(turn);
    session = room__session_find(turn->room, turn->event->actor.jid);
    if (session == NULL)
        return ERR_OK;
    /* A doubt that stayed alone for long is forgotten, as it is in a room that
     * slept meanwhile. */
    if (turn->now_ms - session->doubt_ms >= ROOM_QUIET_MS)
        session->misses = 0;
    session->doubt_ms = turn->now_ms;
    session->misses++;
    if (session->misses >= DOUBTS_ENOUGH)
        return room__remove(turn, session, ROOM_REMOVAL_EVICTED);
    session->ask_ms = turn->now_ms + ROOM_ASK_AGAIN_MS;
    return ERR_OK;
}

void room__pong(struct room_turn *turn)
{
    struct room_session *session =
        room__session_find(turn->room, turn->event->actor.jid);

    if (session != NULL)
        room__session_heard(session, turn->now_ms);
}

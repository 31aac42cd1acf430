#include "room/room_state.h"
#include "room/room_view.h"

/* The nick that was addressed; at NULL when it was the bare room. */
static struct span asked_nick(const struct room_turn *turn)
{
    struct span to = turn->event->request.to;
    size_t slash = span_find(to, '/');

    if (slash >= to.len)
        return SPAN_EMPTY;
    return span_slice(to, slash + 1, to.len);
}

/* It believes to be in; told that it is not, it joins again (XEP-0045
 * 7.2.18). */
static enum err turn_away(struct room_turn *turn)
{
    struct room_effect *effect = room__add(turn, ROOM_EFFECT_REMOVED, true);
    enum err rc;

    if (effect == NULL)
        return ERR_NOMEM;
    effect->u.removed.how = ROOM_REMOVAL_STRANGER;
    rc = room__copy(turn->out, turn->event->actor.jid, &effect->u.removed.to);
    if (rc != ERR_OK)
        return rc;
    return room__copy(turn->out, asked_nick(turn), &effect->u.removed.nick);
}

/* A wish for another nick is answered with the old one, not an error. */
static enum err keep_nick(struct room_turn *turn,
                          const struct room_session *session)
{
    struct room_effect *effect;
    enum err rc = room__tell(turn, session, session->seat, true, &effect);

    if (rc == ERR_OK)
        effect->u.presence.is_renamed = true;
    return rc;
}

static const struct room_flow update_flow = {
    .max_milli = ROOM_UPDATES * 1000,
    .milli = 1000,
    .per_ms = ROOM_UPDATE_MS,
};

/* Too many in a row: the others see only what it comes to in the end.  The
 * session itself is answered as ever. */
static enum err show_later(struct room_turn *turn, struct room_session *session)
{
    int64_t wait_ms =
        room__bucket_wait_ms(&session->updates, &update_flow, turn->now_ms);
    struct room_effect *effect;
    enum err rc;

    rc = room__session_keep_later(session, turn->event->u.presence,
                                  turn->now_ms + wait_ms);
    if (rc == ERR_OK)
        rc = room__tell(turn, session, session->seat, true, &effect);
    if (rc != ERR_OK)
        return rc;
    return room__copy(turn->out, turn->event->u.presence,
                      &effect->u.presence.presence);
}

static enum err reflect(struct room_turn *turn, struct room_session *session)
{
    enum err rc;

    room__bucket_fill(&session->updates, &update_flow, turn->now_ms);
    if (!room__bucket_take(&session->updates))
        return show_later(turn, session);
    rc = room__session_show(turn, session, turn->event->u.presence);
    if (rc != ERR_OK)
        return rc;
    rc = room__tell(turn, session, session->seat, true, NULL);
    if (rc != ERR_OK)
        return rc;
    return room__tell_all(turn, session->seat, session);
}

enum err room__presence(struct room_turn *turn)
{
    struct span nick = asked_nick(turn);
    struct room_session *session;

    session = room__session_find(turn->room, turn->event->actor.jid);
    if (session == NULL)
        return turn_away(turn);
    room__session_heard(session, turn->now_ms);
    if (nick.at != NULL &&
        !span_equal(nick, room_seat_name(turn->room, session->seat)))
        return keep_nick(turn, session);
    return reflect(turn, session);
}

/* Showing one moves it to the end of the list. */
static struct room_session *next_due(const struct room_turn *turn)
{
    for (size_t i = 0; i < turn->room->session_count; i++) {
        if (turn->room->sessions[i]->show_ms <= turn->now_ms)
            return turn->room->sessions[i];
    }
    return NULL;
}

enum err room__presence_due(struct room_turn *turn)
{
    struct room_session *session;

    while ((session = next_due(turn)) != NULL) {
        struct span later;
        enum err rc;

        rc = room__copy(turn->out,
                        (struct span){session->later, session->later_len},
                        &later);
        if (rc != ERR_OK)
            return rc;
        room__bucket_fill(&session->updates, &update_flow, turn->now_ms);
        (void)room__bucket_take(&session->updates);
        rc = room__session_show(turn, session, later);
        if (rc != ERR_OK)
            return rc;
        if ((rc = room__tell_all(turn, session->seat, session)) != ERR_OK)
            return rc;
    }
    return ERR_OK;
}

enum err room__leave(struct room_turn *turn)
{
    struct room_session *session =
        room__session_find(turn->room, turn->event->actor.jid);

    if (session == NULL)
        return ERR_OK;
    return room__remove(turn, session, ROOM_REMOVAL_LEFT);
}

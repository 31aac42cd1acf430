#include "room/room_state.h"
#include "room/room_view.h"

static enum err store_end(struct room_turn *turn, enum room_cause cause)
{
    struct room_effect *effect = room__add(turn, ROOM_EFFECT_STORE_END, false);

    if (effect == NULL)
        return ERR_NOMEM;
    effect->u.end.cause = cause;
    effect->u.end.at_ms = turn->now_ms;
    return ERR_OK;
}

/* A command word is answered by this; an iq waits for the erasure. */
static enum err say_ended(struct room_turn *turn, enum room_cause cause)
{
    bool is_answer = turn->event->request.kind == ROOM_REQUEST_MESSAGE;
    struct room_effect *notice;
    enum err rc;

    rc = room__notice(turn, ROOM_NOTICE_ENDED, NULL, is_answer, &notice);
    if (rc == ERR_OK)
        notice->u.notice.cause = cause;
    return rc;
}

static enum err destroy(struct room_turn *turn, enum room_cause cause)
{
    for (size_t i = 0; i < turn->room->session_count; i++) {
        const struct room_session *session = turn->room->sessions[i];
        struct room_effect *effect =
            room__add(turn, ROOM_EFFECT_REMOVED, false);
        enum err rc;

        if (effect == NULL)
            return ERR_NOMEM;
        effect->u.removed.seat = session->seat;
        effect->u.removed.how = ROOM_REMOVAL_DESTROYED;
        effect->u.removed.cause = cause;
        rc = room__copy(turn->out, session->jid, &effect->u.removed.to);
        if (rc != ERR_OK)
            return rc;
    }
    return ERR_OK;
}

static enum err promise_erasure(struct room_turn *turn)
{
    struct room_effect *effect;

    if (turn->event->request.kind != ROOM_REQUEST_IQ)
        return ERR_OK;
    effect = room__add(turn, ROOM_EFFECT_ERASED, true);
    if (effect == NULL)
        return ERR_NOMEM;
    effect->u.erased.number = turn->room->number;
    return ERR_OK;
}

enum err room__end(struct room_turn *turn, enum room_cause cause)
{
    struct room *room = turn->room;
    enum err rc;

    if ((rc = store_end(turn, cause)) != ERR_OK)
        return rc;
    if ((rc = say_ended(turn, cause)) != ERR_OK)
        return rc;
    if ((rc = destroy(turn, cause)) != ERR_OK)
        return rc;
    if ((rc = promise_erasure(turn)) != ERR_OK)
        return rc;
    room->is_ended = true;
    room->cause = cause;
    list_remove(&turn->engine->live, &room->link);
    list_append(&turn->engine->ended, &room->link);
    return ERR_OK;
}

enum err room__end_asked(struct room_turn *turn)
{
    const struct room_actor *actor = &turn->event->actor;
    uint8_t seat;

    if (actor->leg == ROOM_LEG_CONTROL)
        return room__end(turn, ROOM_CAUSE_ADMIN);
    seat = room_seat_of_session(turn->room, actor->jid);
    if (seat == 0 && actor->leg == ROOM_LEG_NATIVE)
        seat = room_seat_of_member(turn->room, actor->bare);
    if (seat == 0)
        return room__refuse(turn, ROOM_REFUSE_NOT_MEMBER);
    return room__end(turn, seat == 1 ? ROOM_CAUSE_SEAT1 : ROOM_CAUSE_SEAT2);
}

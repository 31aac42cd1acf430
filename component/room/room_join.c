#include "base/bug.h"
#include "room/room_state.h"
#include "room/room_view.h"

static const struct room_join *wanted(const struct room_turn *turn)
{
    return &turn->event->u.join;
}

static enum err refuse_code(struct room_turn *turn,
                            const struct room_verdict *verdict)
{
    enum err rc = room__refuse(turn, ROOM_REFUSE_WRONG_CODE);

    if (rc == ERR_OK && turn->event->request.kind != ROOM_REQUEST_NONE) {
        turn->out->last->u.refuse.attempts_left = verdict->attempts_left;
        turn->out->last->u.refuse.wait_ms = verdict->wait_ms;
    }
    return rc;
}

/* Looks at both seats, always, so that the time tells nothing. */
static uint8_t seat_of_code(const struct room *room, const struct secret *code)
{
    unsigned first = secret_equal(&room->seats[0].code, code);
    unsigned second = secret_equal(&room->seats[1].code, code);

    return (uint8_t)(first | (second & ~first) << 1);
}

/* *seat is 0 when the answer was a refusal. */
static enum err try_code(struct room_turn *turn, uint8_t *seat)
{
    struct room_verdict verdict = room__attempt_ask(turn);
    enum err rc;

    *seat = 0;
    if (verdict.is_limited || !wanted(turn)->has_code)
        return refuse_code(turn, &verdict);
    *seat = seat_of_code(turn->room, &wanted(turn)->code);
    if (*seat != 0)
        return room__attempt_good(turn);
    if ((rc = room__attempt_failed(turn, &verdict)) != ERR_OK)
        return rc;
    return refuse_code(turn, &verdict);
}

static enum err store_member(struct room_turn *turn, struct span bare,
                             uint8_t seat)
{
    struct room_effect *effect =
        room__add(turn, ROOM_EFFECT_STORE_MEMBER, false);

    if (effect == NULL)
        return ERR_NOMEM;
    effect->u.member.seat = seat;
    return room__copy(turn->out, bare, &effect->u.member.bare);
}

/* A native account needs no code from now on. */
static enum err bind_account(struct room_turn *turn, uint8_t seat)
{
    const struct room_actor *actor = &turn->event->actor;
    struct room_member *dropped;
    bool is_new;
    enum err rc;

    if (actor->leg != ROOM_LEG_NATIVE)
        return ERR_OK;
    rc = room__member_bind(turn->room, actor->bare, seat, &is_new, &dropped);
    if (rc != ERR_OK)
        return rc;
    if (dropped != NULL)
        rc = store_member(turn, (struct span){dropped->bare, dropped->len}, 0);
    if (rc == ERR_OK && is_new)
        rc = store_member(turn, actor->bare, seat);
    room__member_free(dropped);
    return rc;
}

static struct room_session *longest_silent(const struct room *room,
                                           uint8_t seat, size_t *count)
{
    struct room_session *found = NULL;

    *count = 0;
    for (size_t i = 0; i < room->session_count; i++) {
        struct room_session *session = room->sessions[i];

        if (session->seat != seat)
            continue;
        (*count)++;
        if (found == NULL || session->heard_ms < found->heard_ms)
            found = session;
    }
    return found;
}

/* The newcomer is never refused: others go until there is a place. */
static enum err make_place(struct room_turn *turn, uint8_t seat)
{
    size_t most = room__sessions_max(turn->engine);

    for (;;) {
        size_t count;
        struct room_session *silent = longest_silent(turn->room, seat, &count);
        enum err rc;

        if (count < most)
            return ERR_OK;
        rc = room__remove_quietly(turn, silent, ROOM_REMOVAL_EVICTED);
        if (rc != ERR_OK)
            return rc;
    }
}

static enum err add_session(struct room_turn *turn, uint8_t seat,
                            struct room_session **out)
{
    const struct room_actor *actor = &turn->event->actor;
    struct room_session_image image = {
        .jid = actor->jid,
        .bare = actor->bare,
        .seat = seat,
        .leg = actor->leg,
        .presence = wanted(turn)->presence,
        .joined_ms = turn->now_ms,
    };
    enum err rc;

    if ((rc = make_place(turn, seat)) != ERR_OK)
        return rc;
    return room__session_add(turn->room, &image, out);
}

static enum err tell_self(struct room_turn *turn,
                          const struct room_session *session, bool has_token)
{
    const struct room_seat *seat = &turn->room->seats[session->seat - 1];
    struct span name = {seat->name, seat->name_len};
    struct room_effect *effect;
    enum err rc = room__tell(turn, session, session->seat, true, &effect);

    if (rc != ERR_OK)
        return rc;
    effect->u.presence.is_joining = true;
    effect->u.presence.is_renamed = !span_equal(wanted(turn)->nick, name);
    if (!has_token)
        return ERR_OK;
    return room__copy(turn->out, wanted(turn)->offer.text,
                      &effect->u.presence.token);
}

static enum err replay(struct room_turn *turn,
                       const struct room_session *session)
{
    struct room_effect *effect = room__add(turn, ROOM_EFFECT_REPLAY, false);
    enum err rc;

    if (effect == NULL)
        return ERR_NOMEM;
    effect->u.replay.history = wanted(turn)->history;
    effect->u.replay.upto_seq = room_last_seq(turn->room);
    rc = room__copy(turn->out, session->jid, &effect->u.replay.to);
    if (rc != ERR_OK)
        return rc;
    effect = room__add(turn, ROOM_EFFECT_SUBJECT, false);
    if (effect == NULL)
        return ERR_NOMEM;
    return room__copy(turn->out, session->jid, &effect->u.to);
}

/* XEP-0045 7.1: the other, oneself, history, subject; clients hang when any
 * of it is missing or in another order. */
static enum err greet(struct room_turn *turn,
                      const struct room_session *session, bool has_token)
{
    uint8_t other = session->seat == 1 ? 2 : 1;
    enum err rc;

    if (room_seat_is_online(turn->room, other)) {
        rc = room__tell(turn, session, other, false, NULL);
        if (rc != ERR_OK)
            return rc;
    }
    if ((rc = tell_self(turn, session, has_token)) != ERR_OK)
        return rc;
    return replay(turn, session);
}

/* `before` is what the others saw of the seat. */
static enum err tell_others(struct room_turn *turn,
                            const struct room_session *session,
                            const struct room_shown *before)
{
    if (!room__shown_changed(turn->room, session->seat, before))
        return ERR_OK;
    return room__tell_all(turn, session->seat, session);
}

static enum err admit(struct room_turn *turn, const struct room_ticket *ticket,
                      bool is_by_code)
{
    struct room_session *session;
    struct room_shown before;
    bool has_token;
    enum err rc;

    BUG_IF(ticket->seat < 1 || ticket->seat > ROOM_SEATS);
    if ((rc = room__shown_take(turn, ticket->seat, &before)) != ERR_OK)
        return rc;
    if ((rc = add_session(turn, ticket->seat, &session)) != ERR_OK)
        return rc;
    if ((rc = room__store_session(turn, session)) != ERR_OK)
        return rc;
    if ((rc = room__token_give(turn, session, ticket, &has_token)) != ERR_OK)
        return rc;
    if ((rc = greet(turn, session, has_token)) != ERR_OK)
        return rc;
    if (is_by_code && session->leg == ROOM_LEG_NATIVE) {
        rc = room__notice(turn, ROOM_NOTICE_WELCOME, session, false, NULL);
        if (rc != ERR_OK)
            return rc;
    }
    return tell_others(turn, session, &before);
}

static enum err admit_by_code(struct room_turn *turn)
{
    struct room_ticket ticket = {.family = NULL};
    enum err rc;

    if ((rc = try_code(turn, &ticket.seat)) != ERR_OK || ticket.seat == 0)
        return rc;
    turn->room->seats[ticket.seat - 1].is_used = true;
    if ((rc = bind_account(turn, ticket.seat)) != ERR_OK)
        return rc;
    if ((rc = room__activity(turn, turn->now_ms, true)) != ERR_OK)
        return rc;
    return admit(turn, &ticket, true);
}

/* Who is in already gets everything again (XEP-0045 7.2.2). */
static enum err resync(struct room_turn *turn, struct room_session *session)
{
    struct room_shown before;
    bool has_token;
    enum err rc;

    if ((rc = room__shown_take(turn, session->seat, &before)) != ERR_OK)
        return rc;
    room__session_heard(session, turn->now_ms);
    session->greeted_ms = turn->now_ms;
    rc = room__session_show(turn, session, wanted(turn)->presence);
    if (rc != ERR_OK)
        return rc;
    rc = room__token_give_again(turn, session, &has_token);
    if (rc != ERR_OK)
        return rc;
    if ((rc = greet(turn, session, has_token)) != ERR_OK)
        return rc;
    return tell_others(turn, session, &before);
}

/* Says whether this kind of session may be in this kind of room at all. */
static bool is_wrong_kind(const struct room_turn *turn, enum room_refusal *why)
{
    enum room_leg leg = turn->event->actor.leg;
    enum room_protection protection = turn->room->protection;

    if (leg == ROOM_LEG_CONTROL)
        *why = ROOM_REFUSE_NOT_MEMBER;
    else if (leg == ROOM_LEG_NATIVE && protection == ROOM_PROTECTION_LINK)
        *why = ROOM_REFUSE_BROWSERS_ONLY;
    else if (leg == ROOM_LEG_GUEST && protection == ROOM_PROTECTION_OMEMO)
        *why = ROOM_REFUSE_APPS_ONLY;
    else
        return false;
    return true;
}

enum err room__join(struct room_turn *turn)
{
    const struct room_actor *actor = &turn->event->actor;
    struct room_session *session;
    struct room_ticket ticket;
    enum room_refusal why;
    enum err rc;

    if (is_wrong_kind(turn, &why))
        return room__refuse(turn, why);
    session = room__session_find(turn->room, actor->jid);
    if (session != NULL)
        return resync(turn, session);
    if ((rc = room__token_take(turn, &ticket)) != ERR_OK)
        return rc;
    if (actor->leg == ROOM_LEG_NATIVE)
        ticket.seat = room_seat_of_member(turn->room, actor->bare);
    if (ticket.seat != 0)
        return admit(turn, &ticket, false);
    return admit_by_code(turn);
}

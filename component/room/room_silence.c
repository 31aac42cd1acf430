#include "room/room_state.h"
#include "room/room_view.h"

int64_t room__warning_ms(const struct room_engine *engine,
                         const struct room *room)
{
    int64_t most_ms = engine->limits.idle_warning_ms;

    return most_ms < room->idle_ms / 10 ? most_ms : room->idle_ms / 10;
}

static bool is_warned(const struct room_engine *engine, const struct room *room)
{
    return room->warned_run != 0 && room->warned_run == engine->run;
}

static bool has_natives(const struct room *room)
{
    if (room->member_count > 0)
        return true;
    for (size_t i = 0; i < room->session_count; i++) {
        if (room->sessions[i]->leg == ROOM_LEG_NATIVE)
            return true;
    }
    return false;
}

/* People who cannot reach us did not fall silent. */
static bool is_held(const struct room_engine *engine, const struct room *room)
{
    return !engine->is_linked && has_natives(room);
}

int64_t room__silence_due_ms(const struct room_engine *engine,
                             const struct room *room)
{
    int64_t due_ms = room->deadline_ms;

    if (!is_warned(engine, room))
        due_ms -= room__warning_ms(engine, room);
    if (is_held(engine, room) && due_ms < room->held_until_ms)
        due_ms = room->held_until_ms;
    return due_ms;
}

int64_t room__due_ms(const struct room_engine *engine, const struct room *room)
{
    int64_t due_ms;

    if (room->is_ended)
        return INT64_MAX;
    due_ms = room__silence_due_ms(engine, room);
    for (size_t i = 0; i < room->session_count; i++) {
        if (room->sessions[i]->ask_ms < due_ms)
            due_ms = room->sessions[i]->ask_ms;
        if (room->sessions[i]->show_ms < due_ms)
            due_ms = room->sessions[i]->show_ms;
    }
    return due_ms;
}

enum err room__activity(struct room_turn *turn, int64_t at_ms, bool is_stored)
{
    struct room *room = turn->room;
    int64_t deadline_ms = at_ms + room->idle_ms;

    if (deadline_ms > room->deadline_ms)
        room->deadline_ms = deadline_ms;
    if (room->warned_run != 0) {
        room->warned_run = 0;
        is_stored = true;
    }
    if (is_stored ||
        room->deadline_ms - room->stored_deadline_ms > room->idle_ms / 16)
        return room__store_state(turn);
    return ERR_OK;
}

enum err room__keep_now(struct room_turn *turn,
                        const struct room_request *request)
{
    struct room_effect *notice;
    enum err rc;

    if ((rc = room__activity(turn, turn->now_ms, true)) != ERR_OK)
        return rc;
    rc = room__notice(turn, ROOM_NOTICE_KEPT, NULL, request != NULL, &notice);
    if (rc == ERR_OK)
        notice->u.notice.ms = turn->room->idle_ms;
    return rc;
}

enum err room__keep(struct room_turn *turn)
{
    const struct room_actor *actor = &turn->event->actor;
    struct room_session *session = room__session_find(turn->room, actor->jid);
    enum err rc;

    if (session != NULL)
        room__session_heard(session, turn->now_ms);
    else if (actor->leg != ROOM_LEG_NATIVE ||
             room_seat_of_member(turn->room, actor->bare) == 0)
        return room__refuse(turn, ROOM_REFUSE_NOT_MEMBER);
    if ((rc = room__keep_now(turn, NULL)) != ERR_OK)
        return rc;
    if (turn->event->request.kind == ROOM_REQUEST_NONE)
        return ERR_OK;
    return room__add(turn, ROOM_EFFECT_RESULT, true) != NULL ? ERR_OK
                                                             : ERR_NOMEM;
}

static enum err warn(struct room_turn *turn)
{
    struct room *room = turn->room;
    int64_t span_ms = room__warning_ms(turn->engine, room);
    struct room_effect *notice;
    enum err rc;

    room->warned_run = turn->engine->run;
    if (room->deadline_ms < turn->now_ms + span_ms)
        room->deadline_ms = turn->now_ms + span_ms;
    if ((rc = room__store_state(turn)) != ERR_OK)
        return rc;
    rc = room__notice(turn, ROOM_NOTICE_SILENCE, NULL, false, &notice);
    if (rc == ERR_OK)
        notice->u.notice.ms = room->deadline_ms - turn->now_ms;
    return rc;
}

static enum err ask_again(struct room_turn *turn)
{
    for (size_t i = 0; i < turn->room->session_count; i++) {
        struct room_session *session = turn->room->sessions[i];
        struct room_effect *effect;
        enum err rc;

        if (session->ask_ms > turn->now_ms)
            continue;
        session->ask_ms = INT64_MAX;
        effect = room__add(turn, ROOM_EFFECT_ASK, false);
        if (effect == NULL)
            return ERR_NOMEM;
        if ((rc = room__copy(turn->out, session->jid, &effect->u.to)) != ERR_OK)
            return rc;
    }
    return ERR_OK;
}

/* Messages moved the deadline and the disk was not told: without this the
 * router would find the room due again and again. */
static enum err renew_wake(struct room_turn *turn)
{
    if (turn->room->stored_wake_ms > turn->now_ms)
        return ERR_OK;
    return room__store_state(turn);
}

enum err room__time(struct room_turn *turn)
{
    struct room *room = turn->room;
    enum err rc;

    if ((rc = ask_again(turn)) != ERR_OK)
        return rc;
    if ((rc = room__presence_due(turn)) != ERR_OK)
        return rc;
    if (turn->now_ms < room__silence_due_ms(turn->engine, room))
        return renew_wake(turn);
    if (is_held(turn->engine, room)) {
        room->held_until_ms = turn->now_ms + ROOM_QUIET_MS;
        return room__store_state(turn);
    }
    if (!is_warned(turn->engine, room))
        return warn(turn);
    return room__end(turn, ROOM_CAUSE_SILENCE);
}

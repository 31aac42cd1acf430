#include <string.h>

#include "room/room_state.h"
#include "room/room_view.h"

enum err room__refuse(struct room_turn *turn, enum room_refusal why)
{
    struct room_effect *effect;

    if (turn->event->request.kind == ROOM_REQUEST_NONE)
        return ERR_OK;
    effect = room__add(turn, ROOM_EFFECT_REFUSE, true);
    if (effect == NULL)
        return ERR_NOMEM;
    effect->u.refuse.why = why;
    return ERR_OK;
}

/* One block for the list and all its bytes: this runs for every message. */
enum err room__everybody(struct room_turn *turn, const struct span **to,
                         size_t *count)
{
    const struct room *room = turn->room;
    size_t size = room->session_count * sizeof(struct span);
    struct span *list;
    char *at;

    for (size_t i = 0; i < room->session_count; i++)
        size += room->sessions[i]->jid.len;
    list = arena_alloc(&turn->out->arena, size);
    if (list == NULL)
        return ERR_NOMEM;
    at = (char *)(list + room->session_count);
    for (size_t i = 0; i < room->session_count; i++) {
        struct span jid = room->sessions[i]->jid;

        memcpy(at, jid.at, jid.len);
        list[i] = (struct span){at, jid.len};
        at += jid.len;
    }
    *to = list;
    *count = room->session_count;
    return ERR_OK;
}

static enum err one_receiver(struct room_turn *turn,
                             const struct room_session *session,
                             const struct span **to, size_t *count)
{
    struct span *list = arena_alloc(&turn->out->arena, sizeof(*list));

    if (list == NULL)
        return ERR_NOMEM;
    *to = list;
    *count = 1;
    return room__copy(turn->out, session->jid, list);
}

enum err room__notice(struct room_turn *turn, enum room_notice what,
                      const struct room_session *only, bool is_answer,
                      struct room_effect **out)
{
    struct room_effect *effect = room__add(turn, ROOM_EFFECT_NOTICE, is_answer);
    enum err rc;

    if (effect == NULL)
        return ERR_NOMEM;
    effect->u.notice.what = what;
    if (only != NULL)
        rc = one_receiver(turn, only, &effect->u.notice.to,
                          &effect->u.notice.to_count);
    else
        rc = room__everybody(turn, &effect->u.notice.to,
                             &effect->u.notice.to_count);
    if (rc == ERR_OK && out != NULL)
        *out = effect;
    return rc;
}

/* The address shown in a non-anonymous room: to oneself the own one. */
static struct span shown_jid(const struct room *room,
                             const struct room_session *to,
                             const struct room_session *shown)
{
    if (room->protection != ROOM_PROTECTION_OMEMO || shown == NULL)
        return SPAN_EMPTY;
    return shown->seat == to->seat ? to->jid : shown->jid;
}

enum err room__tell(struct room_turn *turn, const struct room_session *to,
                    uint8_t seat, bool is_answer, struct room_effect **out)
{
    const struct room_session *shown = room__session_shown(turn->room, seat);
    struct room_effect *effect =
        room__add(turn, ROOM_EFFECT_PRESENCE, is_answer);
    enum err rc;

    if (effect == NULL)
        return ERR_NOMEM;
    effect->u.presence.seat = seat;
    effect->u.presence.is_self = to->seat == seat;
    effect->u.presence.is_available = shown != NULL;
    effect->u.presence.id = effect->request.id;
    rc = room__copy(turn->out, to->jid, &effect->u.presence.to);
    if (rc != ERR_OK)
        return rc;
    rc = room__copy(turn->out, shown_jid(turn->room, to, shown),
                    &effect->u.presence.jid);
    if (rc == ERR_OK && shown != NULL)
        rc = room__copy(turn->out, room__session_presence(shown),
                        &effect->u.presence.presence);
    if (rc == ERR_OK && out != NULL)
        *out = effect;
    return rc;
}

enum err room__tell_all(struct room_turn *turn, uint8_t seat,
                        const struct room_session *except)
{
    for (size_t i = 0; i < turn->room->session_count; i++) {
        const struct room_session *to = turn->room->sessions[i];
        enum err rc;

        if (to == except)
            continue;
        if ((rc = room__tell(turn, to, seat, false, NULL)) != ERR_OK)
            return rc;
    }
    return ERR_OK;
}

enum err room__session_show(struct room_turn *turn,
                            struct room_session *session, struct span presence)
{
    enum err rc;

    room__session_drop_later(session);
    if (session == room__session_shown(turn->room, session->seat) &&
        span_equal(room__session_presence(session), presence))
        return ERR_OK;
    rc = room__session_renew(turn->room, session, presence, turn->now_ms);
    if (rc != ERR_OK)
        return rc;
    return room__store_session(turn, session);
}

enum err room__shown_take(struct room_turn *turn, uint8_t seat,
                          struct room_shown *out)
{
    const struct room_session *shown = room__session_shown(turn->room, seat);
    enum err rc;

    *out = (struct room_shown){.is_online = shown != NULL};
    if (shown == NULL)
        return ERR_OK;
    rc = room__copy(turn->out, room__session_presence(shown), &out->presence);
    if (rc != ERR_OK)
        return rc;
    return room__copy(turn->out, shown->bare, &out->bare);
}

/* Where addresses are shown, another account is another sight. */
bool room__shown_changed(const struct room *room, uint8_t seat,
                         const struct room_shown *before)
{
    const struct room_session *now = room__session_shown(room, seat);

    if ((now != NULL) != before->is_online)
        return true;
    if (now == NULL)
        return false;
    return !span_equal(room__session_presence(now), before->presence) ||
           (room->protection == ROOM_PROTECTION_OMEMO &&
            !span_equal(now->bare, before->bare));
}

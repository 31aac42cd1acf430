#include "service/service_internal.h"

static enum err copy_presence(struct service_call *call,
                              const struct room_session_image *session,
                              struct room_effect *effect)
{
    struct arena *arena = &call->out->arena;
    enum err rc;

    rc = arena_copy(arena, call->stanza->from.full, &effect->u.presence.to);
    if (rc == ERR_OK)
        rc = arena_copy(arena, session->presence, &effect->u.presence.presence);
    if (rc == ERR_OK &&
        room_get_protection(call->room) == ROOM_PROTECTION_OMEMO)
        rc = arena_copy(arena, session->jid, &effect->u.presence.jid);
    return rc;
}

/* A probe is answered with what was last said (RFC 6121 4.3.2). */
static enum err probe(struct service_call *call)
{
    uint8_t own = room_seat_of_session(call->room, call->stanza->from.full);
    uint8_t seat = service__seat_named(call->room, call->stanza->to.resource);
    struct room_session_image session;
    struct room_effect *effect;

    if (own == 0)
        return service__stray(call, STANZA_NOT_ACCEPTABLE, TEXT_NOT_JOINED);
    if (seat == 0 || !room_session_shown(call->room, seat, &session))
        return service__error(call, STANZA_ITEM_NOT_FOUND, TEXT_NONE);
    effect =
        room_effects_add(call->out, ROOM_EFFECT_PRESENCE, call->room, NULL);
    if (effect == NULL)
        return ERR_NOMEM;
    effect->u.presence.seat = seat;
    effect->u.presence.is_self = seat == own;
    effect->u.presence.is_available = true;
    return copy_presence(call, &session, effect);
}

static enum err update(struct service_call *call)
{
    struct room_event event = service__event(call, ROOM_EVENT_PRESENCE);
    bool may = true;
    enum err rc = ERR_OK;

    if (room_seat_of_session(call->room, call->stanza->from.full) == 0)
        rc = service__may_answer_stray(call, &may);
    if (rc != ERR_OK || !may)
        return rc;
    rc = service__presence_payload(call, &event.u.presence);
    if (rc != ERR_OK)
        return rc;
    return service__step(call, &event);
}

enum err service__presence(struct service_call *call)
{
    struct span type = call->stanza->type;
    const struct xml_node *muc = xml_child(call->stanza->node, "x", NS_MUC);
    struct room_event event;

    if (type.at == NULL)
        return muc != NULL ? service__join(call, muc) : update(call);
    if (span_is(type, "unavailable")) {
        service__guest_left(call);
        event = service__event(call, ROOM_EVENT_LEAVE);
        return service__step(call, &event);
    }
    if (span_is(type, "error"))
        return service__ghost(call);
    if (span_is(type, "probe"))
        return probe(call);
    /* Subscriptions to a room mean nothing. */
    return ERR_OK;
}

/* service_dispatch.c - by address: DOMAIN, ROOM, occupant. */
#include "service/service_internal.h"

static bool is_occupant_ping(const struct service_call *call)
{
    return call->request.kind == ROOM_REQUEST_IQ &&
           call->stanza->to.resource.len > 0 &&
           xml_is(service__question(call), "ping", NS_PING);
}

/* A question and a join wait for an answer; the rest may stay without. */
static bool must_be_answered(const struct service_call *call)
{
    return call->request.kind == ROOM_REQUEST_IQ ||
           (call->stanza->kind == STANZA_PRESENCE &&
            xml_child(call->stanza->node, "x", NS_MUC) != NULL);
}

/* A room that is not, or no more.  To a self-ping "not found" would mean "you
 * are still in it" (XEP-0410 3.2). */
static enum err nowhere(struct service_call *call)
{
    bool may = true;
    enum err rc = ERR_OK;

    if (!must_be_answered(call))
        rc = service__may_answer_stray(call, &may);
    if (rc != ERR_OK || !may)
        return rc;
    if (is_occupant_ping(call))
        return service__error(call, STANZA_NOT_ACCEPTABLE, TEXT_NOT_JOINED);
    if (call->in->found.fate == SERVICE_ENDED ||
        call->in->found.fate == SERVICE_LIVE)
        return service__error(call, STANZA_GONE, TEXT_GONE);
    return service__error(call, STANZA_ITEM_NOT_FOUND, TEXT_NO_ROOM);
}

enum err service__room(struct service_call *call)
{
    if (call->room == NULL)
        return nowhere(call);
    switch (call->stanza->kind) {
    case STANZA_PRESENCE:
        return service__presence(call);
    case STANZA_MESSAGE:
        return service__message(call);
    case STANZA_IQ:
        break;
    }
    if (call->request.kind == ROOM_REQUEST_NONE)
        return service__pong(call);
    if (call->stanza->to.resource.len > 0)
        return service__iq_occupant(call);
    return service__iq_room(call);
}

enum err service__domain(struct service_call *call)
{
    switch (call->stanza->kind) {
    case STANZA_PRESENCE:
        return service__guest_presence(call);
    case STANZA_MESSAGE:
        return service__text_to_domain(call);
    case STANZA_IQ:
        break;
    }
    if (call->request.kind == ROOM_REQUEST_NONE)
        return ERR_OK;
    return service__iq_domain(call);
}

static enum err too_much(struct service_call *call)
{
    call->is_answered = true;
    if (!must_be_answered(call))
        return ERR_OK;
    return service__error(call, STANZA_RESOURCE_CONSTRAINT, TEXT_TOO_MUCH);
}

static enum err dispatch(struct service_call *call)
{
    const struct stanza *stanza = call->stanza;
    bool is_asked = call->request.kind != ROOM_REQUEST_NONE;

    if (call->in->is_too_much)
        return too_much(call);
    if (call->in->is_unreadable)
        return service__error(call, STANZA_RESOURCE_CONSTRAINT, TEXT_TRY_LATER);
    if (stanza->is_to_malformed)
        return service__error(call, STANZA_JID_MALFORMED, TEXT_BAD_ADDRESS);
    if (stanza->verdict != XML_WHOLE && is_asked)
        return service__error(call, STANZA_POLICY_VIOLATION, TEXT_TOO_BIG);
    if (call->request.kind == ROOM_REQUEST_IQ &&
        (stanza->id.at == NULL || service__question(call) == NULL))
        return service__error(call, STANZA_BAD_REQUEST, TEXT_NO_ID);
    if (stanza->to.local.len == 0)
        return service__domain(call);
    return service__room(call);
}

static const struct room *live_room(const struct service_input *in)
{
    if (in->found.fate != SERVICE_LIVE || in->found.room == NULL ||
        room_is_ended(in->found.room))
        return NULL;
    return in->found.room;
}

enum err service_handle(struct service *service, const struct service_input *in,
                        struct room_effects *out)
{
    struct service_call call = {
        .service = service,
        .in = in,
        .stanza = in->stanza,
        .room = live_room(in),
        .out = out,
    };
    enum err rc;

    service_request_of(in->stanza, &call.request);
    if (!span_equal(in->stanza->to.domain, service->options.domain) &&
        in->stanza->is_to_malformed)
        call.request.to = service->options.domain;
    rc = dispatch(&call);
    /* Whatever we do not know is answered too (RFC 6120 8.2.3). */
    if (rc == ERR_OK && call.request.kind == ROOM_REQUEST_IQ &&
        !call.is_answered)
        rc = service__error(&call, STANZA_SERVICE_UNAVAILABLE, TEXT_NONE);
    service__wipe_buf(&service->payload);
    service__wipe_buf(&service->written);
    arena_reset(&service->arena);
    return rc;
}

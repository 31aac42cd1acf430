/* service_message.c - messages to a room and to an occupant. */
#include <string.h>

#include "service/service_internal.h"

static struct span id_of(const struct xml_node *node)
{
    return node != NULL ? xml_attr(node, "id") : SPAN_EMPTY;
}

/* An id as the room knows it. */
static enum err hash_id(struct service_call *call, struct span id,
                        uint8_t out[ROOM_ID_HASH_BYTES])
{
    struct secret digest;
    enum err rc;

    if (id.len == 0)
        return ERR_OK;
    rc = crypto_sha256(call->service->crypto, id, &digest);
    if (rc == ERR_OK)
        memcpy(out, digest.at, ROOM_ID_HASH_BYTES);
    return rc;
}

static enum err fill_ids(struct service_call *call,
                         const struct service_class *about,
                         struct room_message *out)
{
    const struct span origin = id_of(about->origin);
    const struct span id = call->stanza->id;
    const struct span corrected = id_of(about->replace);
    enum err rc;

    if (origin.len > 0)
        out->flags |= ROOM_ENTRY_ORIGIN;
    else if (id.len > 0)
        out->flags |= ROOM_ENTRY_ID;
    rc = hash_id(call, origin.len > 0 ? origin : id, out->id_hash);
    if (rc != ERR_OK)
        return rc;
    out->is_correction = corrected.len > 0;
    return hash_id(call, corrected, out->corrects);
}

static enum err fill_retraction(struct service_call *call,
                                const struct service_class *about,
                                struct room_message *out)
{
    const struct span id = id_of(about->retract);
    enum err rc;

    if (about->retract == NULL)
        return ERR_OK;
    out->is_retraction = true;
    rc = service__seq_of(call->service, call->room, id, &out->retracts_seq);
    out->has_retracts = out->retracts_seq == 0 && id.len > 0;
    if (rc != ERR_OK || !out->has_retracts)
        return rc;
    return hash_id(call, id, out->retracts);
}

static enum err fill(struct service_call *call,
                     const struct service_class *about,
                     struct room_message *out)
{
    const struct stanza *stanza = call->stanza;
    enum err rc;

    out->is_archived = service__is_archived(about);
    if (out->is_archived)
        out->flags = service__entry_flags(about);
    if (stanza->id.len > 0)
        out->id = stanza->id;
    out->lang = stanza->lang;
    out->body_bytes = about->body_bytes;
    out->has_body = about->has_body;
    out->has_omemo = about->has_omemo;
    out->has_link = about->has_link;
    out->is_readable =
        about->has_detail || about->has_other || about->has_thread;
    out->word = service__word(about->body);
    if ((rc = fill_ids(call, about, out)) != ERR_OK)
        return rc;
    if ((rc = fill_retraction(call, about, out)) != ERR_OK)
        return rc;
    return service__clean(call, &out->payload);
}

static enum err groupchat(struct service_call *call)
{
    struct service_class about;
    struct room_event event;
    enum err rc;

    service__classify(call->stanza, &about);
    if (about.has_subject && !about.has_body && !about.has_thread &&
        !about.has_encryption)
        return service__error(call, STANZA_FORBIDDEN, TEXT_SUBJECT);
    event = service__event(call, ROOM_EVENT_MESSAGE);
    rc = fill(call, &about, &event.u.message);
    if (rc == ERR_LIMIT || rc == ERR_SYNTAX)
        return service__error(call, STANZA_POLICY_VIOLATION, TEXT_TOO_LONG);
    if (rc != ERR_OK)
        return rc;
    if (!about.has_body && !about.has_encryption && !about.has_content &&
        !about.has_signal && !about.has_other && !about.has_store)
        return service__error(call, STANZA_BAD_REQUEST, TEXT_EMPTY);
    if (event.u.message.payload.len == 0)
        return service__error(call, STANZA_BAD_REQUEST, TEXT_EMPTY);
    return service__step(call, &event);
}

/* Nobody is bothered about a "seen" or "is typing" that went astray. */
static bool is_only_signal(const struct service_call *call)
{
    struct service_class about;

    service__classify(call->stanza, &about);
    return about.has_signal && !about.has_body && !about.has_encryption;
}

static enum err to_occupant(struct service_call *call)
{
    if (span_is(call->stanza->type, "groupchat"))
        return service__error(call, STANZA_BAD_REQUEST, TEXT_TO_OCCUPANT);
    if (service__seat_named(call->room, call->stanza->to.resource) == 0)
        return service__error(call, STANZA_ITEM_NOT_FOUND, TEXT_NONE);
    return service__error(call, STANZA_FORBIDDEN, TEXT_PRIVATE);
}

/* We keep digests of codes, not codes: there is nothing to hand on. */
static enum err to_room(struct service_call *call)
{
    if (service__is_invite(call->stanza))
        return service__error(call, STANZA_FORBIDDEN, TEXT_INVITE);
    return service__error(call, STANZA_BAD_REQUEST, TEXT_NOT_FOR_ROOM);
}

enum err service__message(struct service_call *call)
{
    const struct stanza *stanza = call->stanza;
    bool is_groupchat = span_is(stanza->type, "groupchat");

    if (span_is(stanza->type, "error"))
        return service__ghost(call);
    if (!is_groupchat &&
        (is_only_signal(call) || service__is_unanswerable(stanza)))
        return ERR_OK;
    if (room_seat_of_session(call->room, stanza->from.full) == 0)
        return service__stray(call, STANZA_NOT_ACCEPTABLE, TEXT_NOT_JOINED);
    if (stanza->to.resource.len > 0)
        return to_occupant(call);
    return is_groupchat ? groupchat(call) : to_room(call);
}

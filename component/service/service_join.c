/* service_join.c - available presence with <x muc/>. */
#include <string.h>

#include "service/service_internal.h"

/* -1 where there is none, or none that can be read (XEP-0045 7.2.14 lets us
 * ignore it). */
static int64_t number_of(const struct xml_node *history, const char *name)
{
    uint64_t number;

    if (history == NULL ||
        !span_to_u64(span_trim(xml_attr(history, name)), INT32_MAX, &number))
        return -1;
    return (int64_t)number;
}

static void read_history(const struct xml_node *muc, int64_t now_ms,
                         struct room_history_request *out)
{
    const struct xml_node *history = xml_child(muc, "history", NULL);
    int64_t seconds = number_of(history, "seconds");
    int64_t since_ms;

    out->max_chars = number_of(history, "maxchars");
    out->max_stanzas = number_of(history, "maxstanzas");
    out->since_ms = -1;
    if (history != NULL &&
        stanza_parse_time(span_trim(xml_attr(history, "since")), &since_ms) &&
        since_ms > 0)
        out->since_ms = since_ms;
    if (seconds >= 0 && now_ms - seconds * 1000 > out->since_ms)
        out->since_ms = now_ms - seconds * 1000;
}

/* What is no code is digested as a code that nobody has: the same work and
 * the same answer as for a wrong one. */
static enum err read_code(struct service_call *call, const struct xml_node *muc,
                          struct room_join *out)
{
    /* One client sends it in a foreign namespace. */
    const struct xml_node *password = xml_child(muc, "password", NULL);
    char code[CODE_CHARS];
    bool is_code;
    enum err rc;

    if (password == NULL || span_trim(xml_text(password)).len == 0)
        return ERR_OK;
    out->has_code = true;
    is_code = base32_normalise_code(xml_text(password), code);
    rc = service_code_digest(call->service->crypto,
                             &room_get_keys(call->room)->code,
                             room_local(call->room), code, &out->code);
    service__wipe(code, sizeof(code));
    if (!is_code)
        secret_clear(&out->code);
    return rc;
}

/* A guest may show a token instead, and leaves with a new one. */
static enum err read_token(struct service_call *call,
                           const struct xml_node *muc,
                           char text[SERVICE_TOKEN_CHARS],
                           struct room_join *out)
{
    const struct xml_node *password = xml_child(muc, "password", NULL);
    enum err rc;

    if (call->in->leg != ROOM_LEG_GUEST)
        return ERR_OK;
    rc = service__token_offer(call, text, out);
    if (rc == ERR_OK && password != NULL)
        rc = service__token_read(call, xml_text(password), out);
    return rc;
}

enum err service__join(struct service_call *call, const struct xml_node *muc)
{
    char token[SERVICE_TOKEN_CHARS] = {0};
    struct room_event event;
    bool may;
    enum err rc;

    if (call->stanza->to.resource.len == 0)
        return service__error(call, STANZA_JID_MALFORMED, TEXT_BAD_ADDRESS);
    rc = service__guest_may_join(call, &may);
    if (rc != ERR_OK)
        return rc;
    if (!may)
        return service__error(call, STANZA_RESOURCE_CONSTRAINT,
                              TEXT_TOO_MANY_CHATS);
    event = service__event(call, ROOM_EVENT_JOIN);
    event.u.join.nick = call->stanza->to.resource;
    read_history(muc, call->in->now_ms, &event.u.join.history);
    rc = service__presence_payload(call, &event.u.join.presence);
    if (rc == ERR_OK)
        rc = read_code(call, muc, &event.u.join);
    if (rc == ERR_OK)
        rc = read_token(call, muc, token, &event.u.join);
    if (rc == ERR_OK)
        rc = service__step(call, &event);
    if (rc == ERR_OK && call->in->leg == ROOM_LEG_GUEST &&
        room_seat_of_session(call->room, event.actor.jid) != 0)
        rc = service__guest_joined(call);
    service__wipe(token, sizeof(token));
    secret_clear(&event.u.join.code);
    return rc;
}

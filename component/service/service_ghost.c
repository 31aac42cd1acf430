/* service_ghost.c - errors that tell that a session is gone, and answers to
 * our pings that tell that it is not. */
#include <string.h>

#include "service/service_internal.h"

enum verdict { ALIVE, DOUBTFUL, GONE, WHOLE_ACCOUNT_GONE };

static enum verdict judge(struct span condition)
{
    static const struct {
        const char *name;
        enum verdict verdict;
    } verdicts[] = {
        {"gone", WHOLE_ACCOUNT_GONE},
        {"remote-server-not-found", WHOLE_ACCOUNT_GONE},
        {"remote-server-timeout", WHOLE_ACCOUNT_GONE},
        {"item-not-found", GONE},
        {"recipient-unavailable", GONE},
        {"redirect", GONE},
        {"jid-malformed", GONE},
        {"internal-server-error", GONE},
        {"service-unavailable", DOUBTFUL},
    };

    for (size_t i = 0; i < sizeof(verdicts) / sizeof(*verdicts); i++)
        if (span_is(condition, verdicts[i].name))
            return verdicts[i].verdict;
    return ALIVE;
}

/* The name of the condition, or an empty span where there is none. */
static struct span condition_of(const struct stanza *stanza)
{
    const struct xml_node *error = service__own_child(stanza, "error");
    const struct xml_node *child =
        error != NULL ? service__element(error->first) : NULL;

    for (; child != NULL; child = service__element(child->next))
        if (span_is(child->ns, NS_STANZA_ERRORS) &&
            !span_is(child->name, "text"))
            return child->name;
    return SPAN_EMPTY;
}

static enum err step_ghost(struct service_call *call, struct span jid,
                           bool is_certain)
{
    struct room_event event = service__event(call, ROOM_EVENT_GHOST);

    event.actor.jid = jid;
    event.u.is_certain = is_certain;
    return service__step(call, &event);
}

/* Sessions of the bare JID that sent the error.  The list is made first:
 * stepping changes the room's own. */
static enum err account_gone(struct service_call *call)
{
    struct arena *arena = &call->service->arena;
    struct room_session_image image;
    size_t count = 0;
    struct span *gone;

    while (room_session_at(call->room, count, &image))
        count++;
    if (count == 0)
        return ERR_OK;
    gone = arena_alloc(arena, count * sizeof(*gone));
    if (gone == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; room_session_at(call->room, i, &image); i++)
        if (span_equal(image.bare, call->stanza->from.bare) &&
            arena_copy(arena, image.jid, &gone[i]) != ERR_OK)
            return ERR_NOMEM;
    for (size_t i = 0; i < count; i++) {
        enum err rc;

        if (gone[i].len == 0)
            continue;
        if ((rc = step_ghost(call, gone[i], true)) != ERR_OK)
            return rc;
    }
    return ERR_OK;
}

/* A bot may be in the chat by an address without a resource. */
static bool is_of_account(const struct service_call *call)
{
    const struct jid *from = &call->stanza->from;

    return from->resource.len == 0 &&
           room_seat_of_session(call->room, from->full) == 0;
}

/* A message or presence of ours came back. */
enum err service__ghost(struct service_call *call)
{
    const struct stanza *stanza = call->stanza;
    struct span condition = condition_of(stanza);
    enum verdict verdict = condition.len > 0 ? judge(condition) : GONE;

    if (stanza->kind == STANZA_PRESENCE && verdict < GONE)
        verdict = GONE;
    if (is_of_account(call))
        return verdict == WHOLE_ACCOUNT_GONE ? account_gone(call) : ERR_OK;
    if (verdict == ALIVE)
        return ERR_OK;
    return step_ghost(call, stanza->from.full, true);
}

bool service__is_our_ping(struct span id)
{
    return span_starts_with(id, SPAN("ping-"));
}

/* An iq result or error; the only iq we send is a ping.  A server answers
 * "service unavailable" for who is gone, and so does a living client that
 * knows no ping (RFC 6121 8.5.3.2.3). */
enum err service__pong(struct service_call *call)
{
    const struct stanza *stanza = call->stanza;
    enum verdict verdict = ALIVE;
    struct room_event event;

    if (!service__is_our_ping(stanza->id))
        return ERR_OK;
    if (span_is(stanza->type, "error"))
        verdict = judge(condition_of(stanza));
    else if (!span_is(stanza->type, "result"))
        return ERR_OK;
    if (is_of_account(call))
        return verdict == WHOLE_ACCOUNT_GONE ? account_gone(call) : ERR_OK;
    if (verdict != ALIVE)
        return step_ghost(call, stanza->from.full, verdict != DOUBTFUL);
    event = service__event(call, ROOM_EVENT_PONG);
    return service__step(call, &event);
}

#include <string.h>

#include "service/service_internal.h"

struct span service__stamp(const struct stanza *stanza)
{
    const struct xml_node *stamp = xml_child(stanza->node, "source", NS_SOURCE);

    /* In an iq it may stand inside the one child that an iq may have. */
    for (const struct xml_node *child = service__element(stanza->node->first);
         stamp == NULL && child != NULL; child = service__element(child->next))
        stamp = xml_child(child, "source", NS_SOURCE);
    return stamp != NULL ? xml_attr(stamp, "id") : SPAN_EMPTY;
}

static void fill_source(struct service_call *call, struct room_actor *actor)
{
    const struct service_port *port = &call->service->port;
    const struct jid *from = &call->stanza->from;

    switch (call->in->leg) {
    case ROOM_LEG_NATIVE:
        port->source(port->self, "jid", from->bare, actor->source);
        port->source(port->self, "domain", from->domain, actor->domain_source);
        actor->has_domain_source = true;
        break;
    case ROOM_LEG_GUEST:
        port->source(port->self, "guest", service__stamp(call->stanza),
                     actor->source);
        break;
    case ROOM_LEG_CONTROL:
        port->source(port->self, "control", SPAN_EMPTY, actor->source);
        break;
    }
}

struct room_event service__event(struct service_call *call,
                                 enum room_event_kind kind)
{
    struct room_event event;

    memset(&event, 0, sizeof(event));
    event.kind = kind;
    event.now_ms = call->in->now_ms;
    if (call->room != NULL)
        event.room = room_local(call->room);
    event.request = call->request;
    event.actor.jid = call->stanza->from.full;
    event.actor.bare = call->stanza->from.bare;
    event.actor.leg = call->in->leg;
    /* Only codes and creations are counted: a message costs no hash. */
    if (kind == ROOM_EVENT_JOIN || kind == ROOM_EVENT_CREATE)
        fill_source(call, &event.actor);
    return event;
}

enum err service__step(struct service_call *call,
                       const struct room_event *event)
{
    if (event->request.kind != ROOM_REQUEST_NONE)
        call->is_answered = true;
    return room_step(call->service->engine, event, call->out);
}

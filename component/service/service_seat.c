/* service_seat.c - our own questions: what a link leads to, how a room is. */
#include "service/service_internal.h"

void service__open_facts(struct xml_writer *xml, const struct room *room)
{
    char deadline[STANZA_TIME_BYTES];

    stanza_format_time(room_deadline_ms(room), deadline);
    xml_open(xml, "room", NS_ROOM);
    xml_put_attr_text(xml, "protection",
                      service__protection_name(room_get_protection(room)));
    xml_put_attr_number(xml, "idle", room_idle_ms(room) / 1000);
    xml_put_attr_text(xml, "deadline", deadline);
}

static enum err ended(struct service_call *call, enum room_cause cause)
{
    return service__error_full(
        call, &(struct service_error){
                  .condition = STANZA_GONE,
                  .text = service__text(TEXT_GONE),
                  .name = "ended",
                  .ns = NS_SEAT,
                  .attrs = {{"cause", 0, service_cause_name(cause)}},
              });
}

static enum err tell_seat(struct service_call *call, struct span id,
                          const struct service_found *found)
{
    struct service_address address;
    struct stanza_out *out = service__query_open(call, "seat", NS_SEAT);
    struct xml_writer *xml = &out->xml;

    xml_put_attr(xml, "id", id);
    xml_put_attr_number(xml, "number", found->seat);
    xml_put_attr(xml, "name", room_seat_name(found->room, found->seat));
    xml_put_attr(xml, "peer",
                 room_seat_name(found->room, found->seat == 1 ? 2 : 1));
    xml_put_attr(xml, "room",
                 service__address(call->service, found->room, 0, &address));
    xml_put_attr_text(
        xml, "protection",
        service__protection_name(room_get_protection(found->room)));
    xml_put_attr_text(xml, "state", "open");
    return service__query_close(call);
}

/* Browsers are strangers each time: what counts is where they come from. */
static enum err may_look(struct service_call *call, bool *may)
{
    struct service_use use = {call->stanza->from.bare, SERVICE_COST_LOOK_UP,
                              call->in->now_ms};
    struct span stamp = service__stamp(call->stanza);

    *may = true;
    if (call->in->leg == ROOM_LEG_CONTROL)
        return ERR_OK;
    if (call->in->leg == ROOM_LEG_GUEST && stamp.len > 0)
        use.sender = stamp;
    return service__flow_take(call->service, &use, may);
}

enum err service__seat_get(struct service_call *call,
                           const struct xml_node *query)
{
    const struct service_port *port = &call->service->port;
    struct service_found found = {.fate = SERVICE_UNKNOWN};
    struct span id = xml_attr(query, "id");
    bool may;
    enum err rc = may_look(call, &may);

    if (rc != ERR_OK)
        return rc;
    if (!may)
        return service__error(call, STANZA_RESOURCE_CONSTRAINT, TEXT_TOO_MUCH);
    if (base32_is_id(id, ID_CHARS)) {
        rc = port->find_seat(port->self, id, &found);
        if (rc != ERR_OK)
            return rc;
    }
    if (found.fate == SERVICE_LIVE && room_is_ended(found.room))
        return ended(call, room_get_cause(found.room));
    if (found.fate == SERVICE_LIVE)
        return tell_seat(call, id, &found);
    if (found.fate == SERVICE_ENDED)
        return ended(call, found.cause);
    return service__error(call, STANZA_ITEM_NOT_FOUND, TEXT_NO_LINK);
}

enum err service__room_get(struct service_call *call,
                           const struct xml_node *query)
{
    (void)query;
    if (service__seat_of_sender(call) == 0)
        return service__error(call, STANZA_FORBIDDEN, TEXT_NOT_MEMBER);
    service__open_facts(&service__answer_open(call)->xml, call->room);
    return service__query_close(call);
}

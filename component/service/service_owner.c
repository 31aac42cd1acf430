/* service_owner.c - muc#owner: no configuration, but the end.  XEP-0045 10. */
#include "service/service_internal.h"

enum err service__owner_get(struct service_call *call,
                            const struct xml_node *query)
{
    (void)query;
    return service__error(call, STANZA_FORBIDDEN, TEXT_NO_CONFIG);
}

static enum err destroy(struct service_call *call, uint8_t seat)
{
    struct room_event event = service__event(call, ROOM_EVENT_END);

    event.u.cause = seat == 2 ? ROOM_CAUSE_SEAT2 : ROOM_CAUSE_SEAT1;
    return service__step(call, &event);
}

enum err service__owner_set(struct service_call *call,
                            const struct xml_node *query)
{
    const struct xml_node *form = xml_child(query, "x", NS_DATA);
    uint8_t seat = service__seat_of_sender(call);

    if (seat == 0)
        return service__error(call, STANZA_FORBIDDEN, TEXT_NOT_MEMBER);
    if (xml_child(query, "destroy", NS_MUC_OWNER) != NULL)
        return destroy(call, seat);
    if (form != NULL && span_is(xml_attr(form, "type"), "cancel"))
        return service__answer_empty(call);
    if (form != NULL)
        return service__error(call, STANZA_NOT_ACCEPTABLE_FORM, TEXT_NO_CONFIG);
    return service__error(call, STANZA_BAD_REQUEST, TEXT_NONE);
}

/* service_ping.c - small questions with small answers. */
#include "service/service_internal.h"

enum err service__ping(struct service_call *call, const struct xml_node *query)
{
    (void)query;
    return service__answer_empty(call);
}

/* XEP-0410: to a session of this room every name but the other person's is
 * its own; clients ping names they do not have any more. */
enum err service__ping_occupant(struct service_call *call)
{
    uint8_t own = room_seat_of_session(call->room, call->stanza->from.full);
    uint8_t seat = service__seat_named(call->room, call->stanza->to.resource);

    if (seat != 0 && seat != own && !room_seat_is_online(call->room, seat))
        return service__error(call, STANZA_ITEM_NOT_FOUND, TEXT_NONE);
    return service__answer_empty(call);
}

enum err service__version(struct service_call *call,
                          const struct xml_node *query)
{
    struct stanza_out *out = service__query_open(call, "query", NS_VERSION);

    (void)query;
    xml_put_element(&out->xml, "name", NULL, SPAN("Duologue"));
    xml_put_element(&out->xml, "version", NULL,
                    span_of(call->service->options.version));
    return service__query_close(call);
}

/* XEP-0202 */
enum err service__clock(struct service_call *call, const struct xml_node *query)
{
    struct stanza_out *out = service__query_open(call, "time", "urn:xmpp:time");
    char now[STANZA_TIME_BYTES];

    (void)query;
    stanza_format_time(call->in->now_ms, now);
    xml_put_element(&out->xml, "tzo", NULL, SPAN("+00:00"));
    xml_put_element(&out->xml, "utc", NULL, span_of(now));
    return service__query_close(call);
}

enum err service__vcard_get(struct service_call *call,
                            const struct xml_node *query)
{
    (void)query;
    return service__error(call, STANZA_ITEM_NOT_FOUND, TEXT_NONE);
}

enum err service__vcard_set(struct service_call *call,
                            const struct xml_node *query)
{
    (void)query;
    return service__error(call, STANZA_FORBIDDEN, TEXT_NONE);
}

enum err service__register(struct service_call *call,
                           const struct xml_node *query)
{
    (void)query;
    return service__error(call, STANZA_NOT_ALLOWED, TEXT_FIXED);
}

#include <string.h>

#include "service/service_internal.h"

static void append(struct service_address *out, size_t *len, struct span bytes)
{
    size_t left = sizeof(out->at) - *len;

    /* Parts are short by contract; a cut address would be refused at the
     * door. */
    if (bytes.len > left)
        bytes.len = left;
    if (bytes.len > 0)
        memcpy(out->at + *len, bytes.at, bytes.len);
    *len += bytes.len;
}

struct span service__address_of(const struct service *service,
                                struct span local, struct span resource,
                                struct service_address *out)
{
    size_t len = 0;

    append(out, &len, local);
    if (local.len > 0)
        append(out, &len, SPAN("@"));
    append(out, &len, service->options.domain);
    if (resource.len > 0) {
        append(out, &len, SPAN("/"));
        append(out, &len, resource);
    }
    return (struct span){out->at, len};
}

struct span service__address(const struct service *service,
                             const struct room *room, uint8_t seat,
                             struct service_address *out)
{
    struct span name = SPAN_EMPTY;

    if (seat != 0)
        name = room_seat_name(room, seat);
    return service__address_of(service, room_local(room), name, out);
}

uint8_t service__seat_named(const struct room *room, struct span resource)
{
    if (span_equal(room_seat_name(room, 1), resource))
        return 1;
    return span_equal(room_seat_name(room, 2), resource) ? 2 : 0;
}

uint8_t service__seat_of_sender(const struct service_call *call)
{
    uint8_t seat = room_seat_of_session(call->room, call->stanza->from.full);

    if (seat != 0)
        return seat;
    return room_seat_of_member(call->room, call->stanza->from.bare);
}

enum err service__is_room(struct service_call *call, struct span jid,
                          bool *is_room)
{
    struct service_address address;
    struct jid parsed;
    enum err rc = jid_parse(&call->service->arena, jid, &parsed);

    *is_room = false;
    if (rc == ERR_SYNTAX)
        return ERR_OK;
    if (rc != ERR_OK)
        return rc;
    *is_room = span_equal(
        parsed.bare, service__address(call->service, call->room, 0, &address));
    return ERR_OK;
}

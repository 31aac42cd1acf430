/* service_guest.c - which rooms a guest is in.
 *
 * The gateway knows nothing of rooms.  When a browser is gone for a while or
 * for good it says so once, to DOMAIN, and that goes for every room. */
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "service/service_internal.h"

struct service_guest {
    bool is_leaving;
    struct service_guest *next_leaving;
    size_t count;
    char rooms[SERVICE_GUEST_ROOMS][ID_CHARS];
    size_t jid_len;
    char jid[];
};

static struct span key_of(const struct service_guest *guest)
{
    return (struct span){guest->jid, guest->jid_len};
}

void service_forget_guests(struct service *service)
{
    struct service_guest *guest;
    size_t at = 0;

    while ((guest = map_next(&service->guests, &at)) != NULL)
        heap_free(guest);
    map_clear(&service->guests);
    service->leaving = NULL;
}

/* Takes it out of the map, and off the list of those who leave. */
static void forget(struct service *service, struct service_guest *guest)
{
    struct service_guest **at = &service->leaving;

    while (guest->is_leaving && *at != guest)
        at = &(*at)->next_leaving;
    if (guest->is_leaving)
        *at = guest->next_leaving;
    heap_free(map_remove(&service->guests, key_of(guest)));
}

void service_guests_left(struct service *service)
{
    while (service->leaving != NULL)
        forget(service, service->leaving);
}

size_t service_count_guests(const struct service *service)
{
    return service->guests.count;
}

static struct service_guest *find(struct service_call *call)
{
    return map_get(&call->service->guests, call->stanza->from.full);
}

/* Any one goes: the gateway has far fewer places than we remember guests, so
 * most of those here have long left. */
static void make_place(struct service *service)
{
    size_t at = 0;
    struct service_guest *guest;

    if (service->guests.count < SERVICE_GUESTS_MAX)
        return;
    guest = map_next(&service->guests, &at);
    if (guest != NULL)
        forget(service, guest);
}

static enum err remember(struct service_call *call, struct service_guest **out)
{
    struct span jid = call->stanza->from.full;
    struct service_guest *guest;
    enum err rc;

    make_place(call->service);
    guest = calloc(1, sizeof(*guest) + jid.len);
    if (guest == NULL)
        return ERR_NOMEM;
    guest->jid_len = jid.len;
    memcpy(guest->jid, jid.at, jid.len);
    rc = map_put(&call->service->guests, key_of(guest), guest);
    if (rc != ERR_OK) {
        heap_free(guest);
        return rc;
    }
    *out = guest;
    return ERR_OK;
}

static size_t index_of(const struct service_guest *guest, struct span local)
{
    size_t i = 0;

    while (i < guest->count &&
           !span_equal((struct span){guest->rooms[i], ID_CHARS}, local))
        i++;
    return i;
}

static void drop_room(struct service_guest *guest, size_t at)
{
    guest->count--;
    memmove(guest->rooms[at], guest->rooms[at + 1],
            (guest->count - at) * sizeof(guest->rooms[0]));
}

static enum err is_in(const struct service_call *call, struct span local,
                      bool *is)
{
    const struct service_port *port = &call->service->port;
    struct service_found found;
    enum err rc = port->find_room(port->self, local, &found);

    *is = rc == ERR_OK && found.fate == SERVICE_LIVE &&
          room_seat_of_session(found.room, call->stanza->from.full) != 0;
    return rc;
}

enum err service__guest_may_join(struct service_call *call, bool *may)
{
    struct service_guest *guest = find(call);
    enum err rc = ERR_OK;

    *may = call->in->leg != ROOM_LEG_GUEST || guest == NULL ||
           guest->count < SERVICE_GUEST_ROOMS ||
           index_of(guest, room_local(call->room)) < guest->count;
    for (size_t i = 0; !*may && rc == ERR_OK && i < guest->count; i++) {
        bool is;

        rc = is_in(call, (struct span){guest->rooms[i], ID_CHARS}, &is);
        *may = rc == ERR_OK && !is;
        if (*may) /* it has ended, or let the guest go */
            drop_room(guest, i);
    }
    return rc;
}

enum err service__guest_joined(struct service_call *call)
{
    struct span local = room_local(call->room);
    struct service_guest *guest = find(call);
    enum err rc;

    if (guest == NULL && (rc = remember(call, &guest)) != ERR_OK)
        return rc;
    if (index_of(guest, local) < guest->count)
        return ERR_OK;
    if (guest->count == SERVICE_GUEST_ROOMS)
        drop_room(guest, 0);
    memcpy(guest->rooms[guest->count++], local.at, ID_CHARS);
    return ERR_OK;
}

void service__guest_left(struct service_call *call)
{
    struct service_guest *guest;
    size_t at;

    if (call->in->leg != ROOM_LEG_GUEST || (guest = find(call)) == NULL)
        return;
    at = index_of(guest, room_local(call->room));
    if (at < guest->count)
        drop_room(guest, at);
    if (guest->count == 0)
        forget(call->service, guest);
}

static enum err tell_room(struct service_call *call, struct span local,
                          bool is_leaving)
{
    const struct service_port *port = &call->service->port;
    struct service_found found;
    struct room_event event;
    enum err rc = port->find_room(port->self, local, &found);

    if (rc != ERR_OK || found.fate != SERVICE_LIVE ||
        room_seat_of_session(found.room, call->stanza->from.full) == 0)
        return rc;
    call->room = found.room;
    event = service__event(call,
                           is_leaving ? ROOM_EVENT_LEAVE : ROOM_EVENT_PRESENCE);
    event.request.kind = ROOM_REQUEST_NONE;
    if (!is_leaving)
        rc = service__presence_payload(call, &event.u.presence);
    if (rc == ERR_OK)
        rc = service__step(call, &event);
    call->room = NULL;
    return rc;
}

enum err service__guest_presence(struct service_call *call)
{
    struct span type = call->stanza->type;
    bool is_leaving = span_is(type, "unavailable");
    struct service_guest *guest = find(call);
    enum err rc = ERR_OK;

    if (call->in->leg != ROOM_LEG_GUEST || guest == NULL ||
        (type.at != NULL && !is_leaving))
        return ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < guest->count; i++)
        rc = tell_room(call, (struct span){guest->rooms[i], ID_CHARS},
                       is_leaving);
    if (is_leaving && !guest->is_leaving) {
        guest->is_leaving = true;
        guest->next_leaving = call->service->leaving;
        call->service->leaving = guest;
    }
    return rc;
}

static enum err leave_again(struct service *service,
                            const struct service_guest *guest,
                            const struct room_event *event,
                            struct room_effects *out)
{
    const struct service_port *port = &service->port;
    struct service_found found;
    enum err rc = port->find_room(port->self, event->room, &found);

    if (rc != ERR_OK || found.fate != SERVICE_LIVE ||
        room_seat_of_session(found.room, key_of(guest)) == 0)
        return rc;
    return room_step(service->engine, event, out);
}

enum err service_leave_again(struct service *service, int64_t now_ms,
                             struct room_effects *out)
{
    enum err rc = ERR_OK;

    for (const struct service_guest *guest = service->leaving;
         rc == ERR_OK && guest != NULL; guest = guest->next_leaving)
        for (size_t i = 0; rc == ERR_OK && i < guest->count; i++) {
            const struct room_event event = {
                .kind = ROOM_EVENT_LEAVE,
                .now_ms = now_ms,
                .room = {guest->rooms[i], ID_CHARS},
                .actor = {.jid = key_of(guest), .leg = ROOM_LEG_GUEST},
            };

            rc = leave_again(service, guest, &event, out);
        }
    return rc;
}

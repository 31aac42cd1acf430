/* router_ports.c - what the service may ask for, and where it speaks. */
#include "router/router_internal.h"

/* Looks at one room, which sleeps on if it slept: a list of all must not bring
 * all into memory. */
static enum err look_at(struct router *router, int64_t number,
                        void (*on_room)(void *me, const struct room *room),
                        void *me)
{
    size_t awake = room_engine_awake_count(router->engine);
    const struct room *room;
    enum err rc = router__wake_number(router, number, &room);

    if (rc != ERR_OK || room == NULL)
        return rc;
    on_room(me, room);
    if (room_engine_awake_count(router->engine) > awake)
        room_forget(router->engine,
                    room_find(router->engine, room_local(room)));
    return ERR_OK;
}

static enum err list_rooms(void *self, int64_t after, size_t max,
                           void (*on_room)(void *me, const struct room *room),
                           void *me)
{
    struct router *router = self;
    int64_t numbers[ROUTER_DUE_MAX];
    size_t count;
    enum err rc;

    if (max > ROUTER_DUE_MAX)
        max = ROUTER_DUE_MAX;
    rc = store_list(router->store, after, max, numbers, &count);
    for (size_t i = 0; rc == ERR_OK && i < count; i++)
        rc = look_at(router, numbers[i], on_room, me);
    return rc;
}

static enum err put_store_stats(struct router *router, struct buf *out)
{
    struct store_stats stats;
    enum err rc = store_get_stats(router->store, &stats);

    if (rc != ERR_OK)
        return rc;
    return buf_printf(
        out,
        "rooms=%llu\nrooms_awake=%zu\ntombstones=%llu\n"
        "messages=%llu\nsessions=%llu\nslots=%llu\n"
        "slots_used=%llu\ndatabase_bytes=%llu\n"
        "journal_bytes=%llu\ncommits=%llu\n"
        "commit_failures=%llu\n",
        (unsigned long long)stats.rooms,
        room_engine_awake_count(router->engine),
        (unsigned long long)stats.tombstones,
        (unsigned long long)stats.messages, (unsigned long long)stats.sessions,
        (unsigned long long)stats.slots, (unsigned long long)stats.slots_used,
        (unsigned long long)stats.database_bytes,
        (unsigned long long)stats.journal_bytes,
        (unsigned long long)stats.commits,
        (unsigned long long)stats.commit_failures);
}

static enum err put_link_stats(struct router *router, struct buf *out)
{
    const struct router_counters *counters = &router->counters;
    struct link_stats stats;

    link_get_stats(router->hub, &stats);
    return buf_printf(
        out,
        "server_configured=%d\nserver_up=%d\nserver_connects=%llu\n"
        "server_failures=%llu\nserver_error=%s\ngateway_up=%d\n"
        "local_peers=%u\nstanzas_in=%llu\nstanzas_dropped=%llu\n"
        "stanzas_unsent=%llu\nbytes_in=%llu\nbytes_out=%llu\nticks=%llu\n"
        "ticks_taken_back=%llu\nerasures_waiting=%zu\nguests=%zu\n",
        router->has_server, stats.is_server_up,
        (unsigned long long)stats.server_connects,
        (unsigned long long)stats.server_failures,
        stats.last_error != NULL ? stats.last_error : "",
        link_gateway(router->hub) != NULL, stats.local_peers,
        (unsigned long long)counters->stanzas,
        (unsigned long long)counters->dropped,
        (unsigned long long)counters->unsent,
        (unsigned long long)stats.bytes_in, (unsigned long long)stats.bytes_out,
        (unsigned long long)counters->ticks,
        (unsigned long long)counters->taken_back, router->waiting_count,
        service_count_guests(router->service));
}

static enum err put_stats(void *self, struct buf *out)
{
    enum err rc = put_store_stats(self, out);

    return rc == ERR_OK ? put_link_stats(self, out) : rc;
}

static enum err find_seat(void *self, struct span seat_id,
                          struct service_found *out)
{
    struct router *router = self;
    struct store_seat seat;
    enum err rc;

    *out = (struct service_found){.fate = SERVICE_UNKNOWN};
    rc = store_find_seat(router->store, seat_id, &seat);
    if (rc != ERR_OK || seat.fate == STORE_UNKNOWN)
        return rc;
    out->fate = SERVICE_ENDED;
    out->seat = seat.seat;
    out->cause = seat.cause;
    if (seat.fate == STORE_ENDED)
        return ERR_OK;
    rc = router__wake_number(router, seat.number, &out->room);
    if (rc == ERR_OK && out->room != NULL)
        out->fate = SERVICE_LIVE;
    return rc;
}

static enum err find_room(void *self, struct span local,
                          struct service_found *out)
{
    enum err rc = router__wake(self, local, out);

    /* The service is about to step it: its memory goes if the tick fails. */
    if (rc == ERR_OK && out->room != NULL)
        rc = router__touch(self, local);
    return rc;
}

static int64_t next_number(void *self)
{
    struct router *router = self;

    /* A commit that finds no place would take back all that others said. */
    if (router->numbers_given >= store_places_left(router->store))
        return 0;
    router->numbers_given++;
    return store_next_number(router->store);
}

static void hash_source(void *self, const char *label, struct span value,
                        uint8_t out[ROOM_SOURCE_BYTES])
{
    struct router *router = self;

    store_source(router->store, label, value, out);
}

struct service_port router__make_port(struct router *router)
{
    return (struct service_port){
        .list = list_rooms,
        .stats = put_stats,
        .find_seat = find_seat,
        .find_room = find_room,
        .next_number = next_number,
        .source = hash_source,
        .self = router,
    };
}

static struct stanza_out *out_for(void *self, struct span to)
{
    struct router *router = self;
    struct router_port *port = router__route(router, to);

    if (port == NULL) {
        router->counters.unsent++;
        return NULL;
    }
    return &port->out;
}

struct reading {
    bool (*on_message)(void *me, const struct service_said *said);
    void *me;
};

static bool on_stored(void *self, const struct store_message *message)
{
    const struct reading *reading = self;
    struct service_said said = {
        .entry = message->entry,
        .id = message->id,
        .lang = message->lang,
        .payload = message->payload,
        .sender = message->sender,
    };

    return reading->on_message(reading->me, &said);
}

static enum err read_messages(
    void *self, const struct room *room, const struct service_range *range,
    bool (*on_message)(void *me, const struct service_said *said), void *me)
{
    struct router *router = self;
    struct reading reading = {on_message, me};
    struct store_range stored = {
        .from_seq = range->from_seq,
        .to_seq = range->to_seq,
        .is_backwards = range->is_backwards,
    };

    return store_read(router->store, room, &stored, on_stored, &reading);
}

struct service_speaker router__make_speaker(struct router *router)
{
    return (struct service_speaker){
        .out_for = out_for,
        .read = read_messages,
        .self = router,
    };
}

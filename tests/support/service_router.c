#include "support/service_router.h"

#include <stdlib.h>
#include <string.h>

#include "room/room_view.h"

static enum err list_rooms(void *self, int64_t after, size_t max,
                           void (*on_room)(void *me, const struct room *room),
                           void *me)
{
    struct service_world *world = self;
    struct room *room = room_find(world->engine, SPAN(WORLD_LOCAL));

    if (room != NULL && !room_is_ended(room) && room_number(room) > after &&
        max > 0)
        on_room(me, room);
    return ERR_OK;
}

static enum err put_stats(void *self, struct buf *out)
{
    (void)self;
    return buf_append(out, SPAN("rooms=1\nserver_error=\nodd line\n"));
}

void service_router_find(const struct service_world *world, struct span local,
                         struct service_found *out)
{
    struct room *room = room_find(world->engine, local);

    *out = (struct service_found){.fate = SERVICE_UNKNOWN};
    if (room != NULL && !room_is_ended(room)) {
        out->fate = SERVICE_LIVE;
        out->room = room;
    } else if (world->has_ended && span_is(local, WORLD_LOCAL)) {
        out->fate = SERVICE_ENDED;
        out->cause = world->cause;
    }
}

static enum err find_room(void *self, struct span local,
                          struct service_found *out)
{
    service_router_find(self, local, out);
    return ERR_OK;
}

static enum err find_seat(void *self, struct span id, struct service_found *out)
{
    struct service_world *world = self;

    *out = (struct service_found){.fate = SERVICE_UNKNOWN};
    for (uint8_t i = 0; i < 2; i++) {
        if (!span_equal(id, (struct span){world->seat_ids[i], ID_CHARS}))
            continue;
        service_router_find(world, SPAN(WORLD_LOCAL), out);
        out->seat = (uint8_t)(i + 1);
    }
    return ERR_OK;
}

static int64_t next_number(void *self)
{
    struct service_world *world = self;

    return ++world->number;
}

static void hash_source(void *self, const char *label, struct span value,
                        uint8_t out[ROOM_SOURCE_BYTES])
{
    const struct span parts[] = {span_of(label), value};
    struct service_world *world = self;
    struct secret key = {{0}}, digest;

    if (crypto_hmac(world->crypto, &key, parts, 2, &digest) == ERR_OK)
        memcpy(out, digest.at, ROOM_SOURCE_BYTES);
}

static struct stanza_out *out_for(void *self, struct span to)
{
    struct service_world *world = self;

    (void)to;
    return &world->door;
}

static enum err read_said(
    void *self, const struct room *room, const struct service_range *range,
    bool (*on_message)(void *me, const struct service_said *said), void *me)
{
    const struct service_world *world = self;
    uint32_t count = range->to_seq - range->from_seq + 1;

    (void)room;
    if (world->is_store_broken)
        return ERR_STORE;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t seq =
            range->is_backwards ? range->to_seq - i : range->from_seq + i;
        const struct service_world_said *kept;
        struct service_said said;

        if (seq == 0 || seq > world->said_count)
            continue;
        kept = &world->said[seq - 1];
        said = (struct service_said){kept->entry, kept->id, kept->lang,
                                     kept->payload, kept->sender};
        if (!on_message(me, &said))
            break;
    }
    return ERR_OK;
}

struct service_port service_router_port(struct service_world *world)
{
    return (struct service_port){list_rooms,  put_stats,   find_seat, find_room,
                                 next_number, hash_source, world};
}

struct service_speaker service_router_speaker(struct service_world *world)
{
    return (struct service_speaker){out_for, read_said, world};
}

static struct span keep(struct service_world *world, struct span bytes)
{
    struct span copy = SPAN_EMPTY;

    if (bytes.at != NULL && arena_copy(&world->kept, bytes, &copy) != ERR_OK)
        abort();
    return copy;
}

static void keep_message(struct service_world *world,
                         const struct room_effect *effect)
{
    if (world->said_count == WORLD_SAID_MAX)
        return;
    world->said[world->said_count++] = (struct service_world_said){
        .entry = effect->u.message.entry,
        .id = keep(world, effect->u.message.id),
        .lang = keep(world, effect->u.message.lang),
        .payload = keep(world, effect->u.message.payload),
        .sender = keep(world, effect->u.message.sender),
    };
}

static void keep_seat_ids(struct service_world *world,
                          const struct room_create *create)
{
    for (int i = 0; create->number == 1 && i < 2; i++)
        memcpy(world->seat_ids[i], create->seat_ids[i].at, ID_CHARS);
}

void service_router_commit(struct service_world *world,
                           const struct room_effect *effect)
{
    if (effect->kind == ROOM_EFFECT_STORE_ROOM)
        keep_seat_ids(world, &effect->u.create.create);
    if (effect->kind == ROOM_EFFECT_STORE_END) {
        world->has_ended = true;
        world->cause = effect->u.end.cause;
    }
    if (effect->kind == ROOM_EFFECT_STORE_ERASE)
        world->said[effect->u.seq - 1].payload = SPAN_EMPTY;
    if (effect->kind == ROOM_EFFECT_STORE_MESSAGE)
        keep_message(world, effect);
}

void service_router_promise(struct service_world *world,
                            const struct room_request *request)
{
    world->is_erasing = true;
    world->erased = *request;
    world->erased.from = keep(world, request->from);
    world->erased.to = keep(world, request->to);
    world->erased.id = keep(world, request->id);
}

#include "support/service_world.h"

#include <stdlib.h>
#include <string.h>

#include "room/room_view.h"
#include "support/check.h"
#include "support/fail_alloc.h"
#include "support/service_router.h"
#include "support/service_tree.h"

enum { MEGABYTE = 1024 * 1024 };

/* Around each call of the service: the allocation may fail in it. */
static uint64_t arm(const struct service_world *world)
{
    if (world->fail_in > 0)
        fail_alloc_at(world->fail_in);
    return fail_alloc_count();
}

static void disarm(struct service_world *world, uint64_t before)
{
    if (world->fail_in == 0)
        return;
    if (fail_alloc_stop()) {
        world->has_failed = true;
        world->fail_in = 0;
    } else {
        world->fail_in -= fail_alloc_count() - before;
    }
}

static void settle(struct service_world *world)
{
    struct service_speaker speaker = service_router_speaker(world);

    for (const struct room_effect *e = world->effects.first; e != NULL;
         e = e->next)
        service_router_commit(world, e);
    for (const struct room_effect *e = world->effects.first; e != NULL;
         e = e->next) {
        uint64_t before = arm(world);
        enum err rc = service_speak(world->service, e, &speaker);

        disarm(world, before);
        if (rc != ERR_OK)
            world->rc = rc;
        if (e->kind == ROOM_EFFECT_ERASED)
            service_router_promise(world, &e->request);
    }
    room_effects_reset(&world->effects);
}

static void handle(struct service_world *world, enum room_leg leg,
                   const struct stanza *stanza)
{
    struct service_input in = {
        .leg = leg, .stanza = stanza, .now_ms = world->now_ms};
    const struct room *awake = stanza->to.local.len > 0
                                   ? room_find(world->engine, stanza->to.local)
                                   : NULL;
    bool is_admitted = true;
    uint64_t before = arm(world);

    world->rc = service_admit(world->service, &in, awake, &is_admitted);
    disarm(world, before);
    in.is_too_much = !is_admitted;
    if (stanza->to.local.len > 0 && is_admitted)
        service_router_find(world, stanza->to.local, &in.found);
    world->drawn++;
    world->random[16] = (uint8_t)world->drawn;
    world->random[255] = (uint8_t)world->drawn;
    if (world->number > 0) /* another room than the first */
        world->random[0] = (uint8_t)(world->number + 1);
    in.random = world->random;
    before = arm(world);
    if (world->rc == ERR_OK)
        world->rc = service_handle(world->service, &in, &world->effects);
    disarm(world, before);
    if (world->rc != ERR_OK) /* the tick is taken back */
        room_effects_reset(&world->effects);
    settle(world);
}

struct hearing {
    struct service_world *world;
    enum room_leg leg;
};

static void hear_one(void *self, const struct xml_node *node,
                     enum xml_verdict verdict)
{
    const struct hearing *hearing = self;
    struct arena arena = ARENA_EMPTY(MEGABYTE);
    struct stanza stanza;

    if (stanza_decode(&arena, node, verdict, &stanza) == ERR_OK)
        handle(hearing->world, hearing->leg, &stanza);
    arena_clear(&arena);
}

static void keep_said(void *self, const struct xml_node *node,
                      enum xml_verdict verdict)
{
    struct service_world *world = self;

    (void)verdict;
    if (world->out_count < WORLD_OUTS_MAX)
        world->outs[world->out_count++] =
            service_tree_keep(&world->trees, node);
}

void world_forget(struct service_world *world)
{
    buf_truncate(&world->bytes, 0);
    arena_reset(&world->trees);
    world->out_count = 0;
    world->unread = 0;
}

/* Everything that was said is read again: a stanza that does not parse, or is
 * not ours, ends the test. */
static void read_back(struct service_world *world)
{
    check_ok(service_tree_read(buf_span(&world->bytes), keep_said, world));
    for (size_t i = 0; i < world->out_count; i++) {
        struct span from = xml_attr(world->outs[i], "from");
        struct span bare = span_slice(from, 0, span_find(from, '/'));

        assert_true(span_is(bare, WORLD_DOMAIN) ||
                    span_ends_with(bare, SPAN("@" WORLD_DOMAIN)));
        assert_true(xml_attr(world->outs[i], "to").len > 0);
    }
}

void world_hear_span(struct service_world *world, enum room_leg leg,
                     struct span xml)
{
    struct hearing hearing = {world, leg};

    world_forget(world);
    (void)!service_tree_read(xml, hear_one, &hearing);
    read_back(world);
}

void world_hear_stanza(struct service_world *world, enum room_leg leg,
                       const struct stanza *stanza)
{
    world_forget(world);
    handle(world, leg, stanza);
    read_back(world);
}

void world_hear(struct service_world *world, enum room_leg leg, const char *xml)
{
    world_hear_span(world, leg, span_of(xml));
}

void world_hear_file(struct service_world *world, enum room_leg leg,
                     const char *name)
{
    char *text = service_tree_example(name);

    world_hear(world, leg, text);
    free(text);
}

void world_wait(struct service_world *world, int64_t ms)
{
    struct room *room;

    world_forget(world);
    world->now_ms += ms;
    while ((room = room_engine_due(world->engine, world->now_ms)) != NULL) {
        struct room_event event;

        memset(&event, 0, sizeof(event));
        event.kind = ROOM_EVENT_TIME;
        event.now_ms = world->now_ms;
        event.room = room_local(room);
        check_ok(room_step(world->engine, &event, &world->effects));
    }
    settle(world);
    read_back(world);
}

void world_erased(struct service_world *world)
{
    struct service_speaker speaker = service_router_speaker(world);

    world_forget(world);
    assert_true(world->is_erasing);
    world->is_erasing = false;
    check_ok(service_speak_result(&world->erased, &speaker));
    read_back(world);
}

void world_configure(struct service_world *world)
{
    room_engine_set_limits(world->engine, &world->limits);
    check_ok(service_set_options(world->service, &world->options));
}

void world_open(struct service_world *world)
{
    /* The bytes of which rm7q2k9d4xw3c5v8 is made. */
    static const uint8_t first[10] = {0xc5, 0x0f, 0x71, 0x4d, 0x2d,
                                      0x27, 0x78, 0x36, 0x17, 0x68};
    static const uint64_t seed[2] = {1, 2};
    struct service_port port = service_router_port(world);

    memset(world, 0, sizeof(*world));
    world->options = (struct service_options){
        .domain = SPAN(WORLD_DOMAIN),
        .public_url = SPAN("https://chat.example.org"),
        .create = SERVICE_CREATE_ANYONE,
        .idle_default_ms = 24 * 3600 * INT64_C(1000),
        .idle_max_ms = 7 * 24 * 3600 * INT64_C(1000),
        .body_max_bytes = 16 * 1024,
        .has_server = true,
        .version = "1.0",
    };
    world->limits = (struct room_limits){.body_max_bytes = 16 * 1024,
                                         .messages_per_second = 10,
                                         .message_burst = 20,
                                         .sessions_per_seat = 5,
                                         .creates_per_hour = 30,
                                         .idle_warning_ms = 600000};
    for (size_t i = 0; i < sizeof(world->random); i++)
        world->random[i] = (uint8_t)(i * 7 + 3);
    memcpy(world->random, first, sizeof(first));
    world->now_ms = WORLD_START_SECONDS * INT64_C(1000);
    world->effects = ROOM_EFFECTS_EMPTY;
    world->kept = ARENA_EMPTY(16 * MEGABYTE);
    world->trees = ARENA_EMPTY(64 * MEGABYTE);
    world->bytes = BUF_EMPTY(8 * MEGABYTE);
    world->door = STANZA_OUT(&world->bytes, SPAN(WORLD_DOMAIN));
    world->crypto = crypto_new();
    world->engine = room_engine_new(&world->limits, seed);
    assert_non_null(world->engine);
    room_engine_set_linked(world->engine, true);
    room_engine_set_run(world->engine, 1);
    world->service =
        service_new(&world->options, world->engine, world->crypto, &port);
    assert_non_null(world->service);
}

void world_close(struct service_world *world)
{
    service_free(world->service);
    room_engine_free(world->engine);
    crypto_free(world->crypto);
    room_effects_clear(&world->effects);
    arena_clear(&world->kept);
    arena_clear(&world->trees);
    buf_clear(&world->bytes);
}

int service_world_set_up(void **state)
{
    struct service_world *world = test_malloc(sizeof(*world));

    world_open(world);
    *state = world;
    return 0;
}

int service_world_tear_down(void **state)
{
    world_close(*state);
    test_free(*state);
    return 0;
}

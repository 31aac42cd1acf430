#include "support/service_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "room/room_view.h"
#include "support/check.h"
#include "support/fail_alloc.h"
#include "wire/ns.h"

enum { MEGABYTE = 1024 * 1024 };

/* --- what the router would do --- */

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

static void find(struct service_world *world, struct span local,
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
    find(self, local, out);
    return ERR_OK;
}

static enum err find_seat(void *self, struct span id, struct service_found *out)
{
    struct service_world *world = self;

    *out = (struct service_found){.fate = SERVICE_UNKNOWN};
    for (uint8_t i = 0; i < 2; i++) {
        if (!span_equal(id, (struct span){world->seat_ids[i], ID_CHARS}))
            continue;
        find(world, SPAN(WORLD_LOCAL), out);
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

static struct service_speaker speaker_of(struct service_world *world)
{
    return (struct service_speaker){out_for, read_said, world};
}

static void commit_one(struct service_world *world,
                       const struct room_effect *effect)
{
    struct service_world_said *said;

    if (effect->kind == ROOM_EFFECT_STORE_ROOM &&
        effect->u.create.create.number == 1)
        for (int i = 0; i < 2; i++)
            memcpy(world->seat_ids[i], effect->u.create.create.seat_ids[i].at,
                   ID_CHARS);
    if (effect->kind == ROOM_EFFECT_STORE_END) {
        world->has_ended = true;
        world->cause = effect->u.end.cause;
    }
    if (effect->kind == ROOM_EFFECT_STORE_ERASE)
        world->said[effect->u.seq - 1].payload = SPAN_EMPTY;
    if (effect->kind != ROOM_EFFECT_STORE_MESSAGE ||
        world->said_count == WORLD_SAID_MAX)
        return;
    said = &world->said[world->said_count++];
    said->entry = effect->u.message.entry;
    if (effect->u.message.id.at != NULL &&
        arena_copy(&world->kept, effect->u.message.id, &said->id) != ERR_OK)
        abort();
    if (effect->u.message.lang.at != NULL &&
        arena_copy(&world->kept, effect->u.message.lang, &said->lang) != ERR_OK)
        abort();
    if (arena_copy(&world->kept, effect->u.message.payload, &said->payload) !=
        ERR_OK)
        abort();
    if (effect->u.message.sender.at != NULL &&
        arena_copy(&world->kept, effect->u.message.sender, &said->sender) !=
            ERR_OK)
        abort();
}

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
    struct service_speaker speaker = speaker_of(world);

    for (const struct room_effect *e = world->effects.first; e != NULL;
         e = e->next)
        commit_one(world, e);
    for (const struct room_effect *e = world->effects.first; e != NULL;
         e = e->next) {
        uint64_t before = arm(world);
        enum err rc = service_speak(world->service, e, &speaker);

        disarm(world, before);
        if (rc != ERR_OK)
            world->rc = rc;
        if (e->kind == ROOM_EFFECT_ERASED) {
            world->is_erasing = true;
            world->erased = e->request;
            if (arena_copy(&world->kept, e->request.from,
                           &world->erased.from) != ERR_OK ||
                arena_copy(&world->kept, e->request.to, &world->erased.to) !=
                    ERR_OK ||
                arena_copy(&world->kept, e->request.id, &world->erased.id) !=
                    ERR_OK)
                abort();
        }
    }
    room_effects_reset(&world->effects);
}

/* --- trees that outlive the reader --- */

static struct span keep(struct arena *arena, struct span bytes)
{
    struct span copy = SPAN_EMPTY;

    if (bytes.at != NULL && arena_copy(arena, bytes, &copy) != ERR_OK)
        abort();
    return copy;
}

static struct xml_node *keep_tree(struct arena *arena,
                                  const struct xml_node *node)
{
    struct xml_node *copy = arena_alloc(arena, sizeof(*copy));
    struct xml_attr **attr;

    if (copy == NULL)
        abort();
    copy->name = keep(arena, node->name);
    copy->ns = keep(arena, node->ns);
    copy->text = keep(arena, node->text);
    attr = &copy->attrs;
    for (const struct xml_attr *a = node->attrs; a != NULL; a = a->next) {
        *attr = arena_alloc(arena, sizeof(**attr));
        if (*attr == NULL)
            abort();
        (*attr)->name = keep(arena, a->name);
        (*attr)->ns = keep(arena, a->ns);
        (*attr)->prefix = keep(arena, a->prefix);
        (*attr)->value = keep(arena, a->value);
        attr = &(*attr)->next;
    }
    for (const struct xml_node *c = node->first; c != NULL; c = c->next) {
        struct xml_node *child = keep_tree(arena, c);

        if (copy->last != NULL)
            copy->last->next = child;
        else
            copy->first = child;
        copy->last = child;
    }
    return copy;
}

struct reading {
    struct service_world *world;
    enum room_leg leg;
    bool is_hearing;
    struct arena *arena;
    const struct xml_node *last;
};

static void ignore_open(void *self, const struct xml_node *root)
{
    (void)self;
    (void)root;
}

static void ignore_close(void *self)
{
    (void)self;
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
        find(world, stanza->to.local, &in.found);
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

static void hear_one(struct reading *reading, const struct xml_node *node,
                     enum xml_verdict verdict)
{
    struct arena arena = ARENA_EMPTY(MEGABYTE);
    struct stanza stanza;

    if (stanza_decode(&arena, node, verdict, &stanza) == ERR_OK)
        handle(reading->world, reading->leg, &stanza);
    arena_clear(&arena);
}

static void on_element(void *self, const struct xml_node *node,
                       enum xml_verdict verdict)
{
    struct reading *reading = self;
    struct service_world *world = reading->world;

    if (reading->is_hearing) {
        hear_one(reading, node, verdict);
        return;
    }
    reading->last = keep_tree(reading->arena, node);
    if (world != NULL && world->out_count < WORLD_OUTS_MAX)
        world->outs[world->out_count++] = reading->last;
}

static const struct xml_handler handler = {ignore_open, on_element,
                                           ignore_close};

static enum err read_xml(struct reading *reading, struct span xml)
{
    struct xml_reader *reader = xml_reader_new(&handler, reading);
    enum err rc;

    assert_non_null(reader);
    rc = xml_reader_feed(reader, SPAN("<stream xmlns='" NS_COMPONENT "'>"));
    if (rc == ERR_OK)
        rc = xml_reader_feed(reader, xml);
    xml_reader_free(reader);
    return rc;
}

static void forget_said(struct service_world *world)
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
    struct reading reading = {.world = world, .arena = &world->trees};

    check_ok(read_xml(&reading, buf_span(&world->bytes)));
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
    struct reading reading = {.world = world, .leg = leg, .is_hearing = true};

    forget_said(world);
    (void)read_xml(&reading, xml);
    read_back(world);
}

void world_hear_stanza(struct service_world *world, enum room_leg leg,
                       const struct stanza *stanza)
{
    forget_said(world);
    handle(world, leg, stanza);
    read_back(world);
}

void world_hear(struct service_world *world, enum room_leg leg, const char *xml)
{
    world_hear_span(world, leg, span_of(xml));
}

static char *load(const char *name)
{
    char path[512];
    char *text = calloc(1, 64 * 1024);
    FILE *file;

    snprintf(path, sizeof(path), "schema/stanza/%s.xml", name);
    file = fopen(path, "r");
    if (text == NULL || file == NULL) {
        print_message("no %s\n", path);
        abort();
    }
    (void)!fread(text, 1, 64 * 1024 - 1, file);
    fclose(file);
    return text;
}

void world_hear_file(struct service_world *world, enum room_leg leg,
                     const char *name)
{
    char *text = load(name);

    world_hear(world, leg, text);
    free(text);
}

void world_wait(struct service_world *world, int64_t ms)
{
    struct room *room;

    forget_said(world);
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
    struct service_speaker speaker = speaker_of(world);

    forget_said(world);
    assert_true(world->is_erasing);
    world->is_erasing = false;
    check_ok(service_speak_result(&world->erased, &speaker));
    read_back(world);
}

/* --- comparing --- */

static bool is_blank(struct span text)
{
    return span_trim(text).len == 0;
}

/* Text between elements is how a file is laid out. */
static const struct xml_node *skip_blank(const struct xml_node *node,
                                         bool has_child)
{
    while (node != NULL && has_child && node->name.len == 0 &&
           is_blank(node->text))
        node = node->next;
    return node;
}

static bool values_fit(struct span want, struct span got)
{
    return span_is(want, "*") || span_equal(want, got);
}

static size_t count_attrs(const struct xml_node *node)
{
    size_t count = 0;

    for (const struct xml_attr *a = node->attrs; a != NULL; a = a->next)
        count++;
    return count;
}

static bool attrs_fit(const struct xml_node *want, const struct xml_node *got)
{
    if (count_attrs(want) != count_attrs(got))
        return false;
    for (const struct xml_attr *a = want->attrs; a != NULL; a = a->next) {
        const struct xml_attr *b = got->attrs;

        while (b != NULL &&
               !(span_equal(a->name, b->name) && span_equal(a->ns, b->ns)))
            b = b->next;
        if (b == NULL || !values_fit(a->value, b->value))
            return false;
    }
    return true;
}

static bool trees_fit(const struct xml_node *want, const struct xml_node *got)
{
    bool has_child = xml_child_count(want) > 0;
    const struct xml_node *a, *b;

    if (want->name.len == 0)
        return got->name.len == 0 &&
               values_fit(span_trim(want->text), span_trim(got->text));
    if (!span_equal(want->name, got->name) || !span_equal(want->ns, got->ns) ||
        !attrs_fit(want, got))
        return false;
    a = skip_blank(want->first, has_child);
    b = skip_blank(got->first, has_child);
    while (a != NULL && b != NULL) {
        if (!trees_fit(a, b))
            return false;
        a = skip_blank(a->next, has_child);
        b = skip_blank(b->next, has_child);
    }
    return a == NULL && b == NULL;
}

static void show(const struct service_world *world, const char *want)
{
    print_message("wanted:\n%s\nsaid, at %zu of %zu:\n%.*s\n", want,
                  world->unread, world->out_count, (int)world->bytes.len,
                  world->bytes.len > 0 ? world->bytes.at : "");
}

const struct xml_node *world_next(struct service_world *world)
{
    if (world->unread == world->out_count)
        show(world, "one more");
    assert_true(world->unread < world->out_count);
    return world->outs[world->unread++];
}

void world_says(struct service_world *world, const char *xml)
{
    struct arena arena = ARENA_EMPTY(MEGABYTE);
    struct reading reading = {.arena = &arena};

    check_ok(read_xml(&reading, span_of(xml)));
    assert_non_null(reading.last);
    if (world->unread == world->out_count ||
        !trees_fit(reading.last, world->outs[world->unread])) {
        show(world, xml);
        arena_clear(&arena);
        fail();
    }
    world->unread++;
    arena_clear(&arena);
}

void world_says_file(struct service_world *world, const char *name)
{
    char *text = load(name);

    world_says(world, text);
    free(text);
}

void world_is_silent(struct service_world *world)
{
    if (world->unread != world->out_count)
        show(world, "nothing");
    assert_int_equal(world->unread, world->out_count);
}

const struct xml_node *world_refuses(struct service_world *world,
                                     const char *type, const char *condition)
{
    const struct xml_node *out = world_next(world);
    const struct xml_node *error = xml_child(out, "error", NULL);

    if (error == NULL || !span_is(xml_attr(error, "type"), type) ||
        xml_child(error, condition, NS_STANZA_ERRORS) == NULL)
        show(world, condition);
    assert_non_null(error);
    assert_true(span_is(xml_attr(out, "type"), "error"));
    assert_true(span_is(xml_attr(error, "type"), type));
    assert_non_null(xml_child(error, condition, NS_STANZA_ERRORS));
    return out;
}

bool world_has(const struct service_world *world, const char *text)
{
    return world->bytes.len > 0 && memmem(world->bytes.at, world->bytes.len,
                                          text, strlen(text)) != NULL;
}

const struct xml_node *world_find(const struct xml_node *node, const char *name,
                                  const char *ns)
{
    if (xml_is(node, name, ns))
        return node;
    for (const struct xml_node *c = node->first; c != NULL; c = c->next) {
        const struct xml_node *found = world_find(c, name, ns);

        if (found != NULL)
            return found;
    }
    return NULL;
}

struct span world_field(const struct xml_node *node, const char *var)
{
    const struct xml_node *value;

    if (span_is(xml_attr(node, "var"), var)) {
        value = xml_child(node, "value", NS_DATA);
        return value != NULL ? xml_text(value) : SPAN_EMPTY;
    }
    for (const struct xml_node *c = node->first; c != NULL; c = c->next) {
        struct span found = world_field(c, var);

        if (found.at != NULL)
            return found;
    }
    return SPAN_EMPTY;
}

/* --- beginnings --- */

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
    struct service_port port = {list_rooms,  put_stats,   find_seat, find_room,
                                next_number, hash_source, world};

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

void world_make(struct service_world *world, const char *protection,
                char codes[2][CODE_CHARS + 2])
{
    static const char *const vars[] = {"seat1-code", "seat2-code"};
    const struct xml_node *made;
    char xml[1024];

    snprintf(xml, sizeof(xml),
             "<iq type='set' id='new' from='ctl." WORLD_DOMAIN
             "/1' to='" WORLD_DOMAIN "'><command xmlns='" NS_COMMANDS
             "' node='create-chat' action='execute'><x xmlns='" NS_DATA
             "' type='submit'><field var='your-name'><value>Abhi</value>"
             "</field><field var='peer-name'><value>Anny</value></field>"
             "<field var='protection'><value>%s</value></field></x></command>"
             "</iq>",
             protection);
    world_hear(world, ROOM_LEG_CONTROL, xml);
    made = world_next(world);
    for (size_t i = 0; i < 2; i++) {
        struct span code = world_field(made, vars[i]);

        if (code.at == NULL)
            abort();
        assert_int_equal(code.len, CODE_CHARS + 1);
        memcpy(codes[i], code.at, CODE_CHARS + 1);
        codes[i][CODE_CHARS + 1] = '\0';
    }
}

void world_join(struct service_world *world, enum room_leg leg, const char *jid,
                const char *code)
{
    char xml[1024];

    snprintf(xml, sizeof(xml),
             "<presence id='j' from='%s' to='" WORLD_ROOM
             "/me'><x xmlns='" NS_MUC
             "'><history maxchars='0'/>%s%s%s</x></presence>",
             jid, code != NULL ? "<password>" : "", code != NULL ? code : "",
             code != NULL ? "</password>" : "");
    world_hear(world, leg, xml);
    assert_true(world->out_count > 0);
    assert_false(span_is(xml_attr(world->outs[0], "type"), "error"));
    forget_said(world);
}

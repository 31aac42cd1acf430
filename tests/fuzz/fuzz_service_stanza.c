/* Stanzas to events to effects to stanzas.
 *
 * Input: stanzas as they stand in a stream; a stanza's `leg` attribute (g, c)
 * says how it came.  A room is there, WORLD_ROOM, with both of its people.
 * Whatever comes in: every stanza that goes out parses again, is from our
 * domain and to somebody; no error is answered; each iq get or set gets one
 * answer (now, or after an erasure), and nothing else does. */
#include <stdlib.h>
#include <string.h>

#include "room/room_view.h"
#include "service/service.h"
#include "support/check.h"
#include "support/service_scene.h"
#include "wire/ns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX_BYTES = 256 * 1024, ECHO_MAX_BYTES = 8 * 1024 };

static void need(bool is_true)
{
    if (!is_true)
        abort();
}

static enum room_leg leg_of(const struct xml_node *node)
{
    struct span leg = xml_attr(node, "leg");

    if (span_is(leg, "g"))
        return ROOM_LEG_GUEST;
    return span_is(leg, "c") ? ROOM_LEG_CONTROL : ROOM_LEG_NATIVE;
}

/* Answers to an iq with that id among what was said. */
static size_t answers_to(const struct service_world *world,
                         const struct stanza *asked)
{
    size_t count = 0;

    for (size_t i = 0; i < world->out_count; i++) {
        const struct xml_node *out = world->outs[i];
        struct span type = xml_attr(out, "type");

        if (!span_is(out->name, "iq") || span_is(type, "get") ||
            span_is(type, "set"))
            continue;
        need(span_equal(xml_attr(out, "to"), asked->from.full));
        need(span_equal(xml_attr(out, "id"), asked->id));
        count++;
    }
    return count;
}

static void hear(struct service_world *world, const struct stanza *stanza)
{
    bool is_asking =
        stanza->kind == STANZA_IQ &&
        (span_is(stanza->type, "get") || span_is(stanza->type, "set"));
    size_t answers;

    world->is_erasing = false;
    world_hear_stanza(world, leg_of(stanza->node), stanza);
    answers = answers_to(world, stanza) + world->is_erasing;
    /* An id so long that no stanza can hold its echo is not answered. */
    if (stanza->id.len + stanza->from.full.len < ECHO_MAX_BYTES)
        need(answers == is_asking);
    if (span_is(stanza->type, "error"))
        for (size_t i = 0; i < world->out_count; i++)
            need(!span_is(xml_attr(world->outs[i], "type"), "error"));
    if (world->is_erasing)
        world_erased(world);
}

static void on_open(void *self, const struct xml_node *root)
{
    (void)self;
    (void)root;
}

static void on_close(void *self)
{
    (void)self;
}

static void on_element(void *self, const struct xml_node *node,
                       enum xml_verdict verdict)
{
    struct arena arena = ARENA_EMPTY(1024 * 1024);
    struct stanza stanza;

    if (stanza_decode(&arena, node, verdict, &stanza) == ERR_OK &&
        (stanza.is_to_malformed || span_is(stanza.to.domain, WORLD_DOMAIN)))
        hear(self, &stanza);
    arena_clear(&arena);
}

static void begin(struct service_world *world)
{
    char codes[2][CODE_CHARS + 2];

    world_open(world);
    world_make(world, "server", codes);
    world_join(world, ROOM_LEG_NATIVE, "abhi@example.org/phone", codes[0]);
    world_join(world, ROOM_LEG_GUEST, "anny@guests." WORLD_DOMAIN "/tab",
               codes[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct xml_handler handler = {on_open, on_element, on_close};
    struct service_world *world = malloc(sizeof(*world));
    struct xml_reader *reader;
    enum err rc;

    need(world != NULL);
    if (size > INPUT_MAX_BYTES)
        size = INPUT_MAX_BYTES;
    begin(world);
    reader = xml_reader_new(&handler, world);
    need(reader != NULL);
    rc = xml_reader_feed(reader, SPAN("<s xmlns='" NS_COMPONENT "'>"));
    if (rc == ERR_OK)
        rc = xml_reader_feed(reader, (struct span){(const char *)data, size});
    (void)rc;
    xml_reader_free(reader);
    world_close(world);
    free(world);
    return 0;
}

#include "support/service_said.h"

#include <stdlib.h>
#include <string.h>

#include "support/check.h"
#include "support/service_tree.h"
#include "wire/ns.h"

enum { WANTED_MAX_BYTES = 1024 * 1024 };

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

struct wanted {
    struct arena arena;
    const struct xml_node *tree;
};

static void keep_wanted(void *self, const struct xml_node *node,
                        enum xml_verdict verdict)
{
    struct wanted *wanted = self;

    (void)verdict;
    wanted->tree = service_tree_keep(&wanted->arena, node);
}

void world_says(struct service_world *world, const char *xml)
{
    struct wanted wanted = {.arena = ARENA_EMPTY(WANTED_MAX_BYTES)};

    check_ok(service_tree_read(span_of(xml), keep_wanted, &wanted));
    assert_non_null(wanted.tree);
    if (world->unread == world->out_count ||
        !service_tree_fits(wanted.tree, world->outs[world->unread])) {
        show(world, xml);
        arena_clear(&wanted.arena);
        fail();
    }
    world->unread++;
    arena_clear(&wanted.arena);
}

void world_says_file(struct service_world *world, const char *name)
{
    char *text = service_tree_example(name);

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

struct span world_next_id(struct service_world *world)
{
    const struct xml_node *id =
        world_find(world_next(world), "stanza-id", NS_SID);

    assert_non_null(id);
    return xml_attr(id, "id");
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

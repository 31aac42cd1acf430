#include "support/service_tree.h"

#include <stdio.h>
#include <stdlib.h>

#include "support/check.h"
#include "wire/ns.h"

struct reading {
    void (*on_element)(void *self, const struct xml_node *node,
                       enum xml_verdict verdict);
    void *self;
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

static void pass_on(void *self, const struct xml_node *node,
                    enum xml_verdict verdict)
{
    const struct reading *reading = self;

    reading->on_element(reading->self, node, verdict);
}

enum err service_tree_read(struct span xml,
                           void (*on_element)(void *self,
                                              const struct xml_node *node,
                                              enum xml_verdict verdict),
                           void *self)
{
    static const struct xml_handler handler = {ignore_open, pass_on,
                                               ignore_close};
    struct reading reading = {on_element, self};
    struct xml_reader *reader = xml_reader_new(&handler, &reading);
    enum err rc;

    assert_non_null(reader);
    rc = xml_reader_feed(reader, SPAN("<stream xmlns='" NS_COMPONENT "'>"));
    if (rc == ERR_OK)
        rc = xml_reader_feed(reader, xml);
    xml_reader_free(reader);
    return rc;
}

static struct span keep(struct arena *arena, struct span bytes)
{
    struct span copy = SPAN_EMPTY;

    if (bytes.at != NULL && arena_copy(arena, bytes, &copy) != ERR_OK)
        abort();
    return copy;
}

struct xml_node *service_tree_keep(struct arena *arena,
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
        struct xml_node *child = service_tree_keep(arena, c);

        if (copy->last != NULL)
            copy->last->next = child;
        else
            copy->first = child;
        copy->last = child;
    }
    return copy;
}

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

bool service_tree_fits(const struct xml_node *want, const struct xml_node *got)
{
    bool has_child = xml_child(want, NULL, NULL) != NULL;
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
        if (!service_tree_fits(a, b))
            return false;
        a = skip_blank(a->next, has_child);
        b = skip_blank(b->next, has_child);
    }
    return a == NULL && b == NULL;
}

char *service_tree_example(const char *name)
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

#include "wire/xml_tree.h"

#include <string.h>

void xml__tree_init(struct xml_tree *tree)
{
    *tree = (struct xml_tree){
        .root_arena = ARENA_EMPTY(XML_TREE_MAX_BYTES),
        .arena = ARENA_EMPTY(XML_TREE_MAX_BYTES),
        .text = BUF_EMPTY(XML_STANZA_MAX_BYTES),
    };
}

void xml__tree_clear(struct xml_tree *tree)
{
    arena_clear(&tree->root_arena);
    arena_clear(&tree->arena);
    buf_clear(&tree->text);
}

void xml__tree_reset(struct xml_tree *tree)
{
    arena_reset(&tree->arena);
    tree->depth = 0;
    tree->elements = 0;
    tree->verdict = XML_WHOLE;
}

static void forget_text(struct buf *text)
{
    if (text->len > 0)
        explicit_bzero(text->at, text->len);
    buf_truncate(text, 0);
}

/* Keeps the stanza's own tag and nothing of what is in it. */
static void give_up(struct xml_tree *tree, enum xml_verdict verdict)
{
    tree->verdict = verdict;
    tree->levels[0].node->first = NULL;
    tree->levels[0].node->last = NULL;
    forget_text(&tree->text);
}

static void add_child(struct xml_node *parent, struct xml_node *child)
{
    if (parent->last != NULL)
        parent->last->next = child;
    else
        parent->first = child;
    parent->last = child;
}

/* Turns the collected text into a node of the innermost open element. */
static enum err end_text(struct xml_tree *tree)
{
    struct xml_node *node;
    char *at;

    if (tree->text.len == 0)
        return ERR_OK;
    node = arena_alloc(&tree->arena, sizeof(*node) + tree->text.len + 1);
    if (node == NULL)
        return ERR_NOMEM;
    at = (char *)(node + 1);
    memcpy(at, tree->text.at, tree->text.len);
    node->text = (struct span){at, tree->text.len};
    forget_text(&tree->text);
    add_child(tree->levels[tree->depth - 1].node, node);
    return ERR_OK;
}

enum err xml__tree_root(struct xml_tree *tree, const char *name,
                        const char **attrs, struct xml_node **out)
{
    struct xml_element element = {.arena = &tree->root_arena};
    enum err rc = xml__element_make(&element, name, attrs);

    if (rc != ERR_OK)
        return rc;
    if (element.is_over)
        return ERR_LIMIT;
    tree->root_bindings = element.bindings;
    *out = element.node;
    return ERR_OK;
}

/* Whether one more element may be kept. */
static bool fits(const struct xml_tree *tree, size_t bytes)
{
    return tree->elements < XML_ELEMENTS_MAX && bytes <= XML_STANZA_MAX_BYTES;
}

/* Makes the element and puts it in its place. */
static enum err keep(struct xml_tree *tree, const char *name,
                     const char **attrs, bool is_over)
{
    unsigned at = tree->depth - 1;
    struct xml_element element = {
        .arena = &tree->arena,
        .bindings =
            at > 0 ? tree->levels[at - 1].bindings : tree->root_bindings,
        .is_over = is_over,
    };
    enum err rc = xml__element_make(&element, name, attrs);

    if (rc != ERR_OK)
        return rc;
    if (at > 0)
        add_child(tree->levels[at - 1].node, element.node);
    tree->levels[at] = (struct xml_level){element.node, element.bindings};
    tree->elements++;
    if (element.is_over)
        give_up(tree, XML_TOO_BIG);
    return ERR_OK;
}

enum err xml__tree_start(struct xml_tree *tree, const char *name,
                         const char **attrs, size_t bytes)
{
    if (tree->depth > 0 && tree->verdict == XML_WHOLE) {
        enum err rc = end_text(tree);

        if (rc != ERR_OK)
            return rc;
        if (tree->depth == XML_DEPTH_MAX)
            give_up(tree, XML_TOO_DEEP);
        else if (!fits(tree, bytes))
            give_up(tree, XML_TOO_BIG);
    }
    tree->depth++;
    if (tree->verdict != XML_WHOLE)
        return ERR_OK;
    return keep(tree, name, attrs, !fits(tree, bytes));
}

enum err xml__tree_text(struct xml_tree *tree, struct span text, size_t bytes)
{
    enum err rc;

    if (tree->verdict != XML_WHOLE)
        return ERR_OK;
    if (bytes > XML_STANZA_MAX_BYTES) {
        give_up(tree, XML_TOO_BIG);
        return ERR_OK;
    }
    rc = buf_append(&tree->text, text);
    if (rc == ERR_LIMIT) {
        give_up(tree, XML_TOO_BIG);
        return ERR_OK;
    }
    return rc;
}

enum err xml__tree_end(struct xml_tree *tree, size_t bytes)
{
    enum err rc = ERR_OK;

    if (tree->verdict == XML_WHOLE) {
        if (bytes > XML_STANZA_MAX_BYTES)
            give_up(tree, XML_TOO_BIG);
        else
            rc = end_text(tree);
    }
    tree->depth--;
    return rc;
}

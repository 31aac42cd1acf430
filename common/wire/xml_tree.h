/* xml_tree.h - builds one stanza from what the parser calls out, within the
 * limits of xml_reader.h.
 *
 * Over a limit it stops keeping and only counts levels, until the stanza
 * ends. */
#ifndef WIRE_XML_TREE_H
#define WIRE_XML_TREE_H

#include "base/arena.h"
#include "base/buf.h"
#include "wire/xml_element.h"
#include "wire/xml_names.h"
#include "wire/xml_reader.h"

enum {
    /* Nodes, attributes and text of the worst stanza of 64 KiB take under
     * 2 MiB; a root or a stanza's start tag alone may have its whole name. */
    XML_TREE_MAX_BYTES = 4 * 1024 * 1024,
};

struct xml_level {
    struct xml_node *node;
    const struct xml_binding *bindings;
};

struct xml_tree {
    struct arena root_arena; /* the root and its declarations */
    struct arena arena;      /* the current stanza */
    const struct xml_binding *root_bindings;
    struct xml_level levels[XML_DEPTH_MAX];
    unsigned depth;    /* open elements, the stanza is 1; skipped ones count */
    unsigned elements; /* in this stanza so far */
    enum xml_verdict verdict;
    struct buf text; /* pieces of the current text, joined */
};

void xml__tree_init(struct xml_tree *tree);
void xml__tree_clear(struct xml_tree *tree);

/* Takes the root.  `*out` lives until xml__tree_clear.
 * Errors: ERR_SYNTAX, ERR_LIMIT, ERR_NOMEM. */
enum err xml__tree_root(struct xml_tree *tree, const char *name,
                        const char **attrs, struct xml_node **out) MUST_CHECK;

/* A start tag.  `bytes` are those of the stanza up to the end of the tag.
 * Errors: ERR_SYNTAX, ERR_NOMEM. */
enum err xml__tree_start(struct xml_tree *tree, const char *name,
                         const char **attrs, size_t bytes) MUST_CHECK;

/* A piece of text.  Errors: ERR_NOMEM. */
enum err xml__tree_text(struct xml_tree *tree, struct span text,
                        size_t bytes) MUST_CHECK;

/* An end tag.  When `tree->depth` is 0 afterwards, `tree->levels[0].node` is
 * the stanza.  Errors: ERR_NOMEM. */
enum err xml__tree_end(struct xml_tree *tree, size_t bytes) MUST_CHECK;

/* Forgets the stanza. */
void xml__tree_reset(struct xml_tree *tree);

#endif

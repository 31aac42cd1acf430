/* service_tree.h - XML in tests: read, kept and compared. */
#ifndef SUPPORT_SERVICE_TREE_H
#define SUPPORT_SERVICE_TREE_H

#include "base/arena.h"
#include "wire/xml_reader.h"

/* Gives each element of `xml` as the reader has it, in the namespace of
 * components.
 *
 * Owner:  a node is good for its call alone, see service_tree_keep.
 * Errors: as xml_reader_feed. */
enum err service_tree_read(struct span xml,
                           void (*on_element)(void *self,
                                              const struct xml_node *node,
                                              enum xml_verdict verdict),
                           void *self) MUST_CHECK;

/* A copy that lives as long as the arena. */
struct xml_node *service_tree_keep(struct arena *arena,
                                   const struct xml_node *node);

/* The same tree, where "*" in `want` is any value. */
bool service_tree_fits(const struct xml_node *want, const struct xml_node *got);

/* The text of schema/stanza/NAME.xml, for the caller to free. */
char *service_tree_example(const char *name);

#endif

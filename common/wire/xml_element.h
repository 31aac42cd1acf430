/* xml_element.h - one start tag as the parser saw it, made into a node. */
#ifndef WIRE_XML_ELEMENT_H
#define WIRE_XML_ELEMENT_H

#include "base/arena.h"
#include "wire/xml.h"
#include "wire/xml_names.h"

struct xml_element {
    struct arena *arena;                /* in: where all of it goes */
    const struct xml_binding *bindings; /* in: of the parent; out: its own */
    struct xml_node *node;              /* out */
    /* In: the tag is too big, so leave the attributes out.  Out: a limit was
     * met, some or all attributes are missing. */
    bool is_over;
};

/* Resolves the namespaces and copies name and attributes.  `attrs` are pairs
 * of name and value that end with NULL, in the order written.
 *
 * Errors: ERR_SYNTAX, ERR_NOMEM. */
enum err xml__element_make(struct xml_element *element, const char *name,
                           const char **attrs) MUST_CHECK;

#endif

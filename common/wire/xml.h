/* xml.h - one element and what is in it, as read from a stream.
 *
 * Everything lives in the arena of the reader that made it and is good until
 * the callback that got it returns. */
#ifndef WIRE_XML_H
#define WIRE_XML_H

#include "base/span.h"

struct xml_attr {
    struct span name;   /* local name */
    struct span ns;     /* empty for a plain attribute */
    struct span prefix; /* as the sender wrote it; empty for a plain one */
    struct span value;
    struct xml_attr *next;
};

struct xml_node {
    struct span name; /* local name; empty for a text node */
    struct span ns;
    struct span text; /* of a text node */
    struct xml_attr *attrs;
    struct xml_node *first; /* children, in order */
    struct xml_node *last;
    struct xml_node *next;
};

/* True for an element of that name and namespace; NULL `ns` takes any. */
bool xml_is(const struct xml_node *node, const char *name, const char *ns);

/* The value of a plain attribute, or an empty span with `at` NULL.  An
 * attribute with a namespace never answers, whatever its local name. */
struct span xml_attr(const struct xml_node *node, const char *name);

/* The value of xml:lang on this very element, or an empty span. */
struct span xml_lang(const struct xml_node *node);

/* The first child element of that name and namespace (NULL: any), or NULL. */
const struct xml_node *xml_child(const struct xml_node *node, const char *name,
                                 const char *ns);

/* The next sibling element after `node` of that name and namespace. */
const struct xml_node *xml_sibling(const struct xml_node *node,
                                   const char *name, const char *ns);

/* The text directly in `node`.  The reader joins neighbouring text, so this
 * is whole unless child elements stand between. */
struct span xml_text(const struct xml_node *node);

#endif

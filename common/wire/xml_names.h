/* xml_names.h - which namespace a prefix stands for.
 *
 * We resolve prefixes ourselves: expat would copy the whole namespace into
 * every prefixed name before anybody can count, so that a tag of 64 KiB costs
 * it over 100 MiB.  Here names share the one copy of the declaration. */
#ifndef WIRE_XML_NAMES_H
#define WIRE_XML_NAMES_H

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

enum {
    XML_BINDINGS_MAX = 64, /* prefixes in scope at once, also hidden ones */
};

/* One declaration in scope, and those outside of it. */
struct xml_binding {
    struct span prefix; /* empty: the default namespace */
    struct span uri;
    unsigned count; /* prefixes in scope, with this one */
    const struct xml_binding *outer;
};

/* A name as written, cut at its colon. */
struct xml_qname {
    struct span prefix;
    struct span local;
    /* The local part begins with a character that only expat's tables could
     * tell from one that must not begin a name: not to be relayed. */
    bool is_odd;
};

/* Errors: ERR_SYNTAX when it is no qualified name.
 * Specs:  Namespaces in XML 1.0, 4. */
enum err xml__qname_split(const char *name, struct xml_qname *out) MUST_CHECK;

/* True for xmlns and xmlns:anything. */
bool xml__is_declaration(const char *attr_name);

/* Takes one xmlns attribute into scope.  `*bindings` grows by one in `arena`.
 * Errors: ERR_SYNTAX, ERR_LIMIT (too many), ERR_NOMEM. */
enum err xml__bind(struct arena *arena, const char *attr_name,
                   const char *value,
                   const struct xml_binding **bindings) MUST_CHECK;

/* What `prefix` stands for.  Without a default namespace the empty prefix
 * stands for the empty one.
 * Errors: ERR_SYNTAX when the prefix is not declared. */
enum err xml__resolve(const struct xml_binding *bindings, struct span prefix,
                      struct span *out) MUST_CHECK;

#endif

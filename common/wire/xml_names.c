#include "wire/xml_names.h"

#include <string.h>

#include "wire/ns.h"

enum { DECLARATION_BYTES = 5 }; /* "xmlns" */

static bool may_begin_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

enum err xml__qname_split(const char *name, struct xml_qname *out)
{
    const char *colon = strchr(name, ':');
    const char *local;

    if (colon == NULL) {
        *out = (struct xml_qname){SPAN(""), span_of(name), false};
        return ERR_OK;
    }
    local = colon + 1;
    if (colon == name || *local == '\0' || strchr(local, ':') != NULL)
        return ERR_SYNTAX;
    out->is_odd = (*local & 0x80) != 0;
    if (!out->is_odd && !may_begin_name(*local))
        return ERR_SYNTAX;
    out->prefix = (struct span){name, (size_t)(colon - name)};
    out->local = span_of(local);
    return ERR_OK;
}

bool xml__is_declaration(const char *attr_name)
{
    return strncmp(attr_name, "xmlns", DECLARATION_BYTES) == 0 &&
           (attr_name[DECLARATION_BYTES] == '\0' ||
            attr_name[DECLARATION_BYTES] == ':');
}

/* Namespaces in XML 1.0, 3: what must not be declared. */
static bool may_declare(struct span prefix, struct span uri)
{
    if (span_is(prefix, "xml"))
        return span_is(uri, NS_XML);
    if (span_is(prefix, "xmlns") || (prefix.len > 0 && uri.len == 0))
        return false;
    return !span_is(uri, NS_XML) && !span_is(uri, NS_XMLNS);
}

enum err xml__bind(struct arena *arena, const char *attr_name,
                   const char *value, const struct xml_binding **bindings)
{
    unsigned count = *bindings != NULL ? (*bindings)->count : 0;
    struct xml_qname name;
    struct xml_binding *binding;
    struct span prefix = SPAN("");
    enum err rc = xml__qname_split(attr_name, &name);

    if (rc != ERR_OK)
        return rc;
    if (name.prefix.len > 0)
        prefix = name.local;
    if (!may_declare(prefix, span_of(value)))
        return ERR_SYNTAX;
    /* Default namespaces are as many as there are levels: no need to count. */
    count += prefix.len > 0;
    if (name.is_odd || count > XML_BINDINGS_MAX)
        return ERR_LIMIT;
    binding = arena_alloc(arena, sizeof(*binding));
    if (binding == NULL)
        return ERR_NOMEM;
    if ((rc = arena_copy(arena, prefix, &binding->prefix)) != ERR_OK ||
        (rc = arena_copy(arena, span_of(value), &binding->uri)) != ERR_OK)
        return rc;
    binding->count = count;
    binding->outer = *bindings;
    *bindings = binding;
    return ERR_OK;
}

enum err xml__resolve(const struct xml_binding *bindings, struct span prefix,
                      struct span *out)
{
    for (; bindings != NULL; bindings = bindings->outer) {
        if (span_equal(bindings->prefix, prefix)) {
            *out = bindings->uri;
            return ERR_OK;
        }
    }
    if (prefix.len == 0)
        *out = SPAN("");
    else if (span_is(prefix, "xml"))
        *out = SPAN(NS_XML);
    else
        return ERR_SYNTAX;
    return ERR_OK;
}

#include "wire/xml_element.h"

#include <string.h>

#include "wire/xml_reader.h"

/* What one allocation for the whole tag must hold. */
struct measure {
    size_t attrs; /* without declarations */
    size_t bytes; /* of names and values, with their NULs */
};

static struct measure measure(const char *name, const char **attrs)
{
    struct measure all = {0, strlen(name) + 1};

    for (size_t i = 0; attrs[i] != NULL; i += 2) {
        if (xml__is_declaration(attrs[i]))
            continue;
        all.attrs++;
        all.bytes += strlen(attrs[i]) + strlen(attrs[i + 1]) + 2;
    }
    return all;
}

/* Copies `text` to `*at` and moves on. */
static const char *copy(char **at, const char *text)
{
    size_t size = strlen(text) + 1;
    char *to = *at;

    memcpy(to, text, size);
    *at += size;
    return to;
}

static enum err make_attr(struct xml_element *element, struct xml_attr *attr,
                          const char *name, const char *value)
{
    struct xml_qname qname;
    enum err rc = xml__qname_split(name, &qname);

    if (rc != ERR_OK)
        return rc;
    attr->name = qname.local;
    attr->prefix = qname.prefix;
    attr->value = span_of(value);
    attr->ns = SPAN("");
    element->is_over = element->is_over || qname.is_odd;
    /* Unlike an element, an attribute has no default namespace. */
    if (qname.prefix.len > 0)
        rc = xml__resolve(element->bindings, qname.prefix, &attr->ns);
    return rc;
}

/* Two prefixes may stand for one namespace: a:x and b:x are then the same. */
static bool is_repeated(const struct xml_attr *first,
                        const struct xml_attr *attr)
{
    if (attr->ns.len == 0)
        return false;
    for (; first != attr; first = first->next)
        if (span_equal(first->name, attr->name) &&
            span_equal(first->ns, attr->ns))
            return true;
    return false;
}

static enum err make_attrs(struct xml_element *element, struct xml_attr *list,
                           const char **attrs, char *at)
{
    struct xml_node *node = element->node;
    struct xml_attr **link = &node->attrs;

    for (size_t i = 0; attrs[i] != NULL; i += 2) {
        struct xml_attr *attr = list;
        const char *name;
        enum err rc;

        if (xml__is_declaration(attrs[i]))
            continue;
        name = copy(&at, attrs[i]);
        rc = make_attr(element, attr, name, copy(&at, attrs[i + 1]));
        /* Dropped, and not taken for a plain one, when its declaration is
         * one that we did not keep. */
        if (rc == ERR_SYNTAX && element->is_over)
            continue;
        if (rc != ERR_OK)
            return rc;
        *link = attr;
        link = &attr->next;
        if (is_repeated(node->attrs, attr))
            return ERR_SYNTAX;
        list++;
    }
    return ERR_OK;
}

/* Takes the xmlns attributes into scope. */
static enum err declare(struct xml_element *element, const char **attrs)
{
    for (size_t i = 0; attrs[i] != NULL; i += 2) {
        enum err rc;

        if (!xml__is_declaration(attrs[i]))
            continue;
        rc = xml__bind(element->arena, attrs[i], attrs[i + 1],
                       &element->bindings);
        if (rc == ERR_LIMIT)
            element->is_over = true;
        else if (rc != ERR_OK)
            return rc;
    }
    return ERR_OK;
}

enum err xml__element_make(struct xml_element *element, const char *name,
                           const char **attrs)
{
    static const char *none[] = {NULL};
    struct measure all = measure(name, attrs);
    struct xml_qname qname;
    struct xml_attr *list;
    char *at;
    enum err rc;

    element->is_over = element->is_over || all.attrs > XML_ATTRS_MAX;
    if (element->is_over) {
        attrs = none;
        all = measure(name, attrs);
    }
    if ((rc = declare(element, attrs)) != ERR_OK)
        return rc;
    element->node = arena_alloc(
        element->arena, sizeof(struct xml_node) +
                            all.attrs * sizeof(struct xml_attr) + all.bytes);
    if (element->node == NULL)
        return ERR_NOMEM;
    list = (struct xml_attr *)(element->node + 1);
    at = (char *)(list + all.attrs);
    if ((rc = xml__qname_split(copy(&at, name), &qname)) != ERR_OK)
        return rc;
    element->node->name = qname.local;
    element->is_over = element->is_over || qname.is_odd;
    rc = xml__resolve(element->bindings, qname.prefix, &element->node->ns);
    if (rc == ERR_SYNTAX && element->is_over) {
        /* Its declaration was one that we did not look at. */
        element->node->ns = SPAN("");
        rc = ERR_OK;
    }
    return rc != ERR_OK ? rc : make_attrs(element, list, attrs, at);
}

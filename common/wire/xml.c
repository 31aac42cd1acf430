#include "wire/xml.h"

#include "wire/ns.h"

bool xml_is(const struct xml_node *node, const char *name, const char *ns)
{
    return node->name.len > 0 && (name == NULL || span_is(node->name, name)) &&
           (ns == NULL || span_is(node->ns, ns));
}

struct span xml_attr(const struct xml_node *node, const char *name)
{
    for (const struct xml_attr *attr = node->attrs; attr; attr = attr->next)
        if (attr->ns.len == 0 && span_is(attr->name, name))
            return attr->value;
    return SPAN_EMPTY;
}

struct span xml_lang(const struct xml_node *node)
{
    for (const struct xml_attr *attr = node->attrs; attr; attr = attr->next)
        if (span_is(attr->name, "lang") && span_is(attr->ns, NS_XML))
            return attr->value;
    return SPAN_EMPTY;
}

static const struct xml_node *first_from(const struct xml_node *node,
                                         const char *name, const char *ns)
{
    while (node != NULL && !xml_is(node, name, ns))
        node = node->next;
    return node;
}

const struct xml_node *xml_child(const struct xml_node *node, const char *name,
                                 const char *ns)
{
    return first_from(node->first, name, ns);
}

const struct xml_node *xml_sibling(const struct xml_node *node,
                                   const char *name, const char *ns)
{
    return first_from(node->next, name, ns);
}

struct span xml_text(const struct xml_node *node)
{
    const struct xml_node *child = node->first;

    while (child != NULL && child->name.len > 0)
        child = child->next;
    return child != NULL ? child->text : SPAN_EMPTY;
}

#include <string.h>

#include "wire/ns.h"
#include "wire/utf8.h"
#include "wire/xml_escape.h"
#include "wire/xml_names.h"

static void put(struct xml_writer *writer, struct span bytes)
{
    if (writer->rc == ERR_OK)
        writer->rc = xml__put_bytes(writer, bytes);
}

static bool may_be_in_name(char c)
{
    return (uint8_t)c > ' ' && c != 0x7F && strchr("<>&\"'/=:", c) == NULL;
}

/* Names come from a reader, which let the parser check them.  This catches
 * what would break out of a tag. */
static void put_name(struct xml_writer *writer, struct span name)
{
    bool is_good = name.len > 0 && utf8_is_valid(name);

    for (size_t i = 0; is_good && i < name.len; i++)
        is_good = may_be_in_name(name.at[i]);
    if (!is_good && writer->rc == ERR_OK)
        writer->rc = ERR_SYNTAX;
    put(writer, name);
}

static void put_value(struct xml_writer *writer, struct span value)
{
    put(writer, SPAN("='"));
    if (writer->rc == ERR_OK)
        writer->rc = xml__put_escaped(writer, value, XML_IN_ATTR);
    put(writer, SPAN("'"));
}

/* The prefixes that stand for something where we are.  A reader refuses more
 * at once, so that what it read always fits here, and what is written here can
 * be read: none is declared again while it holds. */
struct scope {
    size_t count;
    struct {
        struct span prefix;
        struct span ns;
    } declared[XML_BINDINGS_MAX];
};

static bool is_declared(const struct scope *scope, const struct xml_attr *attr)
{
    for (size_t i = scope->count; i > 0; i--)
        if (span_equal(scope->declared[i - 1].prefix, attr->prefix))
            return span_equal(scope->declared[i - 1].ns, attr->ns);
    return false;
}

static void declare(struct xml_writer *writer, struct scope *scope,
                    const struct xml_attr *attr)
{
    if (scope->count == XML_BINDINGS_MAX) {
        writer->rc = ERR_LIMIT;
        return;
    }
    scope->declared[scope->count].prefix = attr->prefix;
    scope->declared[scope->count].ns = attr->ns;
    scope->count++;
    put(writer, SPAN(" xmlns:"));
    put_name(writer, attr->prefix);
    put_value(writer, attr->ns);
}

static void put_attr(struct xml_writer *writer, struct scope *scope,
                     const struct xml_attr *attr)
{
    bool is_xml = span_is(attr->ns, NS_XML);

    if (attr->ns.len > 0 && !is_xml && !is_declared(scope, attr))
        declare(writer, scope, attr);
    put(writer, SPAN(" "));
    if (attr->ns.len > 0) {
        put_name(writer, is_xml ? SPAN("xml") : attr->prefix);
        put(writer, SPAN(":"));
    }
    put_name(writer, attr->name);
    put_value(writer, attr->value);
}

/* The namespace of xml: may stand behind that prefix alone. */
static void put_element_name(struct xml_writer *writer,
                             const struct xml_node *node)
{
    if (span_is(node->ns, NS_XML))
        put(writer, SPAN("xml:"));
    put_name(writer, node->name);
}

static void put_start(struct xml_writer *writer, const struct xml_node *node,
                      struct span outer_ns, struct scope *scope)
{
    put(writer, SPAN("<"));
    put_element_name(writer, node);
    if (!span_equal(node->ns, outer_ns) && !span_is(node->ns, NS_XML)) {
        put(writer, SPAN(" xmlns"));
        put_value(writer, node->ns);
    }
    for (const struct xml_attr *attr = node->attrs; attr; attr = attr->next)
        if (writer->rc == ERR_OK)
            put_attr(writer, scope, attr);
    put(writer, node->first != NULL ? SPAN(">") : SPAN("/>"));
}

/* `depth` bounds the recursion; a reader never gives more levels than that. */
static void put_element(struct xml_writer *writer, const struct xml_node *node,
                        struct span outer_ns, struct scope *scope,
                        unsigned depth)
{
    size_t outside = scope->count;

    if (depth >= XML_WRITER_DEPTH_MAX && writer->rc == ERR_OK)
        writer->rc = ERR_LIMIT;
    if (writer->rc != ERR_OK)
        return;
    put_start(writer, node, outer_ns, scope);
    for (const struct xml_node *at = node->first; at; at = at->next) {
        if (at->name.len == 0)
            xml_put_text(writer, at->text);
        else
            put_element(writer, at, node->ns, scope, depth + 1);
    }
    scope->count = outside;
    if (node->first == NULL)
        return;
    put(writer, SPAN("</"));
    put_element_name(writer, node);
    put(writer, SPAN(">"));
}

void xml_put_node(struct xml_writer *writer, const struct xml_node *node,
                  struct span outer_ns)
{
    struct scope scope;

    scope.count = 0;
    xml_end_tag(writer);
    put_element(writer, node, outer_ns, &scope, writer->depth);
}

#include "gateway/stamp.h"

#include "gateway/gateway_ns.h"
#include "wire/ns.h"
#include "wire/xml_writer.h"

/* What a guest may not claim.  A NULL name is every element of it. */
static const struct {
    const char *name;
    const char *ns;
} claims[] = {
    {NULL, NS_SOURCE},    {"delay", NS_DELAY}, {"x", NS_OLD_DELAY},
    {NULL, NS_ADDRESS},   {NULL, NS_CARBONS},  {"forwarded", NS_FORWARD},
    {"x", NS_CONFERENCE},
};

/* An invitation goes through its room, and is the room's to judge. */
static bool is_invitation(const struct xml_node *node)
{
    return xml_child(node, "invite", NS_MUC_USER) != NULL ||
           xml_child(node, "decline", NS_MUC_USER) != NULL;
}

static bool is_claim(const struct xml_node *node)
{
    for (size_t i = 0; i < sizeof(claims) / sizeof(claims[0]); i++)
        if (xml_is(node, claims[i].name, claims[i].ns))
            return true;
    return xml_is(node, "x", NS_MUC_USER) && !is_invitation(node);
}

/* Joins, look-ups of links and commands; `new A B` comes as a message. */
static bool is_counted(const struct stamp *stamp, const struct xml_node *node)
{
    if (xml_is(node, "presence", NULL))
        return xml_attr(node, "type").len == 0;
    if (xml_is(node, "message", NULL))
        return span_equal(span_slice(stamp->to, 0, span_find(stamp->to, '/')),
                          stamp->domain);
    return xml_child(node, "seat", NS_SEAT) != NULL ||
           xml_child(node, "command", NS_COMMANDS) != NULL;
}

static void put_source(struct xml_writer *xml, struct span source)
{
    xml_open(xml, "source", NS_SOURCE);
    xml_put_attr(xml, "id", source);
    xml_close(xml);
}

enum err stamp_stanza(const struct stamp *stamp, const struct xml_node *node,
                      struct buf *out)
{
    static const char *const names[] = {"type", "id"};
    const char *name = xml_is(node, "message", NULL)    ? "message"
                       : xml_is(node, "presence", NULL) ? "presence"
                                                        : "iq";
    struct xml_writer xml = XML_WRITER(out);

    buf_truncate(out, 0);
    xml_open(&xml, name, NULL);
    xml_put_attr(&xml, "from", stamp->from);
    xml_put_attr(&xml, "to", stamp->to);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        xml_put_attr(&xml, names[i], xml_attr(node, names[i]));
    xml_put_attr(&xml, "xml:lang", xml_lang(node));
    for (const struct xml_node *at = node->first; at != NULL; at = at->next)
        if (at->name.len > 0 && !is_claim(at))
            xml_put_node(&xml, at, node->ns);
    if (is_counted(stamp, node))
        put_source(&xml, stamp->source);
    xml_close(&xml);
    return xml.rc;
}

/* gate_deliver.c - stanzas of the component, to their guests. */
#include "gateway/guest.h"
#include "wire/ns.h"

static bool is_at(struct span address, const struct buf *domain)
{
    struct span bare = span_slice(address, 0, span_find(address, '/'));
    size_t at = span_find(bare, '@');
    struct span host =
        at < bare.len ? span_slice(bare, at + 1, bare.len) : bare;

    return span_equal(host, buf_span(domain));
}

/* The same stanza as a frame: every element says its namespace. */
static enum err put_frame(struct buf *out, const struct xml_node *node)
{
    static const char *const names[] = {"from", "to", "type", "id"};
    const char *name = xml_is(node, "message", NULL)    ? "message"
                       : xml_is(node, "presence", NULL) ? "presence"
                                                        : "iq";
    struct xml_writer xml = XML_WRITER(out);

    buf_truncate(out, 0);
    xml_open(&xml, name, NS_CLIENT);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        xml_put_attr(&xml, names[i], xml_attr(node, names[i]));
    xml_put_attr(&xml, "xml:lang", xml_lang(node));
    for (const struct xml_node *at = node->first; at != NULL; at = at->next)
        if (at->name.len > 0)
            xml_put_node(&xml, at, node->ns);
    xml_close(&xml);
    return xml.rc;
}

/* Answers for a guest; NULL `error` is a plain result. */
static void answer(struct gate *gate, const struct xml_node *node,
                   const enum stanza_error *error)
{
    struct stanza_out out = {.out = &gate->scratch,
                             .xml = XML_WRITER(&gate->scratch)};

    buf_truncate(&gate->scratch, 0);
    xml_open(&out.xml, xml_is(node, "iq", NULL) ? "iq" : "message", NULL);
    xml_put_attr(&out.xml, "from", xml_attr(node, "to"));
    xml_put_attr(&out.xml, "to", xml_attr(node, "from"));
    xml_put_attr_text(&out.xml, "type", error != NULL ? "error" : "result");
    xml_put_attr(&out.xml, "id", xml_attr(node, "id"));
    if (error != NULL)
        stanza_put_error(&out, *error, SPAN_EMPTY, NULL);
    xml_close(&out.xml);
    /* What the component does not hear now it will not miss later. */
    if (out.xml.rc != ERR_OK || gate__send_up(gate) != ERR_OK)
        return;
}

static bool is_request(const struct xml_node *node)
{
    struct span type = xml_attr(node, "type");

    return xml_is(node, "iq", NULL) &&
           (span_is(type, "get") || span_is(type, "set"));
}

/* Nobody is there: the room should know, but errors end at errors. */
static void bounce(struct gate *gate, const struct xml_node *node)
{
    const enum stanza_error error = STANZA_SERVICE_UNAVAILABLE;

    if (is_request(node) || (xml_is(node, "message", NULL) &&
                             !span_is(xml_attr(node, "type"), "error")))
        answer(gate, node, &error);
}

void gate_deliver(struct gate *gate, const struct xml_node *node)
{
    struct guest *guest = guest__by_jid(gate, xml_attr(node, "to"));
    size_t rooms = guest != NULL ? guest->room_count : 0;

    /* What is not ours is not answered either: a wrong `from` would end the
     * stream to the component. */
    if (!is_at(xml_attr(node, "from"), &gate->domain) ||
        !is_at(xml_attr(node, "to"), &gate->guests_domain) ||
        !(xml_is(node, "iq", NULL) || xml_is(node, "message", NULL) ||
          xml_is(node, "presence", NULL)))
        return;
    if (guest == NULL) {
        bounce(gate, node);
        return;
    }
    if (guest->session == NULL && is_request(node) &&
        xml_child(node, "ping", NS_PING) != NULL) {
        answer(gate, node, NULL); /* it hibernates, and is to be kept */
        return;
    }
    if (xml_is(node, "presence", NULL) &&
        !guest__note_presence(gate, guest, node))
        return;
    if (put_frame(&gate->scratch, node) == ERR_OK)
        guest__send(gate, guest, buf_span(&gate->scratch));
    /* What was said in a room that is over does not lie here any longer than
     * it must. */
    if (guest->room_count < rooms)
        guest__ask_for_ack(guest);
}

/* session_stanza.c - a guest's stanza: to the component, to ourselves, or to
 * somebody else, which is refused. */
#include "gateway/guest.h"
#include "gateway/session.h"
#include "gateway/stamp.h"
#include "wire/ns.h"

static const char *name_of(const struct xml_node *node)
{
    if (xml_is(node, "message", NULL))
        return "message";
    return xml_is(node, "presence", NULL) ? "presence" : "iq";
}

void session__refuse_stanza(struct session *session,
                            const struct xml_node *node,
                            enum stanza_error error)
{
    struct stanza_out out = {.out = &session->gate->scratch,
                             .xml = XML_WRITER(&session->gate->scratch)};
    struct span type = xml_attr(node, "type");

    if (span_is(type, "error") || span_is(type, "result"))
        return;
    buf_truncate(out.out, 0);
    xml_open(&out.xml, name_of(node), NS_CLIENT);
    xml_put_attr(&out.xml, "from", xml_attr(node, "to"));
    if (session->guest != NULL)
        xml_put_attr(&out.xml, "to", guest__jid(session->guest));
    xml_put_attr_text(&out.xml, "type", "error");
    xml_put_attr(&out.xml, "id", xml_attr(node, "id"));
    stanza_put_error(&out, error, SPAN_EMPTY, NULL);
    xml_close(&out.xml);
    if (out.xml.rc == ERR_OK)
        session__send(session, buf_span(out.out));
}

static bool is_subscription(const struct xml_node *node)
{
    static const char *const types[] = {"subscribe", "subscribed",
                                        "unsubscribe", "unsubscribed", "probe"};
    struct span type = xml_attr(node, "type");

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (span_is(type, types[i]))
            return true;
    return false;
}

static void forward(struct session *session, const struct xml_node *node,
                    const struct jid *to)
{
    struct gate *gate = session->gate;
    struct guest *guest = session->guest;
    struct stamp stamp = {
        .from = guest__jid(guest),
        .to = to->full,
        .source = {guest->source, GATE_SOURCE_CHARS},
        .domain = buf_span(&gate->domain),
    };
    enum err rc = stamp_stanza(&stamp, node, &gate->scratch);

    if (rc != ERR_OK) {
        session__refuse_stanza(session, node, STANZA_BAD_REQUEST);
        return;
    }
    if (xml_is(node, "presence", NULL) && xml_attr(node, "type").len == 0)
        guest__note_show(guest, node);
    /* A leave that is not heard is made good when the component is back. */
    if (gate__send_up(gate) != ERR_OK &&
        !span_is(xml_attr(node, "type"), "unavailable"))
        session__refuse_stanza(session, node, STANZA_REMOTE_TIMEOUT);
}

/* Nobody but the component can be reached from here. */
static void refuse_relay(struct session *session, const struct xml_node *node)
{
    session->gate->counts.refused_relay++;
    if (xml_is(node, "iq", NULL))
        session__refuse_stanza(session, node, STANZA_SERVICE_UNAVAILABLE);
    else if (xml_is(node, "message", NULL))
        session__refuse_stanza(session, node, STANZA_NOT_ALLOWED);
}

static bool is_valid_iq(const struct xml_node *node)
{
    static const char *const types[] = {"get", "set", "result", "error"};
    struct span type = xml_attr(node, "type");

    for (size_t i = 0; i < 4; i++)
        if (span_is(type, types[i]))
            return xml_attr(node, "id").len > 0;
    return false;
}

static void route(struct session *session, const struct xml_node *node,
                  const struct jid *to)
{
    struct gate *gate = session->gate;

    if (span_equal(to->domain, buf_span(&gate->domain))) {
        if (xml_is(node, "presence", NULL) && is_subscription(node))
            session__refuse_stanza(session, node, STANZA_NOT_ALLOWED);
        else
            forward(session, node, to);
    } else if (span_equal(to->full, buf_span(&gate->guests_domain)) ||
               span_equal(to->bare, guest__bare(session->guest))) {
        session__answer(session, node);
    } else {
        refuse_relay(session, node);
    }
}

void session__take_stanza(struct session *session, const struct xml_node *node)
{
    struct span to = xml_attr(node, "to");
    struct jid jid;
    enum err rc;

    session->guest->in_count++;
    session->gate->counts.stanzas_in++;
    if (xml_is(node, "iq", NULL) && !is_valid_iq(node)) {
        session__refuse_stanza(session, node, STANZA_BAD_REQUEST);
        return;
    }
    if (to.len == 0) {
        session__answer(session, node);
        return;
    }
    rc = jid_parse(&session->gate->arena, to, &jid);
    if (rc == ERR_OK)
        route(session, node, &jid);
    else
        session__refuse_stanza(session, node,
                               rc == ERR_SYNTAX ? STANZA_JID_MALFORMED
                                                : STANZA_RESOURCE_CONSTRAINT);
}

/* session_login.c - SASL ANONYMOUS (RFC 4505) and resource binding. */
#include <string.h>

#include "gateway/gateway_ns.h"
#include "gateway/guest.h"
#include "gateway/session.h"
#include "wire/ns.h"

static void put_sasl(struct session *session, const char *name,
                     const char *condition)
{
    struct buf *out = &session->gate->scratch;
    struct xml_writer xml = XML_WRITER(out);

    buf_truncate(out, 0);
    xml_open(&xml, name, NS_SASL);
    if (condition != NULL)
        xml_put_element(&xml, condition, NULL, SPAN_EMPTY);
    xml_close(&xml);
    if (xml.rc == ERR_OK)
        session__put(session, buf_span(out));
}

static void refuse(struct session *session, const char *condition)
{
    session->auth_failures++;
    put_sasl(session, "failure", condition);
    if (session->auth_failures >= SESSION_AUTH_FAILURES)
        session_fail(session, STREAM_ERROR_POLICY_VIOLATION,
                     "too many failed logins");
}

void session__take_auth(struct session *session, const struct xml_node *node)
{
    if (xml_is(node, "abort", NS_SASL)) {
        refuse(session, "aborted");
    } else if (!xml_is(node, "auth", NS_SASL)) {
        session_fail(session, STREAM_ERROR_NOT_AUTHORIZED, NULL);
    } else if (!span_is(xml_attr(node, "mechanism"), "ANONYMOUS")) {
        refuse(session, "invalid-mechanism");
    } else {
        /* What a client says about itself here is for nobody. */
        session->state = SESSION_AUTHENTICATED;
        put_sasl(session, "success", NULL);
    }
}

static void put_bound(struct session *session, const struct xml_node *iq)
{
    struct buf *out = &session->gate->scratch;
    struct xml_writer xml = XML_WRITER(out);

    buf_truncate(out, 0);
    xml_open(&xml, "iq", NS_CLIENT);
    xml_put_attr_text(&xml, "type", "result");
    xml_put_attr(&xml, "id", xml_attr(iq, "id"));
    xml_open(&xml, "bind", NS_BIND);
    xml_put_element(&xml, "jid", NULL, guest__jid(session->guest));
    xml_close(&xml);
    xml_close(&xml);
    if (xml.rc == ERR_OK)
        session__put(session, buf_span(out));
}

static enum stanza_error error_for(enum err rc)
{
    return rc == ERR_SYNTAX ? STANZA_BAD_REQUEST : STANZA_RESOURCE_CONSTRAINT;
}

void session__take_bind(struct session *session, const struct xml_node *node)
{
    const struct xml_node *bind = xml_child(node, "bind", NS_BIND);
    const struct xml_node *resource =
        bind != NULL ? xml_child(bind, "resource", NS_BIND) : NULL;
    struct guest *guest;
    enum err rc;

    if (bind == NULL || !span_is(xml_attr(node, "type"), "set")) {
        session_fail(session, STREAM_ERROR_NOT_AUTHORIZED, NULL);
        return;
    }
    rc = guest__new(session->gate,
                    resource != NULL ? xml_text(resource) : SPAN_EMPTY, &guest);
    if (rc != ERR_OK) {
        session__refuse_stanza(session, node, error_for(rc));
        return;
    }
    guest->session = session;
    memcpy(guest->source, session->source, sizeof(guest->source));
    session->guest = guest;
    session->state = SESSION_BOUND;
    put_bound(session, node);
}

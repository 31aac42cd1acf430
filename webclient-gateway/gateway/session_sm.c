/* session_sm.c - XEP-0198: acknowledgements, and coming back.
 *
 * A guest who comes back has logged in anew and anonymously, so that only the
 * token says who it is: random, for one connection at a time, and good as long
 * as the guest's session. */
#include <string.h>

#include "gateway/gateway_ns.h"
#include "gateway/guest.h"
#include "gateway/session.h"
#include "wire/ns.h"

static void put_failed(struct session *session, const char *condition)
{
    struct buf *out = &session->gate->scratch;
    struct xml_writer xml = XML_WRITER(out);

    buf_truncate(out, 0);
    xml_open(&xml, "failed", NS_SM);
    xml_put_element(&xml, condition, NS_STANZA_ERRORS, SPAN_EMPTY);
    xml_close(&xml);
    if (xml.rc == ERR_OK)
        session__put(session, buf_span(out));
}

static bool wants_resume(const struct xml_node *node)
{
    struct span resume = xml_attr(node, "resume");

    return span_is(resume, "true") || span_is(resume, "1");
}

static void take_enable(struct session *session, const struct xml_node *node)
{
    struct buf *out = &session->gate->scratch;
    struct xml_writer xml = XML_WRITER(out);
    struct guest *guest = session->guest;

    if (guest == NULL || guest->has_sm) {
        put_failed(session, "unexpected-request");
        return;
    }
    if (wants_resume(node) &&
        guest__make_resumable(session->gate, guest) != ERR_OK) {
        put_failed(session, "internal-server-error");
        return;
    }
    guest->has_sm = true;
    guest->in_count = 0; /* XEP-0198 4: what came before does not count */
    buf_truncate(out, 0);
    xml_open(&xml, "enabled", NS_SM);
    if (guest->is_resumable) {
        xml_put_attr(&xml, "id",
                     (struct span){guest->token, sizeof(guest->token)});
        xml_put_attr_text(&xml, "resume", "true");
        xml_put_attr_number(&xml, "max", GATE_HIBERNATE_MS / 1000);
    }
    xml_close(&xml);
    if (xml.rc == ERR_OK)
        session__put(session, buf_span(out));
}

static void put_ack(struct session *session)
{
    struct buf *out = &session->gate->scratch;
    struct xml_writer xml = XML_WRITER(out);

    if (session->guest == NULL || !session->guest->has_sm)
        return;
    buf_truncate(out, 0);
    xml_open(&xml, "a", NS_SM);
    xml_put_attr_number(&xml, "h", session->guest->in_count);
    xml_close(&xml);
    if (xml.rc == ERR_OK)
        session__put(session, buf_span(out));
}

static bool read_count(const struct xml_node *node, uint32_t *out)
{
    uint64_t count;

    if (!span_to_u64(xml_attr(node, "h"), UINT32_MAX, &count))
        return false;
    *out = (uint32_t)count;
    return true;
}

static void take_ack(struct session *session, const struct xml_node *node)
{
    uint32_t count;

    if (session->guest == NULL || !session->guest->has_sm)
        return;
    if (!read_count(node, &count))
        session_fail(session, STREAM_ERROR_UNDEFINED, "h is no count");
    else if (guest__take_ack(session->gate, session->guest, count) != ERR_OK)
        session__fail_count(session, count, session->guest->out_count);
}

static void put_resumed(struct session *session, const struct guest *guest)
{
    struct buf *out = &session->gate->scratch;
    struct xml_writer xml = XML_WRITER(out);

    buf_truncate(out, 0);
    xml_open(&xml, "resumed", NS_SM);
    xml_put_attr(&xml, "previd",
                 (struct span){guest->token, sizeof(guest->token)});
    xml_put_attr_number(&xml, "h", guest->in_count);
    xml_close(&xml);
    if (xml.rc == ERR_OK)
        session__put(session, buf_span(out));
}

/* The guest is at this session from here on. */
static void adopt(struct session *session, struct guest *guest)
{
    struct session *old = guest->session;

    if (old != NULL) {
        old->guest = NULL;
        session_fail(old, STREAM_ERROR_CONFLICT, "resumed elsewhere");
    }
    guest->session = session;
    /* It may have come back from elsewhere, and that is where it is now. */
    memcpy(guest->source, session->source, sizeof(guest->source));
    guest->unasked = 0;
    session->guest = guest;
    session->state = SESSION_BOUND;
    session->gate->counts.resumed++;
    put_resumed(session, guest);
    for (const struct queue_item *item = guest->unacked.first; item != NULL;
         item = item->next)
        session__put(session, (struct span){item->at, item->len});
    if (session->guest == guest && old == NULL)
        guest__wake(session->gate, guest);
}

static void take_resume(struct session *session, const struct xml_node *node)
{
    struct guest *guest =
        guest__by_token(session->gate, xml_attr(node, "previd"));
    uint32_t count;

    if (session->state != SESSION_READY) {
        put_failed(session, "unexpected-request");
        return;
    }
    if (guest == NULL || guest->is_lossy || !read_count(node, &count)) {
        put_failed(session, "item-not-found");
        return;
    }
    if (guest__take_ack(session->gate, guest, count) != ERR_OK) {
        session__fail_count(session, count, guest->out_count);
        return;
    }
    adopt(session, guest);
}

bool session__take_sm(struct session *session, const struct xml_node *node)
{
    if (!xml_is(node, NULL, NS_SM))
        return false;
    if (xml_is(node, "enable", NS_SM))
        take_enable(session, node);
    else if (xml_is(node, "r", NS_SM))
        put_ack(session);
    else if (xml_is(node, "a", NS_SM))
        take_ack(session, node);
    else if (xml_is(node, "resume", NS_SM))
        take_resume(session, node);
    else
        return false;
    return true;
}

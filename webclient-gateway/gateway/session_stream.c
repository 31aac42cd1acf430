/* session_stream.c - how a stream begins, what it offers, how it ends. */
#include <stdio.h>

#include "gateway/gateway_ns.h"
#include "gateway/guest.h"
#include "gateway/session.h"
#include "wire/ns.h"

/* strophe.js compares these very bytes. */
#define CLOSE_FRAME SPAN("<close xmlns=\"" NS_FRAMING "\" />")

void session__end(struct session *session, struct span last,
                  enum session_close close)
{
    if (session->close != SESSION_OPEN)
        return;
    if (last.len > 0)
        session__put(session, last);
    session__put(session, CLOSE_FRAME);
    if (session->close == SESSION_OPEN) /* else too slow even for that */
        session->close = close;
    session__drop_guest(session);
    session__wake(session);
}

void session__put_open(struct session *session)
{
    struct gate *gate = session->gate;
    struct xml_writer xml = XML_WRITER(&gate->scratch);
    char id[16];

    gate__random_name(gate, id, sizeof(id));
    buf_truncate(&gate->scratch, 0);
    xml_open(&xml, "open", NS_FRAMING);
    xml_put_attr(&xml, "from", buf_span(&gate->guests_domain));
    xml_put_attr(&xml, "id", (struct span){id, sizeof(id)});
    xml_put_attr_text(&xml, "version", "1.0");
    xml_put_attr_text(&xml, "xml:lang", "en");
    xml_close(&xml);
    if (xml.rc == ERR_OK)
        session__put(session, buf_span(&gate->scratch));
}

static enum session_close close_for(enum stream_error error)
{
    if (error == STREAM_ERROR_NOT_WELL_FORMED)
        return SESSION_CLOSE_INVALID;
    return error == STREAM_ERROR_POLICY_VIOLATION ? SESSION_CLOSE_POLICY
                                                  : SESSION_CLOSE_NORMAL;
}

struct failure {
    enum stream_error error;
    const char *text;
    enum session_close close;
    bool is_count; /* the client acknowledged `h` of `sent` */
    uint32_t h;
    uint32_t sent;
};

static void put_failure(struct xml_writer *xml, const struct failure *failure)
{
    xml_open(xml, "stream:error", NULL);
    xml_put_attr_text(xml, "xmlns:stream", NS_STREAM);
    xml_put_element(xml, stream_error_name(failure->error), NS_STREAM_ERRORS,
                    SPAN_EMPTY);
    if (failure->text != NULL) {
        xml_open(xml, "text", NS_STREAM_ERRORS);
        xml_put_attr_text(xml, "xml:lang", "en");
        xml_put_text(xml, span_of(failure->text));
        xml_close(xml);
    }
    if (failure->is_count) {
        xml_open(xml, "handled-count-too-high", NS_SM);
        xml_put_attr_number(xml, "h", failure->h);
        xml_put_attr_number(xml, "send-count", failure->sent);
        xml_close(xml);
    }
    xml_close(xml);
}

/* Who comes back from an error of its own making says again what made it. */
static bool may_return(enum stream_error error)
{
    return error == STREAM_ERROR_CONFLICT ||
           error == STREAM_ERROR_RESOURCE_CONSTRAINT ||
           error == STREAM_ERROR_SYSTEM_SHUTDOWN;
}

static void fail(struct session *session, const struct failure *failure)
{
    struct buf *out = &session->gate->scratch;
    struct xml_writer xml = XML_WRITER(out);

    if (session->close != SESSION_OPEN)
        return;
    /* RFC 7395 3.5: an error comes in a stream, and the one before the login
     * is over. */
    if (session->state == SESSION_NEW ||
        session->state == SESSION_AUTHENTICATED)
        session__put_open(session);
    if (session->guest != NULL && !may_return(failure->error))
        guest__end(session->gate, session->guest);
    buf_truncate(out, 0);
    put_failure(&xml, failure);
    session__end(session, xml.rc == ERR_OK ? buf_span(out) : SPAN_EMPTY,
                 failure->close);
}

void session_fail(struct session *session, enum stream_error error,
                  const char *text)
{
    const struct failure failure = {
        .error = error, .text = text, .close = close_for(error)};

    fail(session, &failure);
}

void session__fail_count(struct session *session, uint32_t h, uint32_t sent)
{
    const struct failure failure = {
        .error = STREAM_ERROR_UNDEFINED,
        .text = "acknowledged more than was sent",
        .close = SESSION_CLOSE_NORMAL,
        .is_count = true,
        .h = h,
        .sent = sent,
    };

    fail(session, &failure);
}

void session_refuse(struct session *session, enum session_close close)
{
    const struct failure failure = {.error = STREAM_ERROR_POLICY_VIOLATION,
                                    .text = "stanza too large",
                                    .close = close};

    session->gate->counts.bad_frames++;
    if (close == SESSION_CLOSE_TOO_BIG)
        fail(session, &failure);
    else
        session__end(session, SPAN_EMPTY, close);
}

static void put_number(struct xml_writer *xml, const char *name, int number)
{
    char text[16];

    snprintf(text, sizeof(text), "%d", number);
    xml_put_element(xml, name, NULL, span_of(text));
}

/* XEP-0478 */
static void put_limits(struct xml_writer *xml, const struct session *session)
{
    bool is_ready = session->state == SESSION_READY;

    xml_open(xml, "limits", NS_STREAM_LIMITS);
    put_number(xml, "max-bytes",
               is_ready ? SESSION_FRAME_MAX_BYTES : SESSION_EARLY_MAX_BYTES);
    put_number(xml, "idle-seconds", SESSION_PING_SECONDS);
    xml_close(xml);
}

void session__put_features(struct session *session)
{
    struct buf *out = &session->gate->scratch;
    struct xml_writer xml = XML_WRITER(out);

    buf_truncate(out, 0);
    xml_open(&xml, "stream:features", NULL);
    xml_put_attr_text(&xml, "xmlns:stream", NS_STREAM);
    if (session->state == SESSION_READY) {
        xml_put_element(&xml, "bind", NS_BIND, SPAN_EMPTY);
        xml_put_element(&xml, "sm", NS_SM, SPAN_EMPTY);
        xml_open(&xml, "session", NS_SESSION);
        xml_put_element(&xml, "optional", NULL, SPAN_EMPTY);
        xml_close(&xml);
    } else {
        xml_open(&xml, "mechanisms", NS_SASL);
        xml_put_element(&xml, "mechanism", NULL, SPAN("ANONYMOUS"));
        xml_close(&xml);
    }
    put_limits(&xml, session);
    xml_close(&xml);
    if (xml.rc == ERR_OK)
        session__put(session, buf_span(out));
}

#include "gateway/session.h"

#include <string.h>

#include "gateway/gateway_ns.h"
#include "gateway/guest.h"
#include "wire/ns.h"

void session_init(struct session *session, struct gate *gate, void *peer,
                  const char source[GATE_SOURCE_CHARS])
{
    *session = (struct session){
        .gate = gate,
        .peer = peer,
        .out = QUEUE_EMPTY(0, SESSION_OUT_MAX_BYTES),
        .opened_ms = gate->now_ms,
    };
    memcpy(session->source, source, GATE_SOURCE_CHARS);
    bucket_init(&session->stanzas, SESSION_STANZAS_PER_SECOND,
                SESSION_STANZAS_BURST, gate->now_ms);
    bucket_init(&session->bytes, SESSION_BYTES_PER_SECOND, SESSION_BYTES_BURST,
                gate->now_ms);
    gate->counts.sessions_opened++;
}

void session__drop_guest(struct session *session)
{
    struct guest *guest = session->guest;

    session->guest = NULL;
    if (guest != NULL)
        guest__leave_session(session->gate, guest);
}

static void forget_frames(struct session *session)
{
    session->gate->out_bytes -= session->out.bytes;
    queue_clear(&session->out);
}

void session_lost(struct session *session)
{
    session__drop_guest(session);
    forget_frames(session);
    session->state = SESSION_NEW;
}

size_t session_frame_max(const struct session *session)
{
    return session->state == SESSION_BOUND ? SESSION_FRAME_MAX_BYTES
                                           : SESSION_EARLY_MAX_BYTES;
}

void session__wake(struct session *session)
{
    session->gate->ports->on_output(session->gate->self, session);
}

/* The reader took nothing for too long, or cannot hold what we have. */
static void cut(struct session *session)
{
    session->gate->counts.slow_readers++;
    forget_frames(session);
    session->close = SESSION_CLOSE_POLICY;
    session__drop_guest(session);
    session__wake(session);
}

/* A long answer may wait in whole, unless too many wait for theirs. */
static bool has_room_for(const struct session *session, struct span frame)
{
    return session->out.bytes + frame.len <= SESSION_OUT_BYTES ||
           session->gate->out_bytes + frame.len <= GATE_OUT_BYTES;
}

void session__put(struct session *session, struct span frame)
{
    if (session->close != SESSION_OPEN)
        return;
    if (session->out.bytes == 0) /* from now on it has something to take */
        session->drained_ms = session->gate->now_ms;
    if (!has_room_for(session, frame) ||
        queue_push(&session->out, frame) != ERR_OK) {
        cut(session);
        return;
    }
    session->gate->out_bytes += frame.len;
    if (session->out.bytes > SESSION_OUT_BYTES && !session->is_overflowing) {
        session->is_overflowing = true;
        session->drained_ms = session->gate->now_ms;
    }
    session__wake(session);
}

void session__send(struct session *session, struct span frame)
{
    if (session->guest != NULL)
        guest__send(session->gate, session->guest, frame);
    else
        session__put(session, frame);
}

struct span session_front(const struct session *session)
{
    return queue_front(&session->out);
}

void session_written(struct session *session)
{
    session->gate->out_bytes -= queue_front(&session->out).len;
    queue_pull(&session->out);
    session->drained_ms = session->gate->now_ms;
    session->is_overflowing = session->out.bytes > SESSION_OUT_BYTES;
}

static void take_open(struct session *session, const struct xml_node *node)
{
    struct gate *gate = session->gate;

    if (!span_equal_nocase(xml_attr(node, "to"),
                           buf_span(&gate->guests_domain))) {
        session_fail(session, STREAM_ERROR_HOST_UNKNOWN, NULL);
        return;
    }
    if (session->state != SESSION_NEW &&
        session->state != SESSION_AUTHENTICATED) {
        session_fail(session, STREAM_ERROR_POLICY_VIOLATION, NULL);
        return;
    }
    session__put_open(session);
    session->state =
        session->state == SESSION_NEW ? SESSION_OPENED : SESSION_READY;
    session__put_features(session);
}

/* Who says goodbye does not come back. */
static void take_leave(struct session *session)
{
    if (session->guest != NULL)
        guest__end(session->gate, session->guest);
    session__end(session, SPAN_EMPTY, SESSION_CLOSE_NORMAL);
}

static bool is_stanza(const struct xml_node *node)
{
    return xml_is(node, "message", NS_CLIENT) ||
           xml_is(node, "presence", NS_CLIENT) || xml_is(node, "iq", NS_CLIENT);
}

static void take_first(struct session *session, const struct xml_node *node)
{
    if (xml_is(node, "open", NULL) || xml_is(node, "stream", NS_STREAM))
        session_fail(session, STREAM_ERROR_INVALID_NAMESPACE, NULL);
    else
        session_fail(session, STREAM_ERROR_NOT_AUTHORIZED, NULL);
}

static void take(struct session *session, const struct xml_node *node)
{
    if (xml_is(node, "close", NS_FRAMING))
        take_leave(session);
    else if (xml_is(node, "open", NS_FRAMING))
        take_open(session, node);
    else if (session->state == SESSION_NEW)
        take_first(session, node);
    else if (session->state == SESSION_OPENED)
        session__take_auth(session, node);
    else if (session->state == SESSION_BOUND && is_stanza(node))
        session__take_stanza(session, node);
    else if (session->state >= SESSION_READY && session__take_sm(session, node))
        return;
    else if (session->state == SESSION_READY && xml_is(node, "iq", NS_CLIENT))
        session__take_bind(session, node);
    else if (session->state == SESSION_BOUND)
        session_fail(session, STREAM_ERROR_INVALID_NAMESPACE, NULL);
    else
        session_fail(session, STREAM_ERROR_NOT_AUTHORIZED, NULL);
}

static void on_frame(void *self, const struct xml_node *node,
                     enum xml_verdict verdict)
{
    struct session *session = self;

    if (verdict != XML_WHOLE)
        session_fail(session, STREAM_ERROR_POLICY_VIOLATION,
                     "nested too deeply, or of too many parts");
    else
        take(session, node);
}

static enum stream_error error_for(enum err rc)
{
    if (rc == ERR_RESTRICTED)
        return STREAM_ERROR_RESTRICTED_XML;
    if (rc == ERR_LIMIT)
        return STREAM_ERROR_POLICY_VIOLATION;
    return rc == ERR_SYNTAX ? STREAM_ERROR_NOT_WELL_FORMED
                            : STREAM_ERROR_RESOURCE_CONSTRAINT;
}

void session_read(struct session *session, struct span frame)
{
    static const struct frame_handler handler = {on_frame};
    struct gate *gate = session->gate;
    enum err rc;

    if (session->close != SESSION_OPEN)
        return;
    if (frame.len > session_frame_max(session)) {
        session_refuse(session, SESSION_CLOSE_TOO_BIG);
        return;
    }
    bucket_take(&session->stanzas, 1, gate->now_ms);
    bucket_take(&session->bytes, (int64_t)frame.len, gate->now_ms);
    rc = frame_read(gate->frames, frame, &handler, session);
    arena_reset(&gate->arena);
    if (rc == ERR_OK)
        return;
    gate->counts.bad_frames++;
    session_fail(session, error_for(rc), NULL);
}

void session_take_part(struct session *session)
{
    bucket_take(&session->bytes, SESSION_PART_BYTES, session->gate->now_ms);
}

bool session_may_read(struct session *session)
{
    int64_t now_ms = session->gate->now_ms;

    return bucket_has(&session->stanzas, now_ms) &&
           bucket_has(&session->bytes, now_ms);
}

static bool is_late(const struct session *session)
{
    int64_t age_ms = session->gate->now_ms - session->opened_ms;

    return (session->state == SESSION_NEW && age_ms >= SESSION_FIRST_MS) ||
           (session->state < SESSION_BOUND && age_ms >= SESSION_BIND_MS);
}

static bool is_idle(const struct session *session)
{
    const struct guest *guest = session->guest;

    return guest != NULL && guest->room_count == 0 &&
           session->gate->now_ms - guest->roomless_ms >= SESSION_ROOM_MS;
}

/* One who has little waiting may take his time, but where all together have
 * too much nobody may. */
static bool is_stuck(const struct session *session)
{
    const struct gate *gate = session->gate;

    return (session->is_overflowing ||
            (session->out.bytes > 0 && gate->out_bytes >= GATE_OUT_BYTES)) &&
           gate->now_ms - session->drained_ms >= SESSION_SLOW_MS;
}

void session_sweep(struct session *session)
{
    if (session->close != SESSION_OPEN)
        return;
    if (is_stuck(session)) {
        cut(session);
    } else if (is_late(session)) {
        session_fail(session, STREAM_ERROR_CONNECTION_TIMEOUT, NULL);
    } else if (is_idle(session)) {
        guest__end(session->gate, session->guest);
        session_fail(session, STREAM_ERROR_CONNECTION_TIMEOUT,
                     "in no room for too long");
    }
}

#include "support/gate_case.h"

#include <stdio.h>
#include <string.h>

#include "support/check.h"

enum { TEXT_BYTES = 4096 };

static void on_output(void *self, struct session *session)
{
    struct gate_case *c = self;

    (void)session;
    c->wakes++;
}

static void on_up(void *self)
{
    struct gate_case *c = self;

    c->wakes++;
}

static const struct gate_ports ports = {on_output, on_up};

void gate_case_init(struct gate_case *c)
{
    *c = (struct gate_case){.crypto = crypto_new()};
    assert_non_null(c->crypto);
    check_ok(gate_init(&c->gate, SPAN("duo.example"), c->crypto));
    c->gate.ports = &ports;
    c->gate.self = c;
    c->gate.now_ms = 1000 * 1000;
    gate_up(&c->gate);
}

void gate_case_clear(struct gate_case *c)
{
    gate_clear(&c->gate);
    crypto_free(c->crypto);
}

void gate_case_session(struct gate_case *c, struct session *session)
{
    static const char source[] = "0123456789abcdef0123456789abcdef";

    session_init(session, &c->gate, NULL, source);
}

void gate_case_say(struct session *session, const char *frame)
{
    session_read(session, span_of(frame));
}

void gate_case_heard(struct session *session, struct buf *out)
{
    struct span front;

    buf_clear(out);
    while ((front = session_front(session)).at != NULL) {
        check_ok(buf_append(out, front));
        check_ok(buf_append_byte(out, '\n'));
        session_written(session);
    }
    check_ok(buf_append_byte(out, '\0'));
}

void gate_case_bind(struct gate_case *c, struct session *session)
{
    gate_case_session(c, session);
    gate_case_say(session, CASE_OPEN);
    gate_case_say(session, CASE_AUTH);
    gate_case_say(session, CASE_OPEN);
    gate_case_say(session, CASE_BIND);
    assert_int_equal(session->state, SESSION_BOUND);
    while (session_front(session).at != NULL)
        session_written(session);
}

void gate_case_up(struct gate_case *c, struct buf *out)
{
    buf_clear(out);
    check_ok(buf_append(out, buf_span(&c->gate.up)));
    check_ok(buf_append_byte(out, '\0'));
    buf_truncate(&c->gate.up, 0);
}

struct delivery {
    struct gate *gate;
};

static void on_frame(void *self, const struct xml_node *node,
                     enum xml_verdict verdict)
{
    struct delivery *delivery = self;

    assert_int_equal(verdict, XML_WHOLE);
    gate_deliver(delivery->gate, node);
}

void gate_case_deliver(struct gate_case *c, const struct guest *guest,
                       const char *format)
{
    static const struct frame_handler handler = {on_frame};
    struct frame_reader *reader = frame_reader_new();
    struct delivery delivery = {&c->gate};
    struct span jid = guest__jid(guest);
    const char *hole = strstr(format, "%s");
    char text[TEXT_BYTES];
    int len;

    assert_non_null(reader);
    assert_non_null(hole);
    len = snprintf(text, sizeof(text), "%.*s%.*s%s", (int)(hole - format),
                   format, (int)jid.len, jid.at, hole + 2);
    check_ok(frame_read(reader, (struct span){text, (size_t)len}, &handler,
                        &delivery));
    frame_reader_free(reader);
}

void check_heard(const struct buf *heard, const char *part)
{
    if (strstr(heard->at, part) == NULL)
        fail_msg("\"%s\" is not in:\n%s", part, heard->at);
}

void check_not_heard(const struct buf *heard, const char *part)
{
    if (strstr(heard->at, part) != NULL)
        fail_msg("\"%s\" is in:\n%s", part, heard->at);
}

/* Frames from anybody, a line each: the session never breaks, what goes to the
 * component is whole stanzas of the guest's own, and what goes to the browser
 * is whole elements. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "gateway/frame.h"
#include "gateway/guest.h"
#include "gateway/session.h"
#include "wire/ns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_output(void *self, struct session *session)
{
    (void)self;
    (void)session;
}

static void on_up(void *self)
{
    (void)self;
}

static const struct gate_ports ports = {on_output, on_up};

struct check {
    const struct gate *gate;
    unsigned count;
};

static void on_frame(void *self, const struct xml_node *node,
                     enum xml_verdict verdict)
{
    struct check *check = self;

    BUG_IF(verdict != XML_WHOLE || node->ns.len == 0);
    check->count++;
}

/* Every frame for the browser is one element. */
static void check_frames(struct session *session, struct frame_reader *reader)
{
    static const struct frame_handler handler = {on_frame};
    struct check check = {session->gate, 0};
    unsigned count = 0;
    struct span front;

    while ((front = session_front(session)).at != NULL) {
        BUG_IF(frame_read(reader, front, &handler, &check) != ERR_OK);
        session_written(session);
        count++;
    }
    BUG_IF(check.count != count);
}

static void on_open(void *self, const struct xml_node *root)
{
    (void)self;
    (void)root;
}

static void on_element(void *self, const struct xml_node *node,
                       enum xml_verdict verdict)
{
    struct check *check = self;
    struct span from = xml_attr(node, "from");

    (void)verdict; /* escaping may lift it over what the component takes */
    BUG_IF(!span_ends_with(span_slice(from, 0, span_find(from, '/')),
                           SPAN("@guests.duo.example")));
    BUG_IF(!span_is(node->ns, NS_COMPONENT));
    check->count++;
}

static void on_close(void *self)
{
    (void)self;
    BUG_IF(true);
}

/* What the component gets is stanzas, and from a guest. */
static void check_up(const struct gate *gate)
{
    static const struct xml_handler handler = {on_open, on_element, on_close};
    struct check check = {gate, 0};
    struct xml_reader *reader = xml_reader_new(&handler, &check);

    BUG_IF(reader == NULL);
    BUG_IF(xml_reader_feed(reader, SPAN("<s xmlns='" NS_COMPONENT "'>")) !=
           ERR_OK);
    BUG_IF(gate->up.len > 0 &&
           xml_reader_feed(reader, buf_span(&gate->up)) != ERR_OK);
    xml_reader_free(reader);
}

static void say(struct session *session, const char *frame)
{
    session_read(session, span_of(frame));
}

/* Half of the inputs begin where a login ends. */
static void log_in(struct session *session)
{
    static const char *const open =
        "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' "
        "to='guests.duo.example' version='1.0'/>";

    say(session, open);
    say(session, "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' "
                 "mechanism='ANONYMOUS'/>");
    say(session, open);
    say(session, "<iq type='set' id='b'>"
                 "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>");
    BUG_IF(session->state != SESSION_BOUND);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char source[] = "0123456789abcdef0123456789abcdef";
    struct span left = {(const char *)data, size};
    struct crypto *crypto = crypto_new();
    struct frame_reader *reader = frame_reader_new();
    struct session session;
    struct gate gate;

    BUG_IF(crypto == NULL || reader == NULL);
    BUG_IF(gate_init(&gate, SPAN("duo.example"), crypto) != ERR_OK);
    gate.ports = &ports;
    gate_up(&gate);
    session_init(&session, &gate, NULL, source);
    if (size > 0 && data[0] == '+') {
        log_in(&session);
        left = span_slice(left, 1, size);
    }
    while (left.len > 0) {
        size_t end = span_find(left, '\n');

        session_read(&session, span_slice(left, 0, end));
        check_frames(&session, reader);
        left = span_slice(left, end + 1, left.len);
        gate.now_ms += 1000;
        session_sweep(&session);
    }
    check_frames(&session, reader);
    session_lost(&session);
    check_up(&gate);
    gate_clear(&gate);
    frame_reader_free(reader);
    crypto_free(crypto);
    return 0;
}

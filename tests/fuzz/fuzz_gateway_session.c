/* Two connections, a line of input each step: the sessions never break, what
 * goes to the component is whole stanzas of the guests' own, and what goes to
 * the browsers is whole elements.
 *
 * A line is a frame, but for these first bytes: `!` the line is lost, `>` a
 * stanza of the component follows, `~` the component goes and comes back, `@` a
 * minute passes, `%` the other connection speaks, `+` it logs in.  $TOKEN in a
 * frame is the first guest's, $JID in a stanza its address. */
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
    struct span bare = span_slice(from, 0, span_find(from, '/'));

    (void)verdict; /* escaping may lift it over what the component takes */
    /* The domain itself answers what was for nobody. */
    BUG_IF(!span_is(bare, "guests.duo.example") &&
           !span_ends_with(bare, SPAN("@guests.duo.example")));
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

enum { SESSIONS = 2, LINE_MAX_BYTES = 128 * 1024 };

struct world {
    struct crypto *crypto;
    struct frame_reader *reader; /* another than the gate's */
    struct gate gate;
    struct session sessions[SESSIONS];
    struct buf line;
    size_t at; /* which one speaks */
};

static void begin(struct world *w, size_t at)
{
    static const char source[] = "0123456789abcdef0123456789abcdef";

    session_init(&w->sessions[at], &w->gate, NULL, source);
}

static void put(struct world *w, struct span bytes)
{
    /* What does not fit is left out. */
    if (buf_append(&w->line, bytes) != ERR_OK)
        return;
}

/* Copies a line with the names in it filled in. */
static struct span fill(struct world *w, struct span line)
{
    const struct guest *guest = w->gate.first;

    buf_truncate(&w->line, 0);
    while (line.len > 0) {
        size_t dollar = span_find(line, '$');
        struct span rest = span_slice(line, dollar, line.len);

        put(w, span_slice(line, 0, dollar));
        line = span_slice(line, dollar + 1, line.len);
        if (guest != NULL && span_starts_with(rest, SPAN("$TOKEN"))) {
            put(w, (struct span){guest->token, sizeof(guest->token)});
            line = span_slice(rest, strlen("$TOKEN"), rest.len);
        } else if (guest != NULL && span_starts_with(rest, SPAN("$JID"))) {
            put(w, guest__jid(guest));
            line = span_slice(rest, strlen("$JID"), rest.len);
        }
    }
    return buf_span(&w->line);
}

static void on_stanza(void *self, const struct xml_node *node,
                      enum xml_verdict verdict)
{
    struct world *w = self;

    if (verdict == XML_WHOLE)
        gate_deliver(&w->gate, node);
}

static void deliver(struct world *w, struct span stanza)
{
    static const struct frame_handler handler = {on_stanza};

    /* What is no stanza is not delivered. */
    if (frame_read(w->reader, stanza, &handler, w) == ERR_NOMEM)
        abort();
}

static void step(struct world *w, struct span line)
{
    struct session *session = &w->sessions[w->at];
    struct span rest = span_slice(line, 1, line.len);

    switch (line.len > 0 ? line.at[0] : '\0') {
    case '!':
        session_lost(session);
        begin(w, w->at);
        break;
    case '>':
        deliver(w, fill(w, rest));
        break;
    case '~':
        gate_down(&w->gate);
        gate_up(&w->gate);
        break;
    case '@':
        w->gate.now_ms += 60 * 1000;
        gate_sweep(&w->gate);
        break;
    case '%':
        w->at = (w->at + 1) % SESSIONS;
        break;
    case '+':
        if (session->state == SESSION_NEW && session->close == SESSION_OPEN)
            log_in(session);
        break;
    default:
        session_read(session, fill(w, line));
        break;
    }
}

/* Whoever is told to go is gone, and somebody else comes. */
static void look_after(struct world *w)
{
    for (size_t i = 0; i < SESSIONS; i++) {
        check_frames(&w->sessions[i], w->reader);
        session_sweep(&w->sessions[i]);
        check_frames(&w->sessions[i], w->reader);
        if (w->sessions[i].close == SESSION_OPEN)
            continue;
        session_lost(&w->sessions[i]);
        begin(w, i);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span left = {(const char *)data, size};
    struct world w = {
        .crypto = crypto_new(),
        .reader = frame_reader_new(),
        .line = BUF_EMPTY(LINE_MAX_BYTES),
    };

    BUG_IF(w.crypto == NULL || w.reader == NULL);
    BUG_IF(gate_init(&w.gate, SPAN("duo.example"), w.crypto) != ERR_OK);
    w.gate.ports = &ports;
    gate_up(&w.gate);
    for (size_t i = 0; i < SESSIONS; i++)
        begin(&w, i);
    while (left.len > 0) {
        size_t end = span_find(left, '\n');

        step(&w, span_slice(left, 0, end));
        look_after(&w);
        left = span_slice(left, end + 1, left.len);
        w.gate.now_ms += 1000;
    }
    for (size_t i = 0; i < SESSIONS; i++)
        session_lost(&w.sessions[i]);
    check_up(&w.gate);
    gate_clear(&w.gate);
    buf_clear(&w.line);
    frame_reader_free(w.reader);
    crypto_free(w.crypto);
    return 0;
}

/* Inputs that broke others, through stream, envelope and answer. */
#include <string.h>

#include "support/check.h"
#include "support/wire_trace.h"
#include "wire/ns.h"
#include "wire/stanza.h"
#include "wire/stream.h"

#define FROM_TO                                                                \
    "from='alice@example.org/p' to='rm7q2k9d4xw3c5v8@rooms.example.org' "
#define SAY "<message " FROM_TO "type='groupchat'"

/* A component that answers every stanza with an error that echoes its id, as
 * service/ does. */
struct trap {
    struct crypto *crypto;
    struct stream *stream;
    struct arena arena;
    struct buf link; /* what the stream says */
    struct buf out;  /* what we answer */
    unsigned stanzas;
    unsigned refused; /* by stanza_decode */
    struct buf from;  /* of the last stanza */
    struct buf type;
    struct buf to;
    enum xml_verdict verdict;
};

static void keep(struct buf *buf, struct span text)
{
    buf_truncate(buf, 0);
    check_ok(buf_append(buf, text));
}

static void answer(struct trap *trap, const struct stanza *in)
{
    struct stanza_out out = STANZA_OUT(&trap->out, SPAN("rooms.example.org"));
    struct stanza_head head = {
        .kind = in->kind,
        .from = in->to_raw,
        .to = in->from.full,
        .type = SPAN("error"),
        .id = in->id,
    };

    stanza_begin(&out, &head);
    stanza_put_error(&out, STANZA_POLICY_VIOLATION, SPAN_EMPTY, NULL);
    check_ok(stanza_end(&out));
}

static bool may_claim(void *self, struct span domain)
{
    (void)self;
    (void)domain;
    return false;
}

static void on_ready(void *self)
{
    (void)self;
}

static void on_stanza(void *self, const struct xml_node *node,
                      enum xml_verdict verdict)
{
    struct trap *trap = self;
    struct stanza stanza;

    trap->stanzas++;
    if (stanza_decode(&trap->arena, node, verdict, &stanza) != ERR_OK) {
        trap->refused++;
        return;
    }
    trap->verdict = verdict;
    keep(&trap->from, stanza.from.full);
    keep(&trap->to, stanza.to.full);
    keep(&trap->type, stanza.type);
    answer(trap, &stanza);
}

static int set_up(void **state)
{
    static const struct stream_handler handler = {may_claim, on_ready,
                                                  on_stanza};
    static struct trap trap;
    struct stream_options options = {.role = STREAM_COMPONENT,
                                     .domain = SPAN("rooms.example.org")};

    trap = (struct trap){
        .crypto = crypto_new(),
        .arena = ARENA_EMPTY(1024 * 1024),
        .link = BUF_EMPTY(64 * 1024),
        .out = BUF_EMPTY(1024 * 1024),
        .from = BUF_EMPTY(4096),
        .type = BUF_EMPTY(4096),
        .to = BUF_EMPTY(4096),
    };
    options.crypto = trap.crypto;
    trap.stream = stream_new(&options, &handler, &trap);
    *state = &trap;
    return trap.crypto == NULL || trap.stream == NULL ||
           stream_start(trap.stream, &trap.link) != ERR_OK;
}

static int tear_down(void **state)
{
    struct trap *trap = *state;

    stream_free(trap->stream);
    crypto_free(trap->crypto);
    arena_clear(&trap->arena);
    buf_clear(&trap->link);
    buf_clear(&trap->out);
    buf_clear(&trap->from);
    buf_clear(&trap->type);
    buf_clear(&trap->to);
    return 0;
}

static enum err feed(struct trap *trap, const char *text)
{
    return stream_feed(trap->stream, span_of(text), &trap->link);
}

static void make_ready(struct trap *trap)
{
    check_ok(feed(trap, "<stream:stream xmlns='jabber:component:accept' "
                        "xmlns:stream='http://etherx.jabber.org/streams' "
                        "id='1'><handshake/>"));
    assert_true(stream_is_ready(trap->stream));
    buf_truncate(&trap->link, 0);
}

/* The link still works and says nothing of its own. */
static void check_alive(struct trap *trap)
{
    unsigned stanzas = trap->stanzas;

    check_ok(feed(trap, SAY "><body>next</body></message>"));
    assert_int_equal(trap->stanzas, stanzas + 1);
    assert_int_equal(trap->verdict, XML_WHOLE);
    assert_int_equal(trap->link.len, 0);
}

static void x01_a_spoofed_from_does_not_count(void **state)
{
    struct trap *trap = *state;

    make_ready(trap);
    check_ok(feed(trap,
                  "<message from='mal@evil.example/m' xmlns:z='urn:z' "
                  "z:from='alice@example.org/p' "
                  "to='rm7q2k9d4xw3c5v8@rooms.example.org' "
                  "type='groupchat' id='1'><body>spoof</body></message>"));
    check_span(buf_span(&trap->from), "mal@evil.example/m");
    check_alive(trap);
}

static void x03_a_spoofed_type_does_not_count(void **state)
{
    struct trap *trap = *state;

    make_ready(trap);
    check_ok(feed(trap, "<presence from='mal@evil.example/m' "
                        "to='rm7q2k9d4xw3c5v8@rooms.example.org/n' "
                        "xmlns:z='urn:z' z:type='error' "
                        "z:to='other@rooms.example.org/n'/>"));
    assert_int_equal(trap->type.len, 0);
    check_span(buf_span(&trap->to), "rm7q2k9d4xw3c5v8@rooms.example.org/n");
    check_alive(trap);
}

static void x04_an_echoed_id_stays_an_id(void **state)
{
    struct trap *trap = *state;
    struct wire_trace trace;

    make_ready(trap);
    check_ok(feed(trap,
                  "<iq from='mal@evil.example/m' "
                  "to='rm7q2k9d4xw3c5v8@rooms.example.org' type='get' "
                  "id='a&apos;/&gt;&lt;message to=&quot;alice@example.org/p"
                  "&quot;&gt;&lt;body&gt;x'><ping xmlns='urn:xmpp:ping'/>"
                  "</iq>"));
    wire_trace_open(&trace);
    check_ok(xml_reader_feed(trace.reader, SPAN("<r>")));
    check_ok(xml_reader_feed(trace.reader, buf_span(&trap->out)));
    assert_int_equal(trace.elements, 1);
    assert_true(wire_trace_has(
        &trace, " id=\"a'/><message to=\"alice@example.org/p\"><body>x\""));
    wire_trace_close(&trace);
    check_alive(trap);
}

/* What ends the link, and with which words. */
static void check_ends(struct trap *trap, const char *text, const char *error)
{
    check_err(feed(trap, text), ERR_CLOSED);
    assert_string_equal(stream_error_name(stream_own_error(trap->stream)),
                        error);
    assert_int_equal(trap->stanzas, 0);
    assert_int_equal(trap->out.len, 0);
    assert_true(span_ends_with(buf_span(&trap->link),
                               SPAN("</stream:error></stream:stream>")));
}

static void x05_overlong_utf8_ends_the_link(void **state)
{
    make_ready(*state);
    check_ends(*state, SAY "><body>\xC0\xAF</body></message>",
               "not-well-formed");
}

static void x07_a_control_character_ends_the_link(void **state)
{
    make_ready(*state);
    check_ends(*state, SAY "><body>a&#1;b</body></message>", "not-well-formed");
}

static void x09_depth_does_not_end_the_link(void **state)
{
    struct trap *trap = *state;

    make_ready(trap);
    check_ok(feed(trap, SAY ">"));
    for (unsigned i = 0; i < 30000; i++)
        check_ok(feed(trap, "<a>"));
    for (unsigned i = 0; i < 30000; i++)
        check_ok(feed(trap, "</a>"));
    check_ok(feed(trap, "</message>"));
    assert_int_equal(trap->stanzas, 1);
    assert_int_equal(trap->verdict, XML_TOO_DEEP);
    check_span(buf_span(&trap->from), "alice@example.org/p");
    check_alive(trap);
}

static void x10_a_doctype_ends_the_link(void **state)
{
    struct trap *trap = *state;
    size_t before = wire_heap_bytes();

    check_ends(trap,
               "<!DOCTYPE m [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;"
               "&a;&a;&a;&a;&a;&a;'>]><stream:stream xmlns='jabber:component:"
               "accept' xmlns:stream='http://etherx.jabber.org/streams' "
               "id='1' from='rooms.example.org'>",
               "restricted-xml");
    assert_true(wire_heap_bytes() < before + 1024 * 1024);
}

static void x11_a_large_body_does_not_end_the_link(void **state)
{
    struct trap *trap = *state;

    make_ready(trap);
    check_ok(feed(trap, SAY " id='big'><body>"));
    for (unsigned i = 0; i < 7000; i++)
        check_ok(feed(trap, "AAAAAAAAAA"));
    check_ok(feed(trap, "</body></message>"));
    assert_int_equal(trap->verdict, XML_TOO_BIG);
    check_span(buf_span(&trap->from), "alice@example.org/p");
    check_alive(trap);
}

static void x12_a_repeated_attribute_ends_the_link(void **state)
{
    make_ready(*state);
    check_ends(*state,
               "<message from='alice@example.org/p' from='bob@example.org/q' "
               "to='rm7q2k9d4xw3c5v8@rooms.example.org'/>",
               "not-well-formed");
}

static void x18_an_empty_id_is_no_missing_id(void **state)
{
    struct trap *trap = *state;

    make_ready(trap);
    check_ok(feed(trap, SAY " id=''><body/></message>"));
    assert_int_equal(trap->stanzas, 1);
    assert_true(span_starts_with(
        buf_span(&trap->out),
        SPAN("<message from='rm7q2k9d4xw3c5v8@rooms.example.org' "
             "to='alice@example.org/p' type='error' id=''>")));
    check_alive(trap);
}

/* The next stanza is whole after each one that is refused. */
static void nothing_leaks_into_the_next_stanza(void **state)
{
    struct trap *trap = *state;

    make_ready(trap);
    check_ok(feed(trap, "<message xmlns:z='urn:z' z:from='a@b' to='c'/>"
                        "<x xmlns='urn:other' from='a@b' to='c'>text</x>"));
    assert_int_equal(trap->refused, 2);
    assert_int_equal(trap->out.len, 0);
    check_alive(trap);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(x01_a_spoofed_from_does_not_count),
        TEST(x03_a_spoofed_type_does_not_count),
        TEST(x04_an_echoed_id_stays_an_id),
        TEST(x05_overlong_utf8_ends_the_link),
        TEST(x07_a_control_character_ends_the_link),
        TEST(x09_depth_does_not_end_the_link),
        TEST(x10_a_doctype_ends_the_link),
        TEST(x11_a_large_body_does_not_end_the_link),
        TEST(x12_a_repeated_attribute_ends_the_link),
        TEST(x18_an_empty_id_is_no_missing_id),
        TEST(nothing_leaks_into_the_next_stanza),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The XEP-0114 stream, in both roles. */
#include "wire/stream.h"

#include <string.h>

#include "support/check.h"
#include "wire/ns.h"

#define SERVER_OPEN                                                            \
    "<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' "     \
    "xmlns:stream='http://etherx.jabber.org/streams' from='s.example' "        \
    "id='3BF96D32'>"
#define PEER_OPEN                                                              \
    "<stream:stream xmlns='jabber:component:accept' "                          \
    "xmlns:stream='http://etherx.jabber.org/streams' to='s.example'>"
#define OWN_OPEN "<?xml version='1.0'?>" PEER_OPEN
/* SHA-1 of "3BF96D32" and "test". */
#define PROOF "aaee83c26aeeafcbabeabfcbcd50df997e0a2a1e"
#define CLOSE "</stream:stream>"
#define ERROR(name)                                                            \
    "<stream:error><" name " xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"    \
    "</stream:error>" CLOSE

struct peer {
    struct crypto *crypto;
    struct stream *stream;
    struct buf out;
    unsigned ready;
    unsigned stanzas;
    unsigned stop_at; /* closes the stream at that stanza; 0: never */
    enum xml_verdict verdict;
};

static bool may_claim(void *self, struct span domain)
{
    (void)self;
    return span_is(domain, "s.example");
}

static void on_ready(void *self)
{
    struct peer *peer = self;

    peer->ready++;
}

static void on_stanza(void *self, const struct xml_node *node,
                      enum xml_verdict verdict)
{
    struct peer *peer = self;

    assert_true(node->name.len > 0);
    peer->stanzas++;
    peer->verdict = verdict;
    if (peer->stanzas == peer->stop_at)
        stream_fail(peer->stream, STREAM_ERROR_INVALID_FROM, &peer->out);
}

static const struct stream_handler handler = {may_claim, on_ready, on_stanza};

static int set_up(void **state)
{
    static struct peer peer;

    peer = (struct peer){.out = BUF_EMPTY(1024 * 1024)};
    peer.crypto = crypto_new();
    *state = &peer;
    return peer.crypto == NULL;
}

static int tear_down(void **state)
{
    struct peer *peer = *state;

    stream_free(peer->stream);
    crypto_free(peer->crypto);
    buf_clear(&peer->out);
    return 0;
}

static void open_as(struct peer *peer, enum stream_role role)
{
    struct stream_options options = {
        .role = role,
        .domain = SPAN("s.example"),
        .secret = SPAN("test"),
        .id = SPAN("3BF96D32"),
        .crypto = peer->crypto,
    };

    stream_free(peer->stream);
    buf_truncate(&peer->out, 0);
    peer->ready = 0;
    peer->stanzas = 0;
    peer->stream = stream_new(&options, &handler, peer);
    assert_non_null(peer->stream);
    check_ok(stream_start(peer->stream, &peer->out));
}

static enum err feed(struct peer *peer, const char *text)
{
    return stream_feed(peer->stream, span_of(text), &peer->out);
}

#define check_out(peer, text)                                                  \
    do {                                                                       \
        check_span(buf_span(&(peer)->out), text);                              \
        buf_truncate(&(peer)->out, 0);                                         \
    } while (0)

static void open_ready(struct peer *peer, enum stream_role role)
{
    open_as(peer, role);
    if (role == STREAM_COMPONENT)
        check_ok(feed(peer, SERVER_OPEN "<handshake/>"));
    else
        check_ok(feed(peer, PEER_OPEN "<handshake>" PROOF "</handshake>"));
    assert_true(stream_is_ready(peer->stream));
    buf_truncate(&peer->out, 0);
}

static void a_component_shakes_hands(void **state)
{
    struct peer *peer = *state;

    open_as(peer, STREAM_COMPONENT);
    check_out(peer, OWN_OPEN);
    check_ok(feed(peer, SERVER_OPEN));
    check_out(peer, "<handshake>" PROOF "</handshake>");
    assert_false(stream_is_ready(peer->stream));
    check_ok(feed(peer, "<handshake/>"));
    assert_true(stream_is_ready(peer->stream));
    assert_int_equal(peer->ready, 1);
    check_span(stream_domain(peer->stream), "s.example");
    check_ok(feed(peer, " <iq/><message/>"));
    assert_int_equal(peer->stanzas, 2);
    check_out(peer, "");
}

static void a_server_shakes_hands(void **state)
{
    struct peer *peer = *state;

    open_as(peer, STREAM_SERVER);
    check_out(peer, "");
    check_ok(feed(peer, PEER_OPEN));
    check_out(peer, SERVER_OPEN);
    check_ok(feed(peer, "<handshake>" PROOF "</handshake><iq/>"));
    check_out(peer, "<handshake/>");
    assert_true(stream_is_ready(peer->stream));
    assert_int_equal(peer->ready, 1);
    assert_int_equal(peer->stanzas, 1);
    check_span(stream_domain(peer->stream), "s.example");
}

static void both_roles_understand_each_other(void **state)
{
    struct peer *server = *state;
    struct peer component = {.out = BUF_EMPTY(4096)};

    component.crypto = server->crypto;
    open_as(server, STREAM_SERVER);
    open_as(&component, STREAM_COMPONENT);
    for (unsigned i = 0; i < 3; i++) {
        check_ok(stream_feed(server->stream, buf_span(&component.out),
                             &server->out));
        buf_truncate(&component.out, 0);
        check_ok(stream_feed(component.stream, buf_span(&server->out),
                             &component.out));
        buf_truncate(&server->out, 0);
    }
    assert_true(stream_is_ready(server->stream));
    assert_true(stream_is_ready(component.stream));
    stream_free(component.stream);
    buf_clear(&component.out);
}

static void the_id_is_unescaped_before_it_is_digested(void **state)
{
    struct peer *peer = *state;
    char proof[CRYPTO_SHA1_HEX_BYTES];

    open_as(peer, STREAM_COMPONENT);
    buf_truncate(&peer->out, 0);
    check_ok(feed(peer, "<s:stream xmlns='jabber:component:accept' xmlns:s="
                        "'http://etherx.jabber.org/streams' "
                        "id='a&amp;b&lt;&quot;&#x20AC;'>"));
    check_ok(crypto_handshake(peer->crypto, SPAN("a&b<\"\xE2\x82\xAC"),
                              SPAN("test"), proof));
    assert_int_equal(peer->out.len, 11 + sizeof(proof) + 12);
    assert_memory_equal(peer->out.at + 11, proof, sizeof(proof));
}

static void a_claimed_domain_is_prepared(void **state)
{
    struct peer *peer = *state;

    open_as(peer, STREAM_SERVER);
    check_ok(feed(peer, "<stream:stream xmlns='jabber:component:accept' "
                        "xmlns:stream='http://etherx.jabber.org/streams' "
                        "to='S.Example.'>"));
    check_out(peer, SERVER_OPEN);
    check_span(stream_domain(peer->stream), "s.example");
}

struct bad {
    const char *text;
    enum stream_error error;
    const char *out;
};

static void check_bad(struct peer *peer, enum stream_role role,
                      const struct bad *bad)
{
    open_as(peer, role);
    buf_truncate(&peer->out, 0);
    check_err(feed(peer, bad->text), ERR_CLOSED);
    assert_string_equal(stream_error_name(stream_own_error(peer->stream)),
                        stream_error_name(bad->error));
    check_ok(buf_append_byte(&peer->out, '\0'));
    assert_string_equal(peer->out.at, bad->out);
    assert_false(stream_is_ready(peer->stream));
    assert_int_equal(peer->stanzas, 0);
    check_err(feed(peer, "<iq/>"), ERR_CLOSED);
}

static void a_server_refuses(void **state)
{
#define NO_DOMAIN                                                              \
    "<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' "     \
    "xmlns:stream='http://etherx.jabber.org/streams' id='3BF96D32'>"
#define STREAM(attrs)                                                          \
    "<stream:stream xmlns='jabber:component:accept' "                          \
    "xmlns:stream='http://etherx.jabber.org/streams' " attrs ">"
    static const struct bad cases[] = {
        {STREAM(""), STREAM_ERROR_IMPROPER_ADDRESSING,
         NO_DOMAIN ERROR("improper-addressing")},
        {STREAM("to=''"), STREAM_ERROR_IMPROPER_ADDRESSING,
         NO_DOMAIN ERROR("improper-addressing")},
        {STREAM("to='a b'"), STREAM_ERROR_IMPROPER_ADDRESSING,
         NO_DOMAIN ERROR("improper-addressing")},
        {STREAM("to='other.example'"), STREAM_ERROR_HOST_UNKNOWN,
         NO_DOMAIN ERROR("host-unknown")},
        {STREAM("to='a@s.example'"), STREAM_ERROR_HOST_UNKNOWN,
         NO_DOMAIN ERROR("host-unknown")},
        {STREAM("to='s.example/r'"), STREAM_ERROR_HOST_UNKNOWN,
         NO_DOMAIN ERROR("host-unknown")},
        {"<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx."
         "jabber.org/streams' to='s.example'>",
         STREAM_ERROR_INVALID_NAMESPACE, NO_DOMAIN ERROR("invalid-namespace")},
        {"<stream:stream xmlns='jabber:component:accept' "
         "xmlns:stream='urn:evil' to='s.example'>",
         STREAM_ERROR_INVALID_NAMESPACE, NO_DOMAIN ERROR("invalid-namespace")},
        {"<stream xmlns='jabber:component:accept' to='s.example'>",
         STREAM_ERROR_INVALID_NAMESPACE, NO_DOMAIN ERROR("invalid-namespace")},
        {"<?xml version='1.0'?><!DOCTYPE x []>", STREAM_ERROR_RESTRICTED_XML,
         NO_DOMAIN ERROR("restricted-xml")},
        {"GET / HTTP/1.1\r\n", STREAM_ERROR_NOT_WELL_FORMED,
         NO_DOMAIN ERROR("not-well-formed")},
        {PEER_OPEN "<handshake>" PROOF "0</handshake>",
         STREAM_ERROR_NOT_AUTHORIZED, SERVER_OPEN ERROR("not-authorized")},
        {PEER_OPEN "<handshake>bbff94d37bffb0dcbcfbc0dcde61e0aa8f1b3b2f"
                   "</handshake><iq/>",
         STREAM_ERROR_NOT_AUTHORIZED, SERVER_OPEN ERROR("not-authorized")},
        {PEER_OPEN "<handshake/>", STREAM_ERROR_NOT_AUTHORIZED,
         SERVER_OPEN ERROR("not-authorized")},
        {PEER_OPEN "<handshake xmlns='urn:x'>" PROOF "</handshake>",
         STREAM_ERROR_NOT_AUTHORIZED, SERVER_OPEN ERROR("not-authorized")},
        {PEER_OPEN "<message from='guests.s.example' to='s.example'/>",
         STREAM_ERROR_NOT_AUTHORIZED, SERVER_OPEN ERROR("not-authorized")},
        {PEER_OPEN "<a><b></a>", STREAM_ERROR_NOT_WELL_FORMED,
         SERVER_OPEN ERROR("not-well-formed")},
        {PEER_OPEN CLOSE, STREAM_ERROR_NONE, SERVER_OPEN CLOSE},
    };
    struct peer *peer = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        check_bad(peer, STREAM_SERVER, &cases[i]);
}

static void a_component_refuses(void **state)
{
    static const struct bad cases[] = {
        {"<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx."
         "jabber.org/streams' id='1'>",
         STREAM_ERROR_INVALID_NAMESPACE, ERROR("invalid-namespace")},
        {"<!DOCTYPE m [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]>"
         "<stream:stream",
         STREAM_ERROR_RESTRICTED_XML, ERROR("restricted-xml")},
        {SERVER_OPEN "<message/>", STREAM_ERROR_NOT_AUTHORIZED,
         "<handshake>" PROOF "</handshake>" ERROR("not-authorized")},
    };
    struct peer *peer = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        check_bad(peer, STREAM_COMPONENT, &cases[i]);
}

/* A handshake that was not kept is none, whatever its name. */
static void an_over_large_handshake_is_refused(void **state)
{
    struct peer *peer = *state;

    open_as(peer, STREAM_COMPONENT);
    check_ok(feed(peer, SERVER_OPEN "<handshake>"));
    for (unsigned i = 0; i < XML_ELEMENTS_MAX; i++)
        check_ok(feed(peer, "<a/>"));
    check_err(feed(peer, "</handshake>"), ERR_CLOSED);
    assert_int_equal(stream_own_error(peer->stream),
                     STREAM_ERROR_NOT_AUTHORIZED);
}

static void bad_xml_ends_a_ready_stream(void **state)
{
    static const struct bad cases[] = {
        {"<m><!-- c --></m>", STREAM_ERROR_RESTRICTED_XML,
         ERROR("restricted-xml")},
        {"<m>&#1;</m>", STREAM_ERROR_NOT_WELL_FORMED, ERROR("not-well-formed")},
        {"<m>\xC0\xAF</m>", STREAM_ERROR_NOT_WELL_FORMED,
         ERROR("not-well-formed")},
    };
    struct peer *peer = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        open_ready(peer, STREAM_SERVER);
        check_err(feed(peer, cases[i].text), ERR_CLOSED);
        check_ok(buf_append_byte(&peer->out, '\0'));
        assert_string_equal(peer->out.at, cases[i].out);
        assert_int_equal(stream_own_error(peer->stream), cases[i].error);
        assert_int_equal(peer->stanzas, 0);
        assert_false(stream_is_ready(peer->stream));
    }
}

/* However much comes at once, only 16 KiB are looked at before the
 * handshake. */
static void strangers_get_little_room(void **state)
{
    struct peer *peer = *state;
    struct buf text = BUF_EMPTY(128 * 1024);

    check_ok(buf_append(&text, SPAN(PEER_OPEN)));
    while (text.len < 17 * 1024)
        check_ok(buf_append_byte(&text, ' '));
    check_ok(buf_append(&text, SPAN("<handshake>" PROOF "</handshake>")));
    open_as(peer, STREAM_SERVER);
    check_err(stream_feed(peer->stream, buf_span(&text), &peer->out),
              ERR_CLOSED);
    check_out(peer, SERVER_OPEN ERROR("policy-violation"));
    assert_int_equal(peer->ready, 0);

    buf_truncate(&text, 0);
    check_ok(
        buf_append(&text, SPAN(PEER_OPEN "<handshake>" PROOF "</handshake>")));
    for (unsigned i = 0; i < 3000; i++)
        check_ok(buf_append(&text, SPAN("<message>hello</message>")));
    open_as(peer, STREAM_SERVER);
    check_ok(stream_feed(peer->stream, buf_span(&text), &peer->out));
    assert_int_equal(peer->stanzas, 3000);
    buf_clear(&text);
}

static void the_peers_error_is_told(void **state)
{
    static const struct {
        const char *text;
        enum stream_error error;
    } cases[] = {
        {ERROR("conflict"), STREAM_ERROR_CONFLICT},
        {ERROR("host-unknown"), STREAM_ERROR_HOST_UNKNOWN},
        {ERROR("system-shutdown"), STREAM_ERROR_SYSTEM_SHUTDOWN},
        {ERROR("see-other-host"), STREAM_ERROR_UNDEFINED},
        {"<stream:error/>", STREAM_ERROR_UNDEFINED},
        {"<stream:error><text xmlns='urn:ietf:params:xml:ns:xmpp-streams'>x"
         "</text><reset xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
         "</stream:error>",
         STREAM_ERROR_RESET},
        {"<stream:error><conflict/></stream:error>", STREAM_ERROR_UNDEFINED},
    };
    struct peer *peer = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        open_ready(peer, STREAM_COMPONENT);
        check_err(feed(peer, cases[i].text), ERR_CLOSED);
        assert_int_equal(stream_peer_error(peer->stream), cases[i].error);
        assert_int_equal(stream_own_error(peer->stream), STREAM_ERROR_NONE);
        check_out(peer, CLOSE);
        open_as(peer, STREAM_COMPONENT);
        check_ok(feed(peer, SERVER_OPEN));
        check_err(feed(peer, cases[i].text), ERR_CLOSED);
        assert_int_equal(stream_peer_error(peer->stream), cases[i].error);
    }
    assert_int_equal(peer->stanzas, 0);
}

static void an_error_of_another_namespace_is_a_stanza(void **state)
{
    struct peer *peer = *state;

    open_ready(peer, STREAM_COMPONENT);
    check_ok(feed(peer, "<error/><stream:error xmlns:stream='urn:x'/>"));
    assert_int_equal(peer->stanzas, 2);
    assert_int_equal(stream_peer_error(peer->stream), STREAM_ERROR_NONE);
}

static void the_peer_may_close(void **state)
{
    struct peer *peer = *state;

    open_ready(peer, STREAM_COMPONENT);
    check_err(feed(peer, "<iq/>" CLOSE), ERR_CLOSED);
    check_out(peer, CLOSE);
    assert_int_equal(peer->stanzas, 1);
    assert_int_equal(stream_peer_error(peer->stream), STREAM_ERROR_NONE);
    stream_close(peer->stream, &peer->out);
    check_out(peer, "");
}

static void we_may_close(void **state)
{
    struct peer *peer = *state;

    open_ready(peer, STREAM_SERVER);
    stream_close(peer->stream, &peer->out);
    check_out(peer, CLOSE);
    check_err(feed(peer, "<iq/>"), ERR_CLOSED);
    open_ready(peer, STREAM_SERVER);
    stream_fail(peer->stream, STREAM_ERROR_SYSTEM_SHUTDOWN, &peer->out);
    check_out(peer, ERROR("system-shutdown"));
    stream_fail(peer->stream, STREAM_ERROR_RESET, &peer->out);
    check_out(peer, "");
    assert_int_equal(stream_own_error(peer->stream),
                     STREAM_ERROR_SYSTEM_SHUTDOWN);
}

static void a_callback_may_end_it(void **state)
{
    struct peer *peer = *state;

    open_ready(peer, STREAM_SERVER);
    peer->stop_at = 2;
    check_err(feed(peer, "<iq/><iq/><iq/><m>"), ERR_CLOSED);
    peer->stop_at = 0;
    assert_int_equal(peer->stanzas, 2);
    check_out(peer, ERROR("invalid-from"));
}

static void an_over_large_stanza_is_passed_on_as_such(void **state)
{
    struct peer *peer = *state;
    static char text[XML_STANZA_MAX_BYTES + 1];

    memset(text, 'x', sizeof(text));
    open_ready(peer, STREAM_COMPONENT);
    check_ok(feed(peer, "<message id='big'><body>"));
    check_ok(stream_feed(peer->stream, (struct span){text, sizeof(text)},
                         &peer->out));
    check_ok(feed(peer, "</body></message>"));
    assert_int_equal(peer->stanzas, 1);
    assert_int_equal(peer->verdict, XML_TOO_BIG);
    check_ok(feed(peer, "<iq/>"));
    assert_int_equal(peer->verdict, XML_WHOLE);
    check_out(peer, "");
}

static void no_room_for_an_answer_is_told(void **state)
{
    struct peer *peer = *state;
    struct buf small = BUF_EMPTY(16);

    open_as(peer, STREAM_COMPONENT);
    check_err(stream_feed(peer->stream, SPAN(SERVER_OPEN), &small), ERR_LIMIT);
    check_err(stream_feed(peer->stream, SPAN("<handshake/>"), &small),
              ERR_CLOSED);
    open_as(peer, STREAM_COMPONENT);
    buf_truncate(&small, 0);
    stream_fail(peer->stream, STREAM_ERROR_RESET, &small);
    assert_int_equal(small.len, 0);
    buf_clear(&small);
}

static void every_error_has_a_name(void **state)
{
    (void)state;
    for (unsigned i = 1; i < STREAM_ERROR_COUNT; i++)
        assert_true(stream_error_name((enum stream_error)i)[0] != '\0');
    assert_string_equal(stream_error_name(STREAM_ERROR_NONE), "");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_component_shakes_hands),
        TEST(a_server_shakes_hands),
        TEST(both_roles_understand_each_other),
        TEST(the_id_is_unescaped_before_it_is_digested),
        TEST(a_claimed_domain_is_prepared),
        TEST(a_server_refuses),
        TEST(a_component_refuses),
        TEST(an_over_large_handshake_is_refused),
        TEST(bad_xml_ends_a_ready_stream),
        TEST(strangers_get_little_room),
        TEST(the_peers_error_is_told),
        TEST(an_error_of_another_namespace_is_a_stanza),
        TEST(the_peer_may_close),
        TEST(we_may_close),
        TEST(a_callback_may_end_it),
        TEST(an_over_large_stanza_is_passed_on_as_such),
        TEST(no_room_for_an_answer_is_told),
        TEST(every_error_has_a_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

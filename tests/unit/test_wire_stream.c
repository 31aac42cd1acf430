/* The XEP-0114 stream, in both roles. */
#include "wire/stream.h"

#include <string.h>

#include "stream_case.h"
#include "wire/ns.h"

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
    const struct CMUnitTest tests[] = {
        STREAM_TEST(a_component_shakes_hands),
        STREAM_TEST(a_server_shakes_hands),
        STREAM_TEST(both_roles_understand_each_other),
        STREAM_TEST(the_id_is_unescaped_before_it_is_digested),
        STREAM_TEST(a_claimed_domain_is_prepared),
        STREAM_TEST(the_peers_error_is_told),
        STREAM_TEST(an_error_of_another_namespace_is_a_stanza),
        STREAM_TEST(the_peer_may_close),
        STREAM_TEST(we_may_close),
        STREAM_TEST(a_callback_may_end_it),
        STREAM_TEST(an_over_large_stanza_is_passed_on_as_such),
        STREAM_TEST(no_room_for_an_answer_is_told),
        STREAM_TEST(every_error_has_a_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

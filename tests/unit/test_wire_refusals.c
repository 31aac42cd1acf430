/* What ends an XEP-0114 stream, in both roles, and with which error. */
#include <string.h>

#include "stream_case.h"
#include "wire/ns.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        STREAM_TEST(a_server_refuses),
        STREAM_TEST(a_component_refuses),
        STREAM_TEST(an_over_large_handshake_is_refused),
        STREAM_TEST(bad_xml_ends_a_ready_stream),
        STREAM_TEST(strangers_get_little_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

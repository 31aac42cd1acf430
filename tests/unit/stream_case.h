/* stream_case.h - one end of an XEP-0114 stream, fed with text. */
#ifndef UNIT_STREAM_CASE_H
#define UNIT_STREAM_CASE_H

#include "support/check.h"
#include "wire/stream.h"

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

static inline bool may_claim(void *self, struct span domain)
{
    (void)self;
    return span_is(domain, "s.example");
}

static inline void on_ready(void *self)
{
    struct peer *peer = self;

    peer->ready++;
}

static inline void on_stanza(void *self, const struct xml_node *node,
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

static inline int set_up(void **state)
{
    static struct peer peer;

    peer = (struct peer){.out = BUF_EMPTY(1024 * 1024)};
    peer.crypto = crypto_new();
    *state = &peer;
    return peer.crypto == NULL;
}

static inline int tear_down(void **state)
{
    struct peer *peer = *state;

    stream_free(peer->stream);
    crypto_free(peer->crypto);
    buf_clear(&peer->out);
    return 0;
}

static inline void open_as(struct peer *peer, enum stream_role role)
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

static inline enum err feed(struct peer *peer, const char *text)
{
    return stream_feed(peer->stream, span_of(text), &peer->out);
}

#define check_out(peer, text)                                                  \
    do {                                                                       \
        check_span(buf_span(&(peer)->out), text);                              \
        buf_truncate(&(peer)->out, 0);                                         \
    } while (0)

static inline void open_ready(struct peer *peer, enum stream_role role)
{
    open_as(peer, role);
    if (role == STREAM_COMPONENT)
        check_ok(feed(peer, SERVER_OPEN "<handshake/>"));
    else
        check_ok(feed(peer, PEER_OPEN "<handshake>" PROOF "</handshake>"));
    assert_true(stream_is_ready(peer->stream));
    buf_truncate(&peer->out, 0);
}

#define STREAM_TEST(name)                                                      \
    cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif

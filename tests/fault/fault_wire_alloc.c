/* Every allocation on the wire fails once: no crash, no leak, no stanza cut
 * short, and ERR_NOMEM wherever it is told. */
#include <string.h>

#include "support/check.h"
#include "support/fail_alloc.h"
#include "support/wire_trace.h"
#include "wire/ns.h"
#include "wire/stanza.h"
#include "wire/stream.h"

enum { POINTS_MAX = 5000 };

#define OPEN                                                                   \
    "<stream:stream xmlns='jabber:component:accept' "                          \
    "xmlns:stream='http://etherx.jabber.org/streams' "

static const char stanzas[] =
    "<message xmlns:z='urn:z' z:a='1' from='Alice@example.org/P' "
    "to='r@s.example/N' id='1' xml:lang='de'><body>one &lt; two</body>"
    "<x xmlns='urn:x'><y a='b'/>tail</x></message>"
    "<presence from='\xC3\xA4@example.org/\xC3\x84' to='R@S.example'/>";

/* A stream in the role of a server that decodes what comes and writes it
 * back. */
struct echo {
    struct crypto *crypto;
    struct stream *stream;
    struct buf link;
    struct buf out;
    enum err rc; /* the first error in a callback */
};

static bool may_claim(void *self, struct span domain)
{
    (void)self;
    (void)domain;
    return true;
}

static void on_ready(void *self)
{
    (void)self;
}

static void echo(struct echo *echo, const struct stanza *in)
{
    struct stanza_out out = STANZA_OUT(&echo->out, SPAN("s.example"));
    struct stanza_head head = {
        .kind = in->kind,
        .from = in->to.full,
        .to = in->from.full,
        .type = in->type,
        .id = in->id,
        .lang = in->lang,
    };

    stanza_begin(&out, &head);
    for (const struct xml_node *at = in->node->first; at; at = at->next)
        xml_put_node(&out.xml, at, in->node->ns);
    echo->rc = stanza_end(&out);
}

static void on_stanza(void *self, const struct xml_node *node,
                      enum xml_verdict verdict)
{
    struct echo *it = self;
    struct arena arena = ARENA_EMPTY(64 * 1024);
    struct stanza stanza;

    if (it->rc == ERR_OK)
        it->rc = stanza_decode(&arena, node, verdict, &stanza);
    if (it->rc == ERR_OK)
        echo(it, &stanza);
    arena_clear(&arena);
}

static const struct stream_handler handler = {may_claim, on_ready, on_stanza};

static enum err run_stream(struct echo *it)
{
    char proof[CRYPTO_SHA1_HEX_BYTES];
    struct stream_options options = {
        .role = STREAM_SERVER,
        .secret = SPAN("secret"),
        .id = SPAN("id"),
        .crypto = it->crypto,
    };
    enum err rc;

    it->stream = stream_new(&options, &handler, it);
    if (it->stream == NULL)
        return ERR_NOMEM;
    if ((rc = crypto_handshake(it->crypto, SPAN("id"), SPAN("secret"),
                               proof)) != ERR_OK ||
        (rc = stream_start(it->stream, &it->link)) != ERR_OK ||
        (rc = stream_feed(it->stream, SPAN(OPEN "to='S.Example.'><handshake>"),
                          &it->link)) != ERR_OK ||
        (rc = stream_feed(it->stream, (struct span){proof, sizeof(proof)},
                          &it->link)) != ERR_OK ||
        (rc = stream_feed(it->stream, SPAN("</handshake>"), &it->link)) !=
            ERR_OK)
        return rc;
    for (size_t at = 0; at < sizeof(stanzas) - 1 && rc == ERR_OK; at += 50)
        rc = stream_feed(it->stream, span_slice(SPAN(stanzas), at, 50),
                         &it->link);
    return rc != ERR_OK ? rc : it->rc;
}

static void stream_survives_every_failure(void **state)
{
    struct crypto *crypto = crypto_new();
    struct buf expected = BUF_EMPTY(64 * 1024);
    uint64_t nth;

    (void)state;
    assert_non_null(crypto);
    for (nth = 0; nth < POINTS_MAX; nth++) {
        struct echo it = {.crypto = crypto,
                          .link = BUF_EMPTY(64 * 1024),
                          .out = BUF_EMPTY(64 * 1024)};
        enum err rc;
        int has_failed;

        /* The first time nothing fails: it says what is right. */
        if (nth > 0)
            fail_alloc_at(nth);
        rc = run_stream(&it);
        has_failed = fail_alloc_stop();
        stream_free(it.stream);
        if (has_failed) {
            check_err(rc, ERR_NOMEM);
            /* What is there is a beginning of what is right. */
            assert_true(
                span_starts_with(buf_span(&expected), buf_span(&it.out)));
        } else {
            check_ok(rc);
        }
        if (nth == 0)
            check_ok(buf_append(&expected, buf_span(&it.out)));
        buf_clear(&it.link);
        buf_clear(&it.out);
        if (nth > 0 && !has_failed)
            break;
    }
    assert_in_range(nth, 30, POINTS_MAX - 1);
    assert_true(
        span_ends_with(buf_span(&expected),
                       SPAN("tail</x></message><presence from='r@s.example' "
                            "to='\xC3\xA4@example.org/\xC3\x84'/>")));
    buf_clear(&expected);
    crypto_free(crypto);
}

/* A monster, a renewal of the parser, and what follows it. */
static enum err run_reader(struct wire_trace *trace, struct span monster)
{
    enum err rc;

    wire_trace_open(trace);
    if (trace->reader == NULL)
        return ERR_NOMEM;
    trace->is_quiet = true;
    if ((rc = xml_reader_feed(trace->reader, SPAN("<r xmlns='u'>"))) !=
            ERR_OK ||
        (rc = xml_reader_feed(trace->reader, monster)) != ERR_OK ||
        (rc = xml_reader_feed(trace->reader, SPAN("<m>x</m>"))) != ERR_OK)
        return rc;
    return xml_reader_reset(trace->reader);
}

static void reader_survives_every_failure(void **state)
{
    struct buf monster = BUF_EMPTY(64 * 1024);
    uint64_t nth;

    (void)state;
    for (unsigned i = 0; i < 1100; i++)
        check_ok(buf_append(&monster, SPAN("<a>")));
    for (unsigned i = 0; i < 1100; i++)
        check_ok(buf_append(&monster, SPAN("</a>")));
    check_ok(buf_append(&monster, SPAN("<m a='b'>y</m><n")));
    check_ok(buf_append(&monster, SPAN(" c='d'/>")));
    for (nth = 1; nth < POINTS_MAX; nth++) {
        struct wire_trace trace;
        enum err rc;
        int has_failed;

        fail_alloc_at(nth);
        rc = run_reader(&trace, buf_span(&monster));
        has_failed = fail_alloc_stop();
        if (has_failed)
            check_err(rc, ERR_NOMEM);
        else
            check_ok(rc);
        wire_trace_close(&trace);
        if (!has_failed)
            break;
    }
    assert_in_range(nth, 1000, POINTS_MAX - 1);
    buf_clear(&monster);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stream_survives_every_failure),
        cmocka_unit_test(reader_survives_every_failure),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

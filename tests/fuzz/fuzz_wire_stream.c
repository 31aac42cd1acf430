/* Bytes from a link, in both roles, in pieces that the input chooses; what is
 * a stanza is decoded and written back, and must then read the same. */
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "support/wire_trace.h"
#include "wire/ns.h"
#include "wire/stanza.h"
#include "wire/stream.h"

enum { OUT_MAX_BYTES = 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct link {
    struct stream *stream;
    struct arena arena;
    struct buf out;
};

static bool may_claim(void *self, struct span domain)
{
    (void)self;
    BUG_IF(domain.len == 0);
    return domain.at[0] != 'x';
}

static void on_ready(void *self)
{
    (void)self;
}

/* The trace of `bytes` read below a root in `ns`. */
static void trace(struct wire_trace *it, struct span ns, struct span bytes)
{
    wire_trace_open(it);
    BUG_IF(xml_reader_feed(it->reader, SPAN("<r xmlns='")) != ERR_OK ||
           xml_reader_feed(it->reader, ns) != ERR_OK ||
           xml_reader_feed(it->reader, SPAN("'>")) != ERR_OK);
    BUG_IF(xml_reader_feed(it->reader, bytes) != ERR_OK);
}

/* What was written must be one whole stanza with the same children. */
static void check_written(const struct stanza *in, struct span written)
{
    struct wire_trace it;
    struct buf children = BUF_EMPTY(WIRE_TRACE_MAX_BYTES);
    struct span have;

    trace(&it, in->node->ns, written);
    BUG_IF(it.elements != 1 || it.refused != 0);
    for (const struct xml_node *at = in->node->first; at; at = at->next) {
        if (at != in->node->first)
            BUG_IF(buf_append(&children, SPAN(" ")) != ERR_OK);
        wire_trace_node(&children, at);
    }
    BUG_IF(buf_append(&children, SPAN(")\n")) != ERR_OK);
    have = buf_span(&it.text);
    BUG_IF(in->node->first != NULL &&
           !span_ends_with(have, buf_span(&children)));
    buf_clear(&children);
    wire_trace_close(&it);
}

static void reflect(struct link *link, const struct stanza *in)
{
    struct stanza_out out = STANZA_OUT(&link->out, in->from.domain);
    struct stanza_head head = {
        .kind = in->kind,
        .from = in->from.full,
        .to = in->to_raw,
        .type = in->type,
        .id = in->id,
        .lang = in->lang,
    };

    buf_truncate(&link->out, 0);
    stanza_begin(&out, &head);
    for (const struct xml_node *at = in->node->first; at; at = at->next) {
        if (at->name.len > 0)
            xml_put_node(&out.xml, at, in->node->ns);
        else
            xml_put_text(&out.xml, at->text);
    }
    if (stanza_end(&out) == ERR_OK)
        check_written(in, buf_span(&link->out));
    else
        BUG_IF(link->out.len != 0);
}

static void on_stanza(void *self, const struct xml_node *node,
                      enum xml_verdict verdict)
{
    struct link *link = self;
    struct stanza stanza;

    BUG_IF(verdict != XML_WHOLE && node->first != NULL);
    if (stanza_decode(&link->arena, node, verdict, &stanza) == ERR_OK)
        reflect(link, &stanza);
    arena_reset(&link->arena);
}

static const struct stream_handler handler = {may_claim, on_ready, on_stanza};

/* Feeds `bytes` in pieces of `step`; what comes back must be small. */
static void feed(struct link *link, struct span bytes, size_t step)
{
    struct buf back = BUF_EMPTY(OUT_MAX_BYTES);
    enum err rc = ERR_OK;

    for (size_t at = 0; at < bytes.len && rc == ERR_OK; at += step)
        rc = stream_feed(link->stream, span_slice(bytes, at, step), &back);
    BUG_IF(rc != ERR_OK && rc != ERR_CLOSED);
    BUG_IF(back.len > 4096);
    buf_clear(&back);
}

static void run(enum stream_role role, bool is_ready, struct span bytes,
                size_t step)
{
    static const char open[] =
        "<stream:stream xmlns='jabber:component:accept' "
        "xmlns:stream='http://etherx.jabber.org/streams' id='1' "
        "to='s.example'>";
    /* Kept: making one costs more than the rest of a run. */
    static struct {
        struct crypto *crypto;
    } kept;
    struct link link = {.arena = ARENA_EMPTY(OUT_MAX_BYTES),
                        .out = BUF_EMPTY(OUT_MAX_BYTES)};
    struct stream_options options = {
        .role = role, .domain = SPAN("s.example"), .id = SPAN("1")};

    if (kept.crypto == NULL)
        kept.crypto = crypto_new();
    BUG_IF(kept.crypto == NULL);
    options.crypto = kept.crypto;
    link.stream = stream_new(&options, &handler, &link);
    BUG_IF(link.stream == NULL);
    if (is_ready) {
        feed(&link, SPAN(open), sizeof(open));
        feed(&link,
             role == STREAM_SERVER
                 ? SPAN("<handshake>356a192b7913b04c54574d18c28d46e6395428ab"
                        "</handshake>")
                 : SPAN("<handshake/>"),
             1000);
        BUG_IF(!stream_is_ready(link.stream));
    }
    feed(&link, bytes, step);
    stream_free(link.stream);
    buf_clear(&link.out);
    arena_clear(&link.arena);
}

/* The first byte chooses role, state and pieces. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const size_t steps[] = {1, 2, 7, 64, 1000, 100 * 1000, 3, 13};
    struct span bytes;

    if (size == 0)
        return 0;
    bytes = (struct span){(const char *)data + 1, size - 1};
    run((data[0] & 1) != 0 ? STREAM_SERVER : STREAM_COMPONENT,
        (data[0] & 2) != 0, bytes, steps[data[0] >> 2 & 7]);
    return 0;
}

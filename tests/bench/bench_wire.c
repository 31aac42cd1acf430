/* What one room message costs on the wire: read it, read its envelope, write
 * it to two sessions; and what sealing it costs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "crypto/crypto.h"
#include "wire/ns.h"
#include "wire/stanza.h"

enum {
    MESSAGES = 200 * 1000,
    ROUNDS = 5,
    READ_BYTES = 64 * 1024,
    OUT_MAX_BYTES = 1024 * 1024,
};

static const char header[] =
    "<stream:stream xmlns='jabber:component:accept' "
    "xmlns:stream='http://etherx.jabber.org/streams' id='1' from='s.example'>";

static const char message[] =
    "<message from='alice@example.org/phone' type='groupchat' "
    "to='rm7q2k9d4xw3c5v8@rooms.example.org' id='b1f0' xml:lang='en'>"
    "<body>Shall we meet at the station at half past nine?</body>"
    "<origin-id xmlns='urn:xmpp:sid:0' id='b1f0c7d2'/>"
    "<active xmlns='http://jabber.org/protocol/chatstates'/></message>";

struct bench {
    struct arena arena;
    struct buf out;
    size_t messages;
    size_t written_bytes;
};

static double now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void must(enum err rc)
{
    if (rc != ERR_OK) {
        fprintf(stderr, "%s\n", err_text(rc));
        exit(1);
    }
}

static void reflect(struct bench *bench, const struct stanza *in,
                    struct span to)
{
    struct stanza_out out = STANZA_OUT(&bench->out, SPAN("rooms.example.org"));
    struct stanza_head head = {
        .kind = STANZA_MESSAGE,
        .from = SPAN("rm7q2k9d4xw3c5v8@rooms.example.org/Alice"),
        .to = to,
        .type = in->type,
        .id = in->id,
        .lang = in->lang,
    };

    stanza_begin(&out, &head);
    for (const struct xml_node *at = in->node->first; at; at = at->next)
        xml_put_node(&out.xml, at, in->node->ns);
    xml_open(&out.xml, "stanza-id", NS_SID);
    xml_put_attr(&out.xml, "by", in->to.bare);
    xml_put_attr(&out.xml, "id", SPAN("4f2ac0017b9d4e21"));
    xml_close(&out.xml);
    xml_open(&out.xml, "occupant-id", NS_OCCUPANT_ID);
    xml_put_attr(&out.xml, "id", SPAN("dd72603deec90a38ba552f7c68cbcc61bca2"));
    xml_close(&out.xml);
    must(stanza_end(&out));
}

static void on_open(void *self, const struct xml_node *root)
{
    (void)self;
    (void)root;
}

static void on_close(void *self)
{
    (void)self;
}

static void on_element(void *self, const struct xml_node *node,
                       enum xml_verdict verdict)
{
    struct bench *bench = self;
    struct stanza stanza;

    must(stanza_decode(&bench->arena, node, verdict, &stanza));
    reflect(bench, &stanza, SPAN("alice@example.org/phone"));
    reflect(bench, &stanza, SPAN("bob@example.net/laptop"));
    arena_reset(&bench->arena);
    bench->messages++;
    if (bench->out.len > OUT_MAX_BYTES / 2) {
        bench->written_bytes += bench->out.len;
        buf_truncate(&bench->out, 0);
    }
}

static void bench_wire_reflect(void)
{
    static const struct xml_handler handler = {on_open, on_element, on_close};
    struct bench bench = {.arena = ARENA_EMPTY(READ_BYTES),
                          .out = BUF_EMPTY(OUT_MAX_BYTES)};
    struct xml_reader *reader = xml_reader_new(&handler, &bench);
    struct buf input = BUF_EMPTY(sizeof(message) * MESSAGES);
    double start;
    double us;

    for (size_t i = 0; i < MESSAGES; i++)
        must(buf_append(&input, SPAN(message)));
    must(xml_reader_feed(reader, SPAN(header)));
    start = now_us();
    for (size_t at = 0; at < input.len; at += READ_BYTES)
        must(xml_reader_feed(reader,
                             span_slice(buf_span(&input), at, READ_BYTES)));
    us = now_us() - start;
    printf("bench_wire_reflect bytes_in=%zu messages=%zu us_per_message=%.2f "
           "messages_per_s=%.0f\n",
           sizeof(message) - 1, bench.messages, us / (double)bench.messages,
           (double)bench.messages * 1e6 / us);
    xml_reader_free(reader);
    buf_clear(&input);
    buf_clear(&bench.out);
    arena_clear(&bench.arena);
}

static void bench_wire_seal(void)
{
    struct crypto *crypto = crypto_new();
    struct secret key = {{1, 2, 3}};
    struct buf sealed = BUF_EMPTY(READ_BYTES);
    struct buf opened = BUF_EMPTY(READ_BYTES);
    double start = now_us();
    double middle;
    double end;

    for (size_t i = 0; i < MESSAGES; i++) {
        buf_truncate(&sealed, 0);
        must(crypto_seal(crypto, &key, SPAN("room 7, message 12"),
                         SPAN(message), &sealed));
    }
    middle = now_us();
    for (size_t i = 0; i < MESSAGES; i++) {
        buf_truncate(&opened, 0);
        must(crypto_open(crypto, &key, SPAN("room 7, message 12"),
                         buf_span(&sealed), &opened));
    }
    end = now_us();
    printf("bench_wire_seal bytes=%zu seal_us=%.2f open_us=%.2f\n",
           sizeof(message) - 1, (middle - start) / MESSAGES,
           (end - middle) / MESSAGES);
    buf_clear(&opened);
    buf_clear(&sealed);
    crypto_free(crypto);
}

static void bench_wire_digest(void)
{
    struct crypto *crypto = crypto_new();
    const struct span parts[] = {SPAN("seat"), SPAN("7k3m9qxp2d")};
    struct secret key = {{1, 2, 3}};
    struct secret sum;
    double start = now_us();
    double middle;
    double end;

    for (size_t i = 0; i < MESSAGES; i++)
        must(crypto_hmac(crypto, &key, parts, 2, &sum));
    middle = now_us();
    for (size_t i = 0; i < MESSAGES; i++)
        must(crypto_sha256(crypto, SPAN(message), &sum));
    end = now_us();
    printf("bench_wire_digest hmac_us=%.2f sha256_us=%.2f\n",
           (middle - start) / MESSAGES, (end - middle) / MESSAGES);
    crypto_free(crypto);
}

int main(void)
{
    for (int i = 0; i < ROUNDS; i++)
        bench_wire_reflect();
    for (int i = 0; i < ROUNDS; i++)
        bench_wire_seal();
    bench_wire_digest();
    return 0;
}

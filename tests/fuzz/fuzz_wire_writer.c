/* Whatever text is thrown at the writer: what stays in the buffer reads as
 * exactly the stanzas that were accepted, and nothing else. */
#include <string.h>

#include "base/bug.h"
#include "support/wire_trace.h"
#include "wire/ns.h"
#include "wire/stanza.h"

enum { OUT_MAX_BYTES = 1024 * 1024, STANZAS_MAX = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Cuts the input into fields at 0xFF. */
static struct span take(struct span *bytes)
{
    size_t len = span_find(*bytes, '\xFF');
    struct span field = span_slice(*bytes, 0, len);

    *bytes = span_slice(*bytes, len + 1, bytes->len);
    return field;
}

/* What a trace shows of it once it has been read. */
static void expect_attr(struct buf *meant, const char *name, struct span value)
{
    BUG_IF(buf_append(meant, SPAN(" ")) != ERR_OK ||
           buf_append(meant, span_of(name)) != ERR_OK ||
           buf_append(meant, SPAN("=\"")) != ERR_OK ||
           buf_append(meant, value) != ERR_OK ||
           buf_append(meant, SPAN("\"")) != ERR_OK);
}

static void expect_text(struct buf *meant, const char *text)
{
    BUG_IF(buf_append(meant, span_of(text)) != ERR_OK);
}

static void expect(struct buf *meant, const struct stanza_head *head,
                   struct span attr, struct span text)
{
    expect_text(meant, "element {jabber:component:accept}message");
    expect_attr(meant, "from", head->from);
    expect_attr(meant, "to", head->to);
    if (head->id.at != NULL)
        expect_attr(meant, "id", head->id);
    expect_text(meant, " ({urn:x}x");
    expect_attr(meant, "a", attr);
    if (text.len > 0) {
        expect_text(meant, " (\"");
        BUG_IF(buf_append(meant, text) != ERR_OK);
        expect_text(meant, "\")");
    }
    expect_text(meant, ")\n");
}

static void write_one(struct stanza_out *out, struct span *bytes,
                      struct buf *meant)
{
    struct stanza_head head = {.kind = STANZA_MESSAGE};
    size_t before = out->out->len;
    struct span attr;
    struct span text;

    head.from = take(bytes);
    head.to = take(bytes);
    head.id = take(bytes);
    attr = take(bytes);
    text = take(bytes);
    if (head.id.at == NULL)
        head.id = SPAN("");
    if (attr.at == NULL)
        attr = SPAN("");
    stanza_begin(out, &head);
    xml_open(&out->xml, "x", "urn:x");
    xml_put_attr(&out->xml, "a", attr);
    xml_put_text(&out->xml, text);
    xml_close(&out->xml);
    if (stanza_end(out) == ERR_OK)
        expect(meant, &head, attr, text);
    else
        BUG_IF(out->out->len != before);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span bytes = {(const char *)data, size};
    struct buf buffer = BUF_EMPTY(OUT_MAX_BYTES);
    struct buf meant = BUF_EMPTY(OUT_MAX_BYTES);
    struct stanza_out out = STANZA_OUT(&buffer, SPAN("s.example"));
    struct wire_trace trace;

    for (unsigned i = 0; i < STANZAS_MAX && bytes.len > 0; i++)
        write_one(&out, &bytes, &meant);
    wire_trace_open(&trace);
    BUG_IF(xml_reader_feed(trace.reader,
                           SPAN("<r xmlns='" NS_COMPONENT "'>")) != ERR_OK);
    buf_truncate(&trace.text, 0);
    BUG_IF(xml_reader_feed(trace.reader, buf_span(&buffer)) != ERR_OK);
    BUG_IF(!span_equal(buf_span(&trace.text), buf_span(&meant)));
    wire_trace_close(&trace);
    buf_clear(&meant);
    buf_clear(&buffer);
    return 0;
}

/* Frames, a line each, of connections that share one reader: no frame changes
 * how the next is read, and what is taken is one element, whatever it holds. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "gateway/frame.h"
#include "wire/ns.h"
#include "wire/xml_writer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WRITTEN_MAX_BYTES = 1024 * 1024 };

/* What a reader made of one frame. */
struct result {
    enum err rc;
    unsigned count;
    enum xml_verdict verdict;
    struct buf written;
};

static void on_frame(void *self, const struct xml_node *node,
                     enum xml_verdict verdict)
{
    struct result *result = self;
    struct xml_writer xml = XML_WRITER(&result->written);

    result->count++;
    result->verdict = verdict;
    if (verdict != XML_WHOLE)
        return;
    BUG_IF(node->name.len == 0);
    xml_put_node(&xml, node, SPAN(NS_CLIENT));
    BUG_IF(xml.rc != ERR_OK);
}

static void read_by(struct frame_reader *reader, struct span frame,
                    struct result *out)
{
    static const struct frame_handler handler = {on_frame};

    *out = (struct result){.written = BUF_EMPTY(WRITTEN_MAX_BYTES)};
    out->rc = frame_read(reader, frame, &handler, out);
    BUG_IF(out->rc == ERR_NOMEM || out->rc == ERR_CLOSED);
    BUG_IF(out->rc == ERR_OK && out->count != 1);
    BUG_IF(out->count > 1);
}

static void read_alone(struct span frame, struct result *out)
{
    struct frame_reader *fresh = frame_reader_new();

    BUG_IF(fresh == NULL);
    read_by(fresh, frame, out);
    frame_reader_free(fresh);
}

static void check_same(const struct result *a, const struct result *b)
{
    BUG_IF(a->rc != b->rc || a->count != b->count || a->verdict != b->verdict);
    BUG_IF(!span_equal(buf_span(&a->written), buf_span(&b->written)));
}

/* What was understood is understood again, and as the same. */
static void check_again(const struct result *first)
{
    struct result second;

    if (first->rc != ERR_OK || first->verdict != XML_WHOLE)
        return;
    read_alone(buf_span(&first->written), &second);
    /* Escaping may lift it over a limit, and nothing else may change. */
    if (second.rc == ERR_OK && second.verdict == XML_WHOLE)
        BUG_IF(
            !span_equal(buf_span(&first->written), buf_span(&second.written)));
    else
        BUG_IF(first->written.len <= XML_STANZA_MAX_BYTES);
    buf_clear(&second.written);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span left = {(const char *)data, size};
    struct frame_reader *shared = frame_reader_new();

    BUG_IF(shared == NULL);
    while (left.len > 0) {
        size_t end = span_find(left, '\n');
        struct span frame = span_slice(left, 0, end);
        struct result together;
        struct result alone;

        read_by(shared, frame, &together);
        read_alone(frame, &alone);
        check_same(&together, &alone);
        check_again(&alone);
        buf_clear(&together.written);
        buf_clear(&alone.written);
        left = span_slice(left, end + 1, left.len);
    }
    frame_reader_free(shared);
    return 0;
}

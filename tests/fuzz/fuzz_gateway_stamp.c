/* One stanza from a browser, as the component gets it: whole, the guest's own,
 * free of what only servers say, and marked with where it is from if that is
 * counted. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "gateway/frame.h"
#include "gateway/stamp.h"
#include "wire/ns.h"
#include "wire/xml_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FROM "abc@guests.duo.example/tab"
#define TO "tea@duo.example/Abhi"
#define SOURCE "0123456789abcdef0123456789abcdef"

static bool is_stanza(const struct xml_node *node)
{
    return xml_is(node, "message", NULL) || xml_is(node, "presence", NULL) ||
           xml_is(node, "iq", NULL);
}

static void check_no_claim(const struct xml_node *node)
{
    static const struct {
        const char *name;
        const char *ns;
    } claims[] = {
        {"delay", NS_DELAY},  {NULL, NS_ADDRESS},        {NULL, NS_CARBONS},
        {"x", NS_CONFERENCE}, {"forwarded", NS_FORWARD},
    };

    for (size_t i = 0; i < sizeof(claims) / sizeof(claims[0]); i++)
        BUG_IF(xml_child(node, claims[i].name, claims[i].ns) != NULL);
}

static void check_source(const struct xml_node *node)
{
    const struct xml_node *source = xml_child(node, NULL, NS_SOURCE);
    bool is_join =
        xml_is(node, "presence", NULL) && xml_attr(node, "type").len == 0;

    BUG_IF(is_join && source == NULL);
    if (source == NULL)
        return;
    BUG_IF(!span_is(xml_attr(source, "id"), SOURCE));
    BUG_IF(xml_sibling(source, NULL, NS_SOURCE) != NULL);
}

struct reading {
    unsigned count;
};

static void on_open(void *self, const struct xml_node *root)
{
    (void)self;
    (void)root;
}

static void on_element(void *self, const struct xml_node *node,
                       enum xml_verdict verdict)
{
    struct reading *reading = self;

    reading->count++;
    if (verdict != XML_WHOLE)
        return; /* escaped it is longer than a stanza may be */
    BUG_IF(!is_stanza(node) || !span_is(node->ns, NS_COMPONENT));
    BUG_IF(!span_is(xml_attr(node, "from"), FROM));
    BUG_IF(!span_is(xml_attr(node, "to"), TO));
    check_no_claim(node);
    check_source(node);
}

static void on_close(void *self)
{
    (void)self;
    BUG_IF(true);
}

/* Exactly one stanza, whatever was in the one that came. */
static void check_written(struct span written)
{
    static const struct xml_handler handler = {on_open, on_element, on_close};
    struct reading reading = {0};
    struct xml_reader *reader = xml_reader_new(&handler, &reading);

    BUG_IF(reader == NULL);
    BUG_IF(xml_reader_feed(reader, SPAN("<s xmlns='" NS_COMPONENT "'>")) !=
           ERR_OK);
    BUG_IF(xml_reader_feed(reader, written) != ERR_OK);
    BUG_IF(reading.count != 1);
    xml_reader_free(reader);
}

static void on_frame(void *self, const struct xml_node *node,
                     enum xml_verdict verdict)
{
    const struct stamp stamp = {
        .from = SPAN(FROM),
        .to = SPAN(TO),
        .source = SPAN(SOURCE),
        .domain = SPAN("duo.example"),
    };
    struct buf out = BUF_EMPTY(512 * 1024);

    (void)self;
    if (verdict == XML_WHOLE && is_stanza(node) &&
        stamp_stanza(&stamp, node, &out) == ERR_OK)
        check_written(buf_span(&out));
    buf_clear(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct frame_handler handler = {on_frame};
    struct frame_reader *reader = frame_reader_new();

    BUG_IF(reader == NULL);
    /* What is no element ends here; what is one was looked at. */
    if (frame_read(reader, (struct span){(const char *)data, size}, &handler,
                   NULL) == ERR_NOMEM)
        abort();
    frame_reader_free(reader);
    return 0;
}

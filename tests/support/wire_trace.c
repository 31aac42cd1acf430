#include "support/wire_trace.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/bug.h"

size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

size_t wire_heap_bytes(void)
{
    struct mallinfo2 info;

    if (__sanitizer_get_current_allocated_bytes != NULL)
        return __sanitizer_get_current_allocated_bytes();
    info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

double wire_cpu_ms(void)
{
    struct rusage use;

    getrusage(RUSAGE_SELF, &use);
    return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1e3 +
           (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e3;
}

/* A trace that is too long is a mistake of the test.  Memory may run out, when
 * that is what the test is about. */
static void add(struct buf *out, struct span bytes)
{
    enum err rc = buf_append(out, bytes);

    BUG_IF(rc == ERR_LIMIT);
}

static void add_text(struct buf *out, const char *text)
{
    add(out, span_of(text));
}

static void add_name(struct buf *out, struct span ns, struct span name)
{
    add_text(out, "{");
    add(out, ns);
    add_text(out, "}");
    add(out, name);
}

static void add_attr(struct buf *out, const struct xml_attr *attr)
{
    add_text(out, " ");
    if (attr->ns.len > 0) {
        add(out, attr->prefix);
        add_text(out, ":");
        add_name(out, attr->ns, attr->name);
    } else {
        add(out, attr->name);
    }
    add_text(out, "=\"");
    add(out, attr->value);
    add_text(out, "\"");
}

void wire_trace_node(struct buf *out, const struct xml_node *node)
{
    if (node->name.len == 0) {
        add_text(out, "\"");
        add(out, node->text);
        add_text(out, "\"");
        return;
    }
    add_name(out, node->ns, node->name);
    for (const struct xml_attr *attr = node->attrs; attr; attr = attr->next)
        add_attr(out, attr);
    if (node->first == NULL)
        return;
    add_text(out, " (");
    for (const struct xml_node *at = node->first; at; at = at->next) {
        if (at != node->first)
            add_text(out, " ");
        wire_trace_node(out, at);
    }
    add_text(out, ")");
}

static void note_heap(struct wire_trace *trace)
{
    size_t bytes = wire_heap_bytes();

    if (bytes > trace->heap_peak_bytes)
        trace->heap_peak_bytes = bytes;
}

static void on_open(void *self, const struct xml_node *root)
{
    struct wire_trace *trace = self;

    note_heap(trace);
    if (trace->is_quiet)
        return;
    add_text(&trace->text, "open ");
    wire_trace_node(&trace->text, root);
    add_text(&trace->text, "\n");
}

static void on_element(void *self, const struct xml_node *node,
                       enum xml_verdict verdict)
{
    static const char *const names[] = {
        [XML_WHOLE] = "element ",
        [XML_TOO_BIG] = "too-big ",
        [XML_TOO_DEEP] = "too-deep ",
    };
    struct wire_trace *trace = self;

    note_heap(trace);
    trace->elements++;
    trace->refused += verdict != XML_WHOLE;
    if (!trace->is_quiet) {
        add_text(&trace->text, names[verdict]);
        wire_trace_node(&trace->text, node);
        add_text(&trace->text, "\n");
    }
    if (trace->elements == trace->stop_after)
        xml_reader_stop(trace->reader);
}

static void on_close(void *self)
{
    struct wire_trace *trace = self;

    if (!trace->is_quiet)
        add_text(&trace->text, "close\n");
}

void wire_trace_open(struct wire_trace *trace)
{
    static const struct xml_handler handler = {
        .on_open = on_open,
        .on_element = on_element,
        .on_close = on_close,
    };

    *trace = (struct wire_trace){.text = BUF_EMPTY(WIRE_TRACE_MAX_BYTES)};
    trace->reader = xml_reader_new(&handler, trace);
}

void wire_trace_close(struct wire_trace *trace)
{
    xml_reader_free(trace->reader);
    buf_clear(&trace->text);
}

bool wire_trace_is(const struct wire_trace *trace, const char *text)
{
    struct span have = buf_span(&trace->text);
    bool is_same = span_is(have, text);

    if (!is_same)
        fprintf(stderr, "expected:\n%s\nactual:\n%.*s\n", text, (int)have.len,
                have.at != NULL ? have.at : "");
    return is_same;
}

bool wire_trace_has(const struct wire_trace *trace, const char *text)
{
    struct span have = buf_span(&trace->text);

    return memmem(have.at, have.len, text, strlen(text)) != NULL;
}

int wire_trace_set_up(void **state)
{
    static struct wire_trace trace;

    wire_trace_open(&trace);
    *state = &trace;
    return trace.reader == NULL;
}

int wire_trace_tear_down(void **state)
{
    wire_trace_close(*state);
    return 0;
}

enum err wire_trace_feed(struct wire_trace *trace, const char *text)
{
    return xml_reader_feed(trace->reader, span_of(text));
}

/* wire_trace.h - what an XML reader called out, as text that can be compared.
 *
 *   open {http://etherx.jabber.org/streams}stream id="1"
 *   element {jabber:client}message to="a@b" ({jabber:client}body ("hi"))
 *   too-big {jabber:client}message
 *   close
 *
 * Spans are shown as they are; a test that compares traces compares trees. */
#ifndef SUPPORT_WIRE_TRACE_H
#define SUPPORT_WIRE_TRACE_H

#include "base/buf.h"
#include "wire/xml_reader.h"

enum { WIRE_TRACE_MAX_BYTES = 8 * 1024 * 1024 };

struct wire_trace {
    struct buf text;
    struct xml_reader *reader;
    size_t elements;   /* seen so far */
    size_t refused;    /* of those, not whole */
    size_t stop_after; /* stops the reader at that one; 0: never */
    size_t heap_peak_bytes;
    bool is_quiet; /* counts, but writes nothing */
};

/* Opens a reader that writes to the trace; `reader` stays NULL when memory
 * runs out, as it does when a test makes an allocation fail. */
void wire_trace_open(struct wire_trace *trace);
void wire_trace_close(struct wire_trace *trace);

/* An open one as a state of cmocka. */
int wire_trace_set_up(void **state);
int wire_trace_tear_down(void **state);

/* Lets the reader have the text. */
enum err wire_trace_feed(struct wire_trace *trace, const char *text) MUST_CHECK;

/* Appends one element. */
void wire_trace_node(struct buf *out, const struct xml_node *node);

/* True when the text so far is exactly `text`; prints it otherwise. */
bool wire_trace_is(const struct wire_trace *trace, const char *text);

/* True when `text` is somewhere in it. */
bool wire_trace_has(const struct wire_trace *trace, const char *text);

/* Bytes allocated by this process now, in every library. */
size_t wire_heap_bytes(void);

/* User and system time of this process, in ms. */
double wire_cpu_ms(void);

#endif

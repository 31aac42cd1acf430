/* Depth, elements, attributes, bytes: over a limit a stanza is told of and not
 * kept, and the stream goes on. */
#include <stdio.h>
#include <string.h>

#include "support/check.h"
#include "support/wire_trace.h"

enum {
    MIB = 1024 * 1024,
    PIECE_BYTES = 64 * 1024,
    FLAT_BYTES = 2 * MIB, /* what a monster may cost while it is read */
};

static int set_up(void **state)
{
    static struct wire_trace trace;

    wire_trace_open(&trace);
    *state = &trace;
    return trace.reader == NULL ||
           xml_reader_feed(trace.reader, SPAN("<r xmlns='u'>")) != ERR_OK;
}

static int tear_down(void **state)
{
    wire_trace_close(*state);
    return 0;
}

static void add(struct buf *text, const char *piece, size_t times)
{
    for (size_t i = 0; i < times; i++)
        check_ok(buf_append(text, span_of(piece)));
}

/* Feeds in pieces as they come from a socket. */
static enum err feed(struct wire_trace *trace, struct span bytes)
{
    enum err rc = ERR_OK;

    for (size_t at = 0; at < bytes.len && rc == ERR_OK; at += PIECE_BYTES) {
        size_t heap;

        rc = xml_reader_feed(trace->reader, span_slice(bytes, at, PIECE_BYTES));
        heap = wire_heap_bytes();
        if (heap > trace->heap_peak_bytes)
            trace->heap_peak_bytes = heap;
    }
    return rc;
}

static void check_next(struct wire_trace *trace)
{
    buf_truncate(&trace->text, 0);
    check_ok(xml_reader_feed(trace->reader, SPAN("<next a='1'>x</next>")));
    assert_true(wire_trace_is(trace, "element {u}next a=\"1\" (\"x\")\n"));
}

static void nest(struct buf *text, size_t levels)
{
    add(text, "<m id='1'>", 1);
    add(text, "<a>", levels - 1);
    add(text, "</a>", levels - 1);
    add(text, "</m>", 1);
}

static void thirty_two_levels_are_kept(void **state)
{
    struct wire_trace *trace = *state;
    struct buf text = BUF_EMPTY(MIB);

    nest(&text, XML_DEPTH_MAX);
    check_ok(feed(trace, buf_span(&text)));
    assert_true(wire_trace_has(trace, "element {u}m id=\"1\" ({u}a ("));
    check_next(trace);
    buf_clear(&text);
}

static void one_level_more_is_too_deep(void **state)
{
    struct wire_trace *trace = *state;
    struct buf text = BUF_EMPTY(MIB);

    nest(&text, XML_DEPTH_MAX + 1);
    check_ok(feed(trace, buf_span(&text)));
    assert_true(wire_trace_has(trace, "too-deep {u}m id=\"1\"\n"));
    check_next(trace);
    buf_clear(&text);
}

static void monsters_of_depth_are_survived(void **state)
{
    static const size_t levels[] = {1000, 30 * 1000, 150 * 1000};
    struct wire_trace *trace = *state;
    struct buf text = BUF_EMPTY(4 * MIB);
    size_t before;

    trace->is_quiet = true;
    for (size_t i = 0; i < 3; i++) {
        double start = wire_cpu_ms();

        buf_truncate(&text, 0);
        nest(&text, levels[i]);
        before = wire_heap_bytes();
        check_ok(feed(trace, buf_span(&text)));
        assert_int_equal(trace->elements, i + 1);
        assert_true(wire_cpu_ms() - start < 1000);
        /* What expat took for the open tags is given back. */
        assert_true(wire_heap_bytes() < before + FLAT_BYTES);
    }
    trace->is_quiet = false;
    check_next(trace);
    buf_clear(&text);
}

static void nesting_without_end_ends_the_stream(void **state)
{
    struct wire_trace *trace = *state;
    struct buf text = BUF_EMPTY(4 * MIB);

    add(&text, "<a>", XML_NESTING_MAX);
    check_ok(feed(trace, buf_span(&text)));
    check_err(feed(trace, SPAN("<a>")), ERR_LIMIT);
    buf_clear(&text);
}

static void elements_are_counted(void **state)
{
    struct wire_trace *trace = *state;
    struct buf text = BUF_EMPTY(MIB);

    add(&text, "<m>", 1);
    add(&text, "<a/>", XML_ELEMENTS_MAX - 1);
    add(&text, "</m>", 1);
    check_ok(feed(trace, buf_span(&text)));
    assert_true(wire_trace_has(trace, "element {u}m ({u}a {u}a"));

    buf_truncate(&text, 0);
    buf_truncate(&trace->text, 0);
    add(&text, "<m id='7'>", 1);
    add(&text, "<a/>", XML_ELEMENTS_MAX);
    add(&text, "</m>", 1);
    check_ok(feed(trace, buf_span(&text)));
    assert_true(wire_trace_is(trace, "too-big {u}m id=\"7\"\n"));
    check_next(trace);
    buf_clear(&text);
}

static void put_attrs(struct buf *text, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        check_ok(buf_printf(text, " a%u=''", i));
}

static void attributes_are_counted(void **state)
{
    struct wire_trace *trace = *state;
    struct buf text = BUF_EMPTY(MIB);

    add(&text, "<m", 1);
    put_attrs(&text, XML_ATTRS_MAX);
    add(&text, "/><m id='1'><n", 1);
    put_attrs(&text, XML_ATTRS_MAX + 1);
    add(&text, "/></m><m id='2'", 1);
    put_attrs(&text, XML_ATTRS_MAX);
    add(&text, "/>", 1);
    check_ok(feed(trace, buf_span(&text)));
    assert_true(wire_trace_has(trace, "element {u}m a0=\"\""));
    assert_true(wire_trace_has(trace, " a63=\"\"\ntoo-big {u}m id=\"1\"\n"
                                      "too-big {u}m\n"));
    check_next(trace);
    buf_clear(&text);
}

static void many_attributes_are_cheap(void **state)
{
    struct wire_trace *trace = *state;
    struct buf text = BUF_EMPTY(MIB);
    double start;

    add(&text, "<m", 1);
    put_attrs(&text, 3000);
    add(&text, "/>", 1);
    start = wire_cpu_ms();
    check_ok(feed(trace, buf_span(&text)));
    assert_true(wire_cpu_ms() - start < 20);
    assert_true(wire_trace_has(trace, "too-big {u}m\n"));
    buf_clear(&text);
}

static void exactly_the_bytes_allowed_are_kept(void **state)
{
    static const char frame[] = "<m id='1'><b></b></m>";
    struct wire_trace *trace = *state;
    struct buf text = BUF_EMPTY(MIB);

    for (size_t extra = 0; extra < 2; extra++) {
        buf_truncate(&text, 0);
        buf_truncate(&trace->text, 0);
        add(&text, "<m id='1'><b>", 1);
        add(&text, "x", XML_STANZA_MAX_BYTES - (sizeof(frame) - 1) + extra);
        add(&text, "</b></m>", 1);
        check_ok(feed(trace, buf_span(&text)));
        if (extra == 0)
            assert_true(
                wire_trace_has(trace, "element {u}m id=\"1\" ({u}b (\"xxx"));
        else
            assert_true(wire_trace_is(trace, "too-big {u}m id=\"1\"\n"));
    }
    check_next(trace);
    buf_clear(&text);
}

static void megabytes_of_text_stay_flat(void **state)
{
    struct wire_trace *trace = *state;
    struct buf text = BUF_EMPTY(PIECE_BYTES);
    size_t before;

    add(&text, "0123456789abcde&", PIECE_BYTES / 32);
    for (size_t i = 15; i < text.len; i += 16)
        text.at[i] = '.';
    check_ok(xml_reader_feed(trace->reader, SPAN("<m id='1'><b>")));
    before = wire_heap_bytes();
    for (unsigned i = 0; i < 1024; i++)
        check_ok(feed(trace, buf_span(&text)));
    assert_true(trace->heap_peak_bytes < before + FLAT_BYTES);
    check_ok(xml_reader_feed(trace->reader, SPAN("</b></m>")));
    assert_true(wire_trace_has(trace, "too-big {u}m id=\"1\"\n"));
    check_next(trace);
    buf_clear(&text);
}

static void megabytes_of_elements_stay_flat(void **state)
{
    struct wire_trace *trace = *state;
    struct buf text = BUF_EMPTY(MIB);
    size_t before;

    add(&text, "<b c='&lt;'>x</b>\n", 3000);
    check_ok(xml_reader_feed(trace->reader, SPAN("<m id='1'>")));
    before = wire_heap_bytes();
    for (unsigned i = 0; i < 200; i++)
        check_ok(feed(trace, buf_span(&text)));
    assert_true(trace->heap_peak_bytes < before + FLAT_BYTES);
    check_ok(xml_reader_feed(trace->reader, SPAN("</m>")));
    assert_true(wire_trace_has(trace, "too-big {u}m id=\"1\"\n"));
    check_next(trace);
    buf_clear(&text);
}

/* Prosody passes on stanzas of 512 KiB, also when it is one attribute. */
static void a_huge_tag_is_skipped(void **state)
{
    struct wire_trace *trace = *state;
    struct buf text = BUF_EMPTY(4 * MIB);
    size_t before = wire_heap_bytes();

    add(&text, "<m to='x' a='", 1);
    add(&text, "0123456789abcdef", 512 * 1024 / 16);
    add(&text, "'/><m id='1'><p:n xmlns:p='u:p' a='", 1);
    add(&text, "0123456789abcdef", 512 * 1024 / 16);
    add(&text, "'/></m>", 1);
    check_ok(feed(trace, buf_span(&text)));
    assert_true(wire_trace_is(trace,
                              "open {u}r\ntoo-big {u}m\ntoo-big {u}m id=\"1\""
                              "\n"));
    check_next(trace);
    buf_clear(&text);
    assert_true(wire_heap_bytes() < before + MIB);
}

static void what_a_huge_tag_took_is_given_back(void **state)
{
    struct wire_trace *trace = *state;
    struct buf text = BUF_EMPTY(MIB);
    size_t before = wire_heap_bytes();

    add(&text, "<m a='", 1);
    add(&text, "0123456789abcdef", 512 * 1024 / 16);
    add(&text, "'/>", 1);
    check_ok(feed(trace, buf_span(&text)));
    buf_clear(&text);
    assert_int_equal(trace->elements, 1);
    assert_true(wire_heap_bytes() < before + 256 * 1024);
}

static void a_tag_without_end_ends_the_stream(void **state)
{
    struct wire_trace *trace = *state;
    struct buf text = BUF_EMPTY(4 * MIB);

    add(&text, "<m a='", 1);
    add(&text, "0123456789abcdef", XML_TAG_MAX_BYTES / 16 + PIECE_BYTES);
    check_err(feed(trace, buf_span(&text)), ERR_LIMIT);
    assert_int_equal(trace->elements, 0);
    buf_clear(&text);
}

/* A parser that remembers every name it saw would grow for ever. */
static void names_never_seen_before_stay_flat(void **state)
{
    struct wire_trace *trace = *state;
    struct buf text = BUF_EMPTY(PIECE_BYTES);
    size_t before = wire_heap_bytes();

    trace->is_quiet = true;
    for (unsigned i = 0; i < 1000 * 1000; i += 8) {
        check_ok(buf_printf(&text, "<m%x a%x='' b%x='' c%x=''/>", i, i, i, i));
        if (text.len < PIECE_BYTES / 2)
            continue;
        check_ok(feed(trace, buf_span(&text)));
        buf_truncate(&text, 0);
    }
    /* 1 MiB of input lies between two renewals; a name costs expat some ten
     * times its bytes. */
    assert_true(trace->heap_peak_bytes < before + 24 * MIB);
    buf_clear(&text);
}

static void a_parser_is_renewed_in_mid_chunk(void **state)
{
    struct wire_trace *trace = *state;
    struct buf text = BUF_EMPTY(8 * MIB);

    trace->is_quiet = true;
    add(&text, "<m xmlns:p='u:p' to='x'><p:n/>yes</m> ", 100 * 1000);
    check_ok(feed(trace, buf_span(&text)));
    assert_int_equal(trace->elements, 100 * 1000);
    trace->is_quiet = false;
    check_next(trace);
    check_ok(xml_reader_feed(trace->reader, SPAN("</r>")));
    assert_true(wire_trace_has(trace, "close\n"));
    buf_clear(&text);
}

static void stanzas_after_a_monster_in_one_chunk(void **state)
{
    struct wire_trace *trace = *state;
    struct buf text = BUF_EMPTY(4 * MIB);

    nest(&text, 2000);
    add(&text, "<x/><y", 1);
    check_ok(xml_reader_feed(trace->reader, buf_span(&text)));
    check_ok(xml_reader_feed(trace->reader, SPAN(" a='>'/>")));
    assert_true(wire_trace_is(trace, "open {u}r\ntoo-deep {u}m id=\"1\"\n"
                                     "element {u}x\n"
                                     "element {u}y a=\">\"\n"));
    buf_clear(&text);
}

static void stop_in_a_renewal_is_heeded(void **state)
{
    struct wire_trace *trace = *state;
    struct buf text = BUF_EMPTY(4 * MIB);

    trace->stop_after = 1;
    nest(&text, 2000);
    add(&text, "<x/>", 1);
    check_err(xml_reader_feed(trace->reader, buf_span(&text)), ERR_CLOSED);
    assert_int_equal(trace->elements, 1);
    buf_clear(&text);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(thirty_two_levels_are_kept),
        TEST(one_level_more_is_too_deep),
        TEST(monsters_of_depth_are_survived),
        TEST(nesting_without_end_ends_the_stream),
        TEST(elements_are_counted),
        TEST(attributes_are_counted),
        TEST(many_attributes_are_cheap),
        TEST(exactly_the_bytes_allowed_are_kept),
        TEST(megabytes_of_text_stay_flat),
        TEST(megabytes_of_elements_stay_flat),
        TEST(a_huge_tag_is_skipped),
        TEST(what_a_huge_tag_took_is_given_back),
        TEST(a_tag_without_end_ends_the_stream),
        TEST(names_never_seen_before_stay_flat),
        TEST(a_parser_is_renewed_in_mid_chunk),
        TEST(stanzas_after_a_monster_in_one_chunk),
        TEST(stop_in_a_renewal_is_heeded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

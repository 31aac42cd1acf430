/* Prefixes and namespaces. */
#include "support/check.h"
#include "support/wire_trace.h"

static void names_share_the_scope_of_their_declaration(void **state)
{
    check_ok(wire_trace_feed(*state,
                             "<r xmlns='u:d' xmlns:p='u:p'>"
                             "<p:a p:x='1' x='2'><b/><p:c xmlns:p='u:q' p:y=''>"
                             "<p:d/></p:c><p:e/></p:a>"
                             "<f xmlns=''><g/></f><h/>"));
    assert_true(wire_trace_is(
        *state,
        "open {u:d}r\n"
        "element {u:p}a p:{u:p}x=\"1\" x=\"2\" ({u:d}b {u:q}c p:{u:q}y=\"\" "
        "({u:q}d) {u:p}e)\n"
        "element {}f ({}g)\n"
        "element {u:d}h\n"));
}

static void stream_prefix_may_be_bound_anew(void **state)
{
    check_ok(wire_trace_feed(*state,
                             "<stream:stream xmlns='u:d' xmlns:stream='u:s'>"
                             "<stream:error xmlns:stream='u:evil'/>"
                             "<stream:error/></stream:stream>"));
    assert_true(wire_trace_is(*state, "open {u:s}stream\n"
                                      "element {u:evil}error\n"
                                      "element {u:s}error\nclose\n"));
}

static void wrong_names_are_not_well_formed(void **state)
{
    static const char *const inputs[] = {
        "<p:a/>",
        "<a p:b=''/>",
        "<p: xmlns:p='u'/>",
        "<:a/>",
        "<a:b:c xmlns:a='u'/>",
        "<a :b=''/>",
        "<a xmlns:p=''/>",
        "<a xmlns:xmlns='u'/>",
        "<xmlns:a/>",
        "<a xmlns:xml='u'/>",
        "<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>",
        "<a xmlns='http://www.w3.org/XML/1998/namespace'/>",
        "<a xmlns='http://www.w3.org/2000/xmlns/'/>",
        "<a xmlns:p='u' p:1='x'/>",
        "<p:-a xmlns:p='u'/>",
        "<a xmlns:='u'/>",
        "<a xmlns:b:c='u'/>",
        "<a xmlns:p='u' xmlns:q='u' p:x='1' q:x='2'/>",
    };
    struct wire_trace *trace = *state;

    for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
        check_ok(xml_reader_reset(trace->reader));
        check_ok(wire_trace_feed(trace, "<r xmlns='u:d'>"));
        check_err(wire_trace_feed(trace, inputs[i]), ERR_SYNTAX);
    }
    assert_int_equal(trace->elements, 0);
}

static void xml_prefix_needs_no_declaration(void **state)
{
    check_ok(wire_trace_feed(*state,
                             "<r xmlns='u'><a xml:lang='de' xmlns:xml='http://"
                             "www.w3.org/XML/1998/namespace' lang='x'/>"));
    assert_true(wire_trace_is(
        *state, "open {u}r\nelement {u}a xml:{http://www.w3.org/XML/1998/"
                "namespace}lang=\"de\" lang=\"x\"\n"));
}

/* Which letters may begin a name is in expat's tables; behind a prefix it
 * takes more.  What we could not write again is not kept. */
static void unsure_names_are_skipped(void **state)
{
    check_ok(wire_trace_feed(*state,
                             "<r xmlns='u' xmlns:p='u:p'><a to='x'>"
                             "<p:\xD9\xA0x/></a><a p:\xC3\xA9='1' to='y'/>"
                             "<\xC3\xA9 to='z'/><b/>"));
    assert_true(wire_trace_is(*state,
                              "open {u}r\ntoo-big {u}a to=\"x\"\n"
                              "too-big {u}a p:{u:p}\xC3\xA9=\"1\" to=\"y\"\n"
                              "element {u}\xC3\xA9 to=\"z\"\nelement {u}b\n"));
}

static void declarations_in_scope_are_bounded(void **state)
{
    struct wire_trace *trace = *state;
    struct buf text = BUF_EMPTY(8192);

    check_ok(buf_append(&text, SPAN("<r xmlns='u'><a to='x'>")));
    for (unsigned i = 0; i < 70; i++)
        check_ok(buf_printf(&text, "<b xmlns:p%u='u'><c xmlns='v'/></b>", i));
    check_ok(buf_append(&text, SPAN("</a>")));
    check_ok(xml_reader_feed(trace->reader, buf_span(&text)));
    assert_int_equal(trace->elements, 1);
    assert_int_equal(trace->refused, 0);

    buf_truncate(&text, 0);
    check_ok(buf_append(&text, SPAN("<a to='x'><b")));
    for (unsigned i = 0; i < 40; i++)
        check_ok(buf_printf(&text, " xmlns:p%u='u:%u'", i, i));
    check_ok(buf_append(&text, SPAN("><c")));
    for (unsigned i = 0; i < 40; i++)
        check_ok(buf_printf(&text, " xmlns:q%u='u:%u'", i, i));
    check_ok(buf_append(&text, SPAN(" q39:from='z'/></b></a><d/>")));
    buf_truncate(&trace->text, 0);
    check_ok(xml_reader_feed(trace->reader, buf_span(&text)));
    assert_true(wire_trace_is(trace, "too-big {u}a to=\"x\"\nelement {u}d\n"));
    buf_clear(&text);
}

/* An attribute whose declaration was not kept must not lose its prefix and
 * pass for a plain one. */
static void over_the_bound_no_prefix_is_lost(void **state)
{
    struct wire_trace *trace = *state;
    struct buf text = BUF_EMPTY(8192);

    check_ok(buf_append(&text, SPAN("<r xmlns='u'")));
    for (unsigned i = 0; i < 10; i++)
        check_ok(buf_printf(&text, " xmlns:r%u='u:%u'", i, i));
    check_ok(buf_append(&text, SPAN("><q:e from='a' q:from='b' r9:from='c'")));
    for (unsigned i = 0; i < 60; i++)
        check_ok(buf_printf(&text, " xmlns:p%u='u:%u'", i, i));
    check_ok(buf_append(&text, SPAN(" xmlns:q='u:q'/>")));
    check_ok(xml_reader_feed(trace->reader, buf_span(&text)));
    assert_true(wire_trace_is(trace, "open {u}r\ntoo-big {}e from=\"a\" "
                                     "r9:{u:9}from=\"c\"\n"));
    buf_clear(&text);
}

/* expat's own namespaces would copy 32 KiB for each of 4,000 attributes. */
static void long_namespaces_are_not_multiplied(void **state)
{
    struct wire_trace *trace = *state;
    struct buf text = BUF_EMPTY(128 * 1024);
    size_t before;

    check_ok(wire_trace_feed(trace, "<r xmlns='u'>"));
    check_ok(buf_append(&text, SPAN("<a to='x' xmlns:p='")));
    for (unsigned i = 0; i < 32 * 1024; i++)
        check_ok(buf_append_byte(&text, 'u'));
    check_ok(buf_append(&text, SPAN("'>")));
    for (unsigned i = 0; i < 50; i++)
        check_ok(buf_append(&text, SPAN("<p:b p:a='' p:b='' p:c=''/>")));
    check_ok(buf_append(&text, SPAN("</a><b")));
    for (unsigned i = 0; i < 4000; i++)
        check_ok(buf_printf(&text, " p:a%u=''", i));
    check_ok(buf_append(&text, SPAN("/>")));
    before = wire_heap_bytes();
    trace->heap_peak_bytes = 0;
    trace->is_quiet = true;
    check_ok(xml_reader_feed(trace->reader, buf_span(&text)));
    assert_int_equal(trace->elements, 2);
    assert_true(trace->heap_peak_bytes < before + 1024 * 1024);
    buf_clear(&text);
}

int main(void)
{
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, wire_trace_set_up,                   \
                                    wire_trace_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(names_share_the_scope_of_their_declaration),
        TEST(stream_prefix_may_be_bound_anew),
        TEST(wrong_names_are_not_well_formed),
        TEST(xml_prefix_needs_no_declaration),
        TEST(unsure_names_are_skipped),
        TEST(declarations_in_scope_are_bounded),
        TEST(over_the_bound_no_prefix_is_lost),
        TEST(long_namespaces_are_not_multiplied),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

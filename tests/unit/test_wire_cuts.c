/* Bytes may come in any pieces: the trees are the same, and each is there with
 * its last byte. */
#include <string.h>

#include "support/check.h"
#include "support/wire_trace.h"

static const char stream[] =
    "<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' "
    "xmlns:stream='http://etherx.jabber.org/streams' id='a&amp;b'>"
    "<handshake/>"
    "<presence from='a@b/c' to=\"r@s/&quot;n&gt;'\"><x xmlns='http://"
    "jabber.org/protocol/muc'><password>7K3M9-QXP2D</password></x></presence>"
    " \r\n<message xml:lang='de' xmlns:z='u:z' z:to='>'><body>\xC3\xA4 "
    "\xF0\x9F\x98\x80 &lt;&#x20AC;</body><![CDATA[ ]] > ]]><z:y/>\r</message>"
    "<iq id='/>'/><iq id='0123456789012345678901234567890123456789012345678901"
    "23456789012345678901234567890123456789012345678901234567890123456789012345"
    "67890123456789012345678901234567890123456789012345678901234567890123456789"
    "01234567890123456789012345678901234567890123456789012345678901234567890123"
    "'/></stream:stream>";

static const char *read_whole(struct buf *out)
{
    struct wire_trace trace;

    wire_trace_open(&trace);
    check_ok(xml_reader_feed(trace.reader, SPAN(stream)));
    check_ok(buf_append(out, buf_span(&trace.text)));
    check_ok(buf_append_byte(out, '\0'));
    wire_trace_close(&trace);
    return out->at;
}

static void every_cut_gives_the_same(void **state)
{
    struct buf expected = BUF_EMPTY(8192);
    const char *text = read_whole(&expected);

    (void)state;
    for (size_t cut = 0; cut < sizeof(stream); cut++) {
        struct wire_trace trace;

        wire_trace_open(&trace);
        check_ok(
            xml_reader_feed(trace.reader, span_slice(SPAN(stream), 0, cut)));
        check_ok(xml_reader_feed(
            trace.reader, span_slice(SPAN(stream), cut, sizeof(stream))));
        assert_true(wire_trace_is(&trace, text));
        wire_trace_close(&trace);
    }
    buf_clear(&expected);
}

static void every_two_cuts_give_the_same(void **state)
{
    struct buf expected = BUF_EMPTY(8192);
    const char *text = read_whole(&expected);

    (void)state;
    for (size_t first = 0; first < sizeof(stream); first += 7) {
        for (size_t second = first; second < sizeof(stream); second += 3) {
            struct wire_trace trace;
            struct span all = SPAN(stream);

            wire_trace_open(&trace);
            check_ok(xml_reader_feed(trace.reader, span_slice(all, 0, first)));
            check_ok(xml_reader_feed(trace.reader,
                                     span_slice(all, first, second - first)));
            check_ok(xml_reader_feed(trace.reader,
                                     span_slice(all, second, all.len)));
            assert_true(wire_trace_is(&trace, text));
            wire_trace_close(&trace);
        }
    }
    buf_clear(&expected);
}

static void bytes_one_by_one_give_the_same(void **state)
{
    struct buf expected = BUF_EMPTY(8192);
    const char *text = read_whole(&expected);
    struct wire_trace trace;

    (void)state;
    wire_trace_open(&trace);
    for (size_t i = 0; i + 1 < sizeof(stream); i++)
        check_ok(xml_reader_feed(trace.reader, (struct span){stream + i, 1}));
    assert_true(wire_trace_is(&trace, text));
    wire_trace_close(&trace);
    buf_clear(&expected);
}

/* Reparse deferral would keep half of these waiting for more. */
static void a_stanza_is_there_with_its_last_byte(void **state)
{
    static const char stanza[] = "<presence from='hag66@shakespeare.lit/pda' "
                                 "id='ng91xs69' to='coven@chat.shakespeare."
                                 "lit/thirdwitch' a='>'/>";
    struct wire_trace trace;

    (void)state;
    wire_trace_open(&trace);
    check_ok(xml_reader_feed(trace.reader, SPAN("<r xmlns='u'>")));
    for (size_t cut = 1; cut < sizeof(stanza); cut++) {
        struct span all = SPAN(stanza);

        check_ok(xml_reader_feed(trace.reader, span_slice(all, 0, cut)));
        check_ok(xml_reader_feed(trace.reader, span_slice(all, cut, all.len)));
        assert_int_equal(trace.elements, cut);
    }
    wire_trace_close(&trace);
}

static void a_long_attribute_byte_by_byte_is_cheap(void **state)
{
    static const char fill[] = ">a<";
    struct wire_trace trace;
    double start;

    (void)state;
    wire_trace_open(&trace);
    trace.is_quiet = true;
    check_ok(xml_reader_feed(trace.reader, SPAN("<r xmlns='u'><m a='")));
    start = wire_cpu_ms();
    for (size_t i = 0; i < XML_STANZA_MAX_BYTES; i++)
        check_ok(xml_reader_feed(trace.reader, (struct span){fill + i % 2, 1}));
    assert_true(wire_cpu_ms() - start < 50);
    check_ok(xml_reader_feed(trace.reader, SPAN("'/>")));
    assert_int_equal(trace.elements, 1);
    wire_trace_close(&trace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cut_gives_the_same),
        cmocka_unit_test(every_two_cuts_give_the_same),
        cmocka_unit_test(bytes_one_by_one_give_the_same),
        cmocka_unit_test(a_stanza_is_there_with_its_last_byte),
        cmocka_unit_test(a_long_attribute_byte_by_byte_is_cheap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Elements that were read are written so that they read the same. */
#include <string.h>

#include "support/check.h"
#include "support/wire_trace.h"
#include "wire/ns.h"
#include "wire/xml_writer.h"

/* Writes each child of the root it reads into a root of the same kind. */
struct copier {
    struct buf out;
    struct xml_writer xml;
    struct span outer_ns;
};

static void on_open(void *self, const struct xml_node *root)
{
    (void)self;
    (void)root;
}

static void on_element(void *self, const struct xml_node *node,
                       enum xml_verdict verdict)
{
    struct copier *copier = self;

    assert_int_equal(verdict, XML_WHOLE);
    xml_put_node(&copier->xml, node, copier->outer_ns);
}

static void on_close(void *self)
{
    (void)self;
}

/* Gives what was written for `text` inside of `<r xmlns='NS'>`. */
static void copy(struct copier *copier, const char *ns, const char *text)
{
    static const struct xml_handler handler = {on_open, on_element, on_close};
    struct xml_reader *reader = xml_reader_new(&handler, copier);

    copier->out = BUF_EMPTY(1024 * 1024);
    copier->xml = XML_WRITER(&copier->out);
    copier->outer_ns = span_of(ns);
    check_ok(xml_reader_feed(reader, SPAN("<r xmlns='")));
    check_ok(xml_reader_feed(reader, span_of(ns)));
    check_ok(xml_reader_feed(reader, SPAN("' xmlns:o='urn:outer'>")));
    check_ok(xml_reader_feed(reader, span_of(text)));
    check_ok(copier->xml.rc);
    xml_reader_free(reader);
}

static void trace(struct wire_trace *trace, const char *ns, struct span text)
{
    wire_trace_open(trace);
    check_ok(xml_reader_feed(trace->reader, SPAN("<r xmlns='")));
    check_ok(xml_reader_feed(trace->reader, span_of(ns)));
    check_ok(xml_reader_feed(trace->reader, SPAN("' xmlns:o='urn:outer'>")));
    check_ok(xml_reader_feed(trace->reader, text));
}

static void stanza_namespace_is_not_written(void **state)
{
    static const char *const outer[] = {NS_COMPONENT, NS_CLIENT};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct copier copier;

        copy(&copier, outer[i],
             "<body xml:lang='de'>hi</body><o:x><o:y/></o:x>");
        check_span(buf_span(&copier.out), "<body xml:lang='de'>hi</body>"
                                          "<x xmlns='urn:outer'><y/></x>");
        buf_clear(&copier.out);
    }
}

static void namespaces_are_written_where_they_change(void **state)
{
    struct copier copier;

    (void)state;
    copy(&copier, NS_COMPONENT,
         "<a xmlns='u:a'><b xmlns='u:b'><c xmlns='u:a'/></b>"
         "<d xmlns=''><e/><f xmlns='jabber:component:accept'/></d>"
         "<message xmlns='jabber:client'/></a>");
    check_span(buf_span(&copier.out),
               "<a xmlns='u:a'><b xmlns='u:b'><c xmlns='u:a'/></b>"
               "<d xmlns=''><e/><f xmlns='jabber:component:accept'/></d>"
               "<message xmlns='jabber:client'/></a>");
    buf_clear(&copier.out);
}

static void attributes_keep_namespace_and_prefix(void **state)
{
    struct copier copier;

    (void)state;
    copy(&copier, NS_CLIENT,
         "<a xmlns:z='u&amp;z' z:from='v' o:id='1' o:to='2' from='m'/>");
    check_span(buf_span(&copier.out),
               "<a xmlns:z='u&amp;z' z:from='v' xmlns:o='urn:outer' o:id='1' "
               "o:to='2' from='m'/>");
    buf_clear(&copier.out);
}

/* It may be no default namespace: who wrote it so would lose the link. */
static void what_is_xml_keeps_its_prefix(void **state)
{
    struct copier copier;

    (void)state;
    copy(&copier, NS_CLIENT,
         "<xml:a><xml:b/><c xmlns='u:c'><xml:d>t</xml:d></c></xml:a>");
    check_span(buf_span(&copier.out),
               "<xml:a><xml:b/><c xmlns='u:c'><xml:d>t</xml:d></c></xml:a>");
    buf_clear(&copier.out);
}

static void what_is_written_reads_the_same(void **state)
{
    static const char *const inputs[] = {
        "<body>plain</body>",
        "<body> \r\n\t&#13;&#9;&lt;&gt;&amp;&quot;&apos; ]]&gt;</body>",
        "<x a=' \t\n&#9;&#10;&#13;&lt;&gt;&amp;&quot;&apos;'/>",
        "<x><![CDATA[<not/> &amp; markup]]></x>",
        "<x>\xF0\x9F\x98\x80\xF0\x9F\x8F\xBD\xE2\x80\x8D</x>",
        "<p:x xmlns:p='u:p' p:a='1' o:a='2' a='3'/>",
        "<p:x xmlns:p='u:p' p:a=''><o:y p:b='4' xmlns:p='u:q'/></p:x>",
        "<p:x xmlns:p='u:p'><y xmlns:p='u:q' p:a=''/><p:z p:b='5'/></p:x>",
        "<x xmlns=''>a<y/>b<z xmlns='u'/>c</x>",
        "<x xml:lang='de' lang='en' o:lang='fr'/>",
        "<\xC3\xA9t\xC3\xA9 \xC3\xA0='\xC3\xA7'/>",
        "<e xmlns='urn:xmpp:omemo:2'><h sid='1'><k rid='2'>MwohBX==</k></h></e>",
    };
    static const char *const outer[] = {NS_COMPONENT, NS_CLIENT, "", "u:p"};

    (void)state;
    for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
        for (size_t k = 0; k < 4; k++) {
            struct wire_trace before;
            struct wire_trace after;
            struct copier copier;

            copy(&copier, outer[k], inputs[i]);
            trace(&before, outer[k], span_of(inputs[i]));
            trace(&after, outer[k], buf_span(&copier.out));
            assert_true(
                span_equal(buf_span(&after.text), buf_span(&before.text)));
            wire_trace_close(&after);
            wire_trace_close(&before);
            buf_clear(&copier.out);
        }
    }
}

static void a_prefix_is_declared_once_while_it_holds(void **state)
{
    struct copier copier;

    (void)state;
    copy(&copier, NS_CLIENT,
         "<a o:x='1'><b o:x='2'/><c xmlns:o='urn:new' o:x='3'><d o:x='4'/>"
         "</c><e o:x='5'/></a><f o:x='6'/>");
    check_span(buf_span(&copier.out),
               "<a xmlns:o='urn:outer' o:x='1'><b o:x='2'/>"
               "<c xmlns:o='urn:new' o:x='3'><d o:x='4'/></c><e o:x='5'/></a>"
               "<f xmlns:o='urn:outer' o:x='6'/>");
    buf_clear(&copier.out);
}

/* What was within the limits when it came is so when it goes on. */
static void what_could_be_read_can_be_read_again(void **state)
{
    struct buf text = BUF_EMPTY(64 * 1024);
    struct wire_trace after;
    struct copier copier;

    (void)state;
    check_ok(buf_append(&text, SPAN("<a")));
    for (unsigned i = 0; i < 63; i++)
        check_ok(buf_printf(&text, " xmlns:p%u='urn:%u'", i, i));
    check_ok(buf_append(&text, SPAN(">")));
    for (unsigned level = 0; level < 20; level++) {
        check_ok(buf_append(&text, SPAN("<p1:b")));
        for (unsigned i = 0; i < 63; i++)
            check_ok(buf_printf(&text, " p%u:x=''", i));
        check_ok(buf_append(&text, SPAN(">")));
    }
    for (unsigned level = 0; level < 20; level++)
        check_ok(buf_append(&text, SPAN("</p1:b>")));
    check_ok(buf_append(&text, SPAN("</a>\0")));
    copy(&copier, NS_COMPONENT, text.at);
    trace(&after, NS_COMPONENT, buf_span(&copier.out));
    assert_int_equal(after.elements, 1);
    assert_int_equal(after.refused, 0);
    wire_trace_close(&after);
    buf_clear(&copier.out);
    buf_clear(&text);
}

static void a_node_made_by_hand_cannot_break_out(void **state)
{
    static const char *const names[] = {"a b", "a/",  "a>",  "",
                                        "p:a", "a='", "\xFF"};
    struct buf out = BUF_EMPTY(4096);

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct xml_attr attr = {.name = span_of(names[i]), .value = SPAN("v")};
        struct xml_node node = {.name = SPAN("n"), .attrs = &attr};
        struct xml_writer xml = XML_WRITER(&out);

        xml_put_node(&xml, &node, SPAN(""));
        check_err(xml.rc, ERR_SYNTAX);
        attr.name = SPAN("a");
        attr.ns = SPAN("u");
        attr.prefix = span_of(names[i]);
        xml = XML_WRITER(&out);
        xml_put_node(&xml, &node, SPAN(""));
        check_err(xml.rc, ERR_SYNTAX);
    }
    buf_clear(&out);
}

static void nodes_too_deep_are_a_limit(void **state)
{
    struct xml_node nodes[XML_WRITER_DEPTH_MAX + 1];
    struct buf out = BUF_EMPTY(64 * 1024);
    struct xml_writer xml = XML_WRITER(&out);

    (void)state;
    memset(nodes, 0, sizeof(nodes));
    for (size_t i = 0; i <= XML_WRITER_DEPTH_MAX; i++) {
        nodes[i].name = SPAN("n");
        if (i < XML_WRITER_DEPTH_MAX)
            nodes[i].first = &nodes[i + 1];
    }
    xml_put_node(&xml, &nodes[0], SPAN(""));
    check_err(xml.rc, ERR_LIMIT);
    buf_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stanza_namespace_is_not_written),
        cmocka_unit_test(namespaces_are_written_where_they_change),
        cmocka_unit_test(attributes_keep_namespace_and_prefix),
        cmocka_unit_test(what_is_xml_keeps_its_prefix),
        cmocka_unit_test(what_is_written_reads_the_same),
        cmocka_unit_test(a_prefix_is_declared_once_while_it_holds),
        cmocka_unit_test(what_could_be_read_can_be_read_again),
        cmocka_unit_test(a_node_made_by_hand_cannot_break_out),
        cmocka_unit_test(nodes_too_deep_are_a_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

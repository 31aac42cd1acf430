/* Bytes to elements: what is called out, and what ends a stream. */
#include "wire/xml_reader.h"

#include <string.h>

#include "support/check.h"
#include "support/wire_trace.h"

#define OPEN                                                                   \
    "<s:stream xmlns='jabber:client' xmlns:s='http://etherx.jabber.org/"       \
    "streams'>"
#define OPENED "open {http://etherx.jabber.org/streams}stream\n"

static void one_message_is_one_tree(void **state)
{
    check_ok(wire_trace_feed(*state,
                             OPEN "<message to='a@b' id=''><body>hi</body>"
                                  "<x xmlns='urn:x'><y/></x></message>"));
    assert_true(wire_trace_is(
        *state, OPENED "element {jabber:client}message to=\"a@b\" id=\"\" "
                       "({jabber:client}body (\"hi\") {urn:x}x ({urn:x}y))\n"));
}

static void text_pieces_are_joined(void **state)
{
    check_ok(wire_trace_feed(*state,
                             OPEN "<m>a&lt;b&#x1F600;<![CDATA[<c>]]>&amp;\r\nd"
                                  "<n/>e</m>"));
    assert_true(wire_trace_is(
        *state, OPENED "element {jabber:client}m (\"a<b\xF0\x9F\x98\x80<c>&\nd"
                       "\" {jabber:client}n \"e\")\n"));
}

static void white_space_between_stanzas_is_dropped(void **state)
{
    check_ok(wire_trace_feed(*state, OPEN " \n\t<m/> \r\n<n/> "));
    assert_true(wire_trace_is(*state, OPENED "element {jabber:client}m\n"
                                             "element {jabber:client}n\n"));
}

static void text_between_stanzas_ends_the_stream(void **state)
{
    check_err(wire_trace_feed(*state, OPEN "<m/>x<n/>"), ERR_SYNTAX);
    assert_true(wire_trace_is(*state, OPENED "element {jabber:client}m\n"));
    check_err(wire_trace_feed(*state, "<o/>"), ERR_CLOSED);
}

static void cdata_between_stanzas_is_text_too(void **state)
{
    check_err(wire_trace_feed(*state, OPEN "<![CDATA[x]]>"), ERR_SYNTAX);
}

static void root_has_its_attributes(void **state)
{
    struct wire_trace *trace = *state;

    check_ok(wire_trace_feed(*state,
                             "<?xml version='1.0'?><s:stream xmlns='urn:d' "
                             "xmlns:s='urn:s' id='a&quot;b' xml:lang='de'>"));
    assert_true(wire_trace_is(*state,
                              "open {urn:s}stream id=\"a\"b\" "
                              "xml:{http://www.w3.org/XML/1998/namespace}lang="
                              "\"de\"\n"));
    check_span(xml_reader_default_ns(trace->reader), "urn:d");
}

static void end_of_the_root_is_called(void **state)
{
    check_ok(wire_trace_feed(*state, OPEN "<m/></s:stream> \n"));
    assert_true(
        wire_trace_is(*state, OPENED "element {jabber:client}m\nclose\n"));
}

static void stop_is_heeded_at_once(void **state)
{
    struct wire_trace *trace = *state;

    trace->stop_after = 1;
    check_err(wire_trace_feed(trace, OPEN "<m/><n/></s:stream>"), ERR_CLOSED);
    assert_true(wire_trace_is(trace, OPENED "element {jabber:client}m\n"));
    check_err(wire_trace_feed(trace, "<o/>"), ERR_CLOSED);
}

static void reset_begins_a_new_stream(void **state)
{
    struct wire_trace *trace = *state;

    check_err(wire_trace_feed(trace, OPEN "<m><oops></m>"), ERR_SYNTAX);
    check_ok(xml_reader_reset(trace->reader));
    buf_truncate(&trace->text, 0);
    check_ok(wire_trace_feed(trace, "<r xmlns='urn:r'><m a='1"));
    check_ok(xml_reader_reset(trace->reader));
    check_ok(wire_trace_feed(trace, OPEN "<m/>"));
    assert_true(wire_trace_is(trace, "open {urn:r}r\n" OPENED
                                     "element {jabber:client}m\n"));
}

static void what_xmpp_forbids_is_restricted(void **state)
{
    static const char *const inputs[] = {
        "<!DOCTYPE m SYSTEM 'file:///etc/passwd'><m>",
        "<!DOCTYPE m [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><m>",
        "<!DOCTYPE m>",
        "<!-- c --><m>",
        OPEN "<!-- c -->",
        OPEN "<m><!-- c --></m>",
        OPEN "<?php x?>",
        OPEN "<m><?php x?></m>",
        OPEN "<m>&nbsp;</m>",
        OPEN "<m a='&nbsp;'/>",
    };
    struct wire_trace *trace = *state;

    for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
        check_ok(xml_reader_reset(trace->reader));
        check_err(wire_trace_feed(trace, inputs[i]), ERR_RESTRICTED);
        check_err(wire_trace_feed(trace, "<m/>"), ERR_CLOSED);
    }
    assert_int_equal(trace->elements, 0);
}

static void what_is_not_well_formed_ends_the_stream(void **state)
{
    static const char *const inputs[] = {
        OPEN "<m><n></m>",
        OPEN "<m a='1' a='2'/>",
        OPEN "<m a=1/>",
        OPEN "<m>\x01</m>",
        OPEN "<m>&#1;</m>",
        OPEN "<m>&#xD800;</m>",
        OPEN "<m>&#xFFFE;</m>",
        OPEN "<m>\xC0\xAF</m>",
        OPEN "<m>\xED\xA0\x80</m>",
        OPEN "<m>\xF4\x90\x80\x80</m>",
        OPEN "<m>\xFF</m>",
        OPEN "<m a='\xC3('/>",
        OPEN "<m>]]></m>",
        OPEN "<m a='<'/>",
        OPEN "<![CDATA[",
        OPEN "</t>",
        OPEN "<?xml version='1.0'?>",
        "x" OPEN,
        OPEN "</s:stream><m/>",
    };
    struct wire_trace *trace = *state;

    for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
        enum err rc;

        check_ok(xml_reader_reset(trace->reader));
        rc = wire_trace_feed(trace, inputs[i]);
        /* An open CDATA section is not wrong before there is text in it. */
        if (rc == ERR_OK)
            rc = wire_trace_feed(trace, "x]]>");
        check_err(rc, ERR_SYNTAX);
    }
    assert_int_equal(trace->elements, 0);
}

static void a_bound_token_does_not_grow(void **state)
{
    struct wire_trace *trace = *state;
    char many[400];

    memset(many, 'a', sizeof(many) - 1);
    many[sizeof(many) - 1] = '\0';
    check_ok(wire_trace_feed(trace, OPEN "<m>&"));
    check_err(wire_trace_feed(trace, many), ERR_RESTRICTED);
    check_ok(xml_reader_reset(trace->reader));
    check_ok(wire_trace_feed(trace, OPEN "<m><!--"));
    check_err(wire_trace_feed(trace, many), ERR_RESTRICTED);
}

/* Feeds `fill` some thousand times, in one piece and byte by byte. */
static void feed_much(struct wire_trace *trace, const char *fill)
{
    struct buf text = BUF_EMPTY(64 * 1024);

    for (unsigned i = 0; i < 2000; i++)
        check_ok(buf_append(&text, span_of(fill)));
    check_ok(xml_reader_feed(trace->reader, buf_span(&text)));
    for (size_t i = 0; i < text.len; i++)
        check_ok(xml_reader_feed(trace->reader, (struct span){text.at + i, 1}));
    buf_clear(&text);
}

static void long_runs_are_no_long_tokens(void **state)
{
    struct wire_trace *trace = *state;

    feed_much(trace, " \r\n");
    check_ok(wire_trace_feed(trace, OPEN));
    feed_much(trace, " ");
    check_ok(wire_trace_feed(trace, "<m><![CDATA["));
    feed_much(trace, "]]&<");
    check_ok(wire_trace_feed(trace, "]]></m><n>"));
    feed_much(trace, "&lt;");
    feed_much(trace, "]]");
    feed_much(trace, "\xF0\x9F\x98\x80");
    check_ok(wire_trace_feed(trace, "</n>"));
    assert_int_equal(trace->elements, 2);
    assert_int_equal(trace->refused, 0);
}

static void declared_encodings_change_nothing(void **state)
{
    check_ok(wire_trace_feed(*state,
                             "<?xml version='1.0' encoding='ISO-8859-1'?>"
                             "<r xmlns='u'><m>\xC3\xA9</m>"));
    assert_true(wire_trace_is(*state, "open {u}r\nelement {u}m (\"\xC3\xA9\""
                                      ")\n"));
}

int main(void)
{
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, wire_trace_set_up,                   \
                                    wire_trace_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(one_message_is_one_tree),
        TEST(text_pieces_are_joined),
        TEST(white_space_between_stanzas_is_dropped),
        TEST(text_between_stanzas_ends_the_stream),
        TEST(cdata_between_stanzas_is_text_too),
        TEST(root_has_its_attributes),
        TEST(end_of_the_root_is_called),
        TEST(stop_is_heeded_at_once),
        TEST(reset_begins_a_new_stream),
        TEST(what_xmpp_forbids_is_restricted),
        TEST(what_is_not_well_formed_ends_the_stream),
        TEST(a_bound_token_does_not_grow),
        TEST(long_runs_are_no_long_tokens),
        TEST(declared_encodings_change_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

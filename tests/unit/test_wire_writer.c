/* What the writer writes, and what it refuses. */
#include "wire/xml_writer.h"

#include <stdio.h>
#include <string.h>

#include "support/check.h"

static int set_up(void **state)
{
    static struct buf out;

    out = BUF_EMPTY(4096);
    *state = &out;
    return 0;
}

static int tear_down(void **state)
{
    buf_clear(*state);
    return 0;
}

static void elements_nest_and_close(void **state)
{
    struct xml_writer xml = XML_WRITER(*state);

    xml_open(&xml, "a", "urn:a");
    xml_open(&xml, "b", NULL);
    xml_close(&xml);
    xml_put_element(&xml, "c", "urn:c", SPAN("text"));
    xml_put_element(&xml, "d", NULL, SPAN_EMPTY);
    xml_put_text(&xml, SPAN("tail"));
    xml_close(&xml);
    check_ok(xml.rc);
    assert_int_equal(xml.depth, 0);
    check_span(buf_span(*state),
               "<a xmlns='urn:a'><b/><c xmlns='urn:c'>text</c>"
               "<d/>tail</a>");
}

static void attributes_are_escaped(void **state)
{
    struct xml_writer xml = XML_WRITER(*state);

    xml_open(&xml, "a", NULL);
    xml_put_attr(&xml, "b", SPAN("<>&'\"\t\n\r x"));
    xml_put_attr(&xml, "none", SPAN_EMPTY);
    xml_put_attr(&xml, "empty", SPAN(""));
    xml_put_attr_text(&xml, "c", "'/><evil/>");
    xml_put_attr_text(&xml, "no", NULL);
    xml_close(&xml);
    check_ok(xml.rc);
    check_span(buf_span(*state),
               "<a b='&lt;&gt;&amp;&apos;&quot;&#9;&#10;&#13; x' empty='' "
               "c='&apos;/&gt;&lt;evil/&gt;'/>");
}

static void text_is_escaped(void **state)
{
    struct xml_writer xml = XML_WRITER(*state);

    xml_put_element(&xml, "a", NULL, SPAN("]]> <&\r\n\t'\" \xC3\xA4\x7F"));
    check_ok(xml.rc);
    check_span(buf_span(*state),
               "<a>]]&gt; &lt;&amp;&#13;\n\t'\" \xC3\xA4\x7F</a>");
}

static void numbers_are_decimal(void **state)
{
    struct xml_writer xml = XML_WRITER(*state);

    xml_open(&xml, "a", NULL);
    xml_put_attr_number(&xml, "n", 0);
    xml_put_attr_number(&xml, "p", INT64_MAX);
    xml_put_attr_number(&xml, "m", INT64_MIN);
    xml_close(&xml);
    check_span(buf_span(*state), "<a n='0' p='9223372036854775807' "
                                 "m='-9223372036854775808'/>");
}

static void what_xml_cannot_carry_is_refused(void **state)
{
    const struct span inputs[] = {
        SPAN("\0"),
        SPAN("a\x01"),
        SPAN("\x0B"),
        SPAN("\x1F"),
        SPAN("\x80"),
        SPAN("\xC3"),
        SPAN("\xC0\xAF"),
        SPAN("\xED\xA0\x80"),
        SPAN("\xEF\xBF\xBE"),
        SPAN("x\xEF\xBF\xBF"),
        SPAN("\xF4\x90\x80\x80"),
        SPAN("\xF8\x88\x80\x80"),
        SPAN("\xE2\x82"),
        SPAN("\xF0\x8F\xBF\xBF"),
    };

    for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
        struct xml_writer text = XML_WRITER(*state);
        struct xml_writer attr = XML_WRITER(*state);

        xml_put_element(&text, "a", NULL, inputs[i]);
        check_err(text.rc, ERR_SYNTAX);
        xml_open(&attr, "a", NULL);
        xml_put_attr(&attr, "b", inputs[i]);
        xml_close(&attr);
        check_err(attr.rc, ERR_SYNTAX);
    }
}

static void all_other_characters_pass(void **state)
{
    const struct span inputs[] = {
        SPAN("\xC2\x80"),         SPAN("\xDF\xBF"),
        SPAN("\xE0\xA0\x80"),     SPAN("\xED\x9F\xBF"),
        SPAN("\xEE\x80\x80"),     SPAN("\xEF\xBF\xBD"),
        SPAN("\xF0\x90\x80\x80"), SPAN("\xF4\x8F\xBF\xBF"),
    };

    for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
        struct xml_writer xml = XML_WRITER(*state);

        buf_truncate(*state, 0);
        xml_put_text(&xml, inputs[i]);
        check_ok(xml.rc);
        assert_true(span_equal(buf_span(*state), inputs[i]));
    }
}

static void the_first_error_stays(void **state)
{
    struct xml_writer xml = XML_WRITER(*state);
    size_t len;

    xml_open(&xml, "a", NULL);
    xml_put_text(&xml, SPAN("\x01"));
    len = xml.out->len;
    xml_put_text(&xml, SPAN("more"));
    xml_put_written(&xml, SPAN("<b/>"));
    xml_close(&xml);
    check_err(xml.rc, ERR_SYNTAX);
    assert_int_equal(xml.out->len, len);
}

static void a_full_buffer_is_a_limit(void **state)
{
    struct xml_writer xml = XML_WRITER(*state);

    xml_open(&xml, "a", NULL);
    for (unsigned i = 0; i < 1000; i++)
        xml_put_element(&xml, "b", NULL, SPAN("text"));
    xml_close(&xml);
    check_err(xml.rc, ERR_LIMIT);
    assert_true(xml.out->len <= 4096);
}

static void the_writer_has_a_limit_of_its_own(void **state)
{
    struct xml_writer xml = XML_WRITER(*state);

    xml.limit = 10;
    xml_put_element(&xml, "a", NULL, SPAN("123"));
    check_ok(xml.rc);
    check_span(buf_span(*state), "<a>123</a>");
    xml_put_text(&xml, SPAN("4"));
    check_err(xml.rc, ERR_LIMIT);
}

static void depth_is_bounded_and_stays_in_step(void **state)
{
    struct xml_writer xml = XML_WRITER(*state);

    for (unsigned i = 0; i < XML_WRITER_DEPTH_MAX + 5; i++)
        xml_open(&xml, "a", NULL);
    check_err(xml.rc, ERR_LIMIT);
    for (unsigned i = 0; i < XML_WRITER_DEPTH_MAX + 5; i++)
        xml_close(&xml);
    assert_int_equal(xml.depth, 0);
}

static void what_was_written_goes_in_as_it_is(void **state)
{
    struct xml_writer xml = XML_WRITER(*state);

    xml_open(&xml, "a", NULL);
    xml_put_written(&xml, SPAN("<b>&lt;</b>"));
    xml_put_written(&xml, SPAN_EMPTY);
    xml_close(&xml);
    xml_open(&xml, "c", NULL);
    xml_put_written(&xml, SPAN_EMPTY);
    xml_close(&xml);
    check_span(buf_span(*state), "<a><b>&lt;</b></a><c/>");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(elements_nest_and_close),
        TEST(attributes_are_escaped),
        TEST(text_is_escaped),
        TEST(numbers_are_decimal),
        TEST(what_xml_cannot_carry_is_refused),
        TEST(all_other_characters_pass),
        TEST(the_first_error_stays),
        TEST(a_full_buffer_is_a_limit),
        TEST(the_writer_has_a_limit_of_its_own),
        TEST(depth_is_bounded_and_stays_in_step),
        TEST(what_was_written_goes_in_as_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The envelope of what comes in. */
#include <string.h>

#include "support/check.h"
#include "wire/ns.h"
#include "wire/stanza.h"

/* What the last decoded stanza was; its text is checked in the callback. */
struct decoder {
    struct arena arena;
    enum err rc;
    void (*check)(const struct stanza *stanza);
};

static void on_open(void *self, const struct xml_node *root)
{
    (void)self;
    (void)root;
}

static void on_element(void *self, const struct xml_node *node,
                       enum xml_verdict verdict)
{
    struct decoder *decoder = self;
    struct stanza stanza;

    decoder->rc = stanza_decode(&decoder->arena, node, verdict, &stanza);
    if (decoder->rc == ERR_OK && decoder->check != NULL)
        decoder->check(&stanza);
}

static void on_close(void *self)
{
    (void)self;
}

static enum err decode(const char *ns, const char *text,
                       void (*check)(const struct stanza *stanza))
{
    static const struct xml_handler handler = {on_open, on_element, on_close};
    struct decoder decoder = {ARENA_EMPTY(256 * 1024), ERR_AGAIN, check};
    struct xml_reader *reader = xml_reader_new(&handler, &decoder);

    check_ok(xml_reader_feed(reader, SPAN("<r xmlns='")));
    check_ok(xml_reader_feed(reader, span_of(ns)));
    check_ok(xml_reader_feed(reader, SPAN("'>")));
    check_ok(xml_reader_feed(reader, span_of(text)));
    xml_reader_free(reader);
    arena_clear(&decoder.arena);
    return decoder.rc;
}

static void check_whole(const struct stanza *stanza)
{
    assert_int_equal(stanza->kind, STANZA_MESSAGE);
    assert_int_equal(stanza->verdict, XML_WHOLE);
    check_span(stanza->from.full, "alice@example.org/Phone");
    check_span(stanza->to.bare, "room@s.example");
    check_span(stanza->to_raw, "Room@s.example./N");
    assert_false(stanza->is_to_malformed);
    check_span(stanza->type, "groupchat");
    check_span(stanza->id, "1");
    check_span(stanza->lang, "de");
    assert_non_null(xml_child(stanza->node, "body", NS_COMPONENT));
}

static void an_envelope_is_read(void **state)
{
    (void)state;
    check_ok(decode(NS_COMPONENT,
                    "<message from='Alice@example.org/Phone' "
                    "to='Room@s.example./N' type='groupchat' id='1' "
                    "xml:lang='de'><body>x</body></message>",
                    check_whole));
}

static void check_bare(const struct stanza *stanza)
{
    assert_int_equal(stanza->kind, STANZA_PRESENCE);
    assert_null(stanza->type.at);
    assert_null(stanza->lang.at);
    assert_non_null(stanza->id.at);
    assert_int_equal(stanza->id.len, 0);
}

static void absent_and_empty_are_told_apart(void **state)
{
    (void)state;
    check_ok(
        decode(NS_CLIENT, "<presence from='a@b/c' to='d' id=''/>", check_bare));
}

static void check_spoof(const struct stanza *stanza)
{
    check_span(stanza->from.full, "mal@evil.example/m");
    check_span(stanza->to.full, "r@s");
    assert_null(stanza->type.at);
    assert_null(stanza->lang.at);
}

static void attributes_with_a_namespace_do_not_count(void **state)
{
    (void)state;
    check_ok(decode(NS_COMPONENT,
                    "<message z:from='alice@example.org/p' "
                    "xmlns:z='urn:z' from='mal@evil.example/m' to='r@s' "
                    "z:to='x@y' z:type='error' z:lang='de' lang='en'/>",
                    check_spoof));
}

static void check_local(const struct stanza *stanza)
{
    assert_true(stanza->is_to_malformed);
    check_span(stanza->to_raw, "r@s/\x7F");
    check_span(stanza->to.full, "r@s");
    check_span(stanza->to.local, "r");
}

static void check_domain(const struct stanza *stanza)
{
    assert_true(stanza->is_to_malformed);
    check_span(stanza->to.full, "s");
}

static void check_nothing(const struct stanza *stanza)
{
    assert_true(stanza->is_to_malformed);
    assert_int_equal(stanza->to.full.len, 0);
    assert_int_equal(stanza->to.domain.len, 0);
}

static void a_malformed_to_is_read_as_far_as_it_goes(void **state)
{
    (void)state;
    check_ok(
        decode(NS_COMPONENT, "<iq from='a@b' to='r@s/\x7F'/>", check_local));
    check_ok(
        decode(NS_COMPONENT, "<iq from='a@b' to='r r@s/x'/>", check_domain));
    check_ok(decode(NS_COMPONENT, "<iq from='a@b' to='@s'/>", check_domain));
    check_ok(decode(NS_COMPONENT, "<iq from='a@b' to='s s'/>", check_nothing));
    check_ok(decode(NS_COMPONENT, "<iq from='a@b' to=''/>", check_nothing));
    check_ok(decode(NS_COMPONENT, "<iq from='a@b'/>", check_nothing));
}

static void what_is_no_stanza_is_refused(void **state)
{
    static const char *const inputs[] = {
        "<message to='a@b'/>",
        "<message from='' to='a@b'/>",
        "<message from='a@' to='a@b'/>",
        "<message from='a b@c' to='a@b'/>",
        "<handshake/>",
        "<messages from='a@b' to='c'/>",
        "<message xmlns='urn:x' from='a@b' to='c'/>",
        "<message xmlns='' from='a@b' to='c'/>",
        "<p:message xmlns:p='urn:other' from='a@b' to='c'/>",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++)
        check_err(decode(NS_COMPONENT, inputs[i], NULL), ERR_SYNTAX);
    check_err(decode("urn:other", "<iq from='a@b' to='c'/>", NULL), ERR_SYNTAX);
}

static void the_verdict_is_passed_on(void **state)
{
    struct xml_attr from = {.name = SPAN("from"), .value = SPAN("a@b")};
    struct xml_node node = {
        .name = SPAN("iq"), .ns = SPAN(NS_CLIENT), .attrs = &from};
    struct arena arena = ARENA_EMPTY(4096);
    struct stanza stanza;

    (void)state;
    check_ok(stanza_decode(&arena, &node, XML_TOO_DEEP, &stanza));
    assert_int_equal(stanza.verdict, XML_TOO_DEEP);
    assert_int_equal(stanza.kind, STANZA_IQ);
    arena_clear(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_envelope_is_read),
        cmocka_unit_test(absent_and_empty_are_told_apart),
        cmocka_unit_test(attributes_with_a_namespace_do_not_count),
        cmocka_unit_test(a_malformed_to_is_read_as_far_as_it_goes),
        cmocka_unit_test(what_is_no_stanza_is_refused),
        cmocka_unit_test(the_verdict_is_passed_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

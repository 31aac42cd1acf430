
#include "ctl/ctl_answer.h"
#include "support/check.h"
#include "support/ctl_case.h"
#include "wire/xml_reader.h"

struct reading {
    struct ctl_answer *answer;
    enum err rc;
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

    assert_int_equal(verdict, XML_WHOLE);
    reading->rc = ctl__read_answer(node, reading->answer);
}

static void on_close(void *self)
{
    (void)self;
}

/* Reads `<iq type=TYPE>XML</iq>`. */
static enum err read_iq(const char *type, const char *xml,
                        struct ctl_answer *answer)
{
    static const struct xml_handler handler = {on_open, on_element, on_close};
    struct reading reading = {.answer = answer, .rc = ERR_SYNTAX};
    struct xml_reader *reader = xml_reader_new(&handler, &reading);
    struct buf text = BUF_EMPTY(64 * 1024);

    assert_non_null(reader);
    *answer = (struct ctl_answer){.arena = ARENA_EMPTY(CTL_ANSWER_MAX_BYTES)};
    check_ok(buf_printf(&text,
                        "<s xmlns='jabber:component:accept'><iq type='%s'>%s"
                        "</iq></s>",
                        type, xml));
    check_ok(xml_reader_feed(reader, buf_span(&text)));
    xml_reader_free(reader);
    buf_clear(&text);
    return reading.rc;
}

static void fields_are_read(void **state)
{
    struct ctl_answer answer;

    (void)state;
    check_ok(read_iq("result",
                     CTL_CASE_DONE(CTL_CASE_FIELD("a", "1") CTL_CASE_FIELD(
                         "b", "x &amp; y") "<field var='c'/>"
                                           "<field var='d'><value/></field>"),
                     &answer));
    assert_false(answer.is_refused);
    check_span(ctl_answer_get(&answer, "a"), "1");
    check_span(ctl_answer_get(&answer, "b"), "x & y");
    assert_null(ctl_answer_get(&answer, "c").at);
    check_span(ctl_answer_get(&answer, "d"), "");
    assert_null(ctl_answer_get(&answer, "e").at);
    ctl_answer_clear(&answer);
}

static void form_type_is_not_a_field(void **state)
{
    struct ctl_answer answer;

    (void)state;
    check_ok(read_iq("result", CTL_CASE_DONE(""), &answer));
    assert_null(answer.fields);
    ctl_answer_clear(&answer);
}

static void a_field_keeps_its_first_value(void **state)
{
    struct ctl_answer answer;

    (void)state;
    check_ok(read_iq("result",
                     CTL_CASE_DONE("<field var='a'><value>1</value>"
                                   "<value>2</value></field>"),
                     &answer));
    check_span(ctl_answer_get(&answer, "a"), "1");
    ctl_answer_clear(&answer);
}

static void rows_are_read_in_order(void **state)
{
    struct ctl_answer answer;

    (void)state;
    check_ok(read_iq(
        "result",
        CTL_CASE_DONE(
            "<reported><field var='room'/></reported>"
            "<item>" CTL_CASE_FIELD(
                "room", "one") "</item><item>" CTL_CASE_FIELD("room",
                                                              "two") "</item>"),
        &answer));
    assert_non_null(answer.rows);
    check_span(ctl_row_get(answer.rows, "room"), "one");
    assert_null(ctl_row_get(answer.rows, "other").at);
    check_span(ctl_row_get(answer.rows->next, "room"), "two");
    assert_null(answer.rows->next->next);
    assert_null(answer.fields);
    ctl_answer_clear(&answer);
}

static void an_error_is_a_refusal(void **state)
{
    struct ctl_answer answer;

    (void)state;
    check_ok(read_iq(
        "error", CTL_CASE_ERROR("cancel", "item-not-found", "No such room."),
        &answer));
    assert_true(answer.is_refused);
    check_span(answer.condition, "item-not-found");
    check_span(answer.note, "No such room.");
    ctl_answer_clear(&answer);
}

static void an_empty_error_is_a_refusal(void **state)
{
    struct ctl_answer answer;

    (void)state;
    check_ok(read_iq("error", "", &answer));
    assert_true(answer.is_refused);
    assert_int_equal(answer.condition.len, 0);
    ctl_answer_clear(&answer);
}

static void conditions_of_others_do_not_count(void **state)
{
    struct ctl_answer answer;

    (void)state;
    check_ok(read_iq("error",
                     "<error type='modify'><x xmlns='urn:other'/><bad-request "
                     "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>",
                     &answer));
    check_span(answer.condition, "bad-request");
    ctl_answer_clear(&answer);
}

/* The form came back: something in it was not good. */
static void a_form_that_came_back_is_a_refusal(void **state)
{
    struct ctl_answer answer;

    (void)state;
    check_ok(read_iq("result",
                     "<command xmlns='http://jabber.org/protocol/commands' "
                     "status='executing'><note type='error'>Names must differ."
                     "</note><x xmlns='jabber:x:data' type='form'/></command>",
                     &answer));
    assert_true(answer.is_refused);
    assert_int_equal(answer.condition.len, 0);
    check_span(answer.note, "Names must differ.");
    ctl_answer_clear(&answer);
}

static void no_command_is_an_empty_answer(void **state)
{
    struct ctl_answer answer;

    (void)state;
    check_ok(read_iq("result", "", &answer));
    assert_false(answer.is_refused);
    assert_null(answer.fields);
    ctl_answer_clear(&answer);
}

static void the_arena_is_the_ceiling(void **state)
{
    struct ctl_answer answer;
    struct xml_node value_text = {.text = SPAN("0123456789")};
    struct xml_node value = {.name = SPAN("value"),
                             .ns = SPAN("jabber:x:data"),
                             .first = &value_text,
                             .last = &value_text};
    struct xml_node field = {.name = SPAN("field"),
                             .ns = SPAN("jabber:x:data"),
                             .first = &value,
                             .last = &value};
    struct xml_node form = {.name = SPAN("x"),
                            .ns = SPAN("jabber:x:data"),
                            .first = &field,
                            .last = &field};
    struct xml_node command = {.name = SPAN("command"),
                               .ns =
                                   SPAN("http://jabber.org/protocol/commands"),
                               .first = &form,
                               .last = &form};
    struct xml_node iq = {
        .name = SPAN("iq"), .first = &command, .last = &command};

    (void)state;
    answer = (struct ctl_answer){.arena = ARENA_EMPTY(16)};
    check_err(ctl__read_answer(&iq, &answer), ERR_NOMEM);
    ctl_answer_clear(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_read),
        cmocka_unit_test(form_type_is_not_a_field),
        cmocka_unit_test(a_field_keeps_its_first_value),
        cmocka_unit_test(rows_are_read_in_order),
        cmocka_unit_test(an_error_is_a_refusal),
        cmocka_unit_test(an_empty_error_is_a_refusal),
        cmocka_unit_test(conditions_of_others_do_not_count),
        cmocka_unit_test(a_form_that_came_back_is_a_refusal),
        cmocka_unit_test(no_command_is_an_empty_answer),
        cmocka_unit_test(the_arena_is_the_ceiling),
    };

    return cmocka_run_group_tests_name("ctl_answer", tests, NULL, NULL);
}

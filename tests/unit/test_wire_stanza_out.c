/* The one door to the outside. */
#include <string.h>

#include "support/check.h"
#include "wire/ns.h"
#include "wire/stanza.h"

struct door {
    struct buf buffer;
    struct stanza_out out;
};

static int set_up(void **state)
{
    static struct door door;

    door.buffer = BUF_EMPTY(1024 * 1024);
    door.out = STANZA_OUT(&door.buffer, SPAN("s.example"));
    *state = &door;
    return 0;
}

static int tear_down(void **state)
{
    struct door *door = *state;

    buf_clear(&door->buffer);
    return 0;
}

static struct stanza_head head(const char *from, const char *to)
{
    return (struct stanza_head){
        .kind = STANZA_MESSAGE,
        .from = span_of(from),
        .to = span_of(to),
    };
}

static enum err write_empty(struct door *door, const char *from, const char *to)
{
    struct stanza_head it = head(from, to);

    stanza_begin(&door->out, &it);
    return stanza_end(&door->out);
}

static void a_stanza_is_written_without_namespace(void **state)
{
    struct door *door = *state;
    struct stanza_head it = head("r@s.example/n", "a@b/c");

    it.type = SPAN("groupchat");
    it.id = SPAN("'/><x");
    it.lang = SPAN("de");
    stanza_begin(&door->out, &it);
    xml_put_element(&door->out.xml, "body", NULL, SPAN("hi"));
    check_ok(stanza_end(&door->out));
    it = (struct stanza_head){
        .kind = STANZA_IQ, .from = SPAN("s.example"), .to = SPAN("b")};
    stanza_begin(&door->out, &it);
    check_ok(stanza_end(&door->out));
    it.kind = STANZA_PRESENCE;
    it.id = SPAN("");
    stanza_begin(&door->out, &it);
    check_ok(stanza_end(&door->out));
    check_span(buf_span(&door->buffer),
               "<message from='r@s.example/n' to='a@b/c' type='groupchat' "
               "id='&apos;/&gt;&lt;x' xml:lang='de'><body>hi</body></message>"
               "<iq from='s.example' to='b'/>"
               "<presence from='s.example' to='b' id=''/>");
}

static void from_must_be_ours(void **state)
{
    struct door *door = *state;
    static const char *const good[] = {
        "s.example",     "s.example/r",       "r@s.example",
        "r@s.example/n", "r@s.example/n@x/y", "s.example/@evil.example",
    };
    static const char *const bad[] = {
        "",
        "evil.example",
        "r@evil.example",
        "r@s.example.evil",
        "r@evils.example",
        "x.s.example",
        "r@x.s.example",
        "S.example",
        "r@s.Example",
        "s.example.",
        "@s.example",
        "r@s.example/",
        "s.example/",
        "a@b@s.example",
        "evil.example/s.example",
        "r@evil.example/@s.example",
        "/s.example",
        "r@",
    };

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        check_ok(write_empty(door, good[i], "a@b"));
    buf_truncate(&door->buffer, 0);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        check_err(write_empty(door, bad[i], "a@b"), ERR_SYNTAX);
    check_err(write_empty(door, NULL, "a@b"), ERR_SYNTAX);
    assert_int_equal(door->buffer.len, 0);
    door->out.domain = SPAN_EMPTY;
    check_err(write_empty(door, "", "a@b"), ERR_SYNTAX);
    check_err(write_empty(door, "r@", "a@b"), ERR_SYNTAX);
}

static void to_must_be_there(void **state)
{
    struct door *door = *state;
    check_err(write_empty(door, "s.example", ""), ERR_SYNTAX);
    check_err(write_empty(door, "s.example", NULL), ERR_SYNTAX);
    assert_int_equal(door->buffer.len, 0);
}

static void what_fails_leaves_the_others(void **state)
{
    struct door *door = *state;
    struct stanza_head it = head("s.example", "a@b");
    size_t len;

    check_ok(write_empty(door, "s.example", "a@b"));
    len = door->buffer.len;
    stanza_begin(&door->out, &it);
    xml_put_element(&door->out.xml, "body", NULL, SPAN("a\x01"));
    xml_put_element(&door->out.xml, "more", NULL, SPAN("b"));
    check_err(stanza_end(&door->out), ERR_SYNTAX);
    assert_int_equal(door->buffer.len, len);
    check_err(write_empty(door, "s.example/\x08", "a@b"), ERR_SYNTAX);
    check_err(write_empty(door, "s.example", "a@b/\xFF"), ERR_SYNTAX);
    assert_int_equal(door->buffer.len, len);
    check_ok(write_empty(door, "s.example", "a@b"));
    assert_int_equal(door->buffer.len, 2 * len);
}

/* Writes a stanza of exactly `bytes`. */
static enum err write_bytes(struct door *door, size_t bytes)
{
    static const char frame[] =
        "<message from='s.example' to='a@b'><b></b></message>";
    static char fill[XML_STANZA_MAX_BYTES + 1];
    struct stanza_head it = head("s.example", "a@b");

    memset(fill, 'x', sizeof(fill));
    stanza_begin(&door->out, &it);
    xml_put_element(&door->out.xml, "b", NULL,
                    (struct span){fill, bytes - (sizeof(frame) - 1)});
    return stanza_end(&door->out);
}

static void size_is_bounded(void **state)
{
    struct door *door = *state;
    check_ok(write_bytes(door, XML_STANZA_MAX_BYTES));
    assert_int_equal(door->buffer.len, XML_STANZA_MAX_BYTES);
    check_err(write_bytes(door, XML_STANZA_MAX_BYTES + 1), ERR_LIMIT);
    check_ok(write_bytes(door, XML_STANZA_MAX_BYTES));
    assert_int_equal(door->buffer.len, 2 * XML_STANZA_MAX_BYTES);
}

static void a_full_buffer_is_a_limit(void **state)
{
    struct door *door = *state;
    struct buf small = BUF_EMPTY(64);

    door->out = STANZA_OUT(&small, SPAN("s.example"));
    check_ok(write_empty(door, "s.example", "a@b"));
    check_err(write_empty(door, "s.example", "a@b"), ERR_LIMIT);
    check_span(buf_span(&small), "<message from='s.example' to='a@b'/>");
    buf_clear(&small);
}

static void errors_have_their_form(void **state)
{
    struct door *door = *state;
    struct stanza_head it = head("r@s.example", "a@b/c");

    it.type = SPAN("error");
    stanza_begin(&door->out, &it);
    stanza_put_error(&door->out, STANZA_NOT_AUTHORIZED, SPAN("r@s.example"),
                     "wrong <code>");
    check_ok(stanza_end(&door->out));
    check_span(
        buf_span(&door->buffer),
        "<message from='r@s.example' to='a@b/c' type='error'>"
        "<error type='auth' by='r@s.example' code='401'>"
        "<not-authorized xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
        "<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas' xml:lang='en'>"
        "wrong &lt;code&gt;</text></error></message>");
    buf_truncate(&door->buffer, 0);
    stanza_begin(&door->out, &it);
    stanza_put_error(&door->out, STANZA_GONE, SPAN_EMPTY, NULL);
    check_ok(stanza_end(&door->out));
    check_span(buf_span(&door->buffer),
               "<message from='r@s.example' to='a@b/c' type='error'>"
               "<error type='cancel' code='302'>"
               "<gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
               "</error></message>");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_stanza_is_written_without_namespace),
        TEST(from_must_be_ours),
        TEST(to_must_be_there),
        TEST(what_fails_leaves_the_others),
        TEST(size_is_bounded),
        TEST(a_full_buffer_is_a_limit),
        TEST(errors_have_their_form),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "gateway/stamp.h"

#include <stdio.h>
#include <string.h>

#include "gateway/frame.h"
#include "support/check.h"
#include "support/gate_case.h"

struct scene {
    struct frame_reader *reader;
    struct buf out;
    const char *to;
};

static void on_frame(void *self, const struct xml_node *node,
                     enum xml_verdict verdict)
{
    struct scene *s = self;
    struct stamp stamp = {
        .from = SPAN("g@guests.duo.example/r"),
        .to = span_of(s->to),
        .source = SPAN("hash"),
        .domain = SPAN("duo.example"),
    };

    assert_int_equal(verdict, XML_WHOLE);
    check_ok(stamp_stanza(&stamp, node, &s->out));
}

static const char *stamped(struct scene *s, const char *to, const char *frame)
{
    static const struct frame_handler handler = {on_frame};

    s->to = to;
    check_ok(frame_read(s->reader, span_of(frame), &handler, s));
    check_ok(buf_append_byte(&s->out, '\0'));
    return s->out.at;
}

static int begin(void **state)
{
    static struct scene scene;

    scene.reader = frame_reader_new();
    scene.out = BUF_EMPTY(64 * 1024);
    *state = &scene;
    return scene.reader == NULL;
}

static int end(void **state)
{
    struct scene *s = *state;

    frame_reader_free(s->reader);
    buf_clear(&s->out);
    return 0;
}

#define STAMP "<source xmlns='urn:duologue:source:0' id='hash'/>"

static void what_is_counted_carries_the_source(void **state)
{
    static const struct {
        const char *to;
        const char *frame;
        bool is_counted;
    } cases[] = {
        {"tea@duo.example/x",
         "<presence><x xmlns='http://jabber.org/protocol/muc'/></presence>",
         true},
        {"tea@duo.example/x", "<presence type='unavailable'/>", false},
        {"duo.example",
         "<iq type='get' id='1'><seat xmlns='urn:duologue:seat:0' id='s'/>"
         "</iq>",
         true},
        {"duo.example",
         "<iq type='set' id='1'><command "
         "xmlns='http://jabber.org/protocol/commands' node='create-chat'/>"
         "</iq>",
         true},
        {"duo.example", "<message><body>new A B</body></message>", true},
        {"duo.example/x", "<message><body>new A B</body></message>", true},
        {"tea@duo.example", "<message><body>new A B</body></message>", false},
        {"tea@duo.example",
         "<iq type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>", false},
    };
    struct scene *s = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *out = stamped(s, cases[i].to, cases[i].frame);

        assert_int_equal(strstr(out, STAMP) != NULL, cases[i].is_counted);
    }
}

static void what_a_guest_may_not_claim_is_gone(void **state)
{
    static const char *const claims[] = {
        "<source xmlns='urn:duologue:source:0' id='mine'/>",
        "<delay xmlns='urn:xmpp:delay' stamp='2001-01-01T00:00:00Z'/>",
        "<x xmlns='jabber:x:delay' stamp='20010101T00:00:00'/>",
        ("<x xmlns='http://jabber.org/protocol/muc#user'><status code='110'/>"
         "</x>"),
        "<addresses xmlns='http://jabber.org/protocol/address'/>",
        "<received xmlns='urn:xmpp:carbons:2'/>",
        "<sent xmlns='urn:xmpp:carbons:2'/>",
        "<forwarded xmlns='urn:xmpp:forward:0'/>",
        "<x xmlns='jabber:x:conference' jid='a@b'/>",
    };
    struct scene *s = *state;

    for (size_t i = 0; i < sizeof(claims) / sizeof(claims[0]); i++) {
        char frame[500];

        snprintf(frame, sizeof(frame),
                 "<message from='victim' xmlns:z='urn:z' z:from='victim' "
                 "id='1'>%s<body>b</body>%s</message>",
                 claims[i], claims[i]);
        assert_string_equal(stamped(s, "tea@duo.example", frame),
                            "<message from='g@guests.duo.example/r' "
                            "to='tea@duo.example' id='1'><body>b</body>"
                            "</message>");
    }
}

static void what_is_said_stays(void **state)
{
    struct scene *s = *state;
    const char *frame =
        "<message type='groupchat' id=\"a'/>&lt;x\" xmlns='jabber:client'>"
        "<body>]]&gt;&lt;/body&gt; &amp; more</body>"
        "<x xmlns='http://jabber.org/protocol/muc#user'><invite to='a@b'/></x>"
        "<p:e xmlns:p='urn:p' p:a='1' b='2'><p:f/></p:e>"
        "<xml:g><xml:h/><i xmlns='urn:i'/></xml:g></message>";
    const char *out = stamped(s, "tea@duo.example", frame);

    assert_non_null(strstr(out, "id='a&apos;/&gt;&lt;x'"));
    assert_non_null(strstr(out, "&lt;/body&gt; &amp; more</body>"));
    assert_non_null(strstr(out, "<invite to='a@b'/>"));
    /* Written otherwise it would end the whole link. */
    assert_non_null(strstr(out, "<xml:g><xml:h/><i xmlns='urn:i'/></xml:g>"));
    assert_non_null(strstr(out, "<e xmlns='urn:p' xmlns:p='urn:p' p:a='1' "
                                "b='2'><f/></e>"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_counted_carries_the_source,
                                        begin, end),
        cmocka_unit_test_setup_teardown(what_a_guest_may_not_claim_is_gone,
                                        begin, end),
        cmocka_unit_test_setup_teardown(what_is_said_stays, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

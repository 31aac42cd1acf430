#include "gateway/session.h"

#include <string.h>

#include "support/check.h"
#include "support/gate_case.h"

enum { HEARD_BYTES = 8 * 1024 * 1024 };

#define CLIENT "xmlns='jabber:client'"

struct scene {
    struct gate_case c;
    struct session session;
    struct buf heard;
};

static int begin(void **state)
{
    static struct scene scene;

    gate_case_init(&scene.c);
    gate_case_session(&scene.c, &scene.session);
    scene.heard = BUF_EMPTY(HEARD_BYTES);
    *state = &scene;
    return 0;
}

static int end(void **state)
{
    struct scene *s = *state;

    session_lost(&s->session);
    gate_case_clear(&s->c);
    buf_clear(&s->heard);
    return 0;
}

static void say(struct scene *s, const char *frame)
{
    gate_case_say(&s->session, frame);
    gate_case_heard(&s->session, &s->heard);
}

static void log_in(struct scene *s)
{
    gate_case_bind(&s->c, &s->session);
    buf_truncate(&s->c.gate.up, 0);
}

/* --- logging in --- */

static void strophe_finds_its_strings(void **state)
{
    struct scene *s = *state;

    say(s, CASE_OPEN);
    assert_memory_equal(s->heard.at, "<open ", 6);
    check_heard(&s->heard, "version='1.0'");
    check_heard(&s->heard, "from='guests.duo.example'");
    check_heard(&s->heard, "<mechanism>ANONYMOUS</mechanism>");
    check_heard(&s->heard, "<max-bytes>16384</max-bytes>");
    say(s, "<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>");
    assert_string_equal(
        s->heard.at,
        "<close xmlns=\"urn:ietf:params:xml:ns:xmpp-framing\" />\n");
    assert_int_equal(s->session.close, SESSION_CLOSE_NORMAL);
}

static void a_login_ends_with_an_address(void **state)
{
    struct scene *s = *state;

    say(s, CASE_OPEN);
    say(s, CASE_AUTH);
    check_heard(&s->heard, "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'");
    say(s, CASE_OPEN);
    check_heard(&s->heard, "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>");
    check_heard(&s->heard, "<sm xmlns='urn:xmpp:sm:3'/>");
    check_heard(&s->heard, "<max-bytes>65536</max-bytes>");
    assert_int_equal(session_frame_max(&s->session), 16 * 1024);
    say(s, "<iq type='set' id='b' " CLIENT "><bind xmlns='urn:ietf:params:xml:"
           "ns:xmpp-bind'><resource>Tab</resource></bind></iq>");
    check_heard(&s->heard, "@guests.duo.example/Tab</jid>");
    assert_int_equal(s->session.guest->bare_len,
                     GUEST_LOCAL_CHARS + strlen("@guests.duo.example"));
    assert_int_equal(session_frame_max(&s->session), 64 * 1024);
    say(s, CASE_BIND);
    check_heard(&s->heard, "<not-allowed");
}

static void only_anonymous_may_enter(void **state)
{
    struct scene *s = *state;
    const char *plain = "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' "
                        "mechanism='PLAIN'>YWRtaW4AYQBi</auth>";

    say(s, CASE_OPEN);
    say(s, plain);
    check_heard(&s->heard, "<invalid-mechanism/>");
    say(s, plain);
    assert_int_equal(s->session.close, SESSION_OPEN);
    say(s, plain);
    check_heard(&s->heard, "policy-violation");
    assert_int_equal(s->session.close, SESSION_CLOSE_POLICY);
}

/* --- bad frames --- */

struct bad {
    const char *frame;
    const char *word;
    enum session_close close;
    bool is_first;
};

static const struct bad bad_frames[] = {
    {"<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='x.example' "
     "version='1.0'/>",
     "host-unknown", SESSION_CLOSE_NORMAL, true},
    {"<open xmlns='jabber:client' to='guests.duo.example' version='1.0'/>",
     "invalid-namespace", SESSION_CLOSE_NORMAL, true},
    {"<stream:stream xmlns:stream='http://etherx.jabber.org/streams'>",
     "not-well-formed", SESSION_CLOSE_INVALID, true},
    {"<message " CLIENT "/>", "not-authorized", SESSION_CLOSE_NORMAL, true},
    {"<message " CLIENT "/>", "not-authorized", SESSION_CLOSE_NORMAL, false},
    {"<!DOCTYPE x><message/>", "restricted-xml", SESSION_CLOSE_NORMAL, false},
    {"<!-- c --><message/>", "restricted-xml", SESSION_CLOSE_NORMAL, false},
    {"<?php x?><message/>", "restricted-xml", SESSION_CLOSE_NORMAL, false},
    {"<m>&evil;</m>", "restricted-xml", SESSION_CLOSE_NORMAL, false},
    {"<m><!-- c --></m>", "restricted-xml", SESSION_CLOSE_NORMAL, false},
    {"", "not-well-formed", SESSION_CLOSE_INVALID, false},
    {" <message/>", "not-well-formed", SESSION_CLOSE_INVALID, false},
    {"hello", "not-well-formed", SESSION_CLOSE_INVALID, false},
    {"<message><body>", "not-well-formed", SESSION_CLOSE_INVALID, false},
    {"<message id=\"", "not-well-formed", SESSION_CLOSE_INVALID, false},
    {"</frames>", "not-well-formed", SESSION_CLOSE_INVALID, false},
    {"<a/></frames><frames>", "not-authorized", SESSION_CLOSE_NORMAL, false},
    {CASE_AUTH "<b", "not-well-formed", SESSION_CLOSE_INVALID, false},
    {CASE_AUTH "<![CDATA[", "not-well-formed", SESSION_CLOSE_INVALID, false},
    {CASE_AUTH CASE_AUTH, "not-well-formed", SESSION_CLOSE_INVALID, false},
    {"<m><![CDATA[", "not-well-formed", SESSION_CLOSE_INVALID, false},
};

static void a_bad_frame_is_answered_and_ends_it(void **state)
{
    struct scene *s = *state;

    for (size_t i = 0; i < sizeof(bad_frames) / sizeof(bad_frames[0]); i++) {
        const struct bad *bad = &bad_frames[i];

        gate_case_session(&s->c, &s->session);
        if (!bad->is_first)
            gate_case_say(&s->session, CASE_OPEN);
        say(s, bad->frame);
        assert_memory_equal(s->heard.at, "<open ", 6);
        check_heard(&s->heard, "xmlns:stream=");
        check_heard(&s->heard, bad->word);
        check_heard(&s->heard, "<close ");
        assert_int_equal(s->session.close, bad->close);
        say(s, CASE_OPEN); /* nothing is taken any more */
        assert_string_equal(s->heard.at, "");
    }
    gate_case_session(&s->c, &s->session);
    say(s, CASE_OPEN); /* and the next one is served */
    check_heard(&s->heard, "ANONYMOUS");
}

static void after_the_login_an_error_has_a_stream_too(void **state)
{
    struct scene *s = *state;

    for (size_t i = 0; i < 2; i++) {
        gate_case_session(&s->c, &s->session);
        say(s, CASE_OPEN);
        say(s, CASE_AUTH);
        say(s, bad_frames[i].frame);
        assert_memory_equal(s->heard.at, "<open ", 6);
        check_heard(&s->heard, "<stream:error");
    }
    gate_case_session(&s->c, &s->session);
    say(s, CASE_OPEN);
    say(s, CASE_AUTH);
    say(s, CASE_OPEN);
    say(s, bad_frames[0].frame); /* it has one already */
    assert_memory_equal(s->heard.at, "<stream:error", 13);
}

static void too_big_is_said_before_it_is_over(void **state)
{
    static char frame[SESSION_EARLY_MAX_BYTES + 2];
    struct scene *s = *state;

    memset(frame, 'x', sizeof(frame) - 1);
    say(s, frame);
    check_heard(&s->heard, "stanza too large");
    assert_int_equal(s->session.close, SESSION_CLOSE_TOO_BIG);
    gate_case_session(&s->c, &s->session);
    session_refuse(&s->session, SESSION_CLOSE_UNSUPPORTED);
    assert_int_equal(s->session.close, SESSION_CLOSE_UNSUPPORTED);
}

/* --- stanzas --- */

static void a_stanza_goes_up_under_its_own_name(void **state)
{
    struct scene *s = *state;

    log_in(s);
    say(s, "<message type='groupchat' to='tea@duo.example' id='1' "
           "from='victim@guests.duo.example/x' evil='1' xml:lang='sv'>"
           "<body>hej</body><y xmlns='urn:y' from='kept'/></message>");
    assert_string_equal(s->heard.at, "");
    gate_case_up(&s->c, &s->heard);
    check_heard(&s->heard, "<body>hej</body><y xmlns='urn:y' from='kept'/>");
    check_heard(&s->heard, "to='tea@duo.example' type='groupchat' id='1' "
                           "xml:lang='sv'>");
    check_not_heard(&s->heard, "victim");
    check_not_heard(&s->heard, "evil");
    check_not_heard(&s->heard, "xmlns='jabber");
}

static void nobody_else_is_reached(void **state)
{
    struct scene *s = *state;

    log_in(s);
    say(s, "<message to='bob@example.org' id='1'><body>x</body></message>");
    check_heard(&s->heard, "<not-allowed");
    check_heard(&s->heard, "xmlns='jabber:client'");
    say(s, "<message to='bob@example.org' type='error' id='1'/>");
    assert_string_equal(s->heard.at, "");
    say(s, "<iq to='example.org' type='get' id='2'><q xmlns='a'/></iq>");
    check_heard(&s->heard, "<service-unavailable");
    say(s, "<presence to='bob@example.org'/>");
    assert_string_equal(s->heard.at, "");
    say(s, "<presence type='subscribe' to='tea@duo.example'/>");
    check_heard(&s->heard, "<not-allowed");
    say(s, "<message to='@' id='3'/>");
    check_heard(&s->heard, "<jid-malformed");
    say(s, "<iq to='duo.example' type='odd' id='4'/>");
    check_heard(&s->heard, "<bad-request");
    gate_case_up(&s->c, &s->heard);
    assert_string_equal(s->heard.at, "");
    assert_int_equal(s->c.gate.counts.refused_relay, 4);
}

static void an_answer_is_for_everything(void **state)
{
    static const struct {
        const char *question;
        const char *answer;
    } cases[] = {
        {"<iq type='get' id='1'><query xmlns='jabber:iq:roster'/></iq>",
         "<query xmlns='jabber:iq:roster'"},
        {"<iq type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>",
         "type='result' id='1'/>"},
        {"<iq type='get' id='1' to='guests.duo.example'><query "
         "xmlns='http://jabber.org/protocol/disco#info'/></iq>",
         "category='server' type='im'"},
        {"<iq type='get' id='1'><query "
         "xmlns='http://jabber.org/protocol/disco#info'/></iq>",
         "category='account' type='anonymous'"},
        {"<iq type='get' id='1' to='guests.duo.example'><query "
         "xmlns='http://jabber.org/protocol/disco#items'/></iq>",
         "<item jid='duo.example'/>"},
        {"<iq type='get' id='1'><vCard xmlns='vcard-temp'/></iq>",
         "<item-not-found"},
        {"<iq type='set' id='1'><enable xmlns='urn:xmpp:carbons:2'/></iq>",
         "<service-unavailable"},
        {"<iq type='set' id='1'><session "
         "xmlns='urn:ietf:params:xml:ns:xmpp-session'/></iq>",
         "type='result'"},
        {"<iq type='get' id='1'/>", "<bad-request"},
        {"<iq type='get' id='1'><query xmlns='jabber:iq:roster'/><ping "
         "xmlns='urn:xmpp:ping'/></iq>",
         "<bad-request"},
        {"<presence/>", ""},
    };
    struct scene *s = *state;

    log_in(s);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        say(s, cases[i].question);
        check_heard(&s->heard, cases[i].answer);
    }
}

static void without_a_component_it_says_so(void **state)
{
    struct scene *s = *state;

    log_in(s);
    gate_down(&s->c.gate);
    say(s, "<message to='tea@duo.example' type='groupchat' id='1'/>");
    check_heard(&s->heard, "type='wait'");
    check_heard(&s->heard, "<remote-server-timeout");
    say(s, "<presence to='tea@duo.example' type='unavailable'/>");
    assert_string_equal(s->heard.at, "");
}

/* --- deadlines and readers --- */

static void who_says_nothing_is_ended(void **state)
{
    struct scene *s = *state;

    s->c.gate.now_ms += SESSION_FIRST_MS - 1;
    session_sweep(&s->session);
    assert_int_equal(s->session.close, SESSION_OPEN);
    s->c.gate.now_ms += 1;
    session_sweep(&s->session);
    gate_case_heard(&s->session, &s->heard);
    check_heard(&s->heard, "connection-timeout");

    gate_case_session(&s->c, &s->session);
    say(s, CASE_OPEN);
    s->c.gate.now_ms += SESSION_BIND_MS;
    session_sweep(&s->session);
    gate_case_heard(&s->session, &s->heard);
    check_heard(&s->heard, "connection-timeout");

    log_in(s);
    s->c.gate.now_ms += SESSION_ROOM_MS;
    session_sweep(&s->session);
    gate_case_heard(&s->session, &s->heard);
    check_heard(&s->heard, "in no room for too long");
    assert_int_equal(s->c.gate.by_jid.count, 0);
}

static void who_does_not_read_is_cut(void **state)
{
    static char body[32 * 1024];
    struct scene *s = *state;

    log_in(s);
    memset(body, 'x', sizeof(body));
    for (int i = 0; i < 9; i++)
        session__send(&s->session, (struct span){body, sizeof(body)});
    assert_int_equal(s->session.close, SESSION_OPEN);
    s->c.gate.now_ms += SESSION_SLOW_MS - 1;
    session_written(&s->session);
    s->c.gate.now_ms += 1;
    session_sweep(&s->session);
    assert_int_equal(s->session.close, SESSION_OPEN);
    session__send(&s->session, (struct span){body, sizeof(body)});
    s->c.gate.now_ms += SESSION_SLOW_MS;
    session_sweep(&s->session);
    assert_int_equal(s->session.close, SESSION_CLOSE_POLICY);
    assert_int_equal(s->c.gate.by_jid.count, 0);

    log_in(s);
    for (int i = 0; i < 65; i++)
        session__send(&s->session, (struct span){body, sizeof(body)});
    assert_int_equal(s->session.close, SESSION_CLOSE_POLICY);
    assert_int_equal(s->c.gate.counts.slow_readers, 2);
}

/* Fills the queues of sessions beside until nobody may have much more. */
static void fill_gate(struct scene *s, struct session *others, size_t count)
{
    static char frame[SESSION_OUT_MAX_BYTES];

    for (size_t i = 0; i < count; i++) {
        session_init(&others[i], &s->c.gate, s, s->session.source);
        session__put(&others[i], (struct span){frame, sizeof(frame)});
        assert_int_equal(others[i].close, SESSION_OPEN);
    }
}

static void many_who_do_not_read_may_keep_less(void **state)
{
    static char half[SESSION_OUT_BYTES / 2];
    struct session others[GATE_OUT_BYTES / SESSION_OUT_MAX_BYTES];
    struct span frame = {half, sizeof(half)};
    struct scene *s = *state;

    fill_gate(s, others, sizeof(others) / sizeof(others[0]));
    assert_int_equal(s->c.gate.out_bytes, GATE_OUT_BYTES);
    session__put(&s->session, frame);
    session__put(&s->session, frame);
    assert_int_equal(s->session.close, SESSION_OPEN);
    session__put(&s->session, SPAN("x"));
    assert_int_equal(s->session.close, SESSION_CLOSE_POLICY);
    session_written(&others[0]);
    session__put(&others[0], frame);
    assert_int_equal(others[0].close, SESSION_OPEN);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        session_lost(&others[i]);
    assert_int_equal(s->c.gate.out_bytes, 0);
}

static void where_many_do_not_read_each_must(void **state)
{
    static char frame[1024];
    struct session others[GATE_OUT_BYTES / SESSION_OUT_MAX_BYTES];
    struct scene *s = *state;

    log_in(s);
    s->c.gate.now_ms += SESSION_SLOW_MS;
    session__put(&s->session, (struct span){frame, sizeof(frame)});
    s->c.gate.now_ms += SESSION_SLOW_MS;
    session_sweep(&s->session); /* beside nobody it may take its time */
    assert_int_equal(s->session.close, SESSION_OPEN);
    gate_case_heard(&s->session, &s->heard);
    fill_gate(s, others, sizeof(others) / sizeof(others[0]));
    s->c.gate.now_ms += SESSION_SLOW_MS;
    session_sweep(&s->session); /* it has taken everything */
    session__put(&s->session, (struct span){frame, sizeof(frame)});
    s->c.gate.now_ms += SESSION_SLOW_MS - 1;
    session_sweep(&s->session);
    assert_int_equal(s->session.close, SESSION_OPEN);
    s->c.gate.now_ms += 1;
    session_sweep(&s->session);
    assert_int_equal(s->session.close, SESSION_CLOSE_POLICY);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        session_lost(&others[i]);
}

static void who_sends_too_fast_is_not_read(void **state)
{
    struct scene *s = *state;

    log_in(s);
    for (int i = 0; i < SESSION_STANZAS_BURST + 1; i++)
        say(s, "<presence/>");
    assert_false(session_may_read(&s->session));
    s->c.gate.now_ms += 1000;
    assert_true(session_may_read(&s->session));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(strophe_finds_its_strings, begin, end),
        cmocka_unit_test_setup_teardown(a_login_ends_with_an_address, begin,
                                        end),
        cmocka_unit_test_setup_teardown(only_anonymous_may_enter, begin, end),
        cmocka_unit_test_setup_teardown(a_bad_frame_is_answered_and_ends_it,
                                        begin, end),
        cmocka_unit_test_setup_teardown(
            after_the_login_an_error_has_a_stream_too, begin, end),
        cmocka_unit_test_setup_teardown(too_big_is_said_before_it_is_over,
                                        begin, end),
        cmocka_unit_test_setup_teardown(a_stanza_goes_up_under_its_own_name,
                                        begin, end),
        cmocka_unit_test_setup_teardown(nobody_else_is_reached, begin, end),
        cmocka_unit_test_setup_teardown(an_answer_is_for_everything, begin,
                                        end),
        cmocka_unit_test_setup_teardown(without_a_component_it_says_so, begin,
                                        end),
        cmocka_unit_test_setup_teardown(who_says_nothing_is_ended, begin, end),
        cmocka_unit_test_setup_teardown(who_does_not_read_is_cut, begin, end),
        cmocka_unit_test_setup_teardown(many_who_do_not_read_may_keep_less,
                                        begin, end),
        cmocka_unit_test_setup_teardown(where_many_do_not_read_each_must, begin,
                                        end),
        cmocka_unit_test_setup_teardown(who_sends_too_fast_is_not_read, begin,
                                        end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

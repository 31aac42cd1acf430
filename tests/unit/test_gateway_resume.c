/* XEP-0198 and what a guest is while nobody holds it. */
#include <stdio.h>
#include <string.h>

#include "gateway/guest.h"
#include "gateway/session.h"
#include "support/check.h"
#include "support/gate_case.h"

enum { HEARD_BYTES = 4 * 1024 * 1024 };

#define FROM_ROOM "from='tea@duo.example/Abhi' to='%s' "
#define SELF                                                                   \
    "<x xmlns='http://jabber.org/protocol/muc#user'>"                          \
    "<status code='110'/></x></presence>"

struct scene {
    struct gate_case c;
    struct session first;
    struct session second;
    struct buf heard;
    char token[GUEST_TOKEN_CHARS + 1];
};

/* A bound guest with SM, in one room. */
static int begin(void **state)
{
    static struct scene scene;
    struct scene *s = &scene;

    memset(s, 0, sizeof(*s));
    gate_case_init(&s->c);
    s->heard = BUF_EMPTY(HEARD_BYTES);
    gate_case_session(&s->c, &s->second);
    gate_case_bind(&s->c, &s->first);
    gate_case_say(&s->first, CASE_ENABLE);
    gate_case_heard(&s->first, &s->heard);
    check_heard(&s->heard, "resume='true' max='300'");
    memcpy(s->token, s->first.guest->token, GUEST_TOKEN_CHARS);
    check_heard(&s->heard, s->token);
    gate_case_deliver(&s->c, s->first.guest, "<presence " FROM_ROOM ">" SELF);
    gate_case_heard(&s->first, &s->heard);
    gate_case_up(&s->c, &s->heard);
    assert_int_equal(s->first.guest->room_count, 1);
    *state = s;
    return 0;
}

static int end(void **state)
{
    struct scene *s = *state;

    session_lost(&s->first);
    session_lost(&s->second);
    gate_case_clear(&s->c);
    buf_clear(&s->heard);
    return 0;
}

static void say_to_guest(struct scene *s, struct guest *guest, int number)
{
    char text[200];

    snprintf(text, sizeof(text),
             "<message from='tea@duo.example/Abhi' to='%%s' id='m%d' "
             "xml:lang='sv'><body>hej</body></message>",
             number);
    gate_case_deliver(&s->c, guest, text);
}

/* Logs `session` in up to where it may resume, and does. */
static void resume(struct scene *s, struct session *session, unsigned count)
{
    char text[200];

    gate_case_session(&s->c, session);
    gate_case_say(session, CASE_OPEN);
    gate_case_say(session, CASE_AUTH);
    gate_case_say(session, CASE_OPEN);
    gate_case_heard(session, &s->heard);
    snprintf(text, sizeof(text),
             "<resume xmlns='urn:xmpp:sm:3' previd='%s' h='%u'/>", s->token,
             count);
    gate_case_say(session, text);
    gate_case_heard(session, &s->heard);
}

static void nothing_is_lost_or_doubled(void **state)
{
    struct scene *s = *state;
    struct guest *guest = s->first.guest;

    say_to_guest(s, guest, 1);
    say_to_guest(s, guest, 2);
    gate_case_say(&s->first, "<message to='tea@duo.example' id='x'/>");
    gate_case_up(&s->c, &s->heard);
    session_lost(&s->first);
    gate_case_up(&s->c, &s->heard);
    check_heard(&s->heard, "to='tea@duo.example/Abhi'><show>away</show>");
    say_to_guest(s, guest, 3);
    resume(s, &s->second, 2); /* the self-presence and m1 */
    check_heard(&s->heard, "<resumed xmlns='urn:xmpp:sm:3'");
    check_heard(&s->heard, "h='1'");
    check_not_heard(&s->heard, "id='m1'");
    check_heard(&s->heard, "id='m2'");
    check_heard(&s->heard, "id='m3' xml:lang='sv'>");
    check_heard(&s->heard, "xmlns='jabber:client'");
    assert_true(strstr(s->heard.at, "'m2'") < strstr(s->heard.at, "'m3'"));
    gate_case_up(&s->c, &s->heard);
    check_heard(&s->heard, "to='tea@duo.example/Abhi'/>");
    assert_ptr_equal(s->second.guest, guest);
    assert_int_equal(s->c.gate.by_jid.count, 1);
}

static void one_who_comes_back_is_where_it_comes_from(void **state)
{
    struct scene *s = *state;
    struct guest *guest = s->first.guest;

    memset(guest->source, 'f', sizeof(guest->source));
    session_lost(&s->first);
    resume(s, &s->second, 1);
    check_heard(&s->heard, "<resumed");
    gate_case_up(&s->c, &s->heard);
    gate_case_say(&s->second, "<presence to='tea@duo.example/Abhi'/>");
    gate_case_up(&s->c, &s->heard);
    check_heard(&s->heard, "<source xmlns='urn:duologue:source:0' "
                           "id='0123456789abcdef0123456789abcdef'/>");
}

static void the_end_of_a_stay_is_acknowledged_at_once(void **state)
{
    struct scene *s = *state;
    struct guest *guest = s->first.guest;

    say_to_guest(s, guest, 1);
    gate_case_heard(&s->first, &s->heard);
    check_not_heard(&s->heard, "<r xmlns='urn:xmpp:sm:3'/>");
    gate_case_deliver(&s->c, guest,
                      "<presence type='unavailable' " FROM_ROOM ">" SELF);
    gate_case_heard(&s->first, &s->heard);
    check_heard(&s->heard, "</presence>\n<r xmlns='urn:xmpp:sm:3'/>");
    gate_case_say(&s->first, "<a xmlns='urn:xmpp:sm:3' h='3'/>");
    assert_int_equal(guest->unacked.count, 0);
}

/* What it was ended for it would say again, and again. */
static void one_who_was_ended_for_a_fault_does_not_resume(void **state)
{
    static const char *const faults[] = {"<message><!-- -->", "<message",
                                         "<odd xmlns='urn:odd'/>", NULL};
    struct scene *s = *state;

    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        gate_case_bind(&s->c, &s->first);
        gate_case_say(&s->first, CASE_ENABLE);
        memcpy(s->token, s->first.guest->token, GUEST_TOKEN_CHARS);
        if (faults[i] != NULL)
            gate_case_say(&s->first, faults[i]);
        else
            session_refuse(&s->first, SESSION_CLOSE_TOO_BIG);
        assert_int_not_equal(s->first.close, SESSION_OPEN);
        session_lost(&s->first);
        gate_case_up(&s->c, &s->heard);
        check_heard(&s->heard, "to='duo.example' type='unavailable'");
        resume(s, &s->second, 0);
        check_heard(&s->heard, "<item-not-found");
        session_lost(&s->second);
    }
}

static void a_second_connection_ends_the_first(void **state)
{
    struct scene *s = *state;

    resume(s, &s->second, 1);
    check_heard(&s->heard, "<resumed");
    gate_case_heard(&s->first, &s->heard);
    check_heard(&s->heard, "conflict");
    assert_int_not_equal(s->first.close, SESSION_OPEN);
    session_lost(&s->first);
    assert_non_null(s->second.guest);
    gate_case_up(&s->c, &s->heard);
    check_not_heard(&s->heard, "away");
}

static void strangers_get_nothing(void **state)
{
    struct scene *s = *state;

    session_lost(&s->first);
    s->token[0] = s->token[0] == 'x' ? 'y' : 'x';
    resume(s, &s->second, 0);
    check_heard(&s->heard, "<item-not-found");
    assert_int_equal(s->second.close, SESSION_OPEN);
    gate_case_say(&s->second, CASE_BIND);
    gate_case_heard(&s->second, &s->heard);
    check_heard(&s->heard, "<jid>");
    gate_case_say(&s->second,
                  "<resume xmlns='urn:xmpp:sm:3' previd='x' h='0'/>");
    gate_case_heard(&s->second, &s->heard);
    check_heard(&s->heard, "<unexpected-request");
}

static void one_who_counts_too_far_is_ended(void **state)
{
    struct scene *s = *state;

    gate_case_say(&s->first, "<a xmlns='urn:xmpp:sm:3' h='1'/>");
    assert_int_equal(s->first.close, SESSION_OPEN);
    gate_case_say(&s->first, "<r xmlns='urn:xmpp:sm:3'/>");
    gate_case_heard(&s->first, &s->heard);
    check_heard(&s->heard, "<a xmlns='urn:xmpp:sm:3' h='0'/>");
    gate_case_say(&s->first, "<a xmlns='urn:xmpp:sm:3' h='2'/>");
    gate_case_heard(&s->first, &s->heard);
    check_heard(&s->heard, "undefined-condition");
    check_heard(&s->heard, "<handled-count-too-high xmlns='urn:xmpp:sm:3' "
                           "h='2' send-count='1'/>");
}

static void one_who_returns_with_a_wrong_count_stays_away(void **state)
{
    struct scene *s = *state;

    session_lost(&s->first);
    resume(s, &s->second, 2);
    check_heard(&s->heard, "<handled-count-too-high xmlns='urn:xmpp:sm:3' "
                           "h='2' send-count='1'/>");
    assert_int_not_equal(s->second.close, SESSION_OPEN);
    session_lost(&s->second);
    resume(s, &s->second, 0); /* the guest still waits for a good one */
    check_heard(&s->heard, "<resumed");
}

static void a_count_is_a_number(void **state)
{
    static const char *const counts[] = {"", "-1", "x", "4294967296", "1.0"};
    struct scene *s = *state;
    char text[200];

    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        struct session session;

        gate_case_bind(&s->c, &session);
        gate_case_say(&session, CASE_ENABLE);
        snprintf(text, sizeof(text), "<a xmlns='urn:xmpp:sm:3' h='%s'/>",
                 counts[i]);
        gate_case_say(&session, text);
        gate_case_heard(&session, &s->heard);
        check_heard(&s->heard, "undefined-condition");
        session_lost(&session);
    }
}

static void management_is_asked_for_once(void **state)
{
    struct scene *s = *state;

    gate_case_say(&s->first, CASE_ENABLE);
    gate_case_heard(&s->first, &s->heard);
    check_heard(&s->heard, "<unexpected-request");
    gate_case_say(&s->first, "<what xmlns='urn:xmpp:sm:3'/>");
    gate_case_heard(&s->first, &s->heard);
    check_heard(&s->heard, "invalid-namespace");
}

/* Without resume='true' a lost line is a leave. */
static void who_asks_for_counts_only_is_not_kept(void **state)
{
    struct scene *s = *state;

    gate_case_bind(&s->c, &s->second);
    gate_case_say(&s->second, "<enable xmlns='urn:xmpp:sm:3'/>");
    gate_case_heard(&s->second, &s->heard);
    check_heard(&s->heard, "<enabled xmlns='urn:xmpp:sm:3'/>");
    session_lost(&s->second);
    assert_int_equal(s->c.gate.by_jid.count, 1);
}

static void counts_go_round(void **state)
{
    struct scene *s = *state;
    struct guest *guest = s->first.guest;

    gate_case_say(&s->first, "<a xmlns='urn:xmpp:sm:3' h='1'/>");
    guest->out_count = UINT32_MAX;
    guest->out_acked = UINT32_MAX;
    say_to_guest(s, guest, 1);
    say_to_guest(s, guest, 2);
    assert_int_equal(guest->unacked.count, 2);
    gate_case_say(&s->first, "<a xmlns='urn:xmpp:sm:3' h='0'/>");
    assert_int_equal(guest->unacked.count, 1);
    assert_int_equal(s->first.close, SESSION_OPEN);
}

static void it_waits_so_long_and_holds_so_much(void **state)
{
    struct scene *s = *state;
    struct guest *guest = s->first.guest;

    session_lost(&s->first);
    s->c.gate.now_ms += GATE_HIBERNATE_MS - 1;
    gate_sweep(&s->c.gate);
    assert_int_equal(s->c.gate.by_jid.count, 1);
    for (int i = 0; i < GUEST_QUEUE_STANZAS - 1; i++)
        say_to_guest(s, guest, i);
    assert_int_equal(s->c.gate.by_jid.count, 1);
    gate_case_up(&s->c, &s->heard);
    say_to_guest(s, guest, 999);
    assert_int_equal(s->c.gate.by_jid.count, 0);
    gate_case_up(&s->c, &s->heard);
    check_heard(&s->heard, "to='duo.example' type='unavailable'/>");

    gate_case_bind(&s->c, &s->second);
    gate_case_say(&s->second, CASE_ENABLE);
    gate_case_deliver(&s->c, s->second.guest, "<presence " FROM_ROOM ">" SELF);
    session_lost(&s->second);
    s->c.gate.now_ms += GATE_HIBERNATE_MS;
    gate_sweep(&s->c.gate);
    assert_int_equal(s->c.gate.by_jid.count, 0);
    assert_int_equal(s->c.gate.counts.expired, 1);
}

/* Or a stranger could fill all places with sessions that have no use. */
static void one_that_is_nowhere_does_not_wait_long(void **state)
{
    struct scene *s = *state;
    struct guest *guest = s->first.guest;

    gate_case_deliver(&s->c, guest,
                      "<presence " FROM_ROOM "type='unavailable'>" SELF);
    session_lost(&s->first);
    s->c.gate.now_ms += GATE_HIBERNATE_ROOMLESS_MS - 1;
    gate_sweep(&s->c.gate);
    assert_int_equal(s->c.gate.by_jid.count, 1);
    s->c.gate.now_ms += 1;
    gate_sweep(&s->c.gate);
    assert_int_equal(s->c.gate.by_jid.count, 0);
    resume(s, &s->second, 0);
    check_heard(&s->heard, "<item-not-found");
}

static void who_catches_up_may_return_again(void **state)
{
    struct scene *s = *state;
    struct guest *guest = s->first.guest;
    char text[200];

    for (int i = 0; i < GUEST_QUEUE_STANZAS + 5; i++) {
        say_to_guest(s, guest, i);
        gate_case_heard(&s->first, &s->heard);
    }
    assert_true(guest->is_lossy);
    snprintf(text, sizeof(text), "<a xmlns='urn:xmpp:sm:3' h='%d'/>",
             GUEST_QUEUE_STANZAS + 6);
    gate_case_say(&s->first, text);
    assert_false(guest->is_lossy);
    session_lost(&s->first);
    say_to_guest(s, guest, 999);
    resume(s, &s->second, GUEST_QUEUE_STANZAS + 6);
    check_heard(&s->heard, "<resumed");
    check_heard(&s->heard, "id='m999'");
    check_not_heard(&s->heard, "id='m504'");
}

static void who_does_not_acknowledge_may_go_on_but_not_return(void **state)
{
    struct scene *s = *state;
    struct guest *guest = s->first.guest;

    for (int i = 0; i < GUEST_QUEUE_STANZAS + 5; i++) {
        say_to_guest(s, guest, i);
        gate_case_heard(&s->first, &s->heard);
    }
    assert_int_equal(s->first.close, SESSION_OPEN);
    assert_true(guest->is_lossy);
    resume(s, &s->second, 0);
    check_heard(&s->heard, "<item-not-found");
    gate_case_say(&s->first, "<a xmlns='urn:xmpp:sm:3' h='300'/>");
    assert_int_equal(s->first.close, SESSION_OPEN);
    session_lost(&s->first);
    assert_int_equal(s->c.gate.by_jid.count, 0);
}

/* Guests who wait, with as much as all of them may have. */
static void fill_gate(struct scene *s)
{
    static char frame[GUEST_QUEUE_BYTES / 4];

    while (s->c.gate.unacked_bytes < GATE_UNACKED_BYTES) {
        struct session session;

        gate_case_bind(&s->c, &session);
        gate_case_say(&session, CASE_ENABLE);
        for (int i = 0; i < 4; i++)
            session__send(&session, (struct span){frame, sizeof(frame)});
        session_lost(&session);
    }
}

static void many_who_do_not_acknowledge_may_keep_less(void **state)
{
    static char frame[GUEST_QUEUE_LEAST_BYTES / 2];
    struct span half = {frame, sizeof(frame)};
    struct scene *s = *state;
    struct guest *guest = s->first.guest;

    gate_case_say(&s->first, "<a xmlns='urn:xmpp:sm:3' h='1'/>");
    assert_int_equal(s->c.gate.unacked_bytes, 0);
    fill_gate(s);
    session__send(&s->first, half);
    session__send(&s->first, half);
    assert_false(guest->is_lossy);
    gate_case_say(&s->first, "<a xmlns='urn:xmpp:sm:3' h='2'/>");
    session__send(&s->first, half);
    assert_false(guest->is_lossy);
    session__send(&s->first, SPAN("x"));
    assert_true(guest->is_lossy);
    assert_int_equal(s->first.close, SESSION_OPEN);
    assert_int_equal(guest->unacked.count, 0);
    assert_int_equal(s->c.gate.unacked_bytes, GATE_UNACKED_BYTES);
    s->c.gate.now_ms += GATE_HIBERNATE_ROOMLESS_MS;
    gate_sweep(&s->c.gate);
    assert_int_equal(s->c.gate.unacked_bytes, 0);
    gate_case_say(&s->first, "<a xmlns='urn:xmpp:sm:3' h='5'/>");
    assert_false(guest->is_lossy);
    session__send(&s->first, half);
    assert_int_equal(s->c.gate.unacked_bytes, sizeof(frame));
}

static void who_says_goodbye_is_gone(void **state)
{
    struct scene *s = *state;

    gate_case_say(&s->first,
                  "<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>");
    assert_int_equal(s->c.gate.by_jid.count, 0);
    gate_case_up(&s->c, &s->heard);
    check_heard(&s->heard, "type='unavailable'");
}

static void a_new_component_evicts_once(void **state)
{
    struct scene *s = *state;
    struct guest *guest = s->first.guest;
    const char *leave = "<presence " FROM_ROOM "type='unavailable'>" SELF;

    gate_down(&s->c.gate);
    gate_up(&s->c.gate);
    gate_case_heard(&s->first, &s->heard);
    check_heard(&s->heard, "from='tea@duo.example/Abhi'");
    check_heard(&s->heard, "<status code='110'/><status code='333'/>");
    assert_int_equal(guest->room_count, 0);
    gate_case_deliver(&s->c, guest, leave);
    gate_case_heard(&s->first, &s->heard);
    assert_string_equal(s->heard.at, "");
}

static void a_hibernating_guest_is_kept_alive(void **state)
{
    struct scene *s = *state;
    struct guest *guest = s->first.guest;

    session_lost(&s->first);
    gate_case_up(&s->c, &s->heard);
    gate_case_deliver(&s->c, guest,
                      "<iq type='get' id='p' " FROM_ROOM
                      "><ping xmlns='urn:xmpp:ping'/></iq>");
    gate_case_up(&s->c, &s->heard);
    check_heard(&s->heard, "to='tea@duo.example/Abhi' type='result' id='p'/>");
    gate_case_deliver(&s->c, guest,
                      "<message to='x%s' from='tea@duo.example' id='m'/>");
    gate_case_up(&s->c, &s->heard);
    check_heard(&s->heard, "<service-unavailable");
    gate_case_deliver(&s->c, guest,
                      "<message to='x%s' from='tea@duo.example' id='m' "
                      "type='error'/>");
    gate_case_deliver(&s->c, guest,
                      "<message to='%s' from='tea@evil.example' id='m'/>");
    gate_case_up(&s->c, &s->heard);
    assert_string_equal(s->heard.at, "");
    assert_int_equal(guest->unacked.count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_is_lost_or_doubled, begin, end),
        cmocka_unit_test_setup_teardown(
            one_who_comes_back_is_where_it_comes_from, begin, end),
        cmocka_unit_test_setup_teardown(
            the_end_of_a_stay_is_acknowledged_at_once, begin, end),
        cmocka_unit_test_setup_teardown(
            one_who_was_ended_for_a_fault_does_not_resume, begin, end),
        cmocka_unit_test_setup_teardown(a_second_connection_ends_the_first,
                                        begin, end),
        cmocka_unit_test_setup_teardown(strangers_get_nothing, begin, end),
        cmocka_unit_test_setup_teardown(one_who_counts_too_far_is_ended, begin,
                                        end),
        cmocka_unit_test_setup_teardown(counts_go_round, begin, end),
        cmocka_unit_test_setup_teardown(it_waits_so_long_and_holds_so_much,
                                        begin, end),
        cmocka_unit_test_setup_teardown(
            who_does_not_acknowledge_may_go_on_but_not_return, begin, end),
        cmocka_unit_test_setup_teardown(
            many_who_do_not_acknowledge_may_keep_less, begin, end),
        cmocka_unit_test_setup_teardown(who_says_goodbye_is_gone, begin, end),
        cmocka_unit_test_setup_teardown(a_new_component_evicts_once, begin,
                                        end),
        cmocka_unit_test_setup_teardown(a_hibernating_guest_is_kept_alive,
                                        begin, end),
        cmocka_unit_test_setup_teardown(
            one_who_returns_with_a_wrong_count_stays_away, begin, end),
        cmocka_unit_test_setup_teardown(a_count_is_a_number, begin, end),
        cmocka_unit_test_setup_teardown(management_is_asked_for_once, begin,
                                        end),
        cmocka_unit_test_setup_teardown(who_asks_for_counts_only_is_not_kept,
                                        begin, end),
        cmocka_unit_test_setup_teardown(one_that_is_nowhere_does_not_wait_long,
                                        begin, end),
        cmocka_unit_test_setup_teardown(who_catches_up_may_return_again, begin,
                                        end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

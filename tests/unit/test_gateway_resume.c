/* XEP-0198 5: what a guest is while nobody holds it, and how it comes back. */
#include <stdio.h>
#include <string.h>

#include "gateway/guest.h"
#include "gateway/session.h"
#include "support/check.h"
#include "support/gate_stay.h"

static void nothing_is_lost_or_doubled(void **state)
{
    struct gate_stay *s = *state;
    struct guest *guest = s->first.guest;

    gate_stay_say(s, guest, 1);
    gate_stay_say(s, guest, 2);
    gate_case_say(&s->first, "<message to='tea@duo.example' id='x'/>");
    gate_case_up(&s->c, &s->heard);
    session_lost(&s->first);
    gate_case_up(&s->c, &s->heard);
    check_heard(&s->heard, "to='tea@duo.example/Abhi'><show>away</show>");
    gate_stay_say(s, guest, 3);
    gate_stay_resume(s, &s->second, 2); /* the self-presence and m1 */
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
    struct gate_stay *s = *state;
    struct guest *guest = s->first.guest;

    memset(guest->source, 'f', sizeof(guest->source));
    session_lost(&s->first);
    gate_stay_resume(s, &s->second, 1);
    check_heard(&s->heard, "<resumed");
    gate_case_up(&s->c, &s->heard);
    gate_case_say(&s->second, "<presence to='tea@duo.example/Abhi'/>");
    gate_case_up(&s->c, &s->heard);
    check_heard(&s->heard, "<source xmlns='urn:duologue:source:0' "
                           "id='0123456789abcdef0123456789abcdef'/>");
}

/* What it was ended for it would say again, and again. */
static void one_who_was_ended_for_a_fault_does_not_resume(void **state)
{
    static const char *const faults[] = {"<message><!-- -->", "<message",
                                         "<odd xmlns='urn:odd'/>", NULL};
    struct gate_stay *s = *state;

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
        gate_stay_resume(s, &s->second, 0);
        check_heard(&s->heard, "<item-not-found");
        session_lost(&s->second);
    }
}

static void a_second_connection_ends_the_first(void **state)
{
    struct gate_stay *s = *state;

    gate_stay_resume(s, &s->second, 1);
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
    struct gate_stay *s = *state;

    session_lost(&s->first);
    s->token[0] = s->token[0] == 'x' ? 'y' : 'x';
    gate_stay_resume(s, &s->second, 0);
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

static void one_who_returns_with_a_wrong_count_stays_away(void **state)
{
    struct gate_stay *s = *state;

    session_lost(&s->first);
    gate_stay_resume(s, &s->second, 2);
    check_heard(&s->heard, "<handled-count-too-high xmlns='urn:xmpp:sm:3' "
                           "h='2' send-count='1'/>");
    assert_int_not_equal(s->second.close, SESSION_OPEN);
    session_lost(&s->second);
    gate_stay_resume(s, &s->second,
                     0); /* the guest still waits for a good one */
    check_heard(&s->heard, "<resumed");
}

static void it_waits_so_long_and_holds_so_much(void **state)
{
    struct gate_stay *s = *state;
    struct guest *guest = s->first.guest;

    session_lost(&s->first);
    s->c.gate.now_ms += GATE_HIBERNATE_MS - 1;
    gate_sweep(&s->c.gate);
    assert_int_equal(s->c.gate.by_jid.count, 1);
    for (int i = 0; i < GUEST_QUEUE_STANZAS - 1; i++)
        gate_stay_say(s, guest, i);
    assert_int_equal(s->c.gate.by_jid.count, 1);
    gate_case_up(&s->c, &s->heard);
    gate_stay_say(s, guest, 999);
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
    struct gate_stay *s = *state;
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
    gate_stay_resume(s, &s->second, 0);
    check_heard(&s->heard, "<item-not-found");
}

static void who_says_goodbye_is_gone(void **state)
{
    struct gate_stay *s = *state;

    gate_case_say(&s->first,
                  "<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>");
    assert_int_equal(s->c.gate.by_jid.count, 0);
    gate_case_up(&s->c, &s->heard);
    check_heard(&s->heard, "type='unavailable'");
}

static void a_new_component_evicts_once(void **state)
{
    struct gate_stay *s = *state;
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
    struct gate_stay *s = *state;
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

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, gate_stay_begin, gate_stay_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_is_lost_or_doubled),
        TEST(one_who_comes_back_is_where_it_comes_from),
        TEST(one_who_was_ended_for_a_fault_does_not_resume),
        TEST(a_second_connection_ends_the_first),
        TEST(strangers_get_nothing),
        TEST(it_waits_so_long_and_holds_so_much),
        TEST(who_says_goodbye_is_gone),
        TEST(a_new_component_evicts_once),
        TEST(a_hibernating_guest_is_kept_alive),
        TEST(one_who_returns_with_a_wrong_count_stays_away),
        TEST(one_that_is_nowhere_does_not_wait_long),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

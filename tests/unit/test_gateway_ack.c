/* XEP-0198 4: what is counted, and what is kept until it is acknowledged. */
#include <stdio.h>
#include <string.h>

#include "gateway/guest.h"
#include "gateway/session.h"
#include "support/check.h"
#include "support/gate_stay.h"

static void the_end_of_a_stay_is_acknowledged_at_once(void **state)
{
    struct gate_stay *s = *state;
    struct guest *guest = s->first.guest;

    gate_stay_say(s, guest, 1);
    gate_case_heard(&s->first, &s->heard);
    check_not_heard(&s->heard, "<r xmlns='urn:xmpp:sm:3'/>");
    gate_case_deliver(&s->c, guest,
                      "<presence type='unavailable' " FROM_ROOM ">" SELF);
    gate_case_heard(&s->first, &s->heard);
    check_heard(&s->heard, "</presence>\n<r xmlns='urn:xmpp:sm:3'/>");
    gate_case_say(&s->first, "<a xmlns='urn:xmpp:sm:3' h='3'/>");
    assert_int_equal(guest->unacked.count, 0);
}

static void one_who_counts_too_far_is_ended(void **state)
{
    struct gate_stay *s = *state;

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

static void a_count_is_a_number(void **state)
{
    static const char *const counts[] = {"", "-1", "x", "4294967296", "1.0"};
    struct gate_stay *s = *state;
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
    struct gate_stay *s = *state;

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
    struct gate_stay *s = *state;

    gate_case_bind(&s->c, &s->second);
    gate_case_say(&s->second, "<enable xmlns='urn:xmpp:sm:3'/>");
    gate_case_heard(&s->second, &s->heard);
    check_heard(&s->heard, "<enabled xmlns='urn:xmpp:sm:3'/>");
    session_lost(&s->second);
    assert_int_equal(s->c.gate.by_jid.count, 1);
}

static void counts_go_round(void **state)
{
    struct gate_stay *s = *state;
    struct guest *guest = s->first.guest;

    gate_case_say(&s->first, "<a xmlns='urn:xmpp:sm:3' h='1'/>");
    guest->out_count = UINT32_MAX;
    guest->out_acked = UINT32_MAX;
    gate_stay_say(s, guest, 1);
    gate_stay_say(s, guest, 2);
    assert_int_equal(guest->unacked.count, 2);
    gate_case_say(&s->first, "<a xmlns='urn:xmpp:sm:3' h='0'/>");
    assert_int_equal(guest->unacked.count, 1);
    assert_int_equal(s->first.close, SESSION_OPEN);
}

static void who_catches_up_may_return_again(void **state)
{
    struct gate_stay *s = *state;
    struct guest *guest = s->first.guest;
    char text[200];

    for (int i = 0; i < GUEST_QUEUE_STANZAS + 5; i++) {
        gate_stay_say(s, guest, i);
        gate_case_heard(&s->first, &s->heard);
    }
    assert_true(guest->is_lossy);
    snprintf(text, sizeof(text), "<a xmlns='urn:xmpp:sm:3' h='%d'/>",
             GUEST_QUEUE_STANZAS + 6);
    gate_case_say(&s->first, text);
    assert_false(guest->is_lossy);
    session_lost(&s->first);
    gate_stay_say(s, guest, 999);
    gate_stay_resume(s, &s->second, GUEST_QUEUE_STANZAS + 6);
    check_heard(&s->heard, "<resumed");
    check_heard(&s->heard, "id='m999'");
    check_not_heard(&s->heard, "id='m504'");
}

static void who_does_not_acknowledge_may_go_on_but_not_return(void **state)
{
    struct gate_stay *s = *state;
    struct guest *guest = s->first.guest;

    for (int i = 0; i < GUEST_QUEUE_STANZAS + 5; i++) {
        gate_stay_say(s, guest, i);
        gate_case_heard(&s->first, &s->heard);
    }
    assert_int_equal(s->first.close, SESSION_OPEN);
    assert_true(guest->is_lossy);
    gate_stay_resume(s, &s->second, 0);
    check_heard(&s->heard, "<item-not-found");
    gate_case_say(&s->first, "<a xmlns='urn:xmpp:sm:3' h='300'/>");
    assert_int_equal(s->first.close, SESSION_OPEN);
    session_lost(&s->first);
    assert_int_equal(s->c.gate.by_jid.count, 0);
}

/* Guests who wait, with as much as all of them may have. */
static void fill_gate(struct gate_stay *s)
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
    struct gate_stay *s = *state;
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

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, gate_stay_begin, gate_stay_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_end_of_a_stay_is_acknowledged_at_once),
        TEST(one_who_counts_too_far_is_ended),
        TEST(counts_go_round),
        TEST(who_does_not_acknowledge_may_go_on_but_not_return),
        TEST(many_who_do_not_acknowledge_may_keep_less),
        TEST(a_count_is_a_number),
        TEST(management_is_asked_for_once),
        TEST(who_asks_for_counts_only_is_not_kept),
        TEST(who_catches_up_may_return_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "room/room_state.h"
#include "room/room_view.h"
#include "support/room_check.h"
#include "support/room_text.h"

static void a_room_can_be_looked_at(void **state)
{
    struct room_script *script = *state;
    const struct room *room;

    room_do_begin(script);
    room = room_tea(script);
    check_span(room_local(room), "tea");
    assert_int_equal(room_number(room), 1);
    assert_int_equal(room_get_protection(room), ROOM_PROTECTION_SERVER);
    assert_int_equal(room_idle_ms(room), 3600000);
    assert_int_equal(room_deadline_ms(room), ROOM_TEXT_START_MS + 3600000);
    assert_false(room_is_ended(room));
    assert_ptr_equal(room_get_keys(room), &room->keys);
    check_span(room_seat_name(room, 2), "Bob");
    assert_true(room_seat_is_online(room, 2));
    assert_int_equal(room_seat_of_session(room, SPAN("bob@y.example/desk")), 2);
    assert_int_equal(room_seat_of_session(room, SPAN("bob@y.example")), 0);
    assert_int_equal(room_seat_of_member(room, SPAN("bob@y.example")), 2);
    assert_int_equal(room_last_seq(room), 0);
    assert_null(room_entry_of(room, 1));
}

static void people_can_be_walked(void **state)
{
    struct room_script *script = *state;
    struct room_member_image member;
    struct room_session_image session;
    size_t n = 0;

    room_do_begin(script);
    while (room_member_at(room_tea(script), n, &member))
        n++;
    assert_int_equal(n, 2);
    assert_int_equal(member.seat, 2);
    for (n = 0; room_session_at(room_tea(script), n, &session);)
        n++;
    assert_int_equal(n, 2);
    check_span(session.jid, "bob@y.example/desk");
    check_span(session.bare, "bob@y.example");
    assert_int_equal(session.leg, ROOM_LEG_NATIVE);
}

static void messages_can_be_looked_up(void **state)
{
    struct room_script *script = *state;

    room_do_begin(script);
    room_do(script, "00:00:09 say from=bob@y.example/desk body=x");
    assert_int_equal(room_last_seq(room_tea(script)), 1);
    assert_int_equal(room_entry_of(room_tea(script), 1)->seat, 2);
    assert_int_equal(room_entry_of(room_tea(script), 1)->at_ms,
                     ROOM_TEXT_START_MS + 9000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        room_test(a_room_can_be_looked_at),
        room_test(people_can_be_walked),
        room_test(messages_can_be_looked_up),
    };

    return cmocka_run_group_tests_name("room_view", tests, NULL, NULL);
}

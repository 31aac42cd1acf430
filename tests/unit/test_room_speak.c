#include "room/room_state.h"
#include "support/room_check.h"

static const struct room_event no_event = {.kind = ROOM_EVENT_TIME};

static struct room_turn turn_of(struct room_script *script)
{
    return (struct room_turn){.engine = script->engine,
                              .room = room_tea(script),
                              .event = &no_event,
                              .out = &script->effects};
}

static void everybody_is_copied(void **state)
{
    struct room_script *script = *state;
    struct room_turn turn;
    const struct span *to;
    size_t count;

    room_do_begin(script);
    turn = turn_of(script);
    check_ok(room__everybody(&turn, &to, &count));
    room__session_remove(turn.room, turn.room->sessions[0]);
    assert_int_equal(count, 2);
    check_span(to[0], "ann@x.example/phone");
    check_span(to[1], "bob@y.example/desk");
}

static void everybody_may_be_nobody(void **state)
{
    struct room_script *script = *state;
    struct room_turn turn;
    const struct span *to;
    size_t count = 9;

    room_do(script, "create from=host@ctl/h");
    turn = turn_of(script);
    check_ok(room__everybody(&turn, &to, &count));
    assert_int_equal(count, 0);
}

static void nobody_asked_nobody_is_refused(void **state)
{
    struct room_script *script = *state;
    struct room_turn turn;

    room_do_begin(script);
    turn = turn_of(script);
    check_ok(room__refuse(&turn, ROOM_REFUSE_ENDED));
    assert_null(script->effects.first);
}

/* In other rooms no address is ever shown. */
static void addresses_are_shown_in_omemo_rooms_only(void **state)
{
    struct room_script *script = *state;

    room_do_begin(script);
    room_expect_no_part(script, "join from=ann@x.example/phone", "jid=");
    room_do(script, "create room=o protection=omemo from=host@ctl/h\n"
                    "join room=o from=ann@x.example/phone code=one");
    room_expect_part(script, "join room=o from=bob@y.example/desk code=two",
                     "presence of=Ann jid=\"ann@x.example/phone\"");
}

static void a_sight_is_presence_and_where_shown_the_account(void **state)
{
    struct room_script *script = *state;
    struct room_turn turn;
    struct room_shown before;

    room_do_begin(script);
    turn = turn_of(script);
    check_ok(room__shown_take(&turn, 1, &before));
    assert_true(before.is_online);
    assert_false(room__shown_changed(turn.room, 1, &before));
    before.bare = SPAN("other@x.example");
    assert_false(room__shown_changed(turn.room, 1, &before));
    turn.room->protection = ROOM_PROTECTION_OMEMO;
    assert_true(room__shown_changed(turn.room, 1, &before));
    check_ok(room__shown_take(&turn, 1, &before));
    before.presence = SPAN("<other/>");
    assert_true(room__shown_changed(turn.room, 1, &before));
    before.is_online = false;
    assert_true(room__shown_changed(turn.room, 1, &before));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        room_test(everybody_is_copied),
        room_test(everybody_may_be_nobody),
        room_test(nobody_asked_nobody_is_refused),
        room_test(addresses_are_shown_in_omemo_rooms_only),
        room_test(a_sight_is_presence_and_where_shown_the_account),
    };

    return cmocka_run_group_tests_name("room_speak", tests, NULL, NULL);
}

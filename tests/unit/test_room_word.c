#include "room/room_state.h"
#include "support/room_check.h"

static void a_word_is_not_stored_and_not_relayed(void **state)
{
    struct room_script *script = *state;

    room_do_begin(script);
    room_expect(script, "00:10:00 say from=ann@x.example/phone word=status",
                "notice  status to=ann@x.example/phone left=3000.000s\n");
    room_expect(script, "say from=ann@x.example/phone word=end",
                "notice  end-confirm to=ann@x.example/phone\n");
    assert_int_equal(room_tea(script)->entry_count, 0);
}

static void the_end_counts_for_a_minute(void **state)
{
    struct room_script *script = *state;

    room_do_begin(script);
    room_do(script, "00:10:00 say from=ann@x.example/phone word=end");
    room_expect_part(script, "00:11:00 say from=ann@x.example/phone word=end",
                     "end-confirm");
    room_expect_part(script,
                     "00:11:59.999 say from=ann@x.example/phone word=end",
                     "end cause=seat1");
}

static void the_other_one_cannot_confirm(void **state)
{
    struct room_script *script = *state;

    room_do_begin(script);
    room_do(script, "say from=ann@x.example/phone word=end");
    room_expect_part(script, "say from=bob@y.example/desk word=end",
                     "end-confirm");
    room_expect_part(script, "say from=bob@y.example/desk word=end",
                     "end cause=seat2");
}

/* An app that was cut off sends again what it believes to be lost. */
static void the_same_one_cannot_confirm(void **state)
{
    struct room_script *script = *state;

    room_do_begin(script);
    room_do(script, "say from=ann@x.example/phone word=end origin=m1");
    room_expect_part(script, "say from=ann@x.example/phone word=end origin=m1",
                     "end-confirm");
    room_expect_part(script, "say from=ann@x.example/phone word=end origin=m2",
                     "end cause=seat1");
}

static void keep_moves_the_deadline(void **state)
{
    struct room_script *script = *state;

    room_do_begin(script);
    room_expect_part(script, "00:10:00 say from=ann@x.example/phone word=keep",
                     "store   state deadline=01:10:00.000");
}

/* Only the messages that are words come here. */
static void no_word_is_nothing(void **state)
{
    struct room_script *script = *state;
    const struct room_event event = {.kind = ROOM_EVENT_MESSAGE};
    struct room_turn turn = {
        .engine = script->engine, .event = &event, .out = &script->effects};

    check_ok(room__word(&turn, NULL));
    assert_null(script->effects.first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        room_test(a_word_is_not_stored_and_not_relayed),
        room_test(the_end_counts_for_a_minute),
        room_test(the_other_one_cannot_confirm),
        room_test(the_same_one_cannot_confirm),
        room_test(keep_moves_the_deadline),
        room_test(no_word_is_nothing),
    };

    return cmocka_run_group_tests_name("room_word", tests, NULL, NULL);
}

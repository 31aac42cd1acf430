#include "room/room_state.h"
#include "room/room_view.h"
#include "support/room_check.h"
#include "support/room_text.h"

static void the_warning_is_a_tenth_at_most(void **state)
{
    struct room_script *script = *state;
    struct room *room;

    room_do_begin(script);
    room = room_tea(script);
    assert_int_equal(room__warning_ms(script->engine, room), 360000);
    room_do(script, "limits warning=60s");
    assert_int_equal(room__warning_ms(script->engine, room), 60000);
}

static void the_deadline_never_goes_back(void **state)
{
    struct room_script *script = *state;
    struct room *room;

    room_do_begin(script);
    room = room_tea(script);
    room->deadline_ms += 5000;
    room_do(script, "say from=ann@x.example/phone body=hi");
    assert_int_equal(room_deadline_ms(room),
                     ROOM_TEXT_START_MS + 3600000 + 5000);
}

static void the_disk_lags_a_sixteenth_at_most(void **state)
{
    struct room_script *script = *state;

    room_do_begin(script);
    room_expect_no_part(script, "00:03:45 say from=ann@x.example/phone body=hi",
                        "store   state");
    room_expect_part(script,
                     "00:03:45.001 say from=ann@x.example/phone body=hi",
                     "store   state deadline=01:03:45.001");
    room_expect_no_part(script, "00:07:30 say from=ann@x.example/phone body=hi",
                        "store   state");
}

static void a_warning_of_a_former_run_does_not_count(void **state)
{
    struct room_script *script = *state;

    room_do_begin(script);
    room_expect_part(script, "00:54:00 due", "notice  silence");
    room_expect(script, "00:54:01 due", "");
    room_engine_set_run(script->engine, 7);
    room_expect_part(script, "00:54:02 due", "warned-run=7");
}

static void without_a_warning_span_it_ends_at_once(void **state)
{
    struct room_script *script = *state;

    room_do(script, "limits warning=0s");
    room_do_begin(script);
    room_expect(script, "00:59:59.999 due", "");
    room_expect_part(script, "01:00:00 due", "end cause=silence");
}

static void a_time_that_comes_early_does_nothing(void **state)
{
    struct room_script *script = *state;

    room_do_begin(script);
    room_expect(script, "00:30:00 time", "");
}

static void an_end_is_told_even_to_nobody(void **state)
{
    struct room_script *script = *state;

    room_do(script, "00:00:00 create from=host@ctl/h idle=10s\n00:00:09 due");
    room_expect(script, "00:00:10 due",
                "store   end cause=silence at=00:00:10.000\n"
                "notice  ended to=nobody cause=silence\n");
}

static void a_keep_needs_a_session_or_a_binding(void **state)
{
    struct room_script *script = *state;

    room_do_begin(script);
    room_expect_part(script, "00:10:00 keep from=ann@x.example/new", "result");
    room_expect_part(script, "keep from=eve@z.example/x", "not-member");
    room_expect_part(script, "keep from=host@ctl/h", "not-member");
    room_do(script, "join from=g@guests/t code=one");
    room_expect_part(script, "keep from=g@guests/t", "result");
    room_expect_part(script, "keep from=g@guests/other", "not-member");
    room_expect_no_part(script, "keep from=g@guests/t nobody", "result");
}

static void a_held_room_is_looked_at_every_five_minutes(void **state)
{
    struct room_script *script = *state;

    room_do_begin(script);
    room_do(script, "linked no");
    room_expect_part(script, "02:00:00 due", "wake=02:05:00.000");
    room_expect(script, "02:04:59 due", "");
    room_expect_part(script, "02:05:00 due", "wake=02:10:00.000");
    room_do(script, "linked yes");
    room_expect_part(script, "02:05:01 due", "left=360.000s");
}

static void a_native_guest_of_the_day_holds_as_well(void **state)
{
    struct room_script *script = *state;

    room_do_begin(script);
    /* No binding, but a native session. */
    while (room_tea(script)->member_count > 0)
        room__member_free(
            room_tea(script)->members[--room_tea(script)->member_count]);
    room_do(script, "linked no");
    room_expect_no_part(script, "02:00:00 due", "silence");
    room_do(script, "leave from=ann@x.example/phone\n"
                    "leave from=bob@y.example/desk");
    room_tea(script)->held_until_ms = 0;
    room_expect_part(script, "02:05:00 due", "silence");
}

static void pings_are_due_at_their_time(void **state)
{
    struct room_script *script = *state;

    room_do_begin(script);
    room_do(script, "00:10:00 ghost from=ann@x.example/phone");
    assert_int_equal(room_engine_next_ms(script->engine),
                     ROOM_TEXT_START_MS + 11 * 60000);
    room_expect(script, "00:11:00 due", "send    ann@x.example/phone ping\n");
    room_expect(script, "00:12:00 due", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        room_test(the_warning_is_a_tenth_at_most),
        room_test(the_deadline_never_goes_back),
        room_test(the_disk_lags_a_sixteenth_at_most),
        room_test(a_warning_of_a_former_run_does_not_count),
        room_test(without_a_warning_span_it_ends_at_once),
        room_test(a_time_that_comes_early_does_nothing),
        room_test(an_end_is_told_even_to_nobody),
        room_test(a_keep_needs_a_session_or_a_binding),
        room_test(a_held_room_is_looked_at_every_five_minutes),
        room_test(a_native_guest_of_the_day_holds_as_well),
        room_test(pings_are_due_at_their_time),
    };

    return cmocka_run_group_tests_name("room_silence", tests, NULL, NULL);
}

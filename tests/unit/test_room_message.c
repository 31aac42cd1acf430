#include <string.h>

#include "room/room_state.h"
#include "room/room_view.h"
#include "support/room_check.h"

static void numbers_have_no_gaps(void **state)
{
    struct room_script *script = *state;

    room_do_begin(script);
    for (uint32_t i = 1; i <= 10; i++) {
        room_do(script, "say from=ann@x.example/phone body=x\n"
                        "say from=ann@x.example/phone state\n"
                        "say from=eve@z.example/x body=x");
        assert_int_equal(room_last_seq(room_tea(script)), i);
        assert_int_equal(room_message_count(room_tea(script)), i);
    }
}

static void the_archive_never_goes_back_in_time(void **state)
{
    struct room_script *script = *state;

    room_do_begin(script);
    room_do(script, "00:10:00 say from=ann@x.example/phone body=late");
    room_tea(script)->entries[0].at_ms += 60000;
    room_expect_part(script, "00:10:01 say from=ann@x.example/phone body=later",
                     "at=00:11:00.000");
}

static void a_burst_is_fine_a_flood_is_not(void **state)
{
    struct room_script *script = *state;

    room_do(script, "limits rate=2 burst=4");
    room_do_begin(script);
    room_expect_part(script, "say from=ann@x.example/phone body=x times=4",
                     "seq=4");
    room_expect(script, "say from=ann@x.example/phone body=x",
                "refuse  ann@x.example/phone too-fast\n");
    room_expect_part(script, "00:00:00.500 say from=ann@x.example/phone body=x",
                     "seq=5");
    room_expect_part(script, "say from=ann@x.example/phone state", "too-fast");
    room_expect_part(script, "say from=ann@x.example/phone word=status",
                     "too-fast");
    room_do(script, "limits burst=0");
    room_expect_part(script, "00:00:10 say from=ann@x.example/phone body=x",
                     "seq=6");
    room_expect_part(script, "say from=ann@x.example/phone body=x", "too-fast");
    room_do(script, "limits rate=0");
    room_expect_part(script, "say from=ann@x.example/phone body=x times=99",
                     "seq=105");
}

static void the_body_counts_in_bytes(void **state)
{
    struct room_script *script = *state;

    room_do(script, "limits body=4");
    room_do_begin(script);
    room_expect_part(script, "say from=ann@x.example/phone body=\"äö\"",
                     "seq=1");
    room_expect_part(script, "say from=ann@x.example/phone body=\"äöu\"",
                     "too-long");
}

static void a_twin_is_no_activity(void **state)
{
    struct room_script *script = *state;
    int64_t deadline_ms;

    room_do_begin(script);
    room_do(script, "say from=ann@x.example/phone body=x origin=o");
    deadline_ms = room_deadline_ms(room_tea(script));
    room_expect(script, "00:30:00 say from=ann@x.example/phone body=x origin=o",
                "send    ann@x.example/phone again seq=1\n");
    assert_int_equal(room_deadline_ms(room_tea(script)), deadline_ms);
}

static void what_was_refused_may_be_said_later(void **state)
{
    struct room_script *script = *state;

    room_do(script, "limits body=2");
    room_do_begin(script);
    room_expect_part(script, "say from=ann@x.example/phone body=xxx origin=o",
                     "too-long");
    room_do(script, "limits body=3");
    room_expect_part(script, "say from=ann@x.example/phone body=xxx origin=o",
                     "seq=1");
}

static void a_retraction_marks_its_target(void **state)
{
    struct room_script *script = *state;

    room_do_begin(script);
    room_do(script, "say from=ann@x.example/phone body=x\n"
                    "say from=ann@x.example/phone retract=1");
    assert_int_equal(room_entry_of(room_tea(script), 1)->flags &
                         ROOM_ENTRY_RETRACTED,
                     ROOM_ENTRY_RETRACTED);
    assert_int_equal(room_disk_payload(&script->disk, SPAN("tea"), 1).len, 0);
    room_do(script, "sleep");
    room_expect_no_part(script, "say from=ann@x.example/phone retract=1",
                        "erase");
}

/* Nothing of it is kept, yet what it names is gone. */
static void a_retraction_that_is_not_archived_erases_all_the_same(void **state)
{
    struct room_script *script = *state;

    room_do_begin(script);
    room_do(script, "say from=ann@x.example/phone body=x");
    room_expect(script, "say from=ann@x.example/phone retract=1 state",
                "store   erase 1\n"
                "say     to=ann@x.example/phone,bob@y.example/desk seat=1 "
                "payload=\"<x/>\"\n");
}

static void a_number_alone_is_no_retraction(void **state)
{
    struct room_script *script = *state;
    struct room_event event = {.kind = ROOM_EVENT_MESSAGE};

    room_do_begin(script);
    room_do(script, "say from=ann@x.example/phone body=x");
    event.now_ms = script->now_ms;
    event.room = SPAN("tea");
    event.actor.jid = SPAN("ann@x.example/phone");
    event.u.message.retracts_seq = 1;
    check_ok(room_step(script->engine, &event, &script->effects));
    assert_int_equal(script->effects.first->kind, ROOM_EFFECT_SAY);
}

static void the_flags_that_are_kept_are_ours(void **state)
{
    struct room_script *script = *state;
    struct room_event event = {.kind = ROOM_EVENT_MESSAGE};

    room_do_begin(script);
    event.now_ms = script->now_ms;
    event.room = SPAN("tea");
    event.actor.jid = SPAN("ann@x.example/phone");
    event.u.message.flags = 0xff;
    event.u.message.is_archived = true;
    memset(event.u.message.id_hash, 9, ROOM_ID_HASH_BYTES);
    check_ok(room_step(script->engine, &event, &script->effects));
    assert_int_equal(room_entry_of(room_tea(script), 1)->flags,
                     ROOM_ENTRY_HISTORY | ROOM_ENTRY_ACTIVITY |
                         ROOM_ENTRY_ORIGIN | ROOM_ENTRY_ID);
    assert_int_equal(room_entry_of(room_tea(script), 1)->id_hash[15], 9);
}

static void nearly_full_is_told_once_and_remembered(void **state)
{
    struct room_script *script = *state;

    room_do(script, "limits rate=0 body=0");
    room_do_begin(script);
    room_tea(script)->bytes = ROOM_BYTES_MAX / 10 * 9;
    room_expect_part(script, "say from=ann@x.example/phone marker size=100",
                     "notice  nearly-full");
    room_expect_no_part(script, "say from=ann@x.example/phone body=x",
                        "nearly-full to");
    room_do(script, "sleep");
    room_tea(script)->bytes = ROOM_BYTES_MAX / 10 * 9;
    room_expect_no_part(script, "say from=ann@x.example/phone body=xxxxxx",
                        "nearly-full to");
}

static void a_full_room_still_talks(void **state)
{
    struct room_script *script = *state;

    room_do_begin(script);
    room_do(script, "say from=ann@x.example/phone body=x origin=o");
    room_tea(script)->bytes = ROOM_BYTES_MAX;
    room_expect(script, "say from=ann@x.example/phone body=x",
                "refuse  ann@x.example/phone archive-full\n"
                "notice  full to=ann@x.example/phone,bob@y.example/desk\n");
    room_expect_part(script, "say from=ann@x.example/phone state", "say ");
    room_expect_part(script, "say from=ann@x.example/phone origin=o", "again");
    room_expect_part(script, "say from=ann@x.example/phone word=status",
                     "notice  status");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        room_test(numbers_have_no_gaps),
        room_test(the_archive_never_goes_back_in_time),
        room_test(a_burst_is_fine_a_flood_is_not),
        room_test(the_body_counts_in_bytes),
        room_test(a_twin_is_no_activity),
        room_test(what_was_refused_may_be_said_later),
        room_test(a_retraction_marks_its_target),
        room_test(a_retraction_that_is_not_archived_erases_all_the_same),
        room_test(a_number_alone_is_no_retraction),
        room_test(the_flags_that_are_kept_are_ours),
        room_test(nearly_full_is_told_once_and_remembered),
        room_test(a_full_room_still_talks),
    };

    return cmocka_run_group_tests_name("room_message", tests, NULL, NULL);
}

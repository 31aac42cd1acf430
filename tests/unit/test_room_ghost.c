#include "room/room_state.h"
#include "room/room_view.h"
#include "support/room_check.h"
#include "support/room_text.h"

static void a_sure_error_is_enough(void **state)
{
    struct room_script *script = *state;

    room_do_begin(script);
    room_expect(script, "ghost from=ann@x.example/phone certain",
                "store   left ann@x.example/phone\n"
                "send    ann@x.example/phone removed evicted seat=1\n"
                "send    bob@y.example/desk presence of=Ann unavailable "
                "evicted\n");
}

static void one_doubt_is_not(void **state)
{
    struct room_script *script = *state;

    room_do_begin(script);
    room_expect(script, "ghost from=ann@x.example/phone", "");
    assert_int_equal(room_engine_next_ms(script->engine),
                     ROOM_TEXT_START_MS + 60000);
    room_expect_part(script, "00:00:30 ghost from=ann@x.example/phone",
                     "removed evicted");
}

static void any_stanza_between_clears_the_doubt(void **state)
{
    static const char *const stanzas[] = {
        "say from=ann@x.example/phone state",
        "presence from=ann@x.example/phone",
        "join from=ann@x.example/phone",
        "keep from=ann@x.example/phone",
        "pong from=ann@x.example/phone",
    };
    struct room_script *script = *state;

    room_do_begin(script);
    for (size_t i = 0; i < sizeof(stanzas) / sizeof(stanzas[0]); i++) {
        room_do(script, "ghost from=ann@x.example/phone");
        room_do(script, stanzas[i]);
        assert_int_equal(room_tea(script)->sessions[0]->misses +
                             room_tea(script)->sessions[1]->misses,
                         0);
    }
    room_expect(script, "00:02:00 due", "");
}

static void an_old_doubt_is_forgotten(void **state)
{
    struct room_script *script = *state;

    room_do_begin(script);
    room_do(script, "ghost from=ann@x.example/phone\n00:01:00 due");
    room_expect(script, "00:05:00 ghost from=ann@x.example/phone", "");
    room_expect_part(script, "00:09:59 ghost from=ann@x.example/phone",
                     "evicted");
}

static void an_account_error_takes_all_of_it(void **state)
{
    struct room_script *script = *state;

    room_do_begin(script);
    room_do(script, "join from=ann@x.example/b\njoin from=bob@y.example/b");
    room_do(script, "ghost from=ann@x.example certain");
    assert_false(room_seat_is_online(room_tea(script), 1));
    assert_int_equal(room_tea(script)->session_count, 2);
}

static void a_doubtful_account_error_does_nothing(void **state)
{
    struct room_script *script = *state;

    room_do_begin(script);
    room_expect(script, "ghost from=ann@x.example", "");
    room_expect(script, "ghost from=ann@x.example", "");
}

static void guests_of_the_new_stream_stay(void **state)
{
    struct room_script *script = *state;
    struct room_event event = {.kind = ROOM_EVENT_EVICT_GUESTS};

    room_do_begin(script);
    room_do(script, "00:00:10 join from=g1@guests/t code=one\n"
                    "00:00:20 join from=g2@guests/t code=two");
    event.room = SPAN("tea");
    event.now_ms = script->now_ms;
    event.u.before_ms = ROOM_TEXT_START_MS + 20000;
    check_ok(room_step(script->engine, &event, &script->effects));
    assert_int_equal(
        room_seat_of_session(room_tea(script), SPAN("g1@guests/t")), 0);
    assert_int_equal(
        room_seat_of_session(room_tea(script), SPAN("g2@guests/t")), 2);
    assert_int_equal(room_tea(script)->session_count, 3);
}

/* Told by a clock that was ahead, before a restart. */
static void guests_from_times_to_come_do_not_stay(void **state)
{
    struct room_script *script = *state;
    struct room_event event = {.kind = ROOM_EVENT_EVICT_GUESTS};

    room_do_begin(script);
    room_do(script, "join from=g1@guests/t code=one\n"
                    "join from=g2@guests/t code=two");
    room__session_find(room_tea(script), SPAN("g1@guests/t"))->joined_ms +=
        3600 * 1000;
    event.room = SPAN("tea");
    event.now_ms = script->now_ms;
    event.u.before_ms = script->now_ms;
    check_ok(room_step(script->engine, &event, &script->effects));
    assert_int_equal(
        room_seat_of_session(room_tea(script), SPAN("g1@guests/t")), 0);
    assert_int_equal(
        room_seat_of_session(room_tea(script), SPAN("g2@guests/t")), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        room_test(a_sure_error_is_enough),
        room_test(one_doubt_is_not),
        room_test(any_stanza_between_clears_the_doubt),
        room_test(an_old_doubt_is_forgotten),
        room_test(an_account_error_takes_all_of_it),
        room_test(a_doubtful_account_error_does_nothing),
        room_test(guests_of_the_new_stream_stay),
        room_test(guests_from_times_to_come_do_not_stay),
    };

    return cmocka_run_group_tests_name("room_ghost", tests, NULL, NULL);
}

#include "room/room_state.h"
#include "room/room_view.h"
#include "support/room_check.h"

static void run_event(struct room_script *script, enum room_event_kind kind,
                      enum room_request_kind request)
{
    struct room_event event = {.kind = kind, .now_ms = script->now_ms};

    event.room = SPAN("tea");
    event.actor.jid = SPAN("ann@x.example/phone");
    event.actor.bare = SPAN("ann@x.example");
    event.request.kind = request;
    check_ok(room_step(script->engine, &event, &script->effects));
}

static void the_order_is_store_words_out_answer(void **state)
{
    struct room_script *script = *state;

    room_do_begin(script);
    room_expect(
        script, "end from=ann@x.example/phone",
        "store   end cause=seat1 at=00:00:00.000\n"
        "notice  ended to=ann@x.example/phone,bob@y.example/desk cause=seat1\n"
        "send    ann@x.example/phone removed destroyed seat=1 cause=seat1\n"
        "send    bob@y.example/desk removed destroyed seat=2 cause=seat1\n"
        "send    ann@x.example/phone result once erased\n");
}

static void the_room_stays_until_the_sweep(void **state)
{
    struct room_script *script = *state;
    struct room *room;

    room_do_begin(script);
    room = room_tea(script);
    run_event(script, ROOM_EVENT_END, ROOM_REQUEST_IQ);
    assert_ptr_equal(room_find(script->engine, SPAN("tea")), room);
    assert_true(room_is_ended(room));
    assert_int_equal(room_get_cause(room), ROOM_CAUSE_SEAT1);
    assert_true(room__due_ms(script->engine, room) == INT64_MAX);
    assert_null(room_engine_due(script->engine, INT64_MAX - 1));
    room_engine_sweep(script->engine, script->now_ms);
    assert_null(room_find(script->engine, SPAN("tea")));
}

/* Later in the same tick every question has one answer. */
static void what_comes_too_late_is_told_so(void **state)
{
    static const struct {
        enum room_event_kind kind;
        enum room_request_kind request;
        bool is_answered;
    } late[] = {
        {ROOM_EVENT_CREATE, ROOM_REQUEST_IQ, true},
        {ROOM_EVENT_JOIN, ROOM_REQUEST_PRESENCE, true},
        {ROOM_EVENT_PRESENCE, ROOM_REQUEST_PRESENCE, true},
        {ROOM_EVENT_MESSAGE, ROOM_REQUEST_MESSAGE, true},
        {ROOM_EVENT_KEEP, ROOM_REQUEST_IQ, true},
        {ROOM_EVENT_END, ROOM_REQUEST_IQ, true},
        {ROOM_EVENT_MESSAGE, ROOM_REQUEST_NONE, false},
        {ROOM_EVENT_LEAVE, ROOM_REQUEST_PRESENCE, false},
        {ROOM_EVENT_GHOST, ROOM_REQUEST_NONE, false},
        {ROOM_EVENT_PONG, ROOM_REQUEST_NONE, false},
        {ROOM_EVENT_EVICT_GUESTS, ROOM_REQUEST_NONE, false},
        {ROOM_EVENT_TIME, ROOM_REQUEST_NONE, false},
    };
    struct room_script *script = *state;

    room_do_begin(script);
    run_event(script, ROOM_EVENT_END, ROOM_REQUEST_NONE);
    for (size_t i = 0; i < sizeof(late) / sizeof(late[0]); i++) {
        room_effects_reset(&script->effects);
        run_event(script, late[i].kind, late[i].request);
        assert_int_equal(script->effects.count, late[i].is_answered);
        if (!late[i].is_answered)
            continue;
        assert_int_equal(script->effects.first->kind, ROOM_EFFECT_REFUSE);
        assert_int_equal(script->effects.first->u.refuse.why,
                         ROOM_REFUSE_ENDED);
    }
}

static void without_a_request_there_is_no_answer(void **state)
{
    struct room_script *script = *state;

    room_do_begin(script);
    room_expect_no_part(script, "end from=ann@x.example/phone nobody",
                        "result");
}

static void who_may_not_may_not(void **state)
{
    struct room_script *script = *state;

    room_do_begin(script);
    room_expect(script, "end from=eve@z.example/x",
                "refuse  eve@z.example/x not-member\n");
    room_do(script, "join from=g@guests/t code=one\nleave from=g@guests/t");
    room_expect(script, "end from=g@guests/t",
                "refuse  g@guests/t not-member\n");
    room_expect_part(script, "end from=bob@y.example/elsewhere",
                     "end cause=seat2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        room_test(the_order_is_store_words_out_answer),
        room_test(the_room_stays_until_the_sweep),
        room_test(what_comes_too_late_is_told_so),
        room_test(without_a_request_there_is_no_answer),
        room_test(who_may_not_may_not),
    };

    return cmocka_run_group_tests_name("room_end", tests, NULL, NULL);
}

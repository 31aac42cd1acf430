#include <stdio.h>

#include "room/room_state.h"
#include "room/room_view.h"
#include "support/room_check.h"

static void run_without_room(struct room_script *script,
                             enum room_event_kind kind,
                             enum room_request_kind request)
{
    struct room_event event = {.kind = kind, .room = SPAN("nowhere")};

    event.request.kind = request;
    check_ok(room_step(script->engine, &event, &script->effects));
}

/* The router wakes rooms; should one be gone all the same, it answers. */
static void an_absent_room_answers_too(void **state)
{
    struct room_script *script = *state;

    run_without_room(script, ROOM_EVENT_MESSAGE, ROOM_REQUEST_MESSAGE);
    assert_int_equal(script->effects.count, 1);
    assert_int_equal(script->effects.first->u.refuse.why,
                     ROOM_REFUSE_TRY_LATER);
    run_without_room(script, ROOM_EVENT_LEAVE, ROOM_REQUEST_PRESENCE);
    run_without_room(script, ROOM_EVENT_TIME, ROOM_REQUEST_NONE);
    assert_int_equal(script->effects.count, 1);
}

static void rooms_do_not_hear_each_other(void **state)
{
    struct room_script *script = *state;

    room_do_begin(script);
    room_do(script, "create room=mint from=host@ctl/h\n"
                    "join room=mint from=eve@z.example/x code=one");
    room_expect_part(script, "say room=mint from=eve@z.example/x body=hi",
                     "say     to=eve@z.example/x seat=1 seq=1");
    room_expect(script, "say room=mint from=ann@x.example/phone body=hi",
                "refuse  ann@x.example/phone not-joined\n");
}

static void limits_are_copied(void **state)
{
    static const uint64_t seed[2] = {1, 2};
    struct room_limits limits = {.creates_per_hour = 5};
    struct room_engine *engine = room_engine_new(&limits, seed);

    (void)state;
    limits.creates_per_hour = 9;
    assert_int_equal(engine->limits.creates_per_hour, 5);
    room_engine_set_limits(engine, &limits);
    assert_int_equal(engine->limits.creates_per_hour, 9);
    assert_int_equal(engine->run, 1);
    assert_int_equal(room_engine_awake_count(engine), 0);
    room_engine_free(engine);
    room_engine_free(NULL);
}

static void an_engine_with_an_ended_room_can_be_freed(void **state)
{
    struct room_script *script = *state;
    struct room_event event = {.kind = ROOM_EVENT_END, .room = SPAN("tea")};

    room_do_begin(script);
    room_do(script, "create room=mint from=host@ctl/h");
    event.actor.leg = ROOM_LEG_CONTROL;
    check_ok(room_step(script->engine, &event, &script->effects));
    assert_true(room_is_ended(room_tea(script)));
}

static void many_rooms_come_and_go(void **state)
{
    struct room_script *script = *state;

    for (int i = 0; i < 50; i++) {
        char line[64];

        snprintf(line, sizeof(line), "create room=r%d from=host@ctl/h", i);
        room_do(script, line);
    }
    assert_int_equal(room_engine_awake_count(script->engine), 50);
    for (int i = 0; i < 50; i += 2) {
        char line[64];

        snprintf(line, sizeof(line), "end room=r%d from=host@ctl/h", i);
        room_do(script, line);
    }
    assert_int_equal(room_engine_awake_count(script->engine), 25);
    assert_non_null(room_find(script->engine, SPAN("r1")));
    assert_null(room_find(script->engine, SPAN("r2")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        room_test(an_absent_room_answers_too),
        room_test(rooms_do_not_hear_each_other),
        room_test(limits_are_copied),
        room_test(an_engine_with_an_ended_room_can_be_freed),
        room_test(many_rooms_come_and_go),
    };

    return cmocka_run_group_tests_name("room_engine", tests, NULL, NULL);
}

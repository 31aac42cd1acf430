#include "room/room_state.h"
#include "room/room_view.h"
#include "support/room_check.h"
#include "support/room_text.h"

static void five_quiet_minutes_are_enough(void **state)
{
    struct room_script *script = *state;

    room_do_begin(script);
    room_do(script, "00:04:59.999 sweep");
    assert_int_equal(room_engine_awake_count(script->engine), 1);
    room_do(script, "00:05:00 sweep");
    assert_int_equal(room_engine_awake_count(script->engine), 0);
}

static void whoever_was_touched_stays(void **state)
{
    struct room_script *script = *state;

    room_do(script, "create room=a from=host@ctl/h\n"
                    "create room=b from=host@ctl/h\n"
                    "create room=c from=host@ctl/h\n"
                    "00:03:00 time room=a");
    room_engine_sweep(script->engine, ROOM_TEXT_START_MS + 5 * 60000);
    assert_non_null(room_find(script->engine, SPAN("a")));
    assert_null(room_find(script->engine, SPAN("b")));
    assert_null(room_find(script->engine, SPAN("c")));
}

static void a_room_that_was_just_woken_stays(void **state)
{
    struct room_script *script = *state;

    room_do_begin(script);
    room_do(script, "00:10:00 sweep");
    assert_int_equal(room_engine_awake_count(script->engine), 0);
    assert_non_null(room_tea(script));
    room_do(script, "00:10:01 sweep");
    assert_int_equal(room_engine_awake_count(script->engine), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        room_test(five_quiet_minutes_are_enough),
        room_test(whoever_was_touched_stays),
        room_test(a_room_that_was_just_woken_stays),
    };

    return cmocka_run_group_tests_name("room_sweep", tests, NULL, NULL);
}

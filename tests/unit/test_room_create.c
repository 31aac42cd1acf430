#include "room/room_view.h"
#include "support/room_check.h"
#include "support/room_text.h"

static void the_room_is_awake_and_stored(void **state)
{
    struct room_script *script = *state;

    room_expect(script, "create from=host@ctl/h idle=15m protection=link",
                "store   room tea protection=link seats=Ann,Bob "
                "deadline=00:15:00.000 wake=00:13:30.000\n");
    assert_int_equal(room_engine_awake_count(script->engine), 1);
    assert_int_equal(room_number(room_tea(script)), 1);
    assert_int_equal(room_get_protection(room_tea(script)),
                     ROOM_PROTECTION_LINK);
    assert_false(room_seat_is_used(room_tea(script), 1));
}

/* Names are random, so this is somebody's bug; yet it must answer. */
static void a_name_is_not_given_twice(void **state)
{
    struct room_script *script = *state;

    room_do(script, "create from=host@ctl/h");
    room_expect(script, "create from=host@ctl/h",
                "refuse  host@ctl/h try-later\n");
    assert_int_equal(room_engine_awake_count(script->engine), 1);
}

static void a_good_answer_is_the_services(void **state)
{
    struct room_script *script = *state;

    room_expect_no_part(script, "create from=host@x.example/h", "send");
}

static void the_limit_is_of_the_source(void **state)
{
    struct room_script *script = *state;

    room_do(script, "limits creates=1\ncreate room=a from=h@x.example/1");
    room_expect(script, "create room=b from=h@x.example/2",
                "refuse  h@x.example/2 too-many-creates\n");
    room_expect_part(script, "create room=b from=k@x.example/1",
                     "store   room");
    room_expect_part(script, "create room=c from=h@ctl/1", "store   room");
    room_do(script, "limits creates=0");
    room_expect(script, "create room=d from=h@x.example/2",
                "store   room d protection=server seats=Ann,Bob "
                "deadline=01:00:00.000 wake=00:54:00.000\n");
    assert_null(room_find(script->engine, SPAN("e")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        room_test(the_room_is_awake_and_stored),
        room_test(a_name_is_not_given_twice),
        room_test(a_good_answer_is_the_services),
        room_test(the_limit_is_of_the_source),
    };

    return cmocka_run_group_tests_name("room_create", tests, NULL, NULL);
}

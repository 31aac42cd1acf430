#include <stdio.h>

#include "room/room_state.h"
#include "room/room_view.h"
#include "support/room_check.h"

static void each_code_opens_its_own_seat(void **state)
{
    struct room_script *script = *state;

    room_do_begin(script);
    assert_int_equal(
        room_seat_of_session(room_tea(script), SPAN("ann@x.example/phone")), 1);
    assert_int_equal(
        room_seat_of_session(room_tea(script), SPAN("bob@y.example/desk")), 2);
    assert_true(room_seat_is_used(room_tea(script), 1));
    assert_true(room_seat_is_used(room_tea(script), 2));
}

/* A code is compared whole: neither its beginning nor its length helps. */
static void almost_right_is_wrong(void **state)
{
    struct room_script *script = *state;

    room_do(script, "create from=host@ctl/h");
    room_expect_part(script, "join from=g@guests/x code=on", "wrong-code");
    room_expect_part(script, "join from=g@guests/x code=onf", "wrong-code");
    room_expect_part(script, "join from=g@guests/x code=onee", "wrong-code");
    room_expect_part(script, "join from=g@guests/x code=\"\"", "wrong-code");
}

static void a_binding_stands_above_any_code(void **state)
{
    struct room_script *script = *state;

    room_do_begin(script);
    room_expect_part(script, "join from=ann@x.example/b code=two",
                     "of=Ann self joining");
    room_expect_part(script, "join from=ann@x.example/c code=bad",
                     "of=Ann self joining");
    assert_int_equal(script->engine->sources.count, 0);
}

static void a_join_by_binding_is_no_activity(void **state)
{
    struct room_script *script = *state;

    room_do_begin(script);
    room_expect_no_part(script, "00:30:00 join from=ann@x.example/b code=one",
                        "store   state");
}

static void the_welcome_is_for_apps_that_came_by_code(void **state)
{
    struct room_script *script = *state;

    room_do(script, "create from=host@ctl/h");
    room_expect_part(script, "join from=ann@x.example/a code=one", "welcome");
    room_expect_no_part(script, "join from=ann@x.example/b code=one",
                        "welcome");
    room_expect_no_part(script, "join from=g@guests/t code=two", "welcome");
}

static void the_id_comes_back_to_the_newcomer_alone(void **state)
{
    struct room_script *script = *state;

    room_do(script, "create from=host@ctl/h\n"
                    "join from=ann@x.example/a code=one");
    room_expect(script, "join from=g@guests/t code=two nick=Bob id=j7",
                "store   state deadline=01:00:00.000 wake=00:54:00.000 "
                "used=1 used=2\n"
                "store   session g@guests/t seat=2 leg=guest presence=\"\"\n"
                "send    g@guests/t presence of=Ann shows=\"\"\n"
                "send    g@guests/t presence of=Bob self joining id=\"j7\" "
                "shows=\"\"\n"
                "send    g@guests/t history upto=0\n"
                "send    g@guests/t subject\n"
                "send    ann@x.example/a presence of=Bob shows=\"\"\n");
}

static void nobody_waits_nobody_is_refused(void **state)
{
    struct room_script *script = *state;

    room_do(script, "create from=host@ctl/h");
    room_expect_no_part(script, "join from=g@guests/t code=bad nobody",
                        "refuse");
}

static void the_evicted_are_those_who_said_nothing(void **state)
{
    struct room_script *script = *state;

    room_do(script, "limits sessions=3\n00:00:00 create from=host@ctl/h\n"
                    "00:00:01 join from=ann@x.example/a code=one\n"
                    "00:00:02 join from=ann@x.example/b\n"
                    "00:00:03 join from=ann@x.example/c\n"
                    "00:00:04 pong from=ann@x.example/a\n"
                    "00:00:05 presence from=ann@x.example/b nick=Ann");
    room_expect_part(script, "00:00:06 join from=ann@x.example/d",
                     "send    ann@x.example/c removed evicted");
    room_do(script, "limits sessions=1");
    room_expect_part(script, "00:00:07 join from=ann@x.example/e",
                     "send    ann@x.example/a removed evicted");
    assert_int_equal(room_tea(script)->session_count, 1);
}

static void without_a_limit_there_is_still_one(void **state)
{
    struct room_script *script = *state;

    room_do(script, "limits sessions=0\ncreate from=host@ctl/h\n"
                    "join from=ann@x.example/0 code=one");
    for (int i = 1; i < ROOM_SEAT_SESSIONS_MAX; i++) {
        char line[64];

        snprintf(line, sizeof(line), "join from=ann@x.example/%d", i);
        room_expect_no_part(script, line, "evicted");
    }
    room_expect_part(script, "join from=ann@x.example/more", "evicted");
    assert_int_equal(room_tea(script)->session_count, ROOM_SEAT_SESSIONS_MAX);
}

/* Whatever is configured, one seat cannot fill the memory. */
static void no_limit_is_above_ours(void **state)
{
    struct room_script *script = *state;

    room_do(script, "limits sessions=1000\ncreate from=host@ctl/h\n"
                    "join from=ann@x.example/0 code=one");
    for (int i = 1; i <= ROOM_SEAT_SESSIONS_MAX; i++) {
        char line[64];

        snprintf(line, sizeof(line), "join from=ann@x.example/%d", i);
        room_do(script, line);
    }
    assert_int_equal(room_tea(script)->session_count, ROOM_SEAT_SESSIONS_MAX);
}

/* It cannot be, but then it must not open a third seat. */
static void the_same_code_for_both_opens_the_first(void **state)
{
    struct room_script *script = *state;

    room_do(script, "create from=host@ctl/h");
    room_tea(script)->seats[1].code = room_tea(script)->seats[0].code;
    room_expect_part(script, "join from=ann@x.example/0 code=one",
                     "presence of=Ann self joining");
}

static void a_resync_costs_the_disk_nothing(void **state)
{
    struct room_script *script = *state;

    room_do_begin(script);
    room_expect_no_part(script, "join from=ann@x.example/phone", "store");
}

/* A tab that shows the same as before, but not what its seat shows. */
static void a_resync_of_an_older_session_shows_it(void **state)
{
    struct room_script *script = *state;

    room_do_begin(script);
    room_do(script, "join from=ann@x.example/b shows=\"<show>dnd</show>\"");
    room_expect_part(script, "join from=ann@x.example/phone",
                     "send    bob@y.example/desk presence of=Ann shows=\"\"");
}

static void too_many_accounts_of_a_seat(void **state)
{
    struct room_script *script = *state;

    room_do(script, "create from=host@ctl/h");
    for (int i = 0; i < ROOM_MEMBERS_MAX; i++) {
        char line[64];

        snprintf(line, sizeof(line), "join from=a%d@x.example/p code=one", i);
        room_do(script, line);
        snprintf(line, sizeof(line), "leave from=a%d@x.example/p", i);
        room_do(script, line);
    }
    room_expect_part(script, "join from=new@x.example/p code=one",
                     "store   member a0@x.example seat=0\n"
                     "store   member new@x.example seat=1\n");
    room_do(script, "sleep");
    assert_int_equal(
        room_seat_of_member(room_tea(script), SPAN("a0@x.example")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        room_test(each_code_opens_its_own_seat),
        room_test(almost_right_is_wrong),
        room_test(a_binding_stands_above_any_code),
        room_test(a_join_by_binding_is_no_activity),
        room_test(the_welcome_is_for_apps_that_came_by_code),
        room_test(the_id_comes_back_to_the_newcomer_alone),
        room_test(nobody_waits_nobody_is_refused),
        room_test(the_evicted_are_those_who_said_nothing),
        room_test(without_a_limit_there_is_still_one),
        room_test(no_limit_is_above_ours),
        room_test(the_same_code_for_both_opens_the_first),
        room_test(a_resync_costs_the_disk_nothing),
        room_test(a_resync_of_an_older_session_shows_it),
        room_test(too_many_accounts_of_a_seat),
    };

    return cmocka_run_group_tests_name("room_join", tests, NULL, NULL);
}

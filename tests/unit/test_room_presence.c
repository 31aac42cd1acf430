#include "room/room_view.h"
#include "support/room_check.h"

static void an_update_reaches_all(void **state)
{
    struct room_script *script = *state;

    room_do_begin(script);
    room_do(script, "join from=ann@x.example/b");
    room_expect(script,
                "presence from=ann@x.example/phone shows=\"<show>dnd</show>\"",
                "store   session ann@x.example/phone seat=1 leg=native "
                "presence=\"<show>dnd</show>\"\n"
                "send    ann@x.example/phone presence of=Ann self "
                "shows=\"<show>dnd</show>\"\n"
                "send    bob@y.example/desk presence of=Ann "
                "shows=\"<show>dnd</show>\"\n"
                "send    ann@x.example/b presence of=Ann self "
                "shows=\"<show>dnd</show>\"\n");
}

/* Some clients say the same again and again. */
static void an_update_that_changes_nothing_is_not_written(void **state)
{
    struct room_script *script = *state;

    room_do_begin(script);
    room_expect(script, "presence from=ann@x.example/phone",
                "send    ann@x.example/phone presence of=Ann self shows=\"\"\n"
                "send    bob@y.example/desk presence of=Ann shows=\"\"\n");
}

static void another_nick_changes_nothing(void **state)
{
    struct room_script *script = *state;

    room_do_begin(script);
    room_expect(script,
                "presence from=ann@x.example/phone nick=ann id=p1 "
                "shows=\"<show>xa</show>\"",
                "send    ann@x.example/phone presence of=Ann self renamed "
                "id=\"p1\" shows=\"\"\n");
}

static void the_bare_room_is_ones_own_seat(void **state)
{
    struct room_script *script = *state;

    room_do_begin(script);
    room_expect_no_part(script, "presence from=ann@x.example/phone bare",
                        "renamed");
}

static void a_stranger_is_told_that_it_is_none(void **state)
{
    struct room_script *script = *state;

    room_do_begin(script);
    room_expect(script, "presence from=eve@z.example/x nick=Ann",
                "send    eve@z.example/x removed stranger nick=\"Ann\"\n");
    room_expect(script, "presence from=eve@z.example/x bare",
                "send    eve@z.example/x removed stranger\n");
    room_expect(script, "leave from=eve@z.example/x", "");
}

static void leaving_is_heard_once(void **state)
{
    struct room_script *script = *state;

    room_do_begin(script);
    room_expect(script, "leave from=ann@x.example/phone nick=whatever",
                "store   left ann@x.example/phone\n"
                "send    ann@x.example/phone removed left seat=1\n"
                "send    bob@y.example/desk presence of=Ann unavailable\n");
    room_expect(script, "leave from=ann@x.example/phone", "");
    assert_false(room_seat_is_online(room_tea(script), 1));
}

static void the_seat_falls_back_to_who_is_left(void **state)
{
    struct room_script *script = *state;

    room_do_begin(script);
    room_do(script, "join from=ann@x.example/b shows=\"<show>dnd</show>\"");
    room_expect_part(script, "leave from=ann@x.example/b",
                     "send    bob@y.example/desk presence of=Ann shows=\"\"");
}

/* A tab that was closed is away until it is given up. */
static void who_is_away_hides_nobody(void **state)
{
    struct room_script *script = *state;

    room_do_begin(script);
    room_do(script, "join from=ann@x.example/b");
    room_expect_part(
        script, "presence from=ann@x.example/b shows=\"<show>away</show>\"",
        "send    bob@y.example/desk presence of=Ann shows=\"\"");
    room_expect_part(
        script, "presence from=ann@x.example/phone shows=\"<show>xa</show>\"",
        "send    bob@y.example/desk presence of=Ann shows=\"<show>xa</show>\"");
    room_expect_part(
        script, "presence from=ann@x.example/b shows=\"<show>chat</show>\"",
        "send    bob@y.example/desk presence of=Ann "
        "shows=\"<show>chat</show>\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        room_test(an_update_reaches_all),
        room_test(an_update_that_changes_nothing_is_not_written),
        room_test(another_nick_changes_nothing),
        room_test(the_bare_room_is_ones_own_seat),
        room_test(a_stranger_is_told_that_it_is_none),
        room_test(leaving_is_heard_once),
        room_test(the_seat_falls_back_to_who_is_left),
        room_test(who_is_away_hides_nobody),
    };

    return cmocka_run_group_tests_name("room_presence", tests, NULL, NULL);
}

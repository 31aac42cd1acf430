#include <stdio.h>
#include <string.h>

#include "room/room_state.h"
#include "support/room_check.h"
#include "support/room_line.h"

static size_t count_families(struct room_script *script)
{
    size_t count = 0;

    for (struct room_family *at = room_tea(script)->families; at != NULL;
         at = at->next)
        count++;
    return count;
}

static void come_and_go(struct room_script *script, const char *with)
{
    char lines[160];

    snprintf(lines, sizeof(lines),
             "join from=g@guests/t %s\nleave from=g@guests/t", with);
    room_do(script, lines);
}

static void a_code_begins_a_family(void **state)
{
    struct room_script *script = *state;

    room_do(script, "create from=host@ctl/h");
    room_expect_part(script, "join from=g@guests/t code=two offers=t1",
                     "token=\"t1\"");
    room_expect_part(script, "join from=h@guests/t code=two offers=u1",
                     "store   tokens 2 seat=2 u1 ");
    assert_int_equal(count_families(script), 2);
}

static void a_token_opens_its_own_seat_alone(void **state)
{
    struct room_script *script = *state;

    room_do_begin(script);
    come_and_go(script, "code=two offers=t1");
    room_expect_part(script, "join from=h@guests/t token=t1 offers=t2",
                     "presence of=Bob self joining");
    /* Almost is not enough. */
    room_expect_part(script, "join from=i@guests/t token=t offers=t3",
                     "wrong-code");
    room_expect_part(script, "join from=i@guests/t token=t22 offers=t3",
                     "wrong-code");
}

static void a_token_moves_no_deadline(void **state)
{
    struct room_script *script = *state;

    room_do(script, "00:00:00 create from=host@ctl/h idle=1h");
    come_and_go(script, "code=two offers=t1");
    room_expect_no_part(script,
                        "00:30:00 join from=g@guests/t token=t1 offers=t2",
                        "store   state");
    room_expect_part(script, "01:00:00 due", "notice  silence");
}

static void apps_get_none_and_bring_none(void **state)
{
    struct room_script *script = *state;

    room_do_begin(script);
    room_expect_no_part(script, "join from=ann@x.example/b code=one offers=t1",
                        "token");
    come_and_go(script, "code=two offers=t2");
    room_expect_part(script, "join from=eve@z.example/x token=t2 offers=t3",
                     "wrong-code");
    /* Who is bound sits on the own seat, whatever comes with it. */
    room_expect_part(script, "join from=ann@x.example/c token=t2 offers=t3",
                     "presence of=Ann self joining");
    room_expect_part(script, "join from=g@guests/t token=t2 offers=t4",
                     "store   tokens 1 seat=2 t4,t2 ");
    /* They cannot have copied one either. */
    room_do(script, "leave from=g@guests/t");
    come_and_go(script, "token=t4 offers=t5");
    room_expect_no_part(script, "join from=eve@z.example/x token=t2", "tokens");
}

static void the_old_one_dies_and_takes_the_family_along(void **state)
{
    struct room_script *script = *state;

    room_do(script, "create from=host@ctl/h");
    come_and_go(script, "code=two offers=t1");
    come_and_go(script, "token=t1 offers=t2");
    come_and_go(script, "token=t2 offers=t3");
    room_expect_part(script, "join from=e@guests/x token=t1 offers=x",
                     "store   tokens 1 seat=0\n");
    assert_int_equal(count_families(script), 0);
    room_expect_part(script, "join from=g@guests/t token=t3 offers=t4",
                     "wrong-code");
}

/* The limits refuse the stranger before its words are looked at, but a copy
 * in wrong hands must end what it is a copy of. */
static void a_replay_counts_even_where_codes_are_limited(void **state)
{
    struct room_script *script = *state;

    room_do(script, "create from=host@ctl/h");
    come_and_go(script, "code=two offers=t1");
    come_and_go(script, "token=t1 offers=t2");
    come_and_go(script, "token=t2 offers=t3");
    room_do(script, "join from=e@guests/x code=bad times=6");
    room_expect(script, "join from=e@guests/x token=t1 offers=x",
                "store   tokens 1 seat=0\n"
                "refuse  e@guests/x wrong-code left=0 wait=30s\n");
}

/* Only the last few dead ones are known: an older one is just wrong. */
static void the_long_dead_are_forgotten(void **state)
{
    struct room_script *script = *state;

    room_do(script, "limits rate=0\ncreate from=host@ctl/h");
    come_and_go(script, "code=two offers=t0");
    for (int i = 0; i < ROOM_TOKENS_KEPT; i++) {
        char with[64];

        snprintf(with, sizeof(with), "token=t%d offers=t%d", i, i + 1);
        come_and_go(script, with);
    }
    assert_int_equal(room_tea(script)->families->image.count, ROOM_TOKENS_KEPT);
    room_expect_no_part(script, "join from=e@guests/x token=t0 offers=x",
                        "tokens");
    room_expect_part(script, "join from=e@guests/x token=t1 offers=x",
                     "store   tokens 1 seat=0\n");
}

static void a_lost_answer_is_no_replay(void **state)
{
    struct room_script *script = *state;

    room_do(script, "create from=host@ctl/h");
    come_and_go(script, "code=two offers=t1");
    come_and_go(script, "token=t1 offers=t2");
    room_expect_part(script, "join from=g@guests/t token=t1 offers=t3",
                     "store   tokens 2 seat=2 t3 ");
    room_expect_part(script, "join from=h@guests/t token=t2 offers=t4",
                     "store   tokens 1 seat=2 t4,t2,t1 ");
}

static void families_are_no_more_than_sessions(void **state)
{
    struct room_script *script = *state;

    room_do(script, "limits sessions=3\n00:00:00 create from=host@ctl/h");
    for (int i = 1; i <= 9; i++) {
        char with[64];

        snprintf(with, sizeof(with), "code=two offers=t%d", i);
        come_and_go(script, with);
    }
    come_and_go(script, "code=one offers=other");
    assert_int_equal(count_families(script), 4);
    room_expect_part(script, "join from=g@guests/t token=t6 offers=x",
                     "wrong-code");
    room_expect_part(script, "join from=g@guests/t token=t7 offers=x",
                     "of=Bob self joining");
    /* A smaller limit counts from the next new tab on. */
    room_do(script, "limits sessions=1\njoin from=h@guests/t code=two "
                    "offers=y");
    assert_int_equal(count_families(script), 2);
}

static void a_family_of_an_open_tab_stays(void **state)
{
    struct room_script *script = *state;

    room_do(script, "limits sessions=2\n00:00:00 create from=host@ctl/h\n"
                    "00:00:01 join from=a@guests/t code=two offers=a1");
    room_do(script, "00:00:02 join from=b@guests/t code=two offers=b1\n"
                    "00:00:03 leave from=b@guests/t");
    room_expect_part(script, "00:00:04 join from=c@guests/t code=two offers=c1",
                     "store   tokens 2 seat=0\n");
}

static void who_is_in_is_given_one_only_if_it_has_none(void **state)
{
    struct room_script *script = *state;

    room_do(script, "create from=host@ctl/h\n"
                    "join from=g@guests/t code=two offers=t1");
    room_expect_no_part(script, "join from=g@guests/t offers=t2", "token");
    room_do(script, "join from=h@guests/t token=t1 offers=t3");
    room_expect_part(script, "join from=g@guests/t offers=t4", "token=\"t4\"");
}

static void nothing_offered_nothing_changes(void **state)
{
    struct room_script *script = *state;

    room_do(script, "create from=host@ctl/h");
    come_and_go(script, "code=two offers=t1");
    room_expect_no_part(script, "join from=g@guests/t token=t1", "tokens");
    room_do(script, "leave from=g@guests/t");
    room_expect_part(script, "join from=g@guests/t token=t1 offers=t2",
                     "store   tokens 1 seat=2 t2,t1 ");
}

static void a_broken_family_is_left_out(void **state)
{
    struct room_script *script = *state;
    struct room_token_image image = {.seat = 3, .count = 1};
    struct room *room;

    room_do(script, "create from=host@ctl/h");
    room = room_tea(script);
    check_ok(room__family_load(room, &image));
    image.seat = 0;
    check_ok(room__family_load(room, &image));
    image.seat = 1;
    image.count = 0;
    check_ok(room__family_load(room, &image));
    image.count = ROOM_TOKENS_KEPT + 1;
    check_ok(room__family_load(room, &image));
    assert_null(room->families);
    image.count = ROOM_TOKENS_KEPT;
    check_ok(room__family_load(room, &image));
    assert_non_null(room->families);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        room_test(a_code_begins_a_family),
        room_test(a_token_opens_its_own_seat_alone),
        room_test(a_token_moves_no_deadline),
        room_test(apps_get_none_and_bring_none),
        room_test(the_old_one_dies_and_takes_the_family_along),
        room_test(a_replay_counts_even_where_codes_are_limited),
        room_test(the_long_dead_are_forgotten),
        room_test(a_lost_answer_is_no_replay),
        room_test(families_are_no_more_than_sessions),
        room_test(a_family_of_an_open_tab_stays),
        room_test(who_is_in_is_given_one_only_if_it_has_none),
        room_test(nothing_offered_nothing_changes),
        room_test(a_broken_family_is_left_out),
    };

    return cmocka_run_group_tests_name("room_token", tests, NULL, NULL);
}

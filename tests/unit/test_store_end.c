/* The end of a chat: what is said of it, what is wiped, in which order. */
#include "support/check.h"

#include <string.h>

#include "support/store_world.h"

static void check_ended(struct store_world *world, int n, enum room_cause cause)
{
    char text[ID_CHARS + 1];
    struct store_room room;
    enum store_fate fate = STORE_LIVE;
    enum room_cause found = ROOM_CAUSE_SEAT2;
    struct store_seat seat;

    check_ok(store_load(world->store, store_world_local(n, text), &fate, &room,
                        &found));
    assert_int_equal(fate, STORE_ENDED);
    assert_int_equal(found, cause);
    for (int i = 1; i <= ROOM_SEATS; i++) {
        check_ok(store_find_seat(world->store, store_world_seat_id(n, i, text),
                                 &seat));
        assert_int_equal(seat.fate, STORE_ENDED);
        assert_int_equal(seat.cause, cause);
    }
}

static void an_ended_room_is_gone_at_every_stage(void **state)
{
    struct store_world *world = *state;
    struct room *room = store_world_stored_room(world, 1);

    store_world_say(world, room, 1, "x");
    store_world_end(world, room, ROOM_CAUSE_SILENCE);
    check_ok(store_world_commit(world));
    check_ended(world, 1, ROOM_CAUSE_SILENCE);
    check_ok(store_wipe_ended(world->store));
    check_ended(world, 1, ROOM_CAUSE_SILENCE);
    store_world_erase_all(world);
    assert_int_equal(world->erased, 1);
    check_ended(world, 1, ROOM_CAUSE_SILENCE);
    store_world_reopen(world);
    check_ended(world, 1, ROOM_CAUSE_SILENCE);
}

static void a_tombstone_lasts_31_days(void **state)
{
    struct store_world *world = *state;
    struct room *room = store_world_stored_room(world, 1);
    const int64_t day_ms = 24 * 3600 * 1000;
    int64_t ended_ms = world->now_ms;

    store_world_end(world, room, ROOM_CAUSE_SEAT1);
    check_ok(store_world_commit(world));
    store_world_erase_all(world);
    check_ok(store_tidy(world->store, ended_ms + 31 * day_ms));
    check_ended(world, 1, ROOM_CAUSE_SEAT1);
    check_ok(store_tidy(world->store, ended_ms + 31 * day_ms + 1));
    assert_int_equal(store_world_fate(world, 1), STORE_UNKNOWN);
}

static void an_unknown_room_is_unknown(void **state)
{
    struct store_world *world = *state;
    char text[ID_CHARS + 1];
    enum store_fate fate = STORE_LIVE;
    struct store_room room;
    struct store_seat seat;

    store_world_stored_room(world, 1);
    assert_int_equal(store_world_fate(world, 2), STORE_UNKNOWN);
    check_ok(store_find_seat(world->store, store_world_local(1, text), &seat));
    assert_int_equal(seat.fate, STORE_UNKNOWN);
    check_ok(store_load_number(world->store, 2, &fate, &room));
    assert_int_equal(fate, STORE_UNKNOWN);
}

static void a_seat_is_found_by_its_id(void **state)
{
    struct store_world *world = *state;
    char text[ID_CHARS + 1];
    struct store_seat seat;

    store_world_stored_room(world, 7);
    check_ok(
        store_find_seat(world->store, store_world_seat_id(7, 2, text), &seat));
    assert_int_equal(seat.fate, STORE_LIVE);
    assert_int_equal(seat.number, 7);
    assert_int_equal(seat.seat, 2);
}

static void a_second_end_changes_nothing(void **state)
{
    struct store_world *world = *state;
    struct room *room = store_world_stored_room(world, 1);

    store_world_end(world, room, ROOM_CAUSE_SEAT1);
    check_ok(store_world_commit(world));
    store_world_end(world, room, ROOM_CAUSE_SILENCE);
    check_ok(store_world_commit(world));
    check_ended(world, 1, ROOM_CAUSE_SEAT1);
    store_world_erase_all(world);
    assert_int_equal(world->erased, 1);
}

static void made_and_ended_in_one_commit(void **state)
{
    struct store_world *world = *state;
    struct room *room = store_world_room(world, 1);

    store_world_create(world, room, 1);
    store_world_say(world, room, 1, "x");
    store_world_end(world, room, ROOM_CAUSE_SEAT2);
    check_ok(store_world_commit(world));
    check_ended(world, 1, ROOM_CAUSE_SEAT2);
    store_world_erase_all(world);
    assert_int_equal(world->erased, 1);
}

static void count(void *self, int64_t number)
{
    assert_true(number > 0);
    ++*(int *)self;
}

static void rows_stay_until_the_slot_is_wiped(void **state)
{
    struct store_world *world = *state;
    struct room *room = store_world_stored_room(world, 1);
    struct store_stats stats;
    int erased = 0;

    store_world_say(world, room, 1, "x");
    store_world_end(world, room, ROOM_CAUSE_SEAT1);
    check_ok(store_world_commit(world));
    world->now_ms += STORE_TRUNCATE_MS;
    check_ok(store_erase_step(world->store, world->now_ms, count, &erased));
    check_ok(store_get_stats(world->store, &stats));
    assert_int_equal(stats.messages, 1);
    assert_int_equal(erased, 0);
    assert_true(store_is_erasing(world->store));
    store_world_erase_all(world);
    assert_int_equal(world->erased, 1);
    assert_false(store_is_erasing(world->store));
}

static void step(struct store_world *world, int64_t ms, int *erased)
{
    world->now_ms += ms;
    check_ok(store_erase_step(world->store, world->now_ms, count, erased));
}

static void a_step_is_bounded_and_the_journal_is_cut_once_a_second(void **state)
{
    struct store_world *world = *state;
    struct room *room = store_world_stored_room(world, 1);
    struct store_stats stats;
    int erased = 0;

    for (uint32_t seq = 1; seq <= STORE_ERASE_ROWS + 1; seq++)
        store_world_say(world, room, seq, "x");
    store_world_end(world, room, ROOM_CAUSE_SEAT1);
    check_ok(store_world_commit(world));
    check_ok(store_wipe_ended(world->store));
    step(world, 0, &erased);
    check_ok(store_get_stats(world->store, &stats));
    assert_int_equal(stats.messages, 1);
    step(world, 0, &erased);
    check_ok(store_get_stats(world->store, &stats));
    assert_int_equal(stats.messages, 0);
    assert_true(stats.journal_bytes > 0);
    assert_int_equal(erased, 0);
    step(world, 0, &erased);
    assert_int_equal(erased, 1);
    check_ok(store_get_stats(world->store, &stats));
    assert_int_equal(stats.journal_bytes, 0);

    room = store_world_stored_room(world, 2);
    store_world_end(world, room, ROOM_CAUSE_SEAT1);
    check_ok(store_world_commit(world));
    check_ok(store_wipe_ended(world->store));
    step(world, 1, &erased);
    step(world, STORE_TRUNCATE_MS - 2, &erased);
    assert_int_equal(erased, 1);
    assert_true(store_is_erasing(world->store));
    step(world, 1, &erased);
    assert_int_equal(erased, 2);
    assert_false(store_is_erasing(world->store));
}

static void large_rows_are_deleted_in_smaller_steps(void **state)
{
    struct store_world *world = *state;
    struct room *room = store_world_stored_room(world, 1);
    static char bytes[ROOM_PAYLOAD_MAX_BYTES];
    const uint32_t rows = STORE_ERASE_BYTES / ROOM_PAYLOAD_MAX_BYTES + 3;
    struct store_stats stats;
    int erased = 0;

    memset(bytes, 'x', sizeof(bytes) - 1);
    for (uint32_t seq = 1; seq <= rows; seq++)
        store_world_say(world, room, seq, bytes);
    store_world_end(world, room, ROOM_CAUSE_SEAT1);
    check_ok(store_world_commit(world));
    check_ok(store_wipe_ended(world->store));
    check_ok(store_erase_step(world->store, world->now_ms, count, &erased));
    check_ok(store_get_stats(world->store, &stats));
    assert_int_equal(stats.messages, 2);
}

static void a_clock_put_back_does_not_stop_the_cutting(void **state)
{
    struct store_world *world = *state;
    struct room *room = store_world_stored_room(world, 1);

    store_world_end(world, room, ROOM_CAUSE_SEAT1);
    check_ok(store_world_commit(world));
    world->now_ms += 1000000;
    store_world_erase_all(world);
    assert_int_equal(world->erased, 1);
    room = store_world_stored_room(world, 2);
    store_world_end(world, room, ROOM_CAUSE_SEAT1);
    check_ok(store_world_commit(world));
    world->now_ms -= 500000;
    store_world_erase_all(world);
    assert_int_equal(world->erased, 2);
}

static void erasing_goes_on_after_a_restart(void **state)
{
    struct store_world *world = *state;
    struct room *room = store_world_stored_room(world, 1);

    store_world_say(world, room, 1, "x");
    store_world_end(world, room, ROOM_CAUSE_SEAT1);
    check_ok(store_world_commit(world));
    store_world_reopen(world);
    assert_true(store_is_erasing(world->store));
    check_ended(world, 1, ROOM_CAUSE_SEAT1);
    store_world_erase_all(world);
    assert_int_equal(world->erased, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(an_ended_room_is_gone_at_every_stage),
        STORE_TEST(a_tombstone_lasts_31_days),
        STORE_TEST(an_unknown_room_is_unknown),
        STORE_TEST(a_seat_is_found_by_its_id),
        STORE_TEST(a_second_end_changes_nothing),
        STORE_TEST(made_and_ended_in_one_commit),
        STORE_TEST(rows_stay_until_the_slot_is_wiped),
        STORE_TEST(a_step_is_bounded_and_the_journal_is_cut_once_a_second),
        STORE_TEST(large_rows_are_deleted_in_smaller_steps),
        STORE_TEST(a_clock_put_back_does_not_stop_the_cutting),
        STORE_TEST(erasing_goes_on_after_a_restart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

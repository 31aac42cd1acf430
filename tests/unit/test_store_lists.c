/* Which rooms are due, live, joined. */
#include "support/check.h"

#include "support/store_world.h"

enum { MOST = 8 };

static void set_wake(struct store_world *world, struct room *room,
                     int64_t wake_ms)
{
    struct room_effect *effect =
        store_world_add(world, room, ROOM_EFFECT_STORE_STATE);

    effect->u.state.wake_ms = wake_ms;
    check_ok(store_world_commit(world));
}

static void rooms_are_due_in_the_order_of_their_time(void **state)
{
    struct store_world *world = *state;
    int64_t numbers[MOST];
    size_t count = 99;

    set_wake(world, store_world_stored_room(world, 1), 300);
    set_wake(world, store_world_stored_room(world, 2), 100);
    set_wake(world, store_world_stored_room(world, 3), 200);
    check_ok(store_due(world->store, 99, MOST, numbers, &count));
    assert_int_equal(count, 0);
    check_ok(store_due(world->store, 200, MOST, numbers, &count));
    assert_int_equal(count, 2);
    assert_int_equal(numbers[0], 2);
    assert_int_equal(numbers[1], 3);
    check_ok(store_due(world->store, 300, 1, numbers, &count));
    assert_int_equal(count, 1);
    assert_int_equal(numbers[0], 2);
}

static void ended_rooms_are_in_no_list(void **state)
{
    struct store_world *world = *state;
    struct room *room = store_world_stored_room(world, 1);
    int64_t numbers[MOST];
    size_t count = 99;

    store_world_join(world, room, "a@b/c", ROOM_LEG_NATIVE);
    store_world_end(world, room, ROOM_CAUSE_SEAT1);
    check_ok(store_world_commit(world));
    check_ok(store_due(world->store, INT64_MAX, MOST, numbers, &count));
    assert_int_equal(count, 0);
    check_ok(store_list(world->store, 0, MOST, numbers, &count));
    assert_int_equal(count, 0);
    check_ok(store_list_natives(world->store, 0, MOST, numbers, &count));
    assert_int_equal(count, 0);
}

static void live_rooms_are_listed_in_pieces(void **state)
{
    struct store_world *world = *state;
    int64_t numbers[MOST];
    size_t count = 0;

    for (int n = 1; n <= 5; n++)
        store_world_stored_room(world, n);
    check_ok(store_list(world->store, 0, 2, numbers, &count));
    assert_int_equal(count, 2);
    assert_int_equal(numbers[1], 2);
    check_ok(store_list(world->store, 2, MOST, numbers, &count));
    assert_int_equal(count, 3);
    assert_int_equal(numbers[0], 3);
    assert_int_equal(numbers[2], 5);
}

static void joined_rooms_are_told_apart_by_leg(void **state)
{
    struct store_world *world = *state;
    struct room *both = store_world_stored_room(world, 1);
    struct room *native = store_world_stored_room(world, 3);
    int64_t numbers[MOST];
    size_t count = 0;

    store_world_stored_room(world, 2);
    store_world_join(world, both, "a@b/c", ROOM_LEG_NATIVE);
    store_world_join(world, both, "a@b/d", ROOM_LEG_NATIVE);
    store_world_join(world, both, "g@guests.b/e", ROOM_LEG_GUEST);
    store_world_join(world, native, "a@b/c", ROOM_LEG_NATIVE);
    check_ok(store_world_commit(world));
    check_ok(store_list_natives(world->store, 0, MOST, numbers, &count));
    assert_int_equal(count, 2);
    assert_int_equal(numbers[0], 1);
    assert_int_equal(numbers[1], 3);
    check_ok(store_list_guests(world->store, 0, MOST, numbers, &count));
    assert_int_equal(count, 1);
    assert_int_equal(numbers[0], 1);
    check_ok(store_list_natives(world->store, 1, MOST, numbers, &count));
    assert_int_equal(count, 1);
    assert_int_equal(numbers[0], 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(rooms_are_due_in_the_order_of_their_time),
        STORE_TEST(ended_rooms_are_in_no_list),
        STORE_TEST(live_rooms_are_listed_in_pieces),
        STORE_TEST(joined_rooms_are_told_apart_by_leg),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

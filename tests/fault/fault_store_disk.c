/* A disk that refuses, lies or is full. */
#include "support/check.h"

#include <errno.h>
#include <string.h>

#include "support/disk.h"
#include "support/store_world.h"

static int setup(void **state)
{
    static struct store_world world;

    store_world_init(&world);
    check_ok(store_world_open(&world));
    *state = &world;
    return 0;
}

static int teardown(void **state)
{
    disk_heal();
    store_world_clear(*state);
    return 0;
}

static bool has_key(struct store_world *world, const struct room *room)
{
    const struct room_keys *keys = room_get_keys(room);

    return store_world_file_has(
        world, "keys",
        (struct span){(const char *)keys->seal.at, SECRET_BYTES});
}

static void nothing(void *self, int64_t number)
{
    (void)number;
    ++*(int *)self;
}

static void end(struct store_world *world, struct room *room)
{
    store_world_end(world, room, ROOM_CAUSE_SEAT1);
    check_ok(store_world_commit(world));
}

static void a_wipe_that_cannot_sync_is_tried_again(void **state)
{
    struct store_world *world = *state;
    struct room *room = store_world_stored_room(world, 1);
    struct store_stats stats;
    int erased = 0;

    end(world, room);
    disk_refuse_at(DISK_SYNCS, 1, 2, EIO);
    check_err(store_wipe_ended(world->store), ERR_SYSTEM);
    check_err(store_wipe_ended(world->store), ERR_SYSTEM);
    /* Not erased, not reported, the slot not free. */
    check_ok(store_erase_step(world->store, world->now_ms, nothing, &erased));
    assert_true(store_is_erasing(world->store));
    assert_int_equal(erased, 0);
    check_ok(store_get_stats(world->store, &stats));
    assert_int_equal(stats.slots_used, 1);
    assert_true(disk_heal());
    check_ok(store_wipe_ended(world->store));
    assert_false(has_key(world, room));
    store_world_erase_all(world);
    assert_int_equal(world->erased, 1);
}

static void a_wipe_that_cannot_write_is_tried_again(void **state)
{
    struct store_world *world = *state;
    struct room *room = store_world_stored_room(world, 1);
    struct room *other = store_world_stored_room(world, 2);

    store_world_end(world, room, ROOM_CAUSE_SEAT1);
    store_world_end(world, other, ROOM_CAUSE_SEAT1);
    check_ok(store_world_commit(world));
    disk_refuse_at(DISK_WRITES, 2, 1, EIO);
    check_err(store_wipe_ended(world->store), ERR_SYSTEM);
    assert_true(has_key(world, other));
    check_ok(store_wipe_ended(world->store));
    assert_false(has_key(world, room));
    assert_false(has_key(world, other));
}

static void a_page_that_cannot_be_written_holds_up_no_other(void **state)
{
    struct store_world *world = *state;
    struct room *room = store_world_stored_room(world, 1);
    struct room *other = store_world_stored_room(world, 2);
    struct store_stats stats;
    int erased = 0;

    store_world_end(world, room, ROOM_CAUSE_SEAT1);
    store_world_end(world, other, ROOM_CAUSE_SEAT1);
    check_ok(store_world_commit(world));
    for (int i = 0; i < 3; i++) {
        disk_refuse_at(DISK_WRITES, 1, 1, EIO); /* always that of the first */
        check_err(store_wipe_ended(world->store), ERR_SYSTEM);
        assert_true(disk_heal());
        assert_true(has_key(world, room));
        assert_false(has_key(world, other));
    }
    for (int i = 0; i < 5; i++) {
        world->now_ms += STORE_TRUNCATE_MS;
        check_ok(
            store_erase_step(world->store, world->now_ms, nothing, &erased));
    }
    assert_int_equal(erased, 1);
    check_ok(store_get_stats(world->store, &stats));
    assert_int_equal(stats.slots_used, 1);
    check_ok(store_wipe_ended(world->store));
    assert_false(has_key(world, room));
    store_world_erase_all(world);
    assert_int_equal(world->erased, 1);
}

static void what_reads_back_otherwise_is_not_wiped(void **state)
{
    struct store_world *world = *state;
    struct room *room = store_world_stored_room(world, 1);
    struct store_stats stats;

    end(world, room);
    /* First the page must be seen to be the room's. */
    check_ok(store__wipes_reserve(&world->store->wipes, 1));
    world->store->wipes.at[0].is_begun = true;
    disk_lie(true);
    check_err(store_wipe_ended(world->store), ERR_SYSTEM);
    disk_lie(false);
    check_ok(store_get_stats(world->store, &stats));
    assert_int_equal(stats.slots_used, 1);
    check_ok(store_wipe_ended(world->store));
    check_ok(store_get_stats(world->store, &stats));
    assert_int_equal(stats.slots_used, 0);
}

static void a_slot_of_somebody_else_is_not_overwritten(void **state)
{
    struct store_world *world = *state;
    struct room *room = store_world_stored_room(world, 1);
    struct store__wipe wrong = {.number = 9, .slot = STORE_SLOT_FIRST};

    check_ok(store__wipes_reserve(&world->store->wipes, 2));
    world->store->wipes.at[world->store->wipes.count++] = wrong;
    wrong.slot = STORE_SLOT_INSTANCE;
    world->store->wipes.at[world->store->wipes.count++] = wrong;
    check_ok(store_wipe_ended(world->store));
    assert_true(has_key(world, room));
    store_world_reopen(world);
    assert_int_equal(store_world_fate(world, 1), STORE_LIVE);
}

static uint64_t journal_bytes(struct store_world *world)
{
    struct store_stats stats;

    check_ok(store_get_stats(world->store, &stats));
    return stats.journal_bytes;
}

static void a_slot_is_on_the_disk_before_its_row(void **state)
{
    struct store_world *world = *state;
    uint64_t before;

    store_world_stored_room(world, 1);
    before = journal_bytes(world);
    store_world_create(world, store_world_room(world, 2), 2);
    disk_refuse_at(DISK_SYNCS, 1, 1, EIO);
    check_err(store_world_commit(world), ERR_STORE);
    assert_true(disk_heal());
    /* The database has not even been touched. */
    assert_int_equal(journal_bytes(world), before);
    assert_int_equal(store_world_fate(world, 2), STORE_UNKNOWN);
}

/* Refuses each call of a commit in turn. */
static void refuse_each(struct store_world *world, enum disk_calls calls)
{
    struct buf texts = BUF_EMPTY(1000);
    struct room *room = store_world_stored_room(world, 1);
    uint64_t nth = 0;
    int n = 2;
    enum err rc;

    do {
        store_world_create(world, store_world_room(world, n), n);
        store_world_say(world, room, 1, "once");
        disk_refuse_at(calls, ++nth, 1, EIO);
        rc = store_world_commit(world);
        disk_heal();
        if (rc == ERR_OK)
            break;
        check_err(rc, ERR_STORE);
        assert_int_equal(store_world_fate(world, n), STORE_UNKNOWN);
        store_world_texts(world, room, &texts);
        assert_int_equal(texts.len, 0);
        n++;
    } while (nth < 100);
    assert_true(nth > 1 && nth < 100);
    store_world_reopen(world);
    assert_int_equal(store_world_fate(world, n), STORE_LIVE);
    for (int i = 2; i < n; i++)
        assert_int_equal(store_world_fate(world, i), STORE_UNKNOWN);
    store_world_texts(world, room, &texts);
    check_span(buf_span(&texts), "once,");
    buf_clear(&texts);
}

static void a_commit_whose_write_is_refused_did_not_happen(void **state)
{
    refuse_each(*state, DISK_WRITES);
}

static void a_commit_whose_sync_is_refused_did_not_happen(void **state)
{
    refuse_each(*state, DISK_SYNCS);
}

/* Fills the database through SQLite's own limit. */
static void a_full_database_refuses_and_goes_on(void **state)
{
    struct store_world *world = *state;
    struct room *room = store_world_stored_room(world, 1);
    struct buf texts = BUF_EMPTY(4 * 1024 * 1024);
    static char body[8192];
    uint32_t seq = 0;
    enum err rc;

    memset(body, 'x', sizeof(body) - 1);
    check_ok(store__db_exec(world->store->db, "PRAGMA max_page_count = 60"));
    do {
        store_world_say(world, room, ++seq, body);
        store_world_say(world, room, ++seq, body);
        rc = store_world_commit(world);
    } while (rc == ERR_OK);
    check_err(rc, ERR_FULL);
    /* Neither of the two. */
    store_world_texts(world, room, &texts);
    assert_int_equal(texts.len, (seq - 2) * sizeof(body));
    buf_clear(&texts);
    check_ok(store__db_exec(world->store->db, "PRAGMA max_page_count = 600"));
    store_world_say(world, room, seq - 1, body);
    check_ok(store_world_commit(world));
    buf_clear(&texts);
}

static uint32_t fill_disk(struct store_world *world, struct room *room)
{
    static char body[8192];
    uint32_t seq = 0;
    enum err rc;

    memset(body, 'x', sizeof(body) - 1);
    disk_leave_bytes(200000);
    do {
        store_world_say(world, room, ++seq, body);
        rc = store_world_commit(world);
    } while (rc == ERR_OK);
    check_err(rc, ERR_FULL);
    disk_leave_bytes(0);
    return seq - 1;
}

static void a_chat_can_be_ended_on_a_full_disk(void **state)
{
    struct store_world *world = *state;
    struct room *room = store_world_stored_room(world, 1);
    struct room *other = store_world_stored_room(world, 2);
    struct store_stats stats;
    uint32_t count = fill_disk(world, room);

    assert_true(count > 5);
    end(world, room);
    check_ok(store_wipe_ended(world->store));
    assert_false(has_key(world, room));
    store_world_erase_all(world);
    assert_int_equal(world->erased, 1);
    check_ok(store_get_stats(world->store, &stats));
    assert_int_equal(stats.messages, 0);
    /* What the chat had taken can be used by another one. */
    assert_false(world->store->is_reserve_used);
    store_world_say(world, other, 1, "again");
    check_ok(store_world_commit(world));
}

/* What one end leaves free others fill: the next end needs it as well. */
static void one_chat_after_the_other_can_be_ended(void **state)
{
    struct store_world *world = *state;
    struct room *rooms[4];

    for (int i = 0; i < 4; i++)
        rooms[i] = store_world_stored_room(world, i + 1);
    fill_disk(world, rooms[0]);
    for (int i = 0; i < 3; i++) {
        uint32_t seq = 1000 * (uint32_t)(i + 1);

        end(world, rooms[i]);
        do
            store_world_say(world, rooms[3], ++seq, "they go on talking");
        while (store_world_commit(world) == ERR_OK);
        store_world_erase_all(world);
        do
            store_world_say(world, rooms[3], ++seq, "they go on talking");
        while (store_world_commit(world) == ERR_OK);
    }
    assert_int_equal(world->erased, 3);
}

/* A start must not wait for somebody to make room either. */
static void a_full_disk_can_be_started_on(void **state)
{
    struct store_world *world = *state;
    struct room *room = store_world_stored_room(world, 1);
    uint32_t count = fill_disk(world, room);
    uint64_t run;

    assert_true(count > 5);
    store_world_reopen(world);
    check_ok(store_next_run(world->store, &run));
    assert_int_equal(store_world_fate(world, 1), STORE_LIVE);
    end(world, room);
    check_ok(store_wipe_ended(world->store));
    assert_false(has_key(world, room));
    store_world_erase_all(world);
    assert_int_equal(world->erased, 1);
}

/* Not only when it is tidied: the disk may be full again before. */
static void the_reserve_comes_back_by_itself(void **state)
{
    struct store_world *world = *state;
    struct room *room = store_world_stored_room(world, 1);
    struct room *other = store_world_stored_room(world, 2);

    fill_disk(world, room);
    end(world, room);
    assert_true(world->store->is_reserve_used);
    disk_heal();
    store_world_say(world, other, 1, "again");
    check_ok(store_world_commit(world));
    assert_false(world->store->is_reserve_used);
}

static void an_erasure_brings_the_reserve_back(void **state)
{
    struct store_world *world = *state;
    struct room *room = store_world_stored_room(world, 1);

    fill_disk(world, room);
    end(world, room);
    disk_heal();
    assert_true(world->store->is_reserve_used);
    check_ok(store_wipe_ended(world->store));
    store_world_erase_all(world);
    assert_false(world->store->is_reserve_used);
}

static void a_message_alone_does_not_use_the_reserve(void **state)
{
    struct store_world *world = *state;

    fill_disk(world, store_world_stored_room(world, 1));
    assert_false(world->store->is_reserve_used);
}

static void no_room_is_made_on_a_full_disk(void **state)
{
    struct store_world *world = *state;
    struct room *last;
    int n;

    for (n = 1; n <= STORE_CHUNK_SLOTS - STORE_SLOT_FIRST; n++)
        store_world_create(world, store_world_room(world, n), n);
    check_ok(store_world_commit(world));
    disk_leave_bytes(100000);
    last = store_world_room(world, n);
    store_world_create(world, last, n);
    check_err(store_world_commit(world), ERR_FULL);
    assert_int_equal(store_world_fate(world, n), STORE_UNKNOWN);
    disk_heal();
    store_world_create(world, last, n);
    check_ok(store_world_commit(world));
    store_world_reopen(world);
    assert_int_equal(store_world_fate(world, n), STORE_LIVE);
}

/* A first start on a disk that refuses once.  False when none was refused. */
static bool open_once(enum disk_calls calls, uint64_t nth, int error)
{
    struct store_world world;
    bool has_refused;
    enum err rc;

    store_world_init_fast(&world);
    disk_refuse_at(calls, nth, 1, error);
    rc = store_world_open(&world);
    has_refused = disk_heal();
    if (rc != ERR_OK) {
        assert_true(has_refused);
        assert_true(rc == ERR_STORE || rc == ERR_SYSTEM || rc == ERR_FULL);
        /* There is a line for a person. */
        assert_true(world.error.len > 0);
        check_ok(store_world_open(&world));
    }
    store_world_stored_room(&world, 1);
    store_world_reopen(&world);
    assert_int_equal(store_world_fate(&world, 1), STORE_LIVE);
    store_world_clear(&world);
    return has_refused;
}

static void a_start_that_is_refused_can_be_repeated(void **state)
{
    static const int errors[] = {EIO, ENOSPC};

    (void)state;
    for (size_t i = 0; i < STORE_COUNT(errors); i++) {
        uint64_t nth = 1;

        while (open_once(DISK_SYNCS, nth, errors[i]))
            nth++;
        assert_true(nth > 4);
        /* Most of these write zeros: not each of them. */
        for (nth = 1; open_once(DISK_WRITES, nth, errors[i]);)
            nth += nth < 40 ? 1 : 19;
        assert_true(nth > 500);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(a_wipe_that_cannot_sync_is_tried_again),
        TEST(a_wipe_that_cannot_write_is_tried_again),
        TEST(a_page_that_cannot_be_written_holds_up_no_other),
        TEST(what_reads_back_otherwise_is_not_wiped),
        TEST(a_slot_of_somebody_else_is_not_overwritten),
        TEST(a_slot_is_on_the_disk_before_its_row),
        TEST(a_commit_whose_write_is_refused_did_not_happen),
        TEST(a_commit_whose_sync_is_refused_did_not_happen),
        TEST(a_full_database_refuses_and_goes_on),
        TEST(a_chat_can_be_ended_on_a_full_disk),
        TEST(one_chat_after_the_other_can_be_ended),
        TEST(a_full_disk_can_be_started_on),
        TEST(the_reserve_comes_back_by_itself),
        TEST(an_erasure_brings_the_reserve_back),
        TEST(a_message_alone_does_not_use_the_reserve),
        TEST(no_room_is_made_on_a_full_disk),
        cmocka_unit_test(a_start_that_is_refused_can_be_repeated),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

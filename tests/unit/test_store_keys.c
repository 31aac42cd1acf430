/* The key file: slots, what a start makes of them, and their wiping. */
#include "support/check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/store_world.h"

/* The slot of room n, from its row. */
static uint32_t slot_of(struct store_world *world, int n)
{
    const struct store__value values[] = {store__int(n)};
    bool has_row = false;
    uint32_t slot;

    check_ok(
        store__first(world->store, STORE_SQL_GET_SLOT, values, 1, &has_row));
    assert_true(has_row);
    slot = (uint32_t)store__column_int(world->store, STORE_SQL_GET_SLOT, 0);
    store__stop(world->store, STORE_SQL_GET_SLOT);
    return slot;
}

static void overwrite(struct store_world *world, uint32_t slot, off_t at,
                      struct span bytes)
{
    char path[WORLD_PATH_BYTES];
    int fd;

    store_world_path(world, "keys", path);
    fd = open(path, O_WRONLY);
    assert_int_equal(
        pwrite(fd, bytes.at, bytes.len, (off_t)slot * STORE_SLOT_BYTES + at),
        bytes.len);
    close(fd);
}

static bool has_key(struct store_world *world, const struct room *room)
{
    const struct room_keys *keys = room_get_keys(room);

    return store_world_file_has(
        world, "keys",
        (struct span){(const char *)keys->seal.at, SECRET_BYTES});
}

static void the_key_is_there_while_the_room_lives_and_not_after(void **state)
{
    struct store_world *world = *state;
    struct room *room = store_world_stored_room(world, 1);
    struct room *other = store_world_stored_room(world, 2);
    struct store_stats stats;

    assert_true(has_key(world, room));
    store_world_end(world, room, ROOM_CAUSE_SEAT1);
    check_ok(store_world_commit(world));
    assert_true(has_key(world, room));
    check_ok(store_wipe_ended(world->store));
    assert_false(has_key(world, room));
    assert_true(has_key(world, other));
    check_ok(store_get_stats(world->store, &stats));
    assert_int_equal(stats.slots_used, 1);
}

static void keys_are_in_no_other_file(void **state)
{
    struct store_world *world = *state;
    struct room *room = store_world_stored_room(world, 1);
    const struct span key = {(const char *)room_get_keys(room)->seal.at,
                             SECRET_BYTES};
    const struct span code = {(const char *)room_get_keys(room)->code.at,
                              SECRET_BYTES};

    assert_true(store_world_file_has(world, "keys", key));
    assert_true(store_world_file_has(world, "keys", code));
    assert_false(store_world_file_has(world, "duologue.db", key));
    assert_false(store_world_file_has(world, "duologue.db-wal", key));
    assert_false(store_world_file_has(world, "duologue.db-wal", code));
}

static void a_slot_is_taken_again_under_a_greater_generation(void **state)
{
    struct store_world *world = *state;
    struct room *room = store_world_stored_room(world, 1);
    uint32_t slot = slot_of(world, 1);
    uint64_t generation = world->store->keys.generation;

    store_world_end(world, room, ROOM_CAUSE_SEAT1);
    check_ok(store_world_commit(world));
    check_ok(store_wipe_ended(world->store));
    store_world_stored_room(world, 2);
    assert_int_equal(slot_of(world, 2), slot);
    assert_true(world->store->keys.generation > generation);
    /* The row of the old room still names the slot; that harms nobody. */
    store_world_reopen(world);
    store_world_erase_all(world);
    assert_int_equal(store_world_fate(world, 2), STORE_LIVE);
}

static void a_corrupted_slot_loses_its_room_alone(void **state)
{
    struct store_world *world = *state;
    struct buf log = BUF_EMPTY(65536);
    char handle[STORE_HANDLE_BYTES];
    char text[ID_CHARS + 1];

    store_world_stored_room(world, 1);
    store_world_stored_room(world, 2);
    store_handle(world->store, store_world_local(1, text), handle);
    overwrite(world, slot_of(world, 1), 60, SPAN("x"));
    store_world_reopen(world);
    assert_int_equal(store_world_fate(world, 1), STORE_ENDED);
    assert_int_equal(store_world_fate(world, 2), STORE_LIVE);
    store_world_log(world, &log);
    assert_non_null(memmem(log.at, log.len, handle, strlen(handle)));
    buf_clear(&log);
    store_world_erase_all(world);
    store_world_reopen(world);
    assert_int_equal(store_world_fate(world, 1), STORE_ENDED);
    assert_int_equal(store_world_fate(world, 2), STORE_LIVE);
}

static void a_slot_that_no_row_names_is_wiped_at_the_start(void **state)
{
    struct store_world *world = *state;
    struct room *room = store_world_room(world, 5);
    uint8_t page[STORE_SLOT_BYTES];
    struct store__slot slot = {.generation = 1};
    uint32_t at = STORE_SLOT_FIRST + 9;

    slot.keys = *room_get_keys(room);
    check_ok(store__page_encode(world->crypto, STORE_PAGE_ROOM, &slot, page));
    overwrite(world, at, 0, (struct span){(char *)page, sizeof(page)});
    assert_true(has_key(world, room));
    store_world_reopen(world);
    assert_false(has_key(world, room));

    /* A torn one too: half a page, then power was lost. */
    overwrite(world, at, 0, (struct span){(char *)page, 100});
    assert_true(has_key(world, room));
    store_world_reopen(world);
    assert_false(has_key(world, room));
}

static void a_failed_commit_leaves_a_slot_that_is_wiped(void **state)
{
    struct store_world *world = *state;
    struct room *room = store_world_room(world, 1);
    struct store_stats stats;

    store_world_stored_room(world, 2);
    store_world_create(world, room, 1);
    store_world_create(world, room, 1); /* the name is unique */
    check_err(store_world_commit(world), ERR_STORE);
    assert_int_equal(store_world_fate(world, 1), STORE_UNKNOWN);
    assert_true(has_key(world, room));
    check_ok(store_wipe_ended(world->store));
    assert_false(has_key(world, room));
    check_ok(store_get_stats(world->store, &stats));
    assert_int_equal(stats.slots_used, 1);
    assert_int_equal(stats.commit_failures, 1);
}

static void the_file_grows_by_whole_chunks(void **state)
{
    struct store_world *world = *state;
    struct store_stats stats;

    for (int n = 1; n <= STORE_CHUNK_SLOTS; n++)
        store_world_create(world, store_world_room(world, n), n);
    check_ok(store_world_commit(world));
    check_ok(store_get_stats(world->store, &stats));
    assert_int_equal(stats.slots_used, STORE_CHUNK_SLOTS);
    assert_int_equal(stats.slots, 2 * STORE_CHUNK_SLOTS - STORE_SLOT_FIRST);
    /* A chunk that a crash cut short does not count. */
    overwrite(world, 2 * STORE_CHUNK_SLOTS, 0, SPAN("torn"));
    store_world_reopen(world);
    check_ok(store_get_stats(world->store, &stats));
    assert_int_equal(stats.slots, 2 * STORE_CHUNK_SLOTS - STORE_SLOT_FIRST);
    assert_int_equal(store_world_fate(world, STORE_CHUNK_SLOTS), STORE_LIVE);
}

static void the_instance_page_must_be_whole(void **state)
{
    struct store_world *world = *state;

    overwrite(world, STORE_SLOT_INSTANCE, 50, SPAN("x"));
    store_world_close(world);
    check_err(store_world_open(world), ERR_STORE);
    assert_non_null(memmem(world->error.at, world->error.len, "damaged", 7));
}

static void one_stamp_may_be_torn_but_not_both(void **state)
{
    struct store_world *world = *state;

    store_world_stored_room(world, 1);
    overwrite(world, STORE_SLOT_STAMP, 3, SPAN("x"));
    store_world_reopen(world);
    assert_int_equal(store_world_fate(world, 1), STORE_LIVE);
    overwrite(world, STORE_SLOT_STAMP, 3, SPAN("x"));
    overwrite(world, STORE_SLOT_STAMP + 1, 3, SPAN("x"));
    store_world_close(world);
    check_err(store_world_open(world), ERR_STORE);
}

static void a_page_is_read_as_it_was_written(void **state)
{
    struct store_world *world = *state;
    uint8_t page[STORE_SLOT_BYTES];
    struct store__slot slot = {.generation = 0x0102030405060708};
    struct store__slot found;

    memset(slot.hash, 3, sizeof(slot.hash));
    memset(slot.keys.seal.at, 4, SECRET_BYTES);
    memset(slot.keys.code.at, 5, SECRET_BYTES);
    check_ok(store__page_encode(world->crypto, STORE_PAGE_ROOM, &slot, page));
    check_ok(store__page_decode(world->crypto, STORE_PAGE_ROOM, page, &found));
    assert_memory_equal(&found, &slot, sizeof(slot));
    check_err(store__page_decode(world->crypto, STORE_PAGE_STAMP, page, &found),
              ERR_SYNTAX);
    for (size_t i = 0; i < 144; i++) {
        page[i] ^= 1;
        check_err(
            store__page_decode(world->crypto, STORE_PAGE_ROOM, page, &found),
            ERR_SYNTAX);
        page[i] ^= 1;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(the_key_is_there_while_the_room_lives_and_not_after),
        STORE_TEST(keys_are_in_no_other_file),
        STORE_TEST(a_slot_is_taken_again_under_a_greater_generation),
        STORE_TEST(a_corrupted_slot_loses_its_room_alone),
        STORE_TEST(a_slot_that_no_row_names_is_wiped_at_the_start),
        STORE_TEST(a_failed_commit_leaves_a_slot_that_is_wiped),
        STORE_TEST(the_file_grows_by_whole_chunks),
        STORE_TEST(the_instance_page_must_be_whole),
        STORE_TEST(one_stamp_may_be_torn_but_not_both),
        STORE_TEST(a_page_is_read_as_it_was_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

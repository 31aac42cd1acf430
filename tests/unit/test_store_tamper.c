/* Rows that somebody changed: never believed, never a crash. */
#include "support/check.h"

#include <stdio.h>
#include <string.h>

#include "support/store_world.h"

static int setup(void **state)
{
    struct store_world *world;
    struct room *room;

    store_world_set_up(state);
    world = *state;
    room = store_world_stored_room(world, 1);
    store_world_say(world, room, 1, "first");
    store_world_say(world, room, 2, "second");
    store_world_join(world, room, "ann@x.example/phone", ROOM_LEG_NATIVE);
    store_world_join(world, room, "ann@x.example/desk", ROOM_LEG_NATIVE);
    store_world_add(world, room, ROOM_EFFECT_STORE_MEMBER)->u.member =
        (struct room_member_image){SPAN("ann@x.example"), 2};
    check_ok(store_world_commit(world));
    return 0;
}

static void change(struct store_world *world, const char *sql)
{
    check_ok(store__db_exec(world->store->db, sql));
    assert_true(sqlite3_changes(world->store->db) > 0);
}

static const char *texts(struct store_world *world, char out[256])
{
    struct buf all = BUF_EMPTY(200);
    struct room *room = room_find(world->engine, SPAN("r000000000000001"));

    store_world_texts(world, room, &all);
    snprintf(out, 256, "%.*s", (int)all.len, all.at);
    buf_clear(&all);
    return out;
}

static bool read_nothing(void *self, const struct store_message *message)
{
    (void)self;
    (void)message;
    return true;
}

/* Flips each bit of the sealed bytes in turn. */
static void a_flipped_bit_in_a_message_is_seen(void **state)
{
    struct store_world *world = *state;
    struct room *room = room_find(world->engine, SPAN("r000000000000001"));
    const struct store_range one = {1, 1, false};
    sqlite3_blob *blob = NULL;
    int size;

    assert_int_equal(sqlite3_blob_open(world->store->db, "main", "message",
                                       "sealed", 1, 1, &blob),
                     SQLITE_OK);
    size = sqlite3_blob_bytes(blob);
    for (int bit = 0; bit < 8 * size; bit++) {
        uint8_t byte;

        assert_int_equal(sqlite3_blob_read(blob, &byte, 1, bit / 8), 0);
        byte ^= (uint8_t)(1 << bit % 8);
        assert_int_equal(sqlite3_blob_write(blob, &byte, 1, bit / 8), 0);
        check_err(store_read(world->store, room, &one, read_nothing, NULL),
                  ERR_SYNTAX);
        byte ^= (uint8_t)(1 << bit % 8);
        assert_int_equal(sqlite3_blob_write(blob, &byte, 1, bit / 8), 0);
    }
    sqlite3_blob_close(blob);
    check_ok(store_read(world->store, room, &one, read_nothing, NULL));
}

static void changed_columns_of_a_message_are_seen(void **state)
{
    static const char *const changes[][2] = {
        {"UPDATE message SET seq = seq + 4",
         "UPDATE message SET seq = seq - 4"},
        {"UPDATE message SET at = at + 1", "UPDATE message SET at = at - 1"},
        {"UPDATE message SET seat = 3 - seat",
         "UPDATE message SET seat = 3 - seat"},
        {"UPDATE message SET flags = flags | 4",
         "UPDATE message SET flags = flags & ~4"},
    };
    struct store_world *world = *state;
    char text[256];

    assert_string_equal(texts(world, text), "first,second,");
    for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
        change(world, changes[i][0]);
        assert_string_equal(texts(world, text), err_text(ERR_SYNTAX));
        change(world, changes[i][1]);
        assert_string_equal(texts(world, text), "first,second,");
    }
    /* Another message's bytes in this one's place. */
    change(world, "UPDATE message SET sealed = (SELECT sealed FROM message "
                  "WHERE seq = 2) WHERE seq = 1");
    assert_string_equal(texts(world, text), err_text(ERR_SYNTAX));
}

static void impossible_columns_of_a_message_are_refused(void **state)
{
    struct store_world *world = *state;
    char text[256];

    change(world, "UPDATE message SET seat = 7 WHERE seq = 1");
    assert_string_equal(texts(world, text), err_text(ERR_SYNTAX));
    change(world, "UPDATE message SET seat = 2, flags = 999 WHERE seq = 1");
    assert_string_equal(texts(world, text), err_text(ERR_SYNTAX));
    change(world, "UPDATE message SET flags = 3, origin = x'00' WHERE seq = 1");
    assert_string_equal(texts(world, text), err_text(ERR_SYNTAX));
    change(world, "UPDATE message SET origin = NULL WHERE seq = 1");
    assert_string_equal(texts(world, text), "first,second,");
}

/* A room nobody can read any more is over, and only that one. */
static void check_lost(struct store_world *world, const char *sql)
{
    struct buf log = BUF_EMPTY(65536);
    struct store_room room;
    enum store_fate fate = STORE_UNKNOWN;
    enum room_cause cause = ROOM_CAUSE_SEAT1;

    store_world_stored_room(world, 2);
    change(world, sql);
    check_ok(store_load(world->store, SPAN("r000000000000001"), &fate, &room,
                        &cause));
    assert_int_equal(fate, STORE_ENDED);
    assert_int_equal(cause, ROOM_CAUSE_ADMIN);
    assert_int_equal(store_world_fate(world, 2), STORE_LIVE);
    store_world_log(world, &log);
    assert_non_null(memmem(log.at, log.len, "event=store_room_lost", 21));
    buf_clear(&log);
    store_world_erase_all(world);
    assert_int_equal(world->erased, 1);
    assert_int_equal(store_world_fate(world, 2), STORE_LIVE);
}

static void a_broken_sealed_row_of_a_room(void **state)
{
    check_lost(*state, "UPDATE room SET sealed = zeroblob(200) "
                       "WHERE number = 1");
}

static void a_room_with_another_protection(void **state)
{
    check_lost(*state, "UPDATE room SET protection = 0 WHERE number = 1");
}

static void a_room_with_an_impossible_protection(void **state)
{
    check_lost(*state, "UPDATE room SET protection = 77 WHERE number = 1");
}

static void a_room_that_names_another_slot(void **state)
{
    check_lost(*state, "UPDATE room SET slot = slot + 1 WHERE number = 1");
}

static void a_room_that_names_no_slot(void **state)
{
    check_lost(*state, "UPDATE room SET slot = -5 WHERE number = 1");
}

static void a_room_that_names_the_instance_key(void **state)
{
    check_lost(*state, "UPDATE room SET slot = 0 WHERE number = 1");
}

static void a_room_of_another_generation(void **state)
{
    check_lost(*state, "UPDATE room SET generation = 7 WHERE number = 1");
}

static void messages_twice_under_one_number(void **state)
{
    check_lost(*state, "UPDATE message SET seq = 1");
}

static void load(struct store_world *world, struct store_room *room)
{
    enum store_fate fate = STORE_UNKNOWN;

    check_ok(store_load_number(world->store, 1, &fate, room));
    assert_int_equal(fate, STORE_LIVE);
}

static void a_broken_session_or_member_is_left_out(void **state)
{
    struct store_world *world = *state;
    struct store_room room;

    load(world, &room);
    assert_int_equal(room.image.session_count, 2);
    assert_int_equal(room.image.member_count, 1);
    store_room_clear(&room);
    change(world, "UPDATE session SET seat = 1");
    change(world, "UPDATE member SET seat = 9");
    load(world, &room);
    assert_int_equal(room.image.session_count, 0);
    assert_int_equal(room.image.member_count, 0);
    store_room_clear(&room);
    change(world, "UPDATE session SET seat = 2");
    change(world, "UPDATE session SET leg = 50");
    change(world, "UPDATE member SET seat = 2, sealed = zeroblob(5)");
    load(world, &room);
    assert_int_equal(room.image.session_count, 0);
    assert_int_equal(room.image.member_count, 0);
    store_room_clear(&room);
    change(world, "UPDATE session SET leg = 0");
    change(world, "UPDATE session SET hash = zeroblob(3) "
                  "WHERE hash = (SELECT min(hash) FROM session)");
    load(world, &room);
    assert_int_equal(room.image.session_count, 1);
    store_room_clear(&room);
}

static void a_damaged_message_can_be_retracted(void **state)
{
    struct store_world *world = *state;
    struct room *room = room_find(world->engine, SPAN("r000000000000001"));
    char text[256];

    change(world, "UPDATE message SET sealed = zeroblob(9) WHERE seq = 1");
    store_world_add(world, room, ROOM_EFFECT_STORE_ERASE)->u.seq = 1;
    check_ok(store_world_commit(world));
    assert_string_equal(texts(world, text), ",second,");
    /* One that is not there is no error either. */
    store_world_add(world, room, ROOM_EFFECT_STORE_ERASE)->u.seq = 77;
    check_ok(store_world_commit(world));
}

static enum err accept(void *self, const struct room_limit_image *limit)
{
    (void)limit;
    ++*(int *)self;
    return ERR_OK;
}

static void impossible_limits_are_left_out(void **state)
{
    struct store_world *world = *state;
    int count = 0;

    change(world, "INSERT INTO limits VALUES (9, zeroblob(16), 1, 5, 5)");
    change(world, "INSERT INTO limits VALUES (1, zeroblob(3), 1, 5, 5)");
    change(world, "INSERT INTO limits VALUES (1, zeroblob(16), -1, 5, 5)");
    check_ok(store_load_limits(world->store, 2, accept, &count));
    assert_int_equal(count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, setup, store_world_tear_down)
        TEST(a_flipped_bit_in_a_message_is_seen),
        TEST(changed_columns_of_a_message_are_seen),
        TEST(impossible_columns_of_a_message_are_refused),
        TEST(a_broken_sealed_row_of_a_room),
        TEST(a_room_with_another_protection),
        TEST(a_room_with_an_impossible_protection),
        TEST(a_room_that_names_another_slot),
        TEST(a_room_that_names_no_slot),
        TEST(a_room_that_names_the_instance_key),
        TEST(a_room_of_another_generation),
        TEST(messages_twice_under_one_number),
        TEST(a_broken_session_or_member_is_left_out),
        TEST(a_damaged_message_can_be_retracted),
        TEST(impossible_limits_are_left_out),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

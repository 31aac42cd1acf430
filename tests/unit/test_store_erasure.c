/* What an ended chat leaves in our files: nothing that was said, by whom, or
 * the keys; and before the end, that the search would find it. */
#include "support/check.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "support/store_world.h"

static const char BODY[] = "canary-body-4f1d7a";
static const char JID[] = "canary-jid-88c2@x.example/canary-resource-19";

/* In how many files of the folder the bytes are. */
static int files_with(struct store_world *world, struct span bytes)
{
    DIR *folder = opendir(world->dir);
    struct dirent *entry;
    int count = 0;

    assert_non_null(folder);
    while ((entry = readdir(folder)) != NULL)
        if (entry->d_name[0] != '.' &&
            store_world_file_has(world, entry->d_name, bytes))
            count++;
    closedir(folder);
    return count;
}

static struct span secret_span(const struct secret *secret)
{
    return (struct span){(const char *)secret->at, SECRET_BYTES};
}

static struct room *make_chat(struct store_world *world, int n)
{
    struct room *room = store_world_stored_room(world, n);

    for (uint32_t seq = 1; seq <= 50; seq++) {
        store_world_say(world, room, seq, BODY);
        if (seq % 10 == 0)
            check_ok(store_world_commit(world));
    }
    store_world_join(world, room, JID, ROOM_LEG_NATIVE);
    check_ok(store_world_commit(world));
    return room;
}

/* The search finds bytes that are surely there. */
static void check_search(struct store_world *world)
{
    assert_int_equal(files_with(world, SPAN("DUOINST1")), 1);
    assert_true(files_with(world, SPAN("SQLite format 3")) > 0);
}

/* The bytes of the sealed row of a message as they lie in the database. */
static size_t get_sealed(struct store_world *world, int64_t room, char out[512])
{
    sqlite3_stmt *statement = NULL;
    size_t len;

    assert_int_equal(
        sqlite3_prepare_v2(world->store->db,
                           "SELECT sealed FROM message WHERE room = ?1 "
                           "AND seq = 7",
                           -1, &statement, NULL),
        SQLITE_OK);
    sqlite3_bind_int64(statement, 1, room);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    len = (size_t)sqlite3_column_bytes(statement, 0);
    assert_true(len < 512);
    memcpy(out, sqlite3_column_blob(statement, 0), len);
    sqlite3_finalize(statement);
    return len;
}

static void nothing_is_ever_in_clear(void **state)
{
    struct store_world *world = *state;
    struct room *room = make_chat(world, 1);
    struct buf texts = BUF_EMPTY(4096);
    char text[ID_CHARS + 1];

    check_search(world);
    /* The control: the reading does give it. */
    store_world_texts(world, room, &texts);
    assert_non_null(memmem(texts.at, texts.len, BODY, strlen(BODY)));
    buf_clear(&texts);
    assert_int_equal(files_with(world, span_of(BODY)), 0);
    assert_int_equal(files_with(world, SPAN("canary-jid")), 0);
    assert_int_equal(files_with(world, SPAN("canary-resource")), 0);
    assert_int_equal(files_with(world, SPAN("Abhi")), 0);
    assert_int_equal(files_with(world, store_world_local(1, text)), 0);
    assert_int_equal(files_with(world, store_world_seat_id(1, 2, text)), 0);
}

static void neither_keys_nor_rows_are_left_after_the_end(void **state)
{
    struct store_world *world = *state;
    struct room *room = make_chat(world, 1);
    struct room *other = make_chat(world, 2);
    const struct room_keys *keys = room_get_keys(room);
    char ended[512];
    char kept[512];
    const struct span row = {ended, get_sealed(world, 1, ended)};
    const struct span other_row = {kept, get_sealed(world, 2, kept)};

    /* The control: before the end all of it is found. */
    assert_int_equal(files_with(world, secret_span(&keys->seal)), 1);
    assert_int_equal(files_with(world, secret_span(&keys->code)), 1);
    assert_true(files_with(world, row) > 0);
    assert_true(files_with(world, other_row) > 0);

    store_world_end(world, room, ROOM_CAUSE_SEAT1);
    check_ok(store_world_commit(world));
    check_ok(store_wipe_ended(world->store));
    assert_int_equal(files_with(world, secret_span(&keys->seal)), 0);
    assert_int_equal(files_with(world, secret_span(&keys->code)), 0);
    /* Its rows are noise from here on, and go as well. */
    assert_true(files_with(world, row) > 0);
    store_world_erase_all(world);
    assert_int_equal(files_with(world, row), 0);

    assert_int_equal(
        files_with(world, secret_span(&room_get_keys(other)->seal)), 1);
    assert_true(files_with(world, other_row) > 0);
}

static void a_retracted_message_is_in_no_file(void **state)
{
    struct store_world *world = *state;
    struct room *room = make_chat(world, 1);
    char sealed[512];
    const struct span row = {sealed, get_sealed(world, 1, sealed)};

    assert_true(files_with(world, row) > 0);
    store_world_add(world, room, ROOM_EFFECT_STORE_ERASE)->u.seq = 7;
    check_ok(store_world_commit(world));
    store_world_erase_all(world);
    assert_int_equal(files_with(world, row), 0);
}

static void the_log_holds_no_secret(void **state)
{
    struct store_world *world = *state;
    struct room *room = make_chat(world, 1);
    struct buf log = BUF_EMPTY(1024 * 1024);
    char text[ID_CHARS + 1];

    /* Something to log: a room made twice, and a lost one. */
    store_world_create(world, room, 1);
    check_err(store_world_commit(world), ERR_STORE);
    check_ok(store__db_exec(world->store->db,
                            "UPDATE room SET sealed = zeroblob(9)"));
    assert_int_equal(store_world_fate(world, 1), STORE_ENDED);
    store_world_log(world, &log);
    assert_true(log.len > 0);
    store_world_local(1, text);
    assert_null(memmem(log.at, log.len, text, ID_CHARS));
    assert_null(memmem(log.at, log.len, "canary", 6));
    assert_null(memmem(log.at, log.len, "Abhi", 4));
    buf_clear(&log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(nothing_is_ever_in_clear),
        STORE_TEST(neither_keys_nor_rows_are_left_after_the_end),
        STORE_TEST(a_retracted_message_is_in_no_file),
        STORE_TEST(the_log_holds_no_secret),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

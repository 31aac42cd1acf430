/* Tokens on disk: they come back, they are nowhere in clear, they go with the
 * room, and a database that knew none learns of them. */
#include "support/check.h"

#include <string.h>

#include "support/store_world.h"

static const char HOLDER[] = "4f2a@guests.chat.example.org/tab-canary";

static void load(struct store_world *world, int n, struct store_room *out)
{
    enum store_fate fate = STORE_UNKNOWN;

    check_ok(store_load_number(world->store, n, &fate, out));
    assert_int_equal(fate, STORE_LIVE);
}

/* A family with `count` digests of bytes that follow from its number. */
static void add_family(struct store_world *world, const struct room *room,
                       uint32_t family, uint8_t count)
{
    struct room_effect *effect =
        store_world_add(world, room, ROOM_EFFECT_STORE_TOKEN);

    effect->u.token = (struct room_token_image){
        .family = family,
        .seat = (uint8_t)(1 + family % 2),
        .count = count,
        .holder = span_of(HOLDER),
        .issued_ms = 100 + family,
        .used_ms = 200 + family,
    };
    for (int i = 0; i < count; i++)
        memset(effect->u.token.digests[i].at, (int)(0xd0 + family) - i,
               SECRET_BYTES);
}

static size_t count_rows(struct store_world *world)
{
    sqlite3_stmt *statement = NULL;
    size_t count;

    assert_int_equal(sqlite3_prepare_v2(world->store->db,
                                        "SELECT count(*) FROM token", -1,
                                        &statement, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    count = (size_t)sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return count;
}

static void families_come_back(void **state)
{
    struct store_world *world = *state;
    struct room *room = store_world_stored_room(world, 1);
    const struct room_token_image *token;
    struct store_room found;

    add_family(world, room, 2, 1);
    add_family(world, room, 1, ROOM_TOKENS_KEPT);
    add_family(world, room, 2, 3); /* instead of the other */
    check_ok(store_world_commit(world));
    store_world_reopen(world);
    load(world, 1, &found);
    assert_int_equal(found.image.token_count, 2);
    assert_int_equal(found.image.tokens[0].count, ROOM_TOKENS_KEPT);
    token = &found.image.tokens[1];
    assert_int_equal(token->family, 2);
    assert_int_equal(token->seat, 1);
    assert_int_equal(token->count, 3);
    assert_int_equal(token->digests[0].at[0], 0xd2);
    assert_int_equal(token->digests[2].at[31], 0xd0);
    assert_int_equal(token->issued_ms, 102);
    assert_int_equal(token->used_ms, 202);
    check_span(token->holder, HOLDER);
    store_room_clear(&found);
}

static void a_revoked_family_is_gone(void **state)
{
    struct store_world *world = *state;
    struct room *room = store_world_stored_room(world, 1);
    struct room *other = store_world_stored_room(world, 2);
    struct store_room found;

    add_family(world, room, 1, 1);
    add_family(world, room, 2, 1);
    add_family(world, other, 1, 1);
    store_world_add(world, room, ROOM_EFFECT_STORE_TOKEN)->u.token =
        (struct room_token_image){.family = 1};
    check_ok(store_world_commit(world));
    assert_int_equal(count_rows(world), 2);
    load(world, 1, &found);
    assert_int_equal(found.image.token_count, 1);
    assert_int_equal(found.image.tokens[0].family, 2);
    store_room_clear(&found);
    load(world, 2, &found);
    assert_int_equal(found.image.token_count, 1);
    store_room_clear(&found);
}

static void nothing_is_in_clear(void **state)
{
    struct store_world *world = *state;
    struct room *room = store_world_stored_room(world, 1);
    char digest[SECRET_BYTES];

    add_family(world, room, 1, 1);
    check_ok(store_world_commit(world));
    memset(digest, 0xd1, sizeof(digest));
    assert_false(store_world_file_has(world, "duologue.db-wal",
                                      (struct span){digest, 8}));
    assert_false(
        store_world_file_has(world, "duologue.db-wal", SPAN("tab-canary")));
    assert_true(count_rows(world) == 1); /* it was there to be found */
}

/* Rows of one family under another's number, or changed, open nothing. */
static void a_row_that_was_touched_is_left_out(void **state)
{
    static const char *const touches[] = {
        "UPDATE token SET family = 7",     "UPDATE token SET seat = 1",
        "UPDATE token SET used = 9",       "UPDATE token SET issued = 9",
        "UPDATE token SET seat = 9",       "UPDATE token SET family = -1",
        "UPDATE token SET sealed = x'00'",
    };
    struct store_world *world = *state;
    struct room *room = store_world_stored_room(world, 1);

    for (size_t i = 0; i < STORE_COUNT(touches); i++) {
        struct store_room found;

        check_ok(store__db_exec(world->store->db, "DELETE FROM token"));
        add_family(world, room, 1, 1);
        check_ok(store_world_commit(world));
        load(world, 1, &found);
        assert_int_equal(found.image.token_count, 1);
        store_room_clear(&found);
        check_ok(store__db_exec(world->store->db, touches[i]));
        load(world, 1, &found);
        assert_int_equal(found.image.token_count, 0);
        store_room_clear(&found);
    }
}

/* What the key's holder could have written, but we never do. */
static void odd_digests_are_left_out(void **state)
{
    static char bytes[(ROOM_TOKENS_KEPT + 1) * SECRET_BYTES];
    const size_t lengths[] = {0, 31, 33, sizeof(bytes)};
    struct store_world *world = *state;
    struct room *room = store_world_stored_room(world, 1);

    for (size_t i = 0; i < STORE_COUNT(lengths); i++) {
        const struct room_token_image token = {.family = 1, .seat = 1};
        const struct store__bound bound = store__bind_token(1, &token);
        const struct span fields[] = {{bytes, lengths[i]}, SPAN("a@b/c")};
        struct store_room found;

        check_ok(store__seal(world->store, &room_get_keys(room)->seal, &bound,
                             fields, 2));
        const struct store__value row[] = {
            store__int(1), store__int(1),
            store__int(1), store__int(0),
            store__int(0), store__span(buf_span(&world->store->sealed)),
        };
        check_ok(store__run(world->store, STORE_SQL_SET_TOKEN, row,
                            STORE_COUNT(row)));
        load(world, 1, &found);
        assert_int_equal(found.image.token_count, 0);
        store_room_clear(&found);
    }
}

static void tokens_go_with_their_room(void **state)
{
    struct store_world *world = *state;
    struct room *room = store_world_stored_room(world, 1);
    struct room *other = store_world_stored_room(world, 2);

    add_family(world, room, 1, 2);
    add_family(world, room, 2, 2);
    add_family(world, other, 1, 2);
    check_ok(store_world_commit(world));
    assert_int_equal(count_rows(world), 3);
    store_world_end(world, room, ROOM_CAUSE_SEAT1);
    check_ok(store_world_commit(world));
    store_world_erase_all(world);
    assert_int_equal(count_rows(world), 1);
}

/* A database of version 1, with a chat in it, is brought up to date at start
 * and then keeps tokens. */
static void an_older_database_learns_of_tokens(void **state)
{
    struct store_world *world = *state;
    struct room *room = store_world_stored_room(world, 1);
    struct store_room found;

    store_world_join(world, room, "ann@x.example/phone", ROOM_LEG_NATIVE);
    check_ok(store_world_commit(world));
    check_ok(store__db_exec(world->store->db,
                            "DROP TABLE token; ALTER TABLE meta DROP COLUMN "
                            "unsaid_since; PRAGMA user_version = 1"));
    store_world_reopen(world);
    load(world, 1, &found);
    assert_int_equal(found.image.session_count, 1);
    assert_int_equal(found.image.token_count, 0);
    store_room_clear(&found);
    add_family(world, room, 1, 1);
    check_ok(store_world_commit(world));
    store_world_reopen(world);
    load(world, 1, &found);
    assert_int_equal(found.image.token_count, 1);
    store_room_clear(&found);
}

/* The first migration alone, as an older program ran it. */
static void a_database_of_the_first_version_is_migrated(void **state)
{
    static struct store_world old;
    char path[WORLD_PATH_BYTES];
    sqlite3 *db = NULL;

    (void)state;
    store_world_init(&old);
    store_world_path(&old, "duologue.db", path);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    check_ok(store__db_migrate(db, store__migrations, 1));
    sqlite3_close(db);
    check_ok(store_world_open(&old));
    assert_int_equal(count_rows(&old), 0);
    store_world_clear(&old);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(families_come_back),
        STORE_TEST(a_revoked_family_is_gone),
        STORE_TEST(nothing_is_in_clear),
        STORE_TEST(a_row_that_was_touched_is_left_out),
        STORE_TEST(odd_digests_are_left_out),
        STORE_TEST(tokens_go_with_their_room),
        STORE_TEST(an_older_database_learns_of_tokens),
        cmocka_unit_test(a_database_of_the_first_version_is_migrated),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

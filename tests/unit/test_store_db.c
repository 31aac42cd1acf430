/* Migrations, pragmas, and what SQLite's results mean. */
#include "support/check.h"

#include <string.h>

#include "support/store_world.h"

static int64_t ask(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    int64_t found = -1;

    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL),
                     SQLITE_OK);
    if (sqlite3_step(statement) == SQLITE_ROW)
        found = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return found;
}

static void the_database_is_set_up_as_promised(void **state)
{
    struct store_world *world = *state;
    sqlite3 *db = world->store->db;

    assert_int_equal(ask(db, "PRAGMA synchronous"), 2);
    assert_int_equal(ask(db, "PRAGMA secure_delete"), 1);
    assert_int_equal(ask(db, "PRAGMA temp_store"), 2);
    assert_int_equal(ask(db, "PRAGMA user_version"), store__migration_count);
    assert_int_equal(ask(db, "SELECT count(*) FROM pragma_journal_mode WHERE "
                             "journal_mode = 'wal'"),
                     1);
    assert_int_equal(ask(db, "SELECT count(*) FROM pragma_locking_mode WHERE "
                             "locking_mode = 'exclusive'"),
                     1);
    assert_int_equal(ask(db, "SELECT count(*) FROM pragma_integrity_check "
                             "WHERE integrity_check = 'ok'"),
                     1);
}

/* The log of a query plan names the index and that it covers. */
static bool plan_says(sqlite3 *db, const char *sql, const char *words)
{
    char query[512] = "EXPLAIN QUERY PLAN ";
    sqlite3_stmt *statement = NULL;
    bool has = false;

    memcpy(query + strlen(query), sql, strlen(sql) + 1);
    assert_int_equal(sqlite3_prepare_v2(db, query, -1, &statement, NULL),
                     SQLITE_OK);
    while (sqlite3_step(statement) == SQLITE_ROW) {
        const char *line = (const char *)sqlite3_column_text(statement, 3);

        has = has || strstr(line, words) != NULL;
        /* Nothing of ours may look at every row or sort. */
        assert_null(strstr(line, "TEMP B-TREE"));
    }
    sqlite3_finalize(statement);
    return has;
}

static void hot_queries_use_their_index(void **state)
{
    struct store_world *world = *state;
    sqlite3 *db = world->store->db;

    assert_true(plan_says(db, store__sql[STORE_SQL_GET_ENTRIES],
                          "USING COVERING INDEX message_room"));
    assert_true(plan_says(db, store__sql[STORE_SQL_PICK_MESSAGES],
                          "USING COVERING INDEX message_room"));
    assert_true(plan_says(db, store__sql[STORE_SQL_READ_FORWARDS],
                          "INDEX message_room"));
    assert_true(plan_says(db, store__sql[STORE_SQL_READ_BACKWARDS],
                          "INDEX message_room"));
    assert_true(plan_says(db, store__sql[STORE_SQL_DUE], "INDEX room_wake"));
    assert_true(
        plan_says(db, store__sql[STORE_SQL_LIST_JOINED], "INDEX session_leg"));
    assert_true(
        plan_says(db, store__sql[STORE_SQL_NEXT_ENDED], "INDEX room_ended"));
}

static void a_newer_schema_is_refused(void **state)
{
    struct store_world *world = *state;
    const char *const word = "newer duologue";

    check_ok(store__db_exec(world->store->db, "PRAGMA user_version = 99"));
    store_world_close(world);
    check_err(store_world_open(world), ERR_STORE);
    assert_non_null(
        memmem(world->error.at, world->error.len, word, strlen(word)));
}

/* Behind the three that are real. */
static const char *const NEXT[] = {
    "",
    "",
    "",
    "CREATE TABLE extra (a INTEGER) STRICT; PRAGMA user_version = 4;",
    "INSERT INTO extra VALUES (5); PRAGMA user_version = 5;",
};

static void migrations_run_once_and_in_order(void **state)
{
    struct store_world *world = *state;
    sqlite3 *db = world->store->db;

    check_ok(store__db_migrate(db, NEXT, 5));
    assert_int_equal(ask(db, "SELECT a FROM extra"), 5);
    assert_int_equal(ask(db, "PRAGMA user_version"), 5);
    check_ok(store__db_migrate(db, NEXT, 5));
    assert_int_equal(ask(db, "SELECT count(*) FROM extra"), 1);
    check_err(store__db_migrate(db, NEXT, 4), ERR_LIMIT);
}

static void a_migration_that_fails_leaves_nothing(void **state)
{
    static const char *const bad[] = {
        "", "", "",
        ("CREATE TABLE extra (a INTEGER) STRICT; INSERT INTO none VALUES (1);"
         "PRAGMA user_version = 4;")};
    static const char *const forgetful[] = {
        "", "", "", "CREATE TABLE extra (a INTEGER) STRICT;"};
    struct store_world *world = *state;
    sqlite3 *db = world->store->db;

    check_err(store__db_migrate(db, bad, 4), ERR_STORE);
    assert_int_equal(ask(db, "PRAGMA user_version"), 3);
    check_err(store__db_migrate(db, forgetful, 4), ERR_STORE);
    assert_int_equal(
        ask(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'extra'"), 0);
}

static void results_of_sqlite_become_ours(void **state)
{
    (void)state;
    check_ok(store__db_err(SQLITE_OK));
    check_ok(store__db_err(SQLITE_ROW));
    check_ok(store__db_err(SQLITE_DONE));
    check_err(store__db_err(SQLITE_NOMEM), ERR_NOMEM);
    check_err(store__db_err(SQLITE_IOERR_NOMEM), ERR_NOMEM);
    check_err(store__db_err(SQLITE_FULL), ERR_FULL);
    check_err(store__db_err(SQLITE_IOERR_WRITE), ERR_STORE);
    check_err(store__db_err(SQLITE_CORRUPT), ERR_STORE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(the_database_is_set_up_as_promised),
        STORE_TEST(hot_queries_use_their_index),
        STORE_TEST(a_newer_schema_is_refused),
        STORE_TEST(migrations_run_once_and_in_order),
        STORE_TEST(a_migration_that_fails_leaves_nothing),
        STORE_TEST(results_of_sqlite_become_ours),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

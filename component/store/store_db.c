#include <stdlib.h>

#include "base/bug.h"
#include "store/store_internal.h"

enum err store__db_err(int code)
{
    if (code == SQLITE_IOERR_NOMEM)
        return ERR_NOMEM;
    switch (code & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return ERR_OK;
    case SQLITE_NOMEM:
        return ERR_NOMEM;
    case SQLITE_FULL:
        return ERR_FULL;
    default:
        return ERR_STORE;
    }
}

enum err store__db_exec(sqlite3 *db, const char *sql)
{
    return store__db_err(sqlite3_exec(db, sql, NULL, NULL, NULL));
}

/* The lock of our own keeps others out, so the index of the journal can live
 * in our memory and nobody else's reading delays its truncation. */
static const char SETUP[] = "PRAGMA locking_mode = EXCLUSIVE;"
                            "PRAGMA journal_mode = WAL;"
                            "PRAGMA synchronous = FULL;"
                            "PRAGMA secure_delete = ON;"
                            "PRAGMA temp_store = MEMORY;"
                            "PRAGMA trusted_schema = OFF;"
                            "PRAGMA cell_size_check = ON;"
                            "PRAGMA cache_size = -16384;"
                            "PRAGMA wal_autocheckpoint = 1000;"
                            "PRAGMA journal_size_limit = 33554432;";

enum err store__db_open(const char *path, sqlite3 **out)
{
    sqlite3 *db = NULL;
    enum err rc;

    rc = store__db_err(sqlite3_open_v2(
        path, &db,
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW,
        NULL));
    if (rc == ERR_OK) {
        sqlite3_extended_result_codes(db, 1);
        sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        rc = store__db_exec(db, SETUP);
    }
    *out = db;
    return rc;
}

static enum err get_version(sqlite3 *db, int *out)
{
    sqlite3_stmt *statement = NULL;
    int code;

    code = sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &statement, NULL);
    if (code == SQLITE_OK && (code = sqlite3_step(statement)) == SQLITE_ROW)
        *out = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return store__db_err(code);
}

/* A migration ends by setting user_version itself. */
static enum err migrate_to(sqlite3 *db, const char *sql, int version)
{
    int reached = 0;
    enum err rc;

    if ((rc = store__db_exec(db, "BEGIN IMMEDIATE")) != ERR_OK)
        return rc;
    rc = store__db_exec(db, sql);
    if (rc == ERR_OK)
        rc = get_version(db, &reached);
    if (rc == ERR_OK && reached != version)
        rc = ERR_STORE;
    if (rc == ERR_OK)
        rc = store__db_exec(db, "COMMIT");
    if (rc != ERR_OK && sqlite3_get_autocommit(db) == 0 &&
        store__db_exec(db, "ROLLBACK") != ERR_OK)
        rc = ERR_STORE;
    return rc;
}

enum err store__db_migrate(sqlite3 *db, const char *const *migrations,
                           int count)
{
    int version = 0;
    enum err rc = get_version(db, &version);

    if (rc == ERR_OK && version < 0)
        rc = ERR_STORE;
    if (rc == ERR_OK && version > count)
        rc = ERR_LIMIT;
    while (rc == ERR_OK && version < count) {
        rc = migrate_to(db, migrations[version], version + 1);
        version++;
    }
    return rc;
}

enum err store__prepare_all(struct store *store)
{
    enum err rc = ERR_OK;

    for (int i = 0; i < STORE_SQL_COUNT && rc == ERR_OK; i++)
        rc = store__db_err(sqlite3_prepare_v3(store->db, store__sql[i], -1,
                                              SQLITE_PREPARE_PERSISTENT,
                                              &store->statements[i], NULL));
    return rc;
}

struct store__value store__int(int64_t number)
{
    return (struct store__value){STORE_VALUE_INT, number, SPAN_EMPTY};
}

struct store__value store__span(struct span span)
{
    if (span.at == NULL)
        return (struct store__value){STORE_VALUE_NULL, 0, SPAN_EMPTY};
    return (struct store__value){STORE_VALUE_BLOB, 0, span};
}

struct store__value store__blob(const void *at, size_t len)
{
    return store__span((struct span){at, len});
}

static int bind(sqlite3_stmt *statement, int index,
                const struct store__value *value)
{
    switch (value->kind) {
    case STORE_VALUE_NULL:
        return sqlite3_bind_null(statement, index);
    case STORE_VALUE_INT:
        return sqlite3_bind_int64(statement, index, value->number);
    case STORE_VALUE_BLOB:
        break;
    }
    return sqlite3_bind_blob64(statement, index, value->blob.at,
                               value->blob.len, SQLITE_STATIC);
}

/* The text of SQLite names tables and columns, never values. */
static enum err report(struct store *store, int code)
{
    enum err rc = store__db_err(code);

    log_error(store->log, "store_refused", "code=%d text=\"%s\"", code,
              sqlite3_errmsg(store->db));
    return rc;
}

enum err store__start(struct store *store, enum store__statement which,
                      const struct store__value *values, size_t count)
{
    sqlite3_stmt *statement = store->statements[which];
    int code = SQLITE_OK;

    BUG_IF(sqlite3_stmt_busy(statement) != 0);
    for (size_t i = 0; i < count && code == SQLITE_OK; i++)
        code = bind(statement, (int)i + 1, &values[i]);
    return code == SQLITE_OK ? ERR_OK : report(store, code);
}

enum err store__step(struct store *store, enum store__statement which,
                     bool *has_row)
{
    sqlite3_stmt *statement = store->statements[which];
    int code = sqlite3_step(statement);
    enum err rc = ERR_OK;

    *has_row = code == SQLITE_ROW;
    if (code == SQLITE_ROW)
        return ERR_OK;
    if (code != SQLITE_DONE)
        rc = report(store, code);
    sqlite3_reset(statement);
    return rc;
}

enum err store__first(struct store *store, enum store__statement which,
                      const struct store__value *values, size_t count,
                      bool *has_row)
{
    enum err rc = store__start(store, which, values, count);

    *has_row = false;
    return rc == ERR_OK ? store__step(store, which, has_row) : rc;
}

enum err store__count(struct store *store, enum store__statement which,
                      uint64_t *out)
{
    bool has_row;
    enum err rc = store__first(store, which, NULL, 0, &has_row);

    if (rc == ERR_OK && has_row)
        *out = (uint64_t)store__column_int(store, which, 0);
    store__stop(store, which);
    return rc;
}

void store__stop(struct store *store, enum store__statement which)
{
    sqlite3_reset(store->statements[which]);
}

enum err store__run(struct store *store, enum store__statement which,
                    const struct store__value *values, size_t count)
{
    enum err rc = store__start(store, which, values, count);
    bool has_row = true;

    while (rc == ERR_OK && has_row)
        rc = store__step(store, which, &has_row);
    return rc;
}

int64_t store__column_int(struct store *store, enum store__statement which,
                          int column)
{
    return sqlite3_column_int64(store->statements[which], column);
}

struct span store__column_blob(struct store *store, enum store__statement which,
                               int column)
{
    sqlite3_stmt *statement = store->statements[which];
    /* In this order: bytes are those of the blob just asked for. */
    const char *at = sqlite3_column_blob(statement, column);
    int len = sqlite3_column_bytes(statement, column);

    return (struct span){at, at == NULL ? 0 : (size_t)len};
}

bool store__column_is_null(struct store *store, enum store__statement which,
                           int column)
{
    return sqlite3_column_type(store->statements[which], column) == SQLITE_NULL;
}

enum err store__begin(struct store *store)
{
    store->messages_changed = 0;
    return store__run(store, STORE_SQL_BEGIN, NULL, 0);
}

enum err store__commit(struct store *store)
{
    enum err rc = store__run(store, STORE_SQL_COMMIT, NULL, 0);

    if (rc == ERR_OK)
        store->messages =
            (uint64_t)((int64_t)store->messages + store->messages_changed);
    return rc;
}

void store__rollback(struct store *store)
{
    bool has_row;

    store->messages_changed = 0;
    /* SQLite has rolled back by itself when the disk was full. */
    if (sqlite3_get_autocommit(store->db) != 0)
        return;
    if (store__step(store, STORE_SQL_ROLLBACK, &has_row) != ERR_OK)
        log_error(store->log, "store_rollback_failed", "");
}

/* store_sql.h - statements and how they are run. */
#ifndef STORE_STORE_SQL_H
#define STORE_STORE_SQL_H

#include <sqlite3.h>

#include "base/err.h"
#include "base/span.h"
#include "room/room.h"

struct store;

enum store__statement {
    STORE_SQL_BEGIN,
    STORE_SQL_COMMIT,
    STORE_SQL_ROLLBACK,
    STORE_SQL_GET_META,
    STORE_SQL_ADD_META,
    STORE_SQL_SET_META,
    STORE_SQL_NEXT_RUN,
    STORE_SQL_SET_UNSAID,
    STORE_SQL_ADD_ROOM,
    STORE_SQL_SET_STATE,
    STORE_SQL_ADD_SEAT,
    STORE_SQL_ADD_MESSAGE,
    STORE_SQL_GET_MESSAGE,
    STORE_SQL_RETRACT,
    STORE_SQL_ADD_MEMBER,
    STORE_SQL_DELETE_MEMBER,
    STORE_SQL_SET_SESSION,
    STORE_SQL_DELETE_SESSION,
    STORE_SQL_SET_TOKEN,
    STORE_SQL_DELETE_TOKEN,
    STORE_SQL_SET_LIMIT,
    STORE_SQL_GET_SLOT,
    STORE_SQL_END_ROOM,
    STORE_SQL_ADD_TOMBSTONE,
    STORE_SQL_LIST_SLOTS,
    STORE_SQL_FIND_NAME,
    STORE_SQL_FIND_TOMBSTONE,
    STORE_SQL_FIND_SEAT,
    STORE_SQL_FIND_SEAT_TOMBSTONE,
    STORE_SQL_GET_ROOM,
    STORE_SQL_GET_ENTRIES,
    STORE_SQL_GET_MEMBERS,
    STORE_SQL_GET_SESSIONS,
    STORE_SQL_GET_TOKENS,
    STORE_SQL_READ_FORWARDS,
    STORE_SQL_READ_BACKWARDS,
    STORE_SQL_DUE,
    STORE_SQL_LIST,
    STORE_SQL_LIST_JOINED,
    STORE_SQL_NEXT_ENDED,
    STORE_SQL_PICK_MESSAGES,
    STORE_SQL_DELETE_MESSAGES,
    STORE_SQL_DELETE_SESSIONS,
    STORE_SQL_DELETE_TOKENS,
    STORE_SQL_DELETE_MEMBERS,
    STORE_SQL_DELETE_SEATS,
    STORE_SQL_DELETE_ROOM,
    STORE_SQL_LOAD_LIMITS,
    STORE_SQL_TIDY_TOMBSTONES,
    STORE_SQL_TIDY_LIMITS,
    STORE_SQL_TRIM_LIMITS,
    STORE_SQL_COUNT_ROOMS,
    STORE_SQL_COUNT_TOMBSTONES,
    STORE_SQL_COUNT_MESSAGES,
    STORE_SQL_COUNT_SESSIONS,
    STORE_SQL_TRUNCATE,
    STORE_SQL_COUNT
};

extern const char *const store__sql[STORE_SQL_COUNT];

/* The migrations of schema/, the first to the last; made by the build. */
extern const char *const store__migrations[];
extern const int store__migration_count;

/* A value to put into a statement.  Blobs are borrowed until it has run. */
struct store__value {
    enum { STORE_VALUE_NULL, STORE_VALUE_INT, STORE_VALUE_BLOB } kind;
    int64_t number;
    struct span blob;
};

#define STORE_COUNT(array) (sizeof(array) / sizeof(*(array)))

struct store__value store__int(int64_t number);
struct store__value store__blob(const void *at, size_t len);
struct store__value store__span(struct span span); /* NULL span: NULL */

/* Opens the database, sets it up and prepares nothing yet.
 *
 * Owner: `*out` goes with sqlite3_close.  It is there after an error as well,
 *        to say why, unless there is no memory. */
enum err store__db_open(const char *path, sqlite3 **out) MUST_CHECK;

/* Brings the schema up to date.
 * Errors: ERR_LIMIT when the database is newer than the program; as store__run.
 */
enum err store__db_migrate(sqlite3 *db, const char *const *migrations,
                           int count) MUST_CHECK;

/* Runs SQL without parameters or results, as pragmas at the start. */
enum err store__db_exec(sqlite3 *db, const char *sql) MUST_CHECK;

/* What an SQLite result means. */
enum err store__db_err(int code);

enum err store__prepare_all(struct store *store) MUST_CHECK;

/* Binds values and leaves the statement before its first row. */
enum err store__start(struct store *store, enum store__statement which,
                      const struct store__value *values,
                      size_t count) MUST_CHECK;

/* Steps.  *has_row is false at the end; then, and after an error, the
 * statement is reset. */
enum err store__step(struct store *store, enum store__statement which,
                     bool *has_row) MUST_CHECK;

/* Starts, and steps to the first row: to be stopped when there is one. */
enum err store__first(struct store *store, enum store__statement which,
                      const struct store__value *values, size_t count,
                      bool *has_row) MUST_CHECK;

/* What a statement without parameters counts.  Errors leave *out untouched. */
enum err store__count(struct store *store, enum store__statement which,
                      uint64_t *out) MUST_CHECK;

/* Resets a statement whose rows are not all wanted. */
void store__stop(struct store *store, enum store__statement which);

/* Start and step to the end. */
enum err store__run(struct store *store, enum store__statement which,
                    const struct store__value *values, size_t count) MUST_CHECK;

int64_t store__column_int(struct store *store, enum store__statement which,
                          int column);
struct span store__column_blob(struct store *store, enum store__statement which,
                               int column);
bool store__column_is_null(struct store *store, enum store__statement which,
                           int column);

/* The columns seq, at, seat, flags, bytes, origin, which come first.  False
 * when they hold what we never write. */
bool store__column_entry(struct store *store, enum store__statement which,
                         struct room_entry *entry);

enum err store__begin(struct store *store) MUST_CHECK;
enum err store__commit(struct store *store) MUST_CHECK;
void store__rollback(struct store *store);

#endif

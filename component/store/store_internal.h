/* store_internal.h - what the files of this folder share. */
#ifndef STORE_STORE_INTERNAL_H
#define STORE_STORE_INTERNAL_H

#include <sqlite3.h>
#include <sys/types.h>

#include "store/store.h"

enum {
    STORE_SLOT_BYTES = 4096,
    STORE_CHUNK_SLOTS = 256,     /* the key file grows by 1 MiB */
    STORE_SLOTS_MAX = 256 * 1024, /* 1 GiB of key file */
    STORE_SLOT_INSTANCE = 0,
    STORE_SLOT_STAMP = 1, /* two of them, written in turn */
    STORE_SLOT_FIRST = 3, /* of rooms */
    STORE_RESERVE_BYTES = 1024 * 1024,
    STORE_SESSION_HASH_BYTES = 16,
    STORE_PLAIN_MAX_BYTES = 512 * 1024, /* of one row, before sealing */
    STORE_SEALED_MAX_BYTES = STORE_PLAIN_MAX_BYTES + CRYPTO_SEAL_OVERHEAD_BYTES,
    STORE_FIELDS_MAX = 5,
    STORE_BOUND_MAX_BYTES = 64,
    STORE_ERASE_ROWS = 200,         /* deleted in one step, */
    STORE_ERASE_BYTES = 512 * 1024, /* or until this many bytes */
    STORE_TIDY_ROWS = 1000,
    STORE_TRUNCATE_MS = 1000,     /* the journal is cut at most this often */
    STORE_LIMIT_KEPT_MS = 24 * 60 * 60 * 1000,
    STORE_PENDING_MAX = 1024 * 1024, /* rooms in one of our lists */
};

/* System calls on the key file and the reserve; tests replace them. */
struct store__io {
    ssize_t (*pwrite)(int fd, const void *bytes, size_t len, off_t at);
    ssize_t (*pread)(int fd, void *bytes, size_t len, off_t at);
    int (*fdatasync)(int fd);
    int (*ftruncate)(int fd, off_t len);
};

extern const struct store__io store__system_io;

/* --- slots (store_page.c, store_keys.c, store_wipe.c) --- */

/* What a page of the key file is for. */
enum store__page {
    STORE_PAGE_INSTANCE, /* keys.seal is the instance key */
    STORE_PAGE_STAMP,    /* `generation` is one the database has surely seen */
    STORE_PAGE_ROOM,
};

struct store__slot {
    uint64_t generation;
    uint8_t hash[SECRET_BYTES]; /* of the room's local part */
    struct room_keys keys;
};

/* Writes all of a page.  Errors: ERR_NOMEM. */
enum err store__page_encode(struct crypto *crypto, enum store__page kind,
                            const struct store__slot *slot,
                            uint8_t page[STORE_SLOT_BYTES]) MUST_CHECK;

/* Errors: ERR_SYNTAX when it is not such a page, whole and true; ERR_NOMEM. */
enum err store__page_decode(struct crypto *crypto, enum store__page kind,
                            const uint8_t page[STORE_SLOT_BYTES],
                            struct store__slot *slot) MUST_CHECK;

/* A slot that shall be overwritten, and what must stand in it. */
struct store__wipe {
    int64_t number; /* of the room, or 0 when no row names the slot */
    uint32_t slot;
    bool is_begun; /* our noise may stand in it */
    uint64_t generation;
    uint8_t hash[SECRET_BYTES];
};

struct store__wipes {
    struct store__wipe *at;
    size_t count;
    size_t cap;
};

struct store__keys {
    const struct store__io *io;
    struct crypto *crypto;
    int fd;
    int direct_fd; /* for reading back past the page cache, or -1 */
    uint32_t count; /* slots the file has */
    uint32_t *free; /* slots that may be taken, the next one last */
    size_t free_count;
    uint64_t generation; /* the last one given out */
    uint64_t stamp;      /* the greatest in a stamp page */
    struct secret instance;
    uint8_t *page;  /* aligned for direct input, as is the next */
    uint8_t *check;
};

/* What a scan of the key file found in one slot. */
struct store__seen {
    enum { STORE_SEEN_EMPTY, STORE_SEEN_ROOM, STORE_SEEN_NOISE } what;
    bool is_named; /* by the row of a live room */
    uint64_t generation;
    uint8_t hash[SECRET_BYTES];
};

/* Opens `keys` in the folder, or makes it when `may_make`.
 * Errors: ERR_NOTFOUND when it is missing and may not be made; ERR_SYNTAX when
 *         the instance page or both stamps are broken; ERR_FULL, ERR_SYSTEM
 *         with errno, ERR_NOMEM. */
enum err store__keys_open(struct store__keys *keys, int dir_fd,
                          bool may_make) MUST_CHECK;
void store__keys_close(struct store__keys *keys);

/* Reads every slot from STORE_SLOT_FIRST on.  *out has keys->count elements
 * and goes back with free(). */
enum err store__keys_scan(struct store__keys *keys,
                          struct store__seen **out) MUST_CHECK;

/* Grows the file until `count` slots are free.
 * Errors: ERR_FULL, ERR_SYSTEM, ERR_NOMEM. */
enum err store__keys_reserve(struct store__keys *keys,
                             size_t count) MUST_CHECK;

/* Writes one page, without a sync.  Errors: ERR_FULL, ERR_SYSTEM. */
enum err store__keys_write(struct store__keys *keys, uint32_t slot,
                           const uint8_t *page) MUST_CHECK;
enum err store__keys_read(struct store__keys *keys, uint32_t slot,
                          uint8_t *page) MUST_CHECK;
enum err store__keys_sync(struct store__keys *keys) MUST_CHECK;

/* Reads a room's keys.  Errors: ERR_SYNTAX when not this room's keys stand
 * there; ERR_SYSTEM; ERR_NOMEM. */
enum err store__keys_get(struct store__keys *keys,
                         const struct store__wipe *where,
                         struct room_keys *out) MUST_CHECK;

/* Notes in the key file that the database has committed `generation`.  Not
 * synced: the next sync of a slot takes it along. */
void store__keys_stamp(struct store__keys *keys, uint64_t generation);

/* Makes room for `more` elements.  Errors: ERR_NOMEM, ERR_LIMIT. */
enum err store__wipes_reserve(struct store__wipes *wipes,
                              size_t more) MUST_CHECK;

/* Overwrites, syncs, reads back, and frees the slots of those elements that
 * went well, which leave the list.
 * Errors: ERR_SYSTEM: the rest stays in the list. */
enum err store__wipe_all(struct store__keys *keys,
                         struct store__wipes *wipes) MUST_CHECK;

/* --- packing (store_pack.c) --- */

/* Appends `count` spans with their lengths; a NULL span stays NULL. */
enum err store__pack(struct buf *out, const struct span *fields,
                     size_t count) MUST_CHECK;

/* Undoes it.  False when `bytes` are not exactly `count` fields. */
bool store__unpack(struct span bytes, struct span *fields, size_t count);

enum store__table {
    STORE_TABLE_ROOM = 1,
    STORE_TABLE_MESSAGE,
    STORE_TABLE_MEMBER,
    STORE_TABLE_SESSION,
};

/* What a sealed blob is bound to, beside its key. */
struct store__bound {
    uint8_t at[STORE_BOUND_MAX_BYTES];
    size_t len;
};

struct store__bound store__bind_room(const struct room_image *image);
struct store__bound store__bind_message(int64_t number,
                                        const struct room_entry *entry);
struct store__bound store__bind_member(int64_t number, struct span hash,
                                       uint8_t seat);
struct store__bound store__bind_session(int64_t number, struct span hash,
                                        const struct room_session_image *image);
struct span store__bound_span(const struct store__bound *bound);

/* --- SQL (store_sql.c, store_db.c) --- */

enum store__statement {
    STORE_SQL_BEGIN,
    STORE_SQL_COMMIT,
    STORE_SQL_ROLLBACK,
    STORE_SQL_GET_META,
    STORE_SQL_ADD_META,
    STORE_SQL_SET_META,
    STORE_SQL_NEXT_RUN,
    STORE_SQL_ADD_ROOM,
    STORE_SQL_SET_STATE,
    STORE_SQL_ADD_SEAT,
    STORE_SQL_ADD_MESSAGE,
    STORE_SQL_GET_MESSAGE,
    STORE_SQL_RETRACT,
    STORE_SQL_ADD_MEMBER,
    STORE_SQL_SET_SESSION,
    STORE_SQL_DELETE_SESSION,
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
    STORE_SQL_READ_FORWARDS,
    STORE_SQL_READ_BACKWARDS,
    STORE_SQL_DUE,
    STORE_SQL_NEXT_WAKE,
    STORE_SQL_LIST,
    STORE_SQL_LIST_JOINED,
    STORE_SQL_NEXT_ENDED,
    STORE_SQL_PICK_MESSAGES,
    STORE_SQL_DELETE_MESSAGES,
    STORE_SQL_DELETE_SESSIONS,
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

/* Opens the database, sets it up and prepares nothing yet. */
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

/* Resets a statement whose rows are not all wanted. */
void store__stop(struct store *store, enum store__statement which);

/* Start and step to the end. */
enum err store__run(struct store *store, enum store__statement which,
                    const struct store__value *values,
                    size_t count) MUST_CHECK;

int64_t store__column_int(struct store *store, enum store__statement which,
                          int column);
struct span store__column_blob(struct store *store,
                               enum store__statement which, int column);
bool store__column_is_null(struct store *store, enum store__statement which,
                           int column);

/* The columns seq, at, seat, flags, bytes, origin, which come first.  False
 * when they hold what we never write. */
bool store__column_entry(struct store *store, enum store__statement which,
                         struct room_entry *entry);

enum err store__begin(struct store *store) MUST_CHECK;
enum err store__commit(struct store *store) MUST_CHECK;
void store__rollback(struct store *store);

/* --- the store itself --- */

struct store {
    struct crypto *crypto;
    const struct log *log;
    const struct store__io *io;
    int dir_fd;
    int lock_fd;
    char *path; /* of the database */
    sqlite3 *db;
    sqlite3_stmt *statements[STORE_SQL_COUNT];
    struct store__keys keys;
    int64_t number; /* the last one given out */
    struct store__wipes wipes;   /* slots to overwrite */
    struct store__wipes created; /* of the commit that runs */
    struct store__wipes erased;  /* rooms without rows, not yet reported */
    struct buf plain;            /* one row before sealing */
    struct buf sealed;
    struct buf entries; /* struct room_entry of the room that loads */
    bool wants_truncate;  /* the journal may hold what was erased */
    bool has_ended_rows;  /* rooms whose rows are to be deleted */
    bool is_reserve_used;
    bool is_reading; /* store_read does not nest */
    int64_t truncated_ms;
    uint64_t messages; /* rows */
    int64_t messages_changed; /* by the transaction that runs */
    uint64_t commits;
    uint64_t commit_failures;
};

/* store_open with other system calls. */
enum err store__open(const struct store_options *options,
                     const struct store__io *io, struct store **out,
                     struct buf *error) MUST_CHECK;

/* --- files (store_files.c) --- */

/* Opens the folder, makes it if missing, takes the lock, tightens modes. */
enum err store__files_open(struct store *store, const char *data_dir,
                           struct buf *error) MUST_CHECK;

/* Opens a file of the folder, 0600.  *is_new tells whether it was made. */
enum err store__file_open(int dir_fd, const char *name, int flags,
                          int *fd) MUST_CHECK;

/* Writes all bytes.  Errors: ERR_FULL, ERR_SYSTEM. */
enum err store__write_all(const struct store__io *io, int fd,
                          struct span bytes, off_t at) MUST_CHECK;

/* Keeps a piece of disk for the day it is full.  Tries again at each call
 * until it is there. */
void store__reserve_keep(struct store *store);

/* Gives it up.  False when there was nothing to give. */
bool store__reserve_use(struct store *store);

/* What errno means for a write. */
enum err store__errno_err(void);

/* Writes one line for a person. */
void store__say(struct buf *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* --- names (store_names.c) --- */

enum err store__hash_name(struct store *store, struct span local,
                          struct secret *out) MUST_CHECK;
enum err store__hash_seat(struct store *store, struct span seat_id,
                          struct secret *out) MUST_CHECK;

/* A hash of a JID in a room, cut to STORE_SESSION_HASH_BYTES. */
enum err store__hash_jid(struct store *store, int64_t number, struct span jid,
                         uint8_t *out) MUST_CHECK;
void store__handle_of(struct store *store, const uint8_t *name_hash,
                      char out[STORE_HANDLE_BYTES]);

/* --- writing (store_write.c, store_end.c, store_seal.c) --- */

enum {
    STORE_FLAG_NEARLY_FULL = 1, /* in the column `flags` of a room */
    STORE_FLAG_USED_1 = 2,
    STORE_FLAG_USED_2 = 4,
};

/* Writes one effect inside the transaction.  *created counts the rooms that
 * took their slots from store->created. */
enum err store__write_effect(struct store *store,
                             const struct room_effect *effect,
                             size_t *created) MUST_CHECK;

/* Marks a room as ended, with its tombstone, and queues its slot. */
enum err store__write_end(struct store *store, int64_t number,
                          enum room_cause cause, int64_t at_ms) MUST_CHECK;

/* Writes generation and number into `meta`. */
enum err store__write_meta(struct store *store) MUST_CHECK;

/* Ends a room whose keys or row are broken: nobody can read it any more. */
enum err store__lose_room(struct store *store, int64_t number,
                          const uint8_t *name_hash, int64_t now_ms) MUST_CHECK;

/* Takes the payload of an archived message away and marks it so. */
enum err store__write_retraction(struct store *store, const struct room *room,
                                 uint32_t seq) MUST_CHECK;

/* Seals packed fields into store->sealed. */
enum err store__seal(struct store *store, const struct secret *key,
                     const struct store__bound *bound,
                     const struct span *fields, size_t count) MUST_CHECK;

/* Opens a sealed blob into store->plain and splits it. */
enum err store__unseal(struct store *store, const struct secret *key,
                       const struct store__bound *bound, struct span sealed,
                       struct span fields[STORE_FIELDS_MAX],
                       size_t count) MUST_CHECK;

/* Overwrites what store->plain held. */
void store__forget_plain(struct store *store);

/* --- start (store_recover.c) --- */

/* Compares database and key file, wipes slots that no row names, ends rooms
 * whose keys are broken. */
enum err store__recover(struct store *store, int64_t now_ms,
                        struct buf *error) MUST_CHECK;

/* Cuts the journal.  *is_done is false when something still reads it. */
enum err store__truncate(struct store *store, bool *is_done) MUST_CHECK;

#endif

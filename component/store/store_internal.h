/* store_internal.h - what the files of this folder share. */
#ifndef STORE_STORE_INTERNAL_H
#define STORE_STORE_INTERNAL_H

#include "store/store.h"
#include "store/store_keys.h"
#include "store/store_sql.h"

enum {
    STORE_RESERVE_BYTES = 1024 * 1024,
    STORE_RESERVE_RETRY_MS = 1000, /* until it is tried to have it again */
    STORE_SESSION_HASH_BYTES = 16,
    STORE_PLAIN_MAX_BYTES = 512 * 1024, /* of one row, before sealing */
    STORE_SEALED_MAX_BYTES = STORE_PLAIN_MAX_BYTES + CRYPTO_SEAL_OVERHEAD_BYTES,
    STORE_FIELDS_MAX = 5,
    STORE_MESSAGE_FIELDS = 4, /* id, language, payload, sender */
    STORE_BOUND_MAX_BYTES = 64,
    STORE_ERASE_ROWS = 100,         /* deleted in one step, */
    STORE_ERASE_BYTES = 256 * 1024, /* or until this many bytes */
    STORE_TIDY_ROWS = 1000,
    STORE_TRUNCATE_MS = 1000, /* the journal is cut at most this often */
    STORE_LIMIT_KEPT_MS = 24 * 60 * 60 * 1000,
};

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
    STORE_TABLE_TOKEN,
};

enum {
    STORE_SEQ_BYTES = 2,
    STORE_IDS_BYTES = ROOM_ID_HASH_BYTES + STORE_SEQ_BYTES,
};

/* The column `origin` of a message: the hash of its origin-id, then the number
 * of the message that it corrects, as far as its flags say that it has them. */
size_t store__pack_ids(const struct room_entry *entry,
                       uint8_t out[STORE_IDS_BYTES]);

/* Undoes it, by the flags and number that `entry` has.  False when `ids` are
 * not that. */
bool store__unpack_ids(struct span ids, struct room_entry *entry);

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
struct store__bound store__bind_token(int64_t number,
                                      const struct room_token_image *token);
struct span store__bound_span(const struct store__bound *bound);

/* --- the store itself --- */

struct store {
    struct crypto *crypto;
    const struct log *log;
    int dir_fd;
    int64_t crashed_ms; /* see store_crashed_ms */
    int64_t unsaid_ms;  /* as it is on disk */
    int lock_fd;
    char *path; /* of the database */
    sqlite3 *db;
    sqlite3_stmt *statements[STORE_SQL_COUNT];
    struct store__keys keys;
    int64_t number;              /* the last one given out */
    struct store__wipes wipes;   /* slots to overwrite */
    struct store__wipes created; /* of the commit that runs */
    struct store__wipes erased;  /* rooms without rows, not yet reported */
    struct buf plain;            /* one row before sealing */
    struct buf sealed;
    struct buf entries;  /* struct room_entry of the room that loads */
    bool wants_truncate; /* the journal may hold what was erased */
    bool has_ended_rows; /* rooms whose rows are to be deleted */
    bool is_reserve_used;
    int64_t reserve_tried_ms; /* to have it again */
    bool is_reading;          /* store_read does not nest */
    int64_t truncated_ms;
    int64_t now_ms;           /* the latest we were told */
    uint64_t messages;        /* rows */
    int64_t messages_changed; /* by the transaction that runs */
    uint64_t commits;
    uint64_t commit_failures;
};

/* --- files (store_files.c) --- */

/* Opens the folder, makes it if missing, takes the lock, tightens modes. */
enum err store__files_open(struct store *store, const char *data_dir,
                           struct buf *error) MUST_CHECK;

/* Names a file system that may keep what is overwritten in place, by the magic
 * number of statfs; NULL for others. */
const char *store__weak_filesystem(uint32_t magic);

/* Opens a file of the folder, 0600.  */
enum err store__file_open(int dir_fd, const char *name, int flags,
                          int *fd) MUST_CHECK;

/* Writes all bytes.  Errors: ERR_FULL, ERR_SYSTEM. */
/* From the journal, which SQLite removes when it closes the database. */
int64_t store__journal_left_ms(int dir_fd);
enum err store__write_all(int fd, struct span bytes, off_t at) MUST_CHECK;

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

/* --- writing (store_write.c, _end.c, _retract.c, _seal.c) --- */

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

/* Fields of a row, borrowed from store->plain. */
struct store__fields {
    size_t count;      /* how many there must be */
    bool has_optional; /* an older row lacks the last: then a NULL span */
    struct span at[STORE_FIELDS_MAX];
};

/* Opens a sealed blob into store->plain and splits it into out->count fields.
 * Errors: ERR_SYNTAX when it does not open or is not so many; ERR_NOMEM. */
enum err store__unseal(struct store *store, const struct secret *key,
                       const struct store__bound *bound, struct span sealed,
                       struct store__fields *out) MUST_CHECK;

/* Overwrites what store->plain held. */
void store__forget_plain(struct store *store);

/* --- loading (store_people.c) --- */

/* Rows of one kind that belong to a room. */
struct store__rows {
    enum store__statement which; /* is given the room's number */
    size_t item_bytes;
    /* Reads the row that `which` stands on.  A row that does not open is no
     * error, and not good. */
    enum err (*read)(struct store *store, struct store_room *out, void *item,
                     bool *is_good);
};

struct store__items {
    void *at; /* in the room's arena; NULL when there are none */
    size_t count;
};

/* Reads all good rows of a room that is being loaded.  Errors: as `read`, and
 * ERR_IO, ERR_NOMEM. */
enum err store__load_rows(struct store *store, struct store_room *out,
                          const struct store__rows *rows,
                          struct store__items *items) MUST_CHECK;

/* Reads who is bound and who is joined into a room that is being loaded. */
enum err store__load_members(struct store *store,
                             struct store_room *out) MUST_CHECK;
enum err store__load_sessions(struct store *store,
                              struct store_room *out) MUST_CHECK;

/* --- tokens (store_token.c) --- */

enum err store__write_token(struct store *store, const struct room *room,
                            const struct room_token_image *token) MUST_CHECK;
/* Reads the families of a room that is being loaded. */
enum err store__load_tokens(struct store *store,
                            struct store_room *out) MUST_CHECK;

/* --- start (store_recover.c) --- */

/* Compares database and key file, wipes slots that no row names, ends rooms
 * whose keys are broken.  `committed` is the generation the database has. */
enum err store__recover(struct store *store, uint64_t committed,
                        struct buf *error) MUST_CHECK;

/* Cuts the journal.  *is_done is false when something still reads it. */
enum err store__truncate(struct store *store, bool *is_done) MUST_CHECK;

#endif

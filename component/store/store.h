/* store.h - rooms on disk: one SQLite database and one file of key slots; the
 * only place that sees sqlite3.
 *
 * Names, bodies, addresses and presence are sealed under the room's key before
 * SQLite sees them; rooms and seats are found by HMACs under the instance key
 * (slot 0).  The key slots lie outside the database, in place, and are
 * overwritten when a room ends: what SQLite, its journal or the file system
 * may keep of the rows is then noise. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "crypto/crypto.h"
#include "room/room.h"
#include "room/room_effect.h"

enum {
    STORE_TOMBSTONE_DAYS = 31,
    STORE_HANDLE_BYTES = 9, /* 8 hex digits and a NUL */
};

struct store;

struct store_options {
    const char *data_dir; /* made if missing, mode 0700 */
    struct crypto *crypto;
    const struct log *log;
    int64_t now_ms; /* old tombstones go by it */
};

/* Opens or makes the store, takes its lock, runs the migrations, wipes slots
 * that no row names and goes on with erasures that a crash cut short.
 *
 * Owner:  *out goes back with store_close.  `error` gets one line for a
 *         person: what, which file, what to do.
 * Errors: ERR_AGAIN when another process holds the lock; ERR_STORE when the
 *         files do not fit together (the database older than the key file, a
 *         newer schema, a wrong checksum) or SQLite refuses; ERR_SYSTEM;
 *         ERR_NOMEM.  Nothing was changed that a restart would miss. */
enum err store_open(const struct store_options *options, struct store **out,
                    struct buf *error) MUST_CHECK;

/* Closes it.  NULL is fine. */
void store_close(struct store *store);

/* When the process before this one wrote last, in Unix ms, if it ended without
 * store_close; 0: it closed, or there was none. */
int64_t store_crashed_ms(const struct store *store);

/* Since when words may be stored that apps were never sent, in Unix ms; 0:
 * there are none.  Committed at once; kept over restarts. */
int64_t store_unsaid_ms(const struct store *store);
enum err store_set_unsaid_ms(struct store *store, int64_t since_ms) MUST_CHECK;

/* A new room's number: greater than every one before it. */
int64_t store_next_number(struct store *store);

/* How many more rooms the key file may hold. */
size_t store_places_left(const struct store *store);

/* Writes every ROOM_EFFECT_STORE_... of `effects` in one transaction.  Slots of
 * new rooms are written and synced before the rows that name them.
 *
 * Errors: ERR_STORE, ERR_FULL, ERR_NOMEM: the database is as before the call
 *         (a slot may be left that no row names; it is wiped later). */
enum err store_commit(struct store *store,
                      const struct room_effects *effects) MUST_CHECK;

/* Overwrites the slots of all rooms whose end has been committed, syncs once
 * and reads back.
 * Errors: ERR_SYSTEM when the disk refuses: the rest stays queued, the
 *         next call tries again; the caller says so in the log. */
enum err store_wipe_ended(struct store *store) MUST_CHECK;

/* True while ended rooms have rows left or the journal may hold some. */
bool store_is_erasing(const struct store *store);

/* Does one bounded step (about 5 ms) of deleting rows of ended rooms whose
 * slot is wiped, and cuts the journal at most once a second.  Calls `on_erased`
 * for each room of which nothing is left.
 * Errors: ERR_STORE, ERR_FULL: to be tried again. */
enum err store_erase_step(struct store *store, int64_t now_ms,
                          void (*on_erased)(void *self, int64_t number),
                          void *self) MUST_CHECK;

enum store_fate { STORE_LIVE, STORE_ENDED, STORE_UNKNOWN };

/* A room read from disk.  Everything in `image` points into `arena`. */
struct store_room {
    struct arena arena;
    struct room_image image;
};

/* Finds a room by its local part and reads it.
 *
 * Owner:  STORE_LIVE fills `out`; give it back with store_room_clear.
 *         STORE_ENDED sets only *cause.
 * Errors: ERR_STORE, ERR_NOMEM. */
enum err store_load(struct store *store, struct span local,
                    enum store_fate *fate, struct store_room *out,
                    enum room_cause *cause) MUST_CHECK;

/* The same by the room's number, for rooms that are due or listed. */
enum err store_load_number(struct store *store, int64_t number,
                           enum store_fate *fate,
                           struct store_room *out) MUST_CHECK;

/* Wipes and frees what store_load filled. */
void store_room_clear(struct store_room *room);

/* What a seat id leads to. */
struct store_seat {
    enum store_fate fate;
    int64_t number;        /* of the live room */
    uint8_t seat;          /* 1 or 2, of a live room */
    enum room_cause cause; /* when it ended */
};

/* Finds a room by a seat id (urn:duologue:seat:0).
 * Errors: ERR_STORE, ERR_NOMEM. */
enum err store_find_seat(struct store *store, struct span seat_id,
                         struct store_seat *out) MUST_CHECK;

/* Numbers of live rooms whose wake time is at or before `now_ms`, earliest
 * first, at most `max`; *count tells how many. */
enum err store_due(struct store *store, int64_t now_ms, size_t max,
                   int64_t *numbers, size_t *count) MUST_CHECK;

/* Live rooms in order of their number, from one greater than `after`. */
enum err store_list(struct store *store, int64_t after, size_t max,
                    int64_t *numbers, size_t *count) MUST_CHECK;

/* Live rooms that have joined guests, or native sessions, likewise. */
enum err store_list_guests(struct store *store, int64_t after, size_t max,
                           int64_t *numbers, size_t *count) MUST_CHECK;
enum err store_list_natives(struct store *store, int64_t after, size_t max,
                            int64_t *numbers, size_t *count) MUST_CHECK;

/* One archived message as it was said.  Borrowed for the callback. */
struct store_message {
    struct room_entry entry;
    struct span id;
    struct span lang;
    struct span payload; /* empty when retracted */
    struct span sender;  /* bare JID; at NULL where no address is shown */
};

struct store_range {
    uint32_t from_seq; /* inclusive */
    uint32_t to_seq;   /* inclusive */
    bool is_backwards; /* newest first */
};

/* Reads archived messages in order and calls `on_message` until it returns
 * false.
 * Errors: ERR_STORE, ERR_NOMEM, and ERR_SYNTAX when a row does not open under
 *         the room's key (the database was tampered with). */
enum err store_read(struct store *store, const struct room *room,
                    const struct store_range *range,
                    bool (*on_message)(void *self,
                                       const struct store_message *message),
                    void *self) MUST_CHECK;

/* Calls `on_limit` for every stored limit that still counts, the longest
 * untouched first, as the engine wants them. */
enum err store_load_limits(
    struct store *store, int64_t now_ms,
    enum err (*on_limit)(void *self, const struct room_limit_image *),
    void *self) MUST_CHECK;

/* A number that is greater at each call, over all starts: runs of the
 * silence warning.  Committed at once. */
enum err store_next_run(struct store *store, uint64_t *out) MUST_CHECK;

/* The keyed hash by which a room may be named in a log. */
void store_handle(struct store *store, struct span local,
                  char out[STORE_HANDLE_BYTES]);

/* A keyed hash of a source (bare JID, domain or the gateway's stamp) by which
 * limits count.  `label` keeps kinds apart. */
void store_source(struct store *store, const char *label, struct span value,
                  uint8_t out[ROOM_SOURCE_BYTES]);

struct store_stats {
    uint64_t rooms; /* live */
    uint64_t tombstones;
    uint64_t messages;
    uint64_t sessions;
    uint64_t slots; /* in the key file */
    uint64_t slots_used;
    uint64_t database_bytes;
    uint64_t journal_bytes;
    uint64_t commits; /* since the start */
    uint64_t commit_failures;
};

/* Counts what is stored now, and the commits since store_open.
 *
 * Errors: ERR_STORE, ERR_NOMEM.  `out` is as before the call. */
enum err store_get_stats(struct store *store,
                         struct store_stats *out) MUST_CHECK;

/* Drops tombstones that are older than STORE_TOMBSTONE_DAYS and limits that no
 * longer count.  Bounded; call it now and then. */
enum err store_tidy(struct store *store, int64_t now_ms) MUST_CHECK;

#endif

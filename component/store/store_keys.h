/* store_keys.h - the key file: pages of keys, and their overwriting. */
#ifndef STORE_STORE_KEYS_H
#define STORE_STORE_KEYS_H

#include <sys/types.h>

#include "crypto/crypto.h"
#include "room/room.h"

enum {
    STORE_SLOT_BYTES = 4096,
    STORE_CHUNK_SLOTS = 256,      /* the key file grows by 1 MiB */
    STORE_SLOTS_MAX = 256 * 1024, /* 1 GiB of key file */
    STORE_SLOT_INSTANCE = 0,
    STORE_SLOT_STAMP = 1,            /* two of them, written in turn */
    STORE_SLOT_FIRST = 3,            /* of rooms */
    STORE_PENDING_MAX = 1024 * 1024, /* rooms in one of our lists */
};

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
    bool is_begun;   /* our noise may stand in it */
    bool is_written; /* and does, as far as a call can tell */
    uint64_t generation;
    uint8_t hash[SECRET_BYTES];
};

struct store__wipes {
    struct store__wipe *at;
    size_t count;
    size_t cap;
};

struct store__keys {
    struct crypto *crypto;
    int fd;
    int direct_fd;  /* for reading back past the page cache, or -1 */
    uint32_t count; /* slots the file has */
    uint32_t *free; /* slots that may be taken, the next one last */
    size_t free_count;
    uint64_t generation; /* the last one given out */
    uint64_t stamp;      /* the greatest in a stamp page */
    struct secret instance;
    uint8_t *page; /* aligned for direct input, as is the next */
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
enum err store__keys_reserve(struct store__keys *keys, size_t count) MUST_CHECK;

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

#endif

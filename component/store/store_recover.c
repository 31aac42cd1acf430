#include <stdlib.h>
#include <string.h>

#include "store/store_internal.h"

/* A row of `room`, as far as slots go. */
struct row {
    struct store__wipe slot;
    bool is_ended;
};

static void read_row(struct store *store, struct row *row)
{
    const enum store__statement which = STORE_SQL_LIST_SLOTS;
    struct span hash = store__column_blob(store, which, 3);
    int64_t slot = store__column_int(store, which, 1);

    *row = (struct row){.is_ended = !store__column_is_null(store, which, 4)};
    row->slot.number = store__column_int(store, which, 0);
    row->slot.slot = slot > 0 && slot < STORE_SLOTS_MAX ? (uint32_t)slot : 0;
    row->slot.generation = (uint64_t)store__column_int(store, which, 2);
    if (hash.len == SECRET_BYTES)
        memcpy(row->slot.hash, hash.at, SECRET_BYTES);
}

static bool is_whole(const struct store__keys *keys,
                     const struct store__seen *seen, const struct row *row)
{
    const struct store__seen *found = &seen[row->slot.slot];

    return row->slot.slot >= STORE_SLOT_FIRST && row->slot.slot < keys->count &&
           found->what == STORE_SEEN_ROOM &&
           found->generation == row->slot.generation &&
           memcmp(found->hash, row->slot.hash, SECRET_BYTES) == 0;
}

/* Marks the slots of live rooms, and lists live rooms whose slot is broken. */
static enum err match_rows(struct store *store, struct store__seen *seen,
                           struct store__wipes *lost, uint64_t *newest)
{
    enum err rc = store__start(store, STORE_SQL_LIST_SLOTS, NULL, 0);
    bool has_row = true;

    while (rc == ERR_OK) {
        struct row row;

        rc = store__step(store, STORE_SQL_LIST_SLOTS, &has_row);
        if (rc != ERR_OK || !has_row)
            break;
        read_row(store, &row);
        store->has_ended_rows = store->has_ended_rows || row.is_ended;
        if (row.is_ended)
            continue;
        if (row.slot.generation > *newest)
            *newest = row.slot.generation;
        if (is_whole(&store->keys, seen, &row)) {
            seen[row.slot.slot].is_named = true;
        } else if ((rc = store__wipes_reserve(lost, 1)) == ERR_OK) {
            lost->at[lost->count++] = row.slot;
        }
    }
    store__stop(store, STORE_SQL_LIST_SLOTS);
    return rc;
}

/* What no live row names is overwritten; what was empty may be taken. */
static enum err wipe_unnamed(struct store *store,
                             const struct store__seen *seen)
{
    struct store__keys *keys = &store->keys;
    enum err rc = ERR_OK;

    for (uint32_t i = keys->count; i-- > STORE_SLOT_FIRST && rc == ERR_OK;) {
        struct store__wipe wipe = {.slot = i, .is_begun = true};

        if (seen[i].is_named)
            continue;
        if (seen[i].what == STORE_SEEN_EMPTY) {
            keys->free[keys->free_count++] = i;
            continue;
        }
        rc = store__wipes_reserve(&store->wipes, 1);
        if (rc == ERR_OK)
            store->wipes.at[store->wipes.count++] = wipe;
    }
    if (rc == ERR_OK)
        rc = store__wipe_all(keys, &store->wipes);
    return rc;
}

static enum err lose_rooms(struct store *store, const struct store__wipes *lost)
{
    enum err rc = ERR_OK;

    for (size_t i = 0; i < lost->count && rc == ERR_OK; i++) {
        rc = store__lose_room(store, lost->at[i].number, lost->at[i].hash,
                              store->now_ms);
        /* Whatever stands in that slot, it was not this room's. */
        store->wipes.count = 0;
    }
    return rc;
}

static enum err refuse_old_keys(struct buf *error)
{
    store__say(error,
               "the file `keys` in data_dir is older than `duologue.db` and "
               "lacks the keys of newer chats; put the right `keys` back, or "
               "move both files away to begin anew");
    return ERR_STORE;
}

enum err store__recover(struct store *store, uint64_t committed,
                        struct buf *error)
{
    struct store__wipes lost = {.count = 0};
    struct store__seen *seen = NULL;
    uint64_t newest = 0;
    enum err rc = store__keys_scan(&store->keys, &seen);

    if (rc == ERR_OK)
        rc = match_rows(store, seen, &lost, &newest);
    if (rc == ERR_OK && newest > store->keys.generation)
        rc = refuse_old_keys(error);
    if (committed > store->keys.generation)
        store->keys.generation = committed;
    if (rc == ERR_OK)
        rc = lose_rooms(store, &lost);
    if (rc == ERR_OK)
        rc = wipe_unnamed(store, seen);
    free(lost.at);
    free(seen);
    return rc;
}

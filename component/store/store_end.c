/* store_end.c - a chat ends: its row is marked, its tombstone written, its slot
 * queued for store_wipe.c. */
#include <string.h>

#include "store/store_internal.h"

enum err store__write_meta(struct store *store)
{
    const struct store__value row[] = {
        store__int((int64_t)store->keys.generation),
        store__int(store->number),
    };

    return store__run(store, STORE_SQL_SET_META, row, STORE_COUNT(row));
}

/* Queues the slot of a live room.  *is_live is false when there is none. */
static enum err queue_slot(struct store *store, int64_t number, bool *is_live)
{
    const struct store__value row[] = {store__int(number)};
    struct store__wipe *wipe;
    struct span hash;
    enum err rc;

    *is_live = false;
    if ((rc = store__wipes_reserve(&store->wipes, 1)) != ERR_OK)
        return rc;
    rc =
        store__first(store, STORE_SQL_GET_SLOT, row, STORE_COUNT(row), is_live);
    if (rc != ERR_OK || !*is_live)
        return rc;
    wipe = &store->wipes.at[store->wipes.count++];
    *wipe = (struct store__wipe){
        .number = number,
        .slot = (uint32_t)store__column_int(store, STORE_SQL_GET_SLOT, 0),
        .generation = (uint64_t)store__column_int(store, STORE_SQL_GET_SLOT, 1),
    };
    hash = store__column_blob(store, STORE_SQL_GET_SLOT, 2);
    if (hash.len == SECRET_BYTES)
        memcpy(wipe->hash, hash.at, SECRET_BYTES);
    store__stop(store, STORE_SQL_GET_SLOT);
    return ERR_OK;
}

enum err store__write_end(struct store *store, int64_t number,
                          enum room_cause cause, int64_t at_ms)
{
    const struct store__value end[] = {
        store__int(number),
        store__int((int64_t)cause),
    };
    const struct store__value tombstone[] = {
        store__int(number),
        store__int(at_ms),
        store__int((int64_t)cause),
    };
    bool is_live;
    enum err rc = queue_slot(store, number, &is_live);

    if (rc != ERR_OK || !is_live)
        return rc;
    store->keys.generation++;
    rc = store__run(store, STORE_SQL_END_ROOM, end, STORE_COUNT(end));
    if (rc == ERR_OK)
        rc = store__run(store, STORE_SQL_ADD_TOMBSTONE, tombstone,
                        STORE_COUNT(tombstone));
    return rc;
}

enum err store__lose_room(struct store *store, int64_t number,
                          const uint8_t *name_hash, int64_t now_ms)
{
    size_t queued = store->wipes.count;
    char handle[STORE_HANDLE_BYTES];
    enum err rc;

    store__handle_of(store, name_hash, handle);
    log_warn(store->log, "store_room_lost",
             "room=%s hint=\"its keys or its row are damaged; it counts as "
             "ended\"",
             handle);
    if ((rc = store__begin(store)) != ERR_OK)
        return rc;
    rc = store__write_end(store, number, ROOM_CAUSE_ADMIN, now_ms);
    if (rc == ERR_OK)
        rc = store__write_meta(store);
    if (rc == ERR_OK)
        rc = store__commit(store);
    if (rc == ERR_OK) {
        store->has_ended_rows = true;
        return ERR_OK;
    }
    store__rollback(store);
    store->wipes.count = queued;
    return rc;
}

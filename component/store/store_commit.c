#include <string.h>

#include "room/room_view.h"
#include "store/store_internal.h"

struct contents {
    bool has_any;
    bool has_end;
    bool has_retraction;
    size_t creates;
};

static struct contents contents_of(const struct room_effects *effects)
{
    struct contents contents = {.creates = 0};
    const struct room_effect *effect;

    for (effect = effects->first; effect != NULL; effect = effect->next) {
        if (effect->kind > ROOM_EFFECT_STORE_END)
            continue;
        contents.has_any = true;
        if (effect->kind == ROOM_EFFECT_STORE_ROOM)
            contents.creates++;
        if (effect->kind == ROOM_EFFECT_STORE_END)
            contents.has_end = true;
        if (effect->kind == ROOM_EFFECT_STORE_ERASE)
            contents.has_retraction = true;
    }
    return contents;
}

/* Takes a slot and writes the new room's keys into it. */
static enum err write_slot(struct store *store,
                           const struct room_effect *effect)
{
    struct store__keys *keys = &store->keys;
    struct store__slot slot = {.generation = ++keys->generation};
    struct store__wipe *made = &store->created.at[store->created.count];
    struct secret hash;
    enum err rc;

    slot.keys = effect->u.create.create.keys;
    rc = store__hash_name(store, room_local(effect->room), &hash);
    if (rc == ERR_OK) {
        memcpy(slot.hash, hash.at, SECRET_BYTES);
        rc = store__page_encode(keys->crypto, STORE_PAGE_ROOM, &slot,
                                keys->page);
    }
    if (rc == ERR_OK) {
        *made = (struct store__wipe){.generation = slot.generation};
        made->slot = keys->free[--keys->free_count];
        memcpy(made->hash, slot.hash, SECRET_BYTES);
        store->created.count++;
        rc = store__keys_write(keys, made->slot, keys->page);
    }
    explicit_bzero(&slot, sizeof(slot));
    explicit_bzero(keys->page, STORE_SLOT_BYTES);
    return rc;
}

static enum err write_slots(struct store *store,
                            const struct room_effects *effects, size_t count)
{
    const struct room_effect *effect;
    enum err rc;

    store->created.count = 0;
    /* Slots of rooms that fail to be made must go to `wipes` without fail. */
    if ((rc = store__wipes_reserve(&store->created, count)) != ERR_OK ||
        (rc = store__wipes_reserve(&store->wipes, count)) != ERR_OK ||
        (rc = store__keys_reserve(&store->keys, count)) != ERR_OK)
        return rc;
    for (effect = effects->first; effect != NULL; effect = effect->next) {
        if (effect->kind != ROOM_EFFECT_STORE_ROOM)
            continue;
        if (effect->u.create.create.number > store->number)
            store->number = effect->u.create.create.number;
        if ((rc = write_slot(store, effect)) != ERR_OK)
            return rc;
    }
    return count > 0 ? store__keys_sync(&store->keys) : ERR_OK;
}

static enum err write_rows(struct store *store,
                           const struct room_effects *effects,
                           const struct contents *contents)
{
    const struct room_effect *effect;
    size_t created = 0;
    enum err rc = store__begin(store);

    if (rc != ERR_OK)
        return rc;
    for (effect = effects->first; effect != NULL && rc == ERR_OK;
         effect = effect->next)
        rc = store__write_effect(store, effect, &created);
    if (rc == ERR_OK && (contents->creates > 0 || contents->has_end))
        rc = store__write_meta(store);
    if (rc == ERR_OK)
        rc = store__commit(store);
    if (rc != ERR_OK)
        store__rollback(store);
    return rc;
}

/* After a failure no row names the new slots. */
static void give_up_slots(struct store *store, size_t queued)
{
    store->wipes.count = queued;
    for (size_t i = 0; i < store->created.count; i++)
        store->wipes.at[store->wipes.count++] = store->created.at[i];
}

static enum err try_commit(struct store *store,
                           const struct room_effects *effects,
                           const struct contents *contents)
{
    size_t queued = store->wipes.count;
    enum err rc = write_slots(store, effects, contents->creates);

    if (rc == ERR_OK)
        rc = write_rows(store, effects, contents);
    if (rc != ERR_OK)
        give_up_slots(store, queued);
    store->created.count = 0;
    return rc == ERR_SYSTEM || rc == ERR_LIMIT ? ERR_STORE : rc;
}

/* While the reserve is given up, what is left of the disk is for ends, and for
 * the erasures that give it back. */
static bool is_for_ends_alone(struct store *store)
{
    int64_t since_ms = store->now_ms - store->reserve_tried_ms;

    if (!store->is_reserve_used)
        return false;
    /* A clock that was put back must not stop us. */
    if (since_ms >= 0 && since_ms < STORE_RESERVE_RETRY_MS)
        return true;
    store->reserve_tried_ms = store->now_ms;
    store__reserve_keep(store);
    return store->is_reserve_used;
}

enum err store_commit(struct store *store, const struct room_effects *effects)
{
    const struct contents contents = contents_of(effects);
    enum err rc = ERR_FULL;

    if (!contents.has_any)
        return ERR_OK;
    if (contents.has_end || !is_for_ends_alone(store))
        rc = try_commit(store, effects, &contents);
    /* The end of a chat must not wait for somebody to make room. */
    if (rc == ERR_FULL && contents.has_end && store__reserve_use(store))
        rc = try_commit(store, effects, &contents);
    if (rc != ERR_OK) {
        store->commit_failures++;
        return rc;
    }
    store->commits++;
    if (contents.creates > 0 || contents.has_end)
        store__keys_stamp(&store->keys, store->keys.generation);
    store->has_ended_rows = store->has_ended_rows || contents.has_end;
    store->wants_truncate = store->wants_truncate || contents.has_retraction;
    return ERR_OK;
}

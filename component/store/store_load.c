#include <string.h>

#include "base/bug.h"
#include "store/store_internal.h"

enum { LOAD_MAX_BYTES = 8 * 1024 * 1024, ROOM_FIELDS = 5 };

/* The columns of STORE_SQL_GET_ROOM. */
enum {
    ROOM_ENDED,
    ROOM_SLOT,
    ROOM_GENERATION,
    ROOM_NAME_HASH,
    ROOM_PROTECTION,
    ROOM_CREATED,
    ROOM_IDLE,
    ROOM_DEADLINE,
    ROOM_WARNED_RUN,
    ROOM_FLAGS,
    ROOM_LEVEL,
    ROOM_LEVEL_AT,
    ROOM_SEALED,
};

static int64_t column(struct store *store, int which)
{
    return store__column_int(store, STORE_SQL_GET_ROOM, which);
}

static void read_slot(struct store *store, int64_t number,
                      struct store__wipe *slot)
{
    struct span hash =
        store__column_blob(store, STORE_SQL_GET_ROOM, ROOM_NAME_HASH);
    int64_t at = column(store, ROOM_SLOT);

    *slot = (struct store__wipe){
        .number = number,
        .slot = at > 0 && at < STORE_SLOTS_MAX ? (uint32_t)at : 0,
        .generation = (uint64_t)column(store, ROOM_GENERATION),
    };
    if (hash.len == SECRET_BYTES)
        memcpy(slot->hash, hash.at, SECRET_BYTES);
}

static void read_columns(struct store *store, struct room_image *image)
{
    const int64_t flags = column(store, ROOM_FLAGS);

    image->protection = (enum room_protection)column(store, ROOM_PROTECTION);
    image->created_ms = column(store, ROOM_CREATED);
    image->idle_ms = column(store, ROOM_IDLE);
    image->deadline_ms = column(store, ROOM_DEADLINE);
    image->warned_run = (uint64_t)column(store, ROOM_WARNED_RUN);
    image->is_nearly_full_told = (flags & STORE_FLAG_NEARLY_FULL) != 0;
    image->seats[0].is_used = (flags & STORE_FLAG_USED_1) != 0;
    image->seats[1].is_used = (flags & STORE_FLAG_USED_2) != 0;
    image->attempts.level_milli = column(store, ROOM_LEVEL);
    image->attempts.at_ms = column(store, ROOM_LEVEL_AT);
}

static enum err read_sealed(struct store *store, struct store_room *out)
{
    struct room_image *image = &out->image;
    const struct store__bound bound = store__bind_room(image);
    struct store__fields fields = {.count = ROOM_FIELDS};
    enum err rc;

    rc = store__unseal(
        store, &image->keys.seal, &bound,
        store__column_blob(store, STORE_SQL_GET_ROOM, ROOM_SEALED), &fields);
    if (rc == ERR_OK &&
        (fields.at[0].len != ID_CHARS || fields.at[3].len != SECRET_BYTES ||
         fields.at[4].len != SECRET_BYTES))
        rc = ERR_SYNTAX;
    if (rc == ERR_OK)
        rc = arena_copy(&out->arena, fields.at[0], &image->local);
    for (int i = 0; i < ROOM_SEATS && rc == ERR_OK; i++) {
        rc = arena_copy(&out->arena, fields.at[1 + i], &image->seats[i].name);
        memcpy(image->seats[i].code.at, fields.at[3 + i].at, SECRET_BYTES);
    }
    return rc;
}

/* Collected first: how many there are is known only at the end. */
static enum err collect_entries(struct store *store, struct store_room *out)
{
    const enum store__statement which = STORE_SQL_GET_ENTRIES;
    const struct store__value values[] = {store__int(out->image.number)};
    enum err rc = store__start(store, which, values, STORE_COUNT(values));
    uint32_t last_seq = 0;
    bool has_row = true;

    buf_truncate(&store->entries, 0);
    while (rc == ERR_OK) {
        struct room_entry entry;

        rc = store__step(store, which, &has_row);
        if (rc != ERR_OK || !has_row)
            break;
        if (!store__column_entry(store, which, &entry) || entry.seq <= last_seq)
            rc = ERR_SYNTAX;
        last_seq = entry.seq;
        out->image.bytes += (uint64_t)store__column_int(store, which, 4);
        if (rc == ERR_OK)
            rc = buf_append(&store->entries,
                            (struct span){(char *)&entry, sizeof(entry)});
    }
    store__stop(store, which);
    return rc == ERR_LIMIT ? ERR_SYNTAX : rc;
}

static enum err read_entries(struct store *store, struct store_room *out)
{
    struct room_entry *entries;
    enum err rc = collect_entries(store, out);

    if (rc != ERR_OK || store->entries.len == 0)
        return rc;
    entries = arena_alloc(&out->arena, store->entries.len);
    if (entries == NULL)
        return ERR_NOMEM;
    memcpy(entries, store->entries.at, store->entries.len);
    out->image.entries = entries;
    out->image.entry_count = store->entries.len / sizeof(*entries);
    return ERR_OK;
}

/* The row of `room` and what is sealed in it.  ERR_SYNTAX: damaged. */
static enum err read_room(struct store *store, const struct store__wipe *slot,
                          struct store_room *out)
{
    enum err rc = store__keys_get(&store->keys, slot, &out->image.keys);

    if (rc != ERR_OK)
        return rc;
    read_columns(store, &out->image);
    if (out->image.protection > ROOM_PROTECTION_OMEMO)
        return ERR_SYNTAX;
    return read_sealed(store, out);
}

static enum err read_rest(struct store *store, struct store_room *out)
{
    enum err rc = read_entries(store, out);

    if (rc == ERR_OK)
        rc = store__load_members(store, out);
    if (rc == ERR_OK)
        rc = store__load_sessions(store, out);
    if (rc == ERR_OK)
        rc = store__load_tokens(store, out);
    return rc;
}

/* Reads a live room.  *slot is set for the case that it is damaged. */
static enum err load(struct store *store, int64_t number,
                     struct store__wipe *slot, enum store_fate *fate,
                     struct store_room *out)
{
    const enum store__statement which = STORE_SQL_GET_ROOM;
    const struct store__value values[] = {store__int(number)};
    bool has_row;
    enum err rc =
        store__first(store, which, values, STORE_COUNT(values), &has_row);

    *out = (struct store_room){.arena = ARENA_EMPTY(LOAD_MAX_BYTES)};
    out->image.number = number;
    *fate = STORE_UNKNOWN;
    if (rc != ERR_OK || !has_row)
        return rc;
    read_slot(store, number, slot);
    if (!store__column_is_null(store, which, ROOM_ENDED)) {
        *fate = STORE_ENDED;
        store__stop(store, which);
        return ERR_OK;
    }
    *fate = STORE_LIVE;
    rc = read_room(store, slot, out);
    store__stop(store, which);
    if (rc == ERR_OK)
        rc = read_rest(store, out);
    store__forget_plain(store);
    return rc;
}

enum err store_load_number(struct store *store, int64_t number,
                           enum store_fate *fate, struct store_room *out)
{
    struct store__wipe slot;
    struct store_room room;
    enum store_fate found;
    enum err rc;

    BUG_IF(store->is_reading);
    rc = load(store, number, &slot, &found, &room);
    if (rc == ERR_SYNTAX) {
        found = STORE_ENDED;
        rc = store__lose_room(store, number, slot.hash, store->now_ms);
    }
    if (rc == ERR_OK && found == STORE_LIVE)
        *out = room;
    else
        store_room_clear(&room);
    if (rc == ERR_OK)
        *fate = found;
    return rc == ERR_SYSTEM ? ERR_STORE : rc;
}

void store_room_clear(struct store_room *room)
{
    arena_clear(&room->arena);
    explicit_bzero(&room->image, sizeof(room->image));
}

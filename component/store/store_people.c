#include <string.h>

#include "store/store_internal.h"

/* A row that does not open is left out: one device must join again. */
static enum err read_member(struct store *store, struct store_room *out,
                            void *item, bool *is_good)
{
    struct room_member_image *member = item;
    const enum store__statement which = STORE_SQL_GET_MEMBERS;
    const int64_t seat = store__column_int(store, which, 1);
    struct store__fields fields = {.count = 1};
    struct store__bound bound;
    struct span hash = store__column_blob(store, which, 0);
    enum err rc;

    *is_good = false;
    if (seat < 1 || seat > ROOM_SEATS || hash.len != STORE_SESSION_HASH_BYTES)
        return ERR_OK;
    member->seat = (uint8_t)seat;
    bound = store__bind_member(out->image.number, hash, member->seat);
    rc = store__unseal(store, &out->image.keys.seal, &bound,
                       store__column_blob(store, which, 2), &fields);
    if (rc == ERR_SYNTAX)
        return ERR_OK;
    if (rc == ERR_OK)
        rc = arena_copy(&out->arena, fields.at[0], &member->bare);
    *is_good = rc == ERR_OK;
    return rc;
}

static enum err copy_session(struct store_room *out, const struct span *fields,
                             struct room_session_image *session)
{
    enum err rc = arena_copy(&out->arena, fields[0], &session->jid);

    if (rc == ERR_OK)
        rc = arena_copy(&out->arena, fields[1], &session->bare);
    if (rc == ERR_OK)
        rc = arena_copy(&out->arena, fields[2], &session->presence);
    return rc;
}

static enum err read_session(struct store *store, struct store_room *out,
                             void *item, bool *is_good)
{
    struct room_session_image *session = item;
    const enum store__statement which = STORE_SQL_GET_SESSIONS;
    const int64_t seat = store__column_int(store, which, 1);
    const int64_t leg = store__column_int(store, which, 2);
    struct span hash = store__column_blob(store, which, 0);
    struct store__fields fields = {.count = 3};
    struct store__bound bound;
    enum err rc;

    *is_good = false;
    if (seat < 1 || seat > ROOM_SEATS || leg < 0 || leg > ROOM_LEG_CONTROL ||
        hash.len != STORE_SESSION_HASH_BYTES)
        return ERR_OK;
    session->seat = (uint8_t)seat;
    session->leg = (enum room_leg)leg;
    session->joined_ms = store__column_int(store, which, 3);
    bound = store__bind_session(out->image.number, hash, session);
    rc = store__unseal(store, &out->image.keys.seal, &bound,
                       store__column_blob(store, which, 4), &fields);
    if (rc == ERR_SYNTAX)
        return ERR_OK;
    if (rc == ERR_OK)
        rc = copy_session(out, fields.at, session);
    *is_good = rc == ERR_OK;
    return rc;
}

/* Room for one more: the array doubles at each power of two. */
static void *grow(struct arena *arena, void *old, size_t count, size_t size)
{
    void *at;

    if ((count & (count - 1)) != 0)
        return old;
    at = arena_alloc(arena, (count == 0 ? 1 : 2 * count) * size);
    if (at != NULL && count > 0)
        memcpy(at, old, count * size);
    return at;
}

enum err store__load_rows(struct store *store, struct store_room *out,
                          const struct store__rows *rows,
                          struct store__items *items)
{
    const struct store__value values[] = {store__int(out->image.number)};
    enum err rc = store__start(store, rows->which, values, STORE_COUNT(values));
    bool has_row = true;

    *items = (struct store__items){NULL, 0};
    while (rc == ERR_OK) {
        bool is_good;

        rc = store__step(store, rows->which, &has_row);
        if (rc != ERR_OK || !has_row)
            break;
        items->at =
            grow(&out->arena, items->at, items->count, rows->item_bytes);
        if (items->at == NULL)
            rc = ERR_NOMEM;
        if (rc == ERR_OK)
            rc = rows->read(store, out,
                            (char *)items->at + items->count * rows->item_bytes,
                            &is_good);
        if (rc == ERR_OK && is_good)
            items->count++;
    }
    store__stop(store, rows->which);
    return rc;
}

enum err store__load_members(struct store *store, struct store_room *out)
{
    static const struct store__rows rows = {
        STORE_SQL_GET_MEMBERS, sizeof(struct room_member_image), read_member};
    struct store__items items;
    enum err rc = store__load_rows(store, out, &rows, &items);

    out->image.members = items.at;
    out->image.member_count = items.count;
    return rc;
}

enum err store__load_sessions(struct store *store, struct store_room *out)
{
    static const struct store__rows rows = {STORE_SQL_GET_SESSIONS,
                                            sizeof(struct room_session_image),
                                            read_session};
    struct store__items items;
    enum err rc = store__load_rows(store, out, &rows, &items);

    out->image.sessions = items.at;
    out->image.session_count = items.count;
    return rc;
}

#include <string.h>

#include "base/bug.h"
#include "room/room_view.h"
#include "store/store_internal.h"

static struct span secret_span(const struct secret *secret)
{
    return (struct span){(const char *)secret->at, SECRET_BYTES};
}

static enum err write_seats(struct store *store,
                            const struct room_create *create)
{
    enum err rc = ERR_OK;

    for (int i = 0; i < ROOM_SEATS && rc == ERR_OK; i++) {
        struct secret hash;

        rc = store__hash_seat(store, create->seat_ids[i], &hash);
        if (rc == ERR_OK) {
            const struct store__value row[] = {
                store__span(secret_span(&hash)),
                store__int(create->number),
                store__int(i + 1),
            };

            rc = store__run(store, STORE_SQL_ADD_SEAT, row, STORE_COUNT(row));
        }
    }
    return rc;
}

static enum err seal_room(struct store *store, const struct room_effect *effect,
                          struct span local)
{
    const struct room_create *create = &effect->u.create.create;
    const struct room_image image = {
        .number = create->number,
        .protection = create->protection,
        .created_ms = effect->u.create.at_ms,
        .idle_ms = create->idle_ms,
    };
    const struct store__bound bound = store__bind_room(&image);
    const struct span fields[] = {
        local,
        create->names[0],
        create->names[1],
        secret_span(&create->codes[0]),
        secret_span(&create->codes[1]),
    };

    return store__seal(store, &create->keys.seal, &bound, fields,
                       STORE_COUNT(fields));
}

static enum err write_room(struct store *store,
                           const struct room_effect *effect,
                           const struct store__wipe *slot)
{
    const struct room_create *create = &effect->u.create.create;
    enum err rc = seal_room(store, effect, room_local(effect->room));
    const struct store__value row[] = {
        store__int(create->number),
        store__blob(slot->hash, SECRET_BYTES),
        store__int(slot->slot),
        store__int((int64_t)slot->generation),
        store__int((int64_t)create->protection),
        store__int(effect->u.create.at_ms),
        store__int(create->idle_ms),
        store__int(effect->u.create.deadline_ms),
        store__int(effect->u.create.wake_ms),
        /* The first state says how full the bucket is. */
        store__int(0),
        store__int(0),
        store__span(buf_span(&store->sealed)),
    };

    if (rc == ERR_OK)
        rc = store__run(store, STORE_SQL_ADD_ROOM, row, STORE_COUNT(row));
    if (rc == ERR_OK)
        rc = write_seats(store, create);
    return rc;
}

static enum err write_state(struct store *store,
                            const struct room_effect *effect)
{
    int64_t flags =
        (effect->u.state.is_nearly_full_told ? STORE_FLAG_NEARLY_FULL : 0) |
        (effect->u.state.is_used[0] ? STORE_FLAG_USED_1 : 0) |
        (effect->u.state.is_used[1] ? STORE_FLAG_USED_2 : 0);
    const struct store__value row[] = {
        store__int(room_number(effect->room)),
        store__int(effect->u.state.deadline_ms),
        store__int(effect->u.state.wake_ms),
        store__int((int64_t)effect->u.state.warned_run),
        store__int(flags),
        store__int(effect->u.state.attempts.level_milli),
        store__int(effect->u.state.attempts.at_ms),
    };

    return store__run(store, STORE_SQL_SET_STATE, row, STORE_COUNT(row));
}

static enum err write_message(struct store *store,
                              const struct room_effect *effect)
{
    const struct room_entry *entry = &effect->u.message.entry;
    const int64_t number = room_number(effect->room);
    const struct store__bound bound = store__bind_message(number, entry);
    const struct span fields[] = {
        effect->u.message.id,
        effect->u.message.lang,
        effect->u.message.payload,
        effect->u.message.sender,
    };
    uint8_t ids[STORE_IDS_BYTES];
    const size_t ids_len = store__pack_ids(entry, ids);
    enum err rc;

    rc = store__seal(store, &room_get_keys(effect->room)->seal, &bound, fields,
                     STORE_COUNT(fields));
    if (rc == ERR_OK) {
        const struct store__value row[] = {
            store__int(number),
            store__int(entry->seq),
            store__int(entry->at_ms),
            store__int(entry->seat),
            store__int(entry->flags),
            store__int((int64_t)effect->u.message.payload.len),
            store__blob(ids_len > 0 ? ids : NULL, ids_len),
            store__span(buf_span(&store->sealed)),
        };

        rc = store__run(store, STORE_SQL_ADD_MESSAGE, row, STORE_COUNT(row));
        store->messages_changed++;
    }
    return rc;
}

static enum err write_member(struct store *store,
                             const struct room_effect *effect)
{
    const struct room_member_image *member = &effect->u.member;
    const int64_t number = room_number(effect->room);
    uint8_t hash[STORE_SESSION_HASH_BYTES];
    const struct span key = {(const char *)hash, sizeof(hash)};
    enum err rc = store__hash_jid(store, number, member->bare, hash);

    if (rc == ERR_OK && member->seat == 0) {
        const struct store__value row[] = {store__int(number),
                                           store__span(key)};

        /* It was bound once and must show its code again. */
        return store__run(store, STORE_SQL_DELETE_MEMBER, row,
                          STORE_COUNT(row));
    }
    if (rc == ERR_OK) {
        const struct store__bound bound =
            store__bind_member(number, key, member->seat);

        rc = store__seal(store, &room_get_keys(effect->room)->seal, &bound,
                         &member->bare, 1);
    }
    if (rc == ERR_OK) {
        const struct store__value row[] = {
            store__int(number),
            store__span(key),
            store__int(member->seat),
            store__span(buf_span(&store->sealed)),
        };

        rc = store__run(store, STORE_SQL_ADD_MEMBER, row, STORE_COUNT(row));
    }
    return rc;
}

static enum err write_session(struct store *store,
                              const struct room_effect *effect)
{
    const struct room_session_image *session = &effect->u.session;
    const int64_t number = room_number(effect->room);
    uint8_t hash[STORE_SESSION_HASH_BYTES];
    const struct span key = {(const char *)hash, sizeof(hash)};
    const struct span fields[] = {session->jid, session->bare,
                                  session->presence};
    enum err rc = store__hash_jid(store, number, session->jid, hash);

    if (rc == ERR_OK) {
        const struct store__bound bound =
            store__bind_session(number, key, session);

        rc = store__seal(store, &room_get_keys(effect->room)->seal, &bound,
                         fields, STORE_COUNT(fields));
    }
    if (rc == ERR_OK) {
        const struct store__value row[] = {
            store__int(number),
            store__span(key),
            store__int(session->seat),
            store__int((int64_t)session->leg),
            store__int(session->joined_ms),
            store__span(buf_span(&store->sealed)),
        };

        rc = store__run(store, STORE_SQL_SET_SESSION, row, STORE_COUNT(row));
    }
    return rc;
}

static enum err write_left(struct store *store,
                           const struct room_effect *effect)
{
    const int64_t number = room_number(effect->room);
    uint8_t hash[STORE_SESSION_HASH_BYTES];
    const struct store__value row[] = {
        store__int(number),
        store__blob(hash, sizeof(hash)),
    };
    enum err rc;

    rc = store__hash_jid(store, number, effect->u.session.jid, hash);
    if (rc == ERR_OK)
        rc = store__run(store, STORE_SQL_DELETE_SESSION, row, STORE_COUNT(row));
    return rc;
}

static enum err write_limit(struct store *store,
                            const struct room_limit_image *limit)
{
    const struct store__value row[] = {
        store__int((int64_t)limit->kind),
        store__blob(limit->source, sizeof(limit->source)),
        store__int(limit->failures),
        store__int(limit->at_ms),
        store__int(limit->blocked_until_ms),
    };

    return store__run(store, STORE_SQL_SET_LIMIT, row, STORE_COUNT(row));
}

enum err store__write_effect(struct store *store,
                             const struct room_effect *effect, size_t *created)
{
    switch ((int)effect->kind) {
    case ROOM_EFFECT_STORE_ROOM:
        BUG_IF(*created >= store->created.count);
        return write_room(store, effect, &store->created.at[(*created)++]);
    case ROOM_EFFECT_STORE_STATE:
        return write_state(store, effect);
    case ROOM_EFFECT_STORE_MESSAGE:
        return write_message(store, effect);
    case ROOM_EFFECT_STORE_ERASE:
        return store__write_retraction(store, effect->room, effect->u.seq);
    case ROOM_EFFECT_STORE_MEMBER:
        return write_member(store, effect);
    case ROOM_EFFECT_STORE_SESSION:
        return write_session(store, effect);
    case ROOM_EFFECT_STORE_LEFT:
        return write_left(store, effect);
    case ROOM_EFFECT_STORE_TOKEN:
        return store__write_token(store, effect->room, &effect->u.token);
    case ROOM_EFFECT_STORE_LIMIT:
        return write_limit(store, &effect->u.limit);
    case ROOM_EFFECT_STORE_END:
        return store__write_end(store, room_number(effect->room),
                                effect->u.end.cause, effect->u.end.at_ms);
    default:
        return ERR_OK;
    }
}

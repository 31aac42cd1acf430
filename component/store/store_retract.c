#include "room/room_view.h"
#include "store/store_internal.h"

/* What is left of a message that was taken back: its id. */
static enum err seal_retracted(struct store *store, const struct room *room,
                               struct room_entry *entry, struct span sealed)
{
    const struct secret *key = &room_get_keys(room)->seal;
    struct store__bound bound = store__bind_message(room_number(room), entry);
    struct store__fields fields = {.count = STORE_MESSAGE_FIELDS,
                                   .has_optional = true};
    struct buf id = BUF_EMPTY(STORE_PLAIN_MAX_BYTES);
    enum err rc;

    rc = store__unseal(store, key, &bound, sealed, &fields);
    if (rc == ERR_OK && fields.at[0].at != NULL)
        rc = buf_append(&id, fields.at[0]);
    /* A damaged one loses its id as well. */
    if (rc == ERR_SYNTAX)
        rc = ERR_OK;
    entry->flags |= ROOM_ENTRY_RETRACTED;
    bound = store__bind_message(room_number(room), entry);
    if (rc == ERR_OK) {
        const struct span left[STORE_MESSAGE_FIELDS] = {
            buf_span(&id), SPAN_EMPTY, SPAN(""), SPAN_EMPTY};

        rc = store__seal(store, key, &bound, left, STORE_COUNT(left));
    }
    buf_clear(&id);
    return rc;
}

enum err store__write_retraction(struct store *store, const struct room *room,
                                 uint32_t seq)
{
    const struct store__value where[] = {
        store__int(room_number(room)),
        store__int(seq),
    };
    struct room_entry entry = {.flags = 0};
    struct span sealed;
    bool has_row;
    enum err rc;

    rc = store__first(store, STORE_SQL_GET_MESSAGE, where, STORE_COUNT(where),
                      &has_row);
    if (rc != ERR_OK || !has_row)
        return rc;
    sealed = store__column_blob(store, STORE_SQL_GET_MESSAGE, 6);
    if (store__column_entry(store, STORE_SQL_GET_MESSAGE, &entry))
        rc = seal_retracted(store, room, &entry, sealed);
    else
        rc = ERR_SYNTAX;
    store__stop(store, STORE_SQL_GET_MESSAGE);
    if (rc == ERR_OK) {
        const struct store__value row[] = {
            where[0],
            where[1],
            store__int(entry.flags),
            store__span(buf_span(&store->sealed)),
        };

        rc = store__run(store, STORE_SQL_RETRACT, row, STORE_COUNT(row));
    }
    return rc == ERR_SYNTAX ? ERR_STORE : rc;
}

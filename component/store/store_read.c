#include "base/bug.h"
#include "room/room_view.h"
#include "store/store_internal.h"

bool store__column_entry(struct store *store, enum store__statement which,
                         struct room_entry *entry)
{
    const int64_t seq = store__column_int(store, which, 0);
    const int64_t seat = store__column_int(store, which, 2);
    const int64_t flags = store__column_int(store, which, 3);

    if (seq < 1 || seq > UINT32_MAX || seat < 1 || seat > ROOM_SEATS ||
        flags < 0 || flags > UINT8_MAX)
        return false;
    *entry = (struct room_entry){
        .seq = (uint32_t)seq,
        .at_ms = store__column_int(store, which, 1),
        .seat = (uint8_t)seat,
        .flags = (uint8_t)flags,
    };
    return store__unpack_ids(store__column_blob(store, which, 5), entry);
}

static enum err open_message(struct store *store, const struct room *room,
                             enum store__statement which,
                             struct store_message *message)
{
    struct store__fields fields = {.count = STORE_MESSAGE_FIELDS,
                                   .has_optional = true};
    struct store__bound bound;
    enum err rc;

    if (!store__column_entry(store, which, &message->entry))
        return ERR_SYNTAX;
    bound = store__bind_message(room_number(room), &message->entry);
    rc = store__unseal(store, &room_get_keys(room)->seal, &bound,
                       store__column_blob(store, which, 6), &fields);
    if (rc != ERR_OK)
        return rc;
    message->id = fields.at[0];
    message->lang = fields.at[1];
    message->payload = fields.at[2];
    message->sender = fields.at[3];
    return ERR_OK;
}

enum err store_read(struct store *store, const struct room *room,
                    const struct store_range *range,
                    bool (*on_message)(void *self,
                                       const struct store_message *message),
                    void *self)
{
    const enum store__statement which = range->is_backwards
                                            ? STORE_SQL_READ_BACKWARDS
                                            : STORE_SQL_READ_FORWARDS;
    const struct store__value values[] = {
        store__int(room_number(room)),
        store__int(range->from_seq),
        store__int(range->to_seq),
    };
    bool wants_more = true;
    enum err rc;

    BUG_IF(store->is_reading);
    store->is_reading = true;
    rc = store__start(store, which, values, STORE_COUNT(values));
    while (rc == ERR_OK && wants_more) {
        struct store_message message;

        rc = store__step(store, which, &wants_more);
        if (rc == ERR_OK && wants_more)
            rc = open_message(store, room, which, &message);
        if (rc == ERR_OK && wants_more)
            wants_more = on_message(self, &message);
    }
    store__stop(store, which);
    store__forget_plain(store);
    store->is_reading = false;
    return rc;
}

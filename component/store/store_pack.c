#include <string.h>

#include "base/bug.h"
#include "store/store_internal.h"

enum { LENGTH_BYTES = 4, HAS_ID = ROOM_ENTRY_ORIGIN | ROOM_ENTRY_ID };

static const uint32_t LENGTH_OF_NULL = UINT32_MAX;

static void put_u32(char *at, uint32_t value)
{
    for (int i = 0; i < LENGTH_BYTES; i++)
        at[i] = (char)(value >> (24 - 8 * i));
}

static uint32_t get_u32(const char *at)
{
    uint32_t value = 0;

    for (int i = 0; i < LENGTH_BYTES; i++)
        value = value << 8 | (uint8_t)at[i];
    return value;
}

enum err store__pack(struct buf *out, const struct span *fields, size_t count)
{
    enum err rc = ERR_OK;

    for (size_t i = 0; i < count && rc == ERR_OK; i++) {
        if (fields[i].len > out->max)
            return ERR_LIMIT;
        rc = buf_reserve(out, LENGTH_BYTES + fields[i].len);
        if (rc != ERR_OK)
            break;
        put_u32(out->at + out->len, fields[i].at == NULL
                                        ? LENGTH_OF_NULL
                                        : (uint32_t)fields[i].len);
        buf_grew(out, LENGTH_BYTES);
        rc = buf_append(out, fields[i]);
    }
    return rc;
}

bool store__unpack(struct span bytes, struct span *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t len;

        if (bytes.len < LENGTH_BYTES)
            return false;
        len = get_u32(bytes.at);
        bytes.at += LENGTH_BYTES;
        bytes.len -= LENGTH_BYTES;
        fields[i] = SPAN_EMPTY;
        if (len == LENGTH_OF_NULL)
            continue;
        if (len > bytes.len)
            return false;
        fields[i] = (struct span){bytes.at, len};
        bytes.at += len;
        bytes.len -= len;
    }
    return bytes.len == 0;
}

static void bound_add(struct store__bound *bound, const void *at, size_t len)
{
    BUG_IF(len > sizeof(bound->at) - bound->len);
    memcpy(bound->at + bound->len, at, len);
    bound->len += len;
}

static void bound_add_int(struct store__bound *bound, int64_t value,
                          size_t bytes)
{
    uint8_t at[8];

    for (size_t i = 0; i < bytes; i++)
        at[i] = (uint8_t)((uint64_t)value >> (8 * (bytes - 1 - i)));
    bound_add(bound, at, bytes);
}

static struct store__bound bound_to(enum store__table table, int64_t number)
{
    struct store__bound bound = {.len = 0};

    bound_add_int(&bound, table, 1);
    bound_add_int(&bound, number, 8);
    return bound;
}

struct store__bound store__bind_room(const struct room_image *image)
{
    struct store__bound bound = bound_to(STORE_TABLE_ROOM, image->number);

    bound_add_int(&bound, (int64_t)image->protection, 1);
    bound_add_int(&bound, image->created_ms, 8);
    bound_add_int(&bound, image->idle_ms, 8);
    return bound;
}

struct store__bound store__bind_message(int64_t number,
                                        const struct room_entry *entry)
{
    struct store__bound bound = bound_to(STORE_TABLE_MESSAGE, number);

    bound_add_int(&bound, entry->seq, 4);
    bound_add_int(&bound, entry->at_ms, 8);
    bound_add_int(&bound, entry->seat, 1);
    bound_add_int(&bound, entry->flags, 1);
    if ((entry->flags & HAS_ID) != 0)
        bound_add(&bound, entry->id_hash, sizeof(entry->id_hash));
    if ((entry->flags & ROOM_ENTRY_CORRECTION) != 0)
        bound_add_int(&bound, entry->corrects_seq, STORE_SEQ_BYTES);
    return bound;
}

size_t store__pack_ids(const struct room_entry *entry,
                       uint8_t out[STORE_IDS_BYTES])
{
    size_t len = 0;

    if ((entry->flags & HAS_ID) != 0) {
        memcpy(out, entry->id_hash, ROOM_ID_HASH_BYTES);
        len = ROOM_ID_HASH_BYTES;
    }
    if ((entry->flags & ROOM_ENTRY_CORRECTION) != 0) {
        out[len++] = (uint8_t)(entry->corrects_seq >> 8);
        out[len++] = (uint8_t)(entry->corrects_seq & 0xff);
    }
    return len;
}

bool store__unpack_ids(struct span ids, struct room_entry *entry)
{
    const bool has_id = (entry->flags & HAS_ID) != 0;
    const bool has_seq = (entry->flags & ROOM_ENTRY_CORRECTION) != 0;
    const size_t id_len = has_id ? ROOM_ID_HASH_BYTES : 0;

    if (ids.len != id_len + (has_seq ? STORE_SEQ_BYTES : 0))
        return false;
    if (has_id)
        memcpy(entry->id_hash, ids.at, ROOM_ID_HASH_BYTES);
    for (size_t i = id_len; i < ids.len; i++)
        entry->corrects_seq =
            (uint16_t)(entry->corrects_seq << 8 | (uint8_t)ids.at[i]);
    /* What is corrected was said before. */
    return !has_seq ||
           (entry->corrects_seq > 0 && entry->corrects_seq < entry->seq);
}

struct store__bound store__bind_member(int64_t number, struct span hash,
                                       uint8_t seat)
{
    struct store__bound bound = bound_to(STORE_TABLE_MEMBER, number);

    bound_add_int(&bound, seat, 1);
    bound_add(&bound, hash.at, hash.len);
    return bound;
}

struct store__bound store__bind_session(int64_t number, struct span hash,
                                        const struct room_session_image *image)
{
    struct store__bound bound = bound_to(STORE_TABLE_SESSION, number);

    bound_add_int(&bound, image->seat, 1);
    bound_add_int(&bound, (int64_t)image->leg, 1);
    bound_add_int(&bound, image->joined_ms, 8);
    bound_add(&bound, hash.at, hash.len);
    return bound;
}

struct store__bound store__bind_token(int64_t number,
                                      const struct room_token_image *token)
{
    struct store__bound bound = bound_to(STORE_TABLE_TOKEN, number);

    bound_add_int(&bound, token->family, 4);
    bound_add_int(&bound, token->seat, 1);
    bound_add_int(&bound, token->issued_ms, 8);
    bound_add_int(&bound, token->used_ms, 8);
    return bound;
}

struct span store__bound_span(const struct store__bound *bound)
{
    return (struct span){(const char *)bound->at, bound->len};
}

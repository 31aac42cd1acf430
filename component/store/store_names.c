#include <stdio.h>
#include <string.h>

#include "store/store_internal.h"

static enum err hash(struct store *store, const char *label, struct span value,
                     struct secret *out)
{
    const struct span parts[] = {span_of(label), value};

    return crypto_hmac(store->crypto, &store->keys.instance, parts, 2, out);
}

enum err store__hash_name(struct store *store, struct span local,
                          struct secret *out)
{
    return hash(store, "room", local, out);
}

enum err store__hash_seat(struct store *store, struct span seat_id,
                          struct secret *out)
{
    return hash(store, "seat", seat_id, out);
}

enum err store__hash_jid(struct store *store, int64_t number, struct span jid,
                         uint8_t *out)
{
    const struct span parts[] = {
        SPAN("jid"), {(const char *)&number, sizeof(number)}, jid};
    struct secret full;
    enum err rc;

    rc = crypto_hmac(store->crypto, &store->keys.instance, parts, 3, &full);
    if (rc == ERR_OK)
        memcpy(out, full.at, STORE_SESSION_HASH_BYTES);
    return rc;
}

/* From the hash of the name, because a broken room's name cannot be read. */
void store__handle_of(struct store *store, const uint8_t *name_hash,
                      char out[STORE_HANDLE_BYTES])
{
    struct secret full = {{0}};

    if (hash(store, "handle",
             (struct span){(const char *)name_hash, SECRET_BYTES},
             &full) != ERR_OK)
        secret_clear(&full);
    snprintf(out, STORE_HANDLE_BYTES, "%02x%02x%02x%02x", full.at[0],
             full.at[1], full.at[2], full.at[3]);
}

void store_handle(struct store *store, struct span local,
                  char out[STORE_HANDLE_BYTES])
{
    struct secret name = {{0}};

    if (store__hash_name(store, local, &name) != ERR_OK)
        secret_clear(&name);
    store__handle_of(store, name.at, out);
}

void store_source(struct store *store, const char *label, struct span value,
                  uint8_t out[ROOM_SOURCE_BYTES])
{
    const struct span parts[] = {SPAN("source"), span_of(label), value};
    struct secret full = {{0}};

    /* Without memory all share one source: limits count more, not less. */
    if (crypto_hmac(store->crypto, &store->keys.instance, parts, 3, &full) !=
        ERR_OK)
        secret_clear(&full);
    memcpy(out, full.at, ROOM_SOURCE_BYTES);
}

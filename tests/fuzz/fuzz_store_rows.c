/* Hostile bytes where the store reads its own: pages of the key file, fields
 * of a row that opened, sealed rows, columns of a message.
 *
 * The first byte picks the boundary. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "store/store_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void decode_page(struct crypto *crypto, const uint8_t *data, size_t size)
{
    static uint8_t page[STORE_SLOT_BYTES];
    struct store__slot slot;

    memset(page, 0, sizeof(page));
    memcpy(page, data, size < sizeof(page) ? size : sizeof(page));
    for (int kind = STORE_PAGE_INSTANCE; kind <= STORE_PAGE_ROOM; kind++) {
        static uint8_t again[STORE_SLOT_BYTES];

        if (store__page_decode(crypto, (enum store__page)kind, page, &slot) !=
            ERR_OK)
            continue;
        /* What is accepted is what we would have written, but for the unused
         * end. */
        BUG_IF(store__page_encode(crypto, (enum store__page)kind, &slot,
                                  again) != ERR_OK);
        BUG_IF(memcmp(page, again, 144) != 0);
    }
}

static void unpack(struct span bytes)
{
    struct span fields[STORE_FIELDS_MAX];

    for (size_t count = 1; count <= STORE_FIELDS_MAX; count++) {
        struct buf again = BUF_EMPTY(STORE_PLAIN_MAX_BYTES);

        if (!store__unpack(bytes, fields, count))
            continue;
        for (size_t i = 0; i < count; i++)
            BUG_IF(fields[i].len > bytes.len);
        /* One way to write it. */
        if (store__pack(&again, fields, count) == ERR_OK)
            BUG_IF(!span_equal(buf_span(&again), bytes));
        buf_clear(&again);
    }
}

static void unseal(struct crypto *crypto, struct span bytes)
{
    static const struct secret key = {{1}};
    struct store__fields fields = {.count = 3};
    struct room_entry entry = {.seq = 1, .seat = 1};
    struct store__bound bound = store__bind_message(1, &entry);
    struct store store = {
        .crypto = crypto,
        .plain = BUF_EMPTY(STORE_PLAIN_MAX_BYTES),
    };
    enum err rc;

    rc = store__unseal(&store, &key, &bound, bytes, &fields);
    BUG_IF(rc != ERR_OK && rc != ERR_SYNTAX && rc != ERR_NOMEM);
    buf_clear(&store.plain);
}

/* Good seals around hostile fields: what the key's holder could write. */
static void reseal(struct crypto *crypto, struct span bytes)
{
    static const struct secret key = {{1}};
    struct store__fields fields = {.count = 3};
    struct room_entry entry = {.seq = 1, .seat = 1};
    struct store__bound bound = store__bind_message(1, &entry);
    struct buf sealed = BUF_EMPTY(STORE_SEALED_MAX_BYTES);
    struct store store = {
        .crypto = crypto,
        .plain = BUF_EMPTY(STORE_PLAIN_MAX_BYTES),
    };

    if (crypto_seal(crypto, &key, store__bound_span(&bound), bytes, &sealed) ==
            ERR_OK &&
        store__unseal(&store, &key, &bound, buf_span(&sealed), &fields) ==
            ERR_OK)
        for (size_t i = 0; i < 3; i++)
            BUG_IF(fields.at[i].len > bytes.len);
    buf_clear(&sealed);
    buf_clear(&store.plain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct crypto *crypto = crypto_new();

    if (crypto != NULL && size > 0) {
        const struct span rest = {(const char *)data + 1, size - 1};

        if (data[0] % 4 == 0)
            decode_page(crypto, data + 1, size - 1);
        else if (data[0] % 4 == 1)
            unpack(rest);
        else if (data[0] % 4 == 2)
            unseal(crypto, rest);
        else
            reseal(crypto, rest);
    }
    crypto_free(crypto);
    return 0;
}

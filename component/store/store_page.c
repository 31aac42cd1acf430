#include <string.h>

#include "store/store_internal.h"

enum { MAGIC_BYTES = 8, RECORD_BYTES = MAGIC_BYTES + 8 + 3 * SECRET_BYTES };

static const char *magic_of(enum store__page kind)
{
    switch (kind) {
    case STORE_PAGE_INSTANCE:
        return "DUOINST1";
    case STORE_PAGE_STAMP:
        return "DUOSTMP1";
    case STORE_PAGE_ROOM:
        break;
    }
    return "DUOROOM1";
}

enum err store__page_encode(struct crypto *crypto, enum store__page kind,
                            const struct store__slot *slot,
                            uint8_t page[STORE_SLOT_BYTES])
{
    uint8_t *at = page + MAGIC_BYTES;
    struct secret sum;
    enum err rc;

    memset(page, 0, STORE_SLOT_BYTES);
    memcpy(page, magic_of(kind), MAGIC_BYTES);
    for (int shift = 56; shift >= 0; shift -= 8)
        *at++ = (uint8_t)(slot->generation >> shift);
    memcpy(at, slot->hash, SECRET_BYTES);
    memcpy(at + SECRET_BYTES, slot->keys.seal.at, SECRET_BYTES);
    memcpy(at + 2 * SECRET_BYTES, slot->keys.code.at, SECRET_BYTES);
    rc = crypto_sha256(crypto, (struct span){(char *)page, RECORD_BYTES}, &sum);
    if (rc == ERR_OK)
        memcpy(page + RECORD_BYTES, sum.at, SECRET_BYTES);
    return rc;
}

enum err store__page_decode(struct crypto *crypto, enum store__page kind,
                            const uint8_t page[STORE_SLOT_BYTES],
                            struct store__slot *slot)
{
    const uint8_t *at = page + MAGIC_BYTES;
    struct secret sum;
    enum err rc;

    if (memcmp(page, magic_of(kind), MAGIC_BYTES) != 0)
        return ERR_SYNTAX;
    rc = crypto_sha256(crypto, (struct span){(const char *)page, RECORD_BYTES},
                       &sum);
    if (rc != ERR_OK)
        return rc;
    if (memcmp(page + RECORD_BYTES, sum.at, SECRET_BYTES) != 0)
        return ERR_SYNTAX;
    slot->generation = 0;
    for (int i = 0; i < 8; i++)
        slot->generation = slot->generation << 8 | *at++;
    memcpy(slot->hash, at, SECRET_BYTES);
    memcpy(slot->keys.seal.at, at + SECRET_BYTES, SECRET_BYTES);
    memcpy(slot->keys.code.at, at + 2 * SECRET_BYTES, SECRET_BYTES);
    return ERR_OK;
}

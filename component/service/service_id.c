/* service_id.c - identifiers that derive from a room's keys. */
#include <string.h>

#include "service/service_internal.h"

void service__hex(const uint8_t *bytes, size_t len, char *out)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < len; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
}

bool service__unhex(struct span text, uint8_t *out, size_t len)
{
    if (text.len != 2 * len)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        int value;

        if (c >= '0' && c <= '9')
            value = c - '0';
        else if (c >= 'a' && c <= 'f')
            value = c - 'a' + 10;
        else
            return false;
        out[i / 2] = (uint8_t)(i % 2 == 0 ? value << 4 : out[i / 2] | value);
    }
    return true;
}

enum err service_code_digest(struct crypto *crypto, const struct secret *key,
                             struct span local, const char code[CODE_CHARS],
                             struct secret *out)
{
    const struct span parts[] = {SPAN("code"), local, {code, CODE_CHARS}};

    return crypto_hmac(crypto, key, parts, 3, out);
}

/* XEP-0421: one id a seat, so that a person's devices are one occupant. */
static enum err make_occupant(struct crypto *crypto, const struct secret *seal,
                              size_t seat, char out[SERVICE_ID_CHARS])
{
    char digit = (char)('1' + seat);
    const struct span parts[] = {SPAN("occupant"), {&digit, 1}};
    struct secret digest;
    enum err rc = crypto_hmac(crypto, seal, parts, 2, &digest);

    if (rc == ERR_OK)
        service__hex(digest.at, SERVICE_ID_CHARS / 2, out);
    return rc;
}

static struct service_ids *slot_of(struct service *service, int64_t number)
{
    return &service->ids[(uint64_t)number % SERVICE_ROOMS_CACHED];
}

enum err service__ids_of(struct service *service, const struct room *room,
                         const struct service_ids **out)
{
    const struct secret *seal = &room_get_keys(room)->seal;
    const struct span label[] = {SPAN("stanza-id")};
    int64_t number = room_number(room);
    struct service_ids *ids = slot_of(service, number);
    enum err rc;

    *out = ids;
    if (ids->number == number && number != 0)
        return ERR_OK;
    service__wipe(ids, sizeof(*ids));
    rc = crypto_hmac(service->crypto, seal, label, 1, &ids->stanza);
    for (size_t i = 0; rc == ERR_OK && i < ROOM_SEATS; i++)
        rc = make_occupant(service->crypto, seal, i, ids->occupant[i]);
    if (rc == ERR_OK)
        ids->number = number;
    return rc;
}

void service__ids_drop(struct service *service, int64_t number)
{
    struct service_ids *ids = slot_of(service, number);

    if (ids->number == number)
        service__wipe(ids, sizeof(*ids));
}

static enum err encrypt(struct service *service, const struct room *room,
                        const uint8_t block[CRYPTO_BLOCK_BYTES],
                        char out[SERVICE_ID_CHARS])
{
    uint8_t sealed[CRYPTO_BLOCK_BYTES];
    const struct service_ids *ids;
    enum err rc = service__ids_of(service, room, &ids);

    if (rc == ERR_OK)
        rc = crypto_block_encrypt(service->crypto, &ids->stanza, block, sealed);
    if (rc == ERR_OK)
        service__hex(sealed, sizeof(sealed), out);
    return rc;
}

static void put_u32(uint8_t *at, uint32_t number)
{
    for (size_t i = 0; i < 4; i++)
        at[i] = (uint8_t)(number >> (8 * i));
}

static uint32_t get_u32(const uint8_t *at)
{
    uint32_t number = 0;

    for (size_t i = 0; i < 4; i++)
        number |= (uint32_t)at[i] << (8 * i);
    return number;
}

enum err service__stanza_id(struct service *service, const struct room *room,
                            uint32_t seq, char out[SERVICE_ID_CHARS])
{
    uint8_t block[CRYPTO_BLOCK_BYTES] = {0};

    put_u32(block, seq);
    return encrypt(service, room, block, out);
}

/* The last byte keeps them apart from stanza-ids, the deadline from those of
 * an earlier run. */
enum err service__own_id(struct service *service, const struct room *room,
                         char out[SERVICE_ID_CHARS])
{
    uint64_t deadline_ms = (uint64_t)room_deadline_ms(room);
    uint8_t block[CRYPTO_BLOCK_BYTES] = {0};

    put_u32(block, ++service->said_count);
    put_u32(block + 4, (uint32_t)deadline_ms);
    put_u32(block + 8, (uint32_t)(deadline_ms >> 32));
    block[CRYPTO_BLOCK_BYTES - 1] = 1;
    return encrypt(service, room, block, out);
}

enum err service__seq_of(struct service *service, const struct room *room,
                         struct span id, uint32_t *seq)
{
    static const uint8_t zeros[CRYPTO_BLOCK_BYTES - 4];
    uint8_t sealed[CRYPTO_BLOCK_BYTES], block[CRYPTO_BLOCK_BYTES];
    const struct service_ids *ids;
    enum err rc;

    *seq = 0;
    if (!service__unhex(id, sealed, sizeof(sealed)))
        return ERR_OK;
    if ((rc = service__ids_of(service, room, &ids)) != ERR_OK)
        return rc;
    rc = crypto_block_decrypt(service->crypto, &ids->stanza, sealed, block);
    if (rc != ERR_OK || memcmp(block + 4, zeros, sizeof(zeros)) != 0)
        return rc;
    if (room_entry_of(room, get_u32(block)) != NULL)
        *seq = get_u32(block);
    return ERR_OK;
}

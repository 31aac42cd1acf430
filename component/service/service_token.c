/* service_token.c - tokens, by which a browser comes back without the code.
 *
 * A token is a sealed note of ours: seat, family and generation under the
 * room's key, with a digest behind.  It ends with the key.  What is remembered
 * beside it is the newest generation of a family that was presented: an older
 * one is a copy in other hands, and ends the family.  The memory is bounded
 * and does not outlive the process. */
#include <string.h>

#include "service/service_internal.h"

enum { MAC_BYTES = 16, SEAT_AT = 0, GENERATION_AT = 4, FAMILY_AT = 8 };

static void put_number(uint8_t *at, uint64_t number, size_t len)
{
    for (size_t i = 0; i < len; i++)
        at[i] = (uint8_t)(number >> (8 * i));
}

static uint64_t get_number(const uint8_t *at, size_t len)
{
    uint64_t number = 0;

    for (size_t i = 0; i < len; i++)
        number |= (uint64_t)at[i] << (8 * i);
    return number;
}

static enum err block_key(struct service_call *call, struct secret *out)
{
    const struct span label[] = {SPAN("token")};

    return crypto_hmac(call->service->crypto, &room_get_keys(call->room)->seal,
                       label, 1, out);
}

static enum err mac_of(struct service_call *call,
                       const uint8_t sealed[CRYPTO_BLOCK_BYTES],
                       struct secret *out)
{
    const struct span parts[] = {SPAN("token-mac"),
                                 {(const char *)sealed, CRYPTO_BLOCK_BYTES}};

    return crypto_hmac(call->service->crypto, &room_get_keys(call->room)->seal,
                       parts, 2, out);
}

static enum err encode(struct service_call *call,
                       const struct service_token *token,
                       char out[SERVICE_TOKEN_CHARS])
{
    uint8_t block[CRYPTO_BLOCK_BYTES] = {0}, sealed[CRYPTO_BLOCK_BYTES];
    struct secret key, mac;
    enum err rc;

    block[SEAT_AT] = token->seat;
    put_number(block + GENERATION_AT, token->generation, 4);
    put_number(block + FAMILY_AT, token->family, 8);
    if ((rc = block_key(call, &key)) != ERR_OK)
        return rc;
    rc = crypto_block_encrypt(call->service->crypto, &key, block, sealed);
    secret_clear(&key);
    if (rc == ERR_OK)
        rc = mac_of(call, sealed, &mac);
    if (rc != ERR_OK)
        return rc;
    service__hex(sealed, CRYPTO_BLOCK_BYTES, out);
    service__hex(mac.at, MAC_BYTES, out + 2 * CRYPTO_BLOCK_BYTES);
    return ERR_OK;
}

static enum err decode(struct service_call *call, struct span text,
                       struct service_token *out)
{
    uint8_t block[CRYPTO_BLOCK_BYTES], sealed[CRYPTO_BLOCK_BYTES];
    char hex[2 * MAC_BYTES];
    struct secret key, mac;
    enum err rc;

    if (text.len != SERVICE_TOKEN_CHARS ||
        !service__unhex(span_slice(text, 0, SERVICE_ID_CHARS), sealed))
        return ERR_OK;
    if ((rc = mac_of(call, sealed, &mac)) != ERR_OK)
        return rc;
    service__hex(mac.at, MAC_BYTES, hex);
    if (!crypto_equal((struct span){hex, sizeof(hex)},
                      span_slice(text, SERVICE_ID_CHARS, sizeof(hex))))
        return ERR_OK;
    if ((rc = block_key(call, &key)) != ERR_OK)
        return rc;
    rc = crypto_block_decrypt(call->service->crypto, &key, sealed, block);
    secret_clear(&key);
    if (rc != ERR_OK)
        return rc;
    out->seat = block[SEAT_AT];
    out->generation = (uint32_t)get_number(block + GENERATION_AT, 4);
    out->family = get_number(block + FAMILY_AT, 8);
    return ERR_OK;
}

/* The family, remembered from now on if it was not. */
static struct service_family *family_of(struct service_call *call, uint64_t id)
{
    struct service *service = call->service;
    struct service_family *set = service->families[id % SERVICE_FAMILY_SETS];
    struct service_family *found = &set[0];
    int64_t number = room_number(call->room);

    for (size_t i = 0; i < SERVICE_FAMILY_WAYS; i++) {
        if (set[i].number == number && set[i].id == id) {
            set[i].touched = ++service->families_touched;
            return &set[i];
        }
        if (set[i].touched < found->touched)
            found = &set[i];
    }
    *found = (struct service_family){
        .number = number, .id = id, .touched = ++service->families_touched};
    return found;
}

enum err service__token_take(struct service_call *call, struct span text,
                             struct service_token *out)
{
    struct service_token token = {0};
    struct service_family *family;
    enum err rc = decode(call, text, &token);

    *out = (struct service_token){0};
    if (rc != ERR_OK || token.seat == 0)
        return rc;
    family = family_of(call, token.family);
    if (token.generation < family->generation)
        family->is_revoked = true;
    if (family->is_revoked)
        return ERR_OK;
    *out = token;
    /* The same one twice: an answer that was lost, or a tab that was copied.
     * Either way it goes on as a family of its own. */
    if (token.generation == family->generation)
        out->generation = 0;
    family->generation = token.generation;
    return ERR_OK;
}

static enum err new_family(struct service_call *call,
                           struct service_token *token)
{
    uint8_t now[8], count[8];
    const struct span parts[] = {SPAN("token-family"),
                                 call->stanza->from.full,
                                 {(const char *)now, sizeof(now)},
                                 {(const char *)count, sizeof(count)}};
    struct secret digest;
    enum err rc;

    put_number(now, (uint64_t)call->in->now_ms, sizeof(now));
    put_number(count, ++call->service->families_touched, sizeof(count));
    rc = crypto_hmac(call->service->crypto, &room_get_keys(call->room)->seal,
                     parts, 4, &digest);
    if (rc == ERR_OK)
        token->family = get_number(digest.at, sizeof(token->family));
    return rc;
}

static struct room_effect *self_presence(const struct service_call *call,
                                         const struct room_effect *last)
{
    struct room_effect *effect = last != NULL ? last->next : call->out->first;

    for (; effect != NULL; effect = effect->next)
        if (effect->kind == ROOM_EFFECT_PRESENCE &&
            effect->u.presence.is_self && effect->u.presence.is_joining)
            return effect;
    return NULL;
}

enum err service__token_give(struct service_call *call,
                             const struct room_effect *last,
                             const struct service_token *next)
{
    struct room_effect *effect = self_presence(call, last);
    struct buf *text = &call->service->written;
    struct xml_writer xml = XML_WRITER(text);
    struct service_token token = *next;
    char hex[SERVICE_TOKEN_CHARS];
    enum err rc = ERR_OK;

    if (effect == NULL)
        return ERR_OK;
    token.seat = effect->u.presence.seat;
    if (token.generation++ == 0)
        rc = new_family(call, &token);
    if (rc == ERR_OK)
        rc = encode(call, &token, hex);
    if (rc != ERR_OK)
        return rc;
    service__wipe_buf(text);
    xml_put_written(&xml, effect->u.presence.presence);
    xml_put_element(&xml, "token", NS_TOKEN, (struct span){hex, sizeof(hex)});
    service__wipe(hex, sizeof(hex));
    if (xml.rc != ERR_OK)
        return xml.rc;
    rc = arena_copy(&call->out->arena, buf_span(text),
                    &effect->u.presence.presence);
    service__wipe_buf(text);
    return rc;
}

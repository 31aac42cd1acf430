#include <openssl/crypto.h>

#include "crypto/crypto_state.h"

static bool add_part(EVP_MAC_CTX *ctx, struct span part)
{
    uint8_t length[8];

    for (size_t i = 0; i < sizeof(length); i++)
        length[i] = (uint8_t)((uint64_t)part.len >> (56 - 8 * i));
    return EVP_MAC_update(ctx, length, sizeof(length)) == 1 &&
           (part.len == 0 ||
            EVP_MAC_update(ctx, (const uint8_t *)part.at, part.len) == 1);
}

enum err crypto_hmac(struct crypto *crypto, const struct secret *key,
                     const struct span *parts, size_t part_count,
                     struct secret *out)
{
    /* A context of its own: freeing it wipes the key. */
    EVP_MAC_CTX *ctx = EVP_MAC_CTX_dup(crypto->hmac_model);
    uint8_t mac[SECRET_BYTES];
    size_t len = 0;
    enum err rc = ERR_NOMEM;

    if (ctx == NULL || EVP_MAC_init(ctx, key->at, SECRET_BYTES, NULL) != 1)
        goto out;
    for (size_t i = 0; i < part_count; i++)
        if (!add_part(ctx, parts[i]))
            goto out;
    if (EVP_MAC_final(ctx, mac, &len, sizeof(mac)) != 1 || len != sizeof(mac))
        goto out;
    for (size_t i = 0; i < sizeof(mac); i++)
        out->at[i] = mac[i];
    rc = ERR_OK;
out:
    OPENSSL_cleanse(mac, sizeof(mac));
    EVP_MAC_CTX_free(ctx);
    return rc;
}

/* Digests `parts` as if they were one. */
static bool digest(struct crypto *crypto, const EVP_MD *algorithm,
                   const struct span *parts, size_t part_count, uint8_t *out)
{
    EVP_MD_CTX *ctx = crypto->digest_ctx;
    bool is_good = EVP_DigestInit_ex2(ctx, algorithm, NULL) == 1;

    for (size_t i = 0; is_good && i < part_count; i++)
        is_good = parts[i].len == 0 ||
                  EVP_DigestUpdate(ctx, parts[i].at, parts[i].len) == 1;
    return is_good && EVP_DigestFinal_ex(ctx, out, NULL) == 1;
}

enum err crypto_sha256(struct crypto *crypto, struct span bytes,
                       struct secret *out)
{
    uint8_t sum[SECRET_BYTES];

    if (!digest(crypto, crypto->sha256, &bytes, 1, sum))
        return ERR_NOMEM;
    for (size_t i = 0; i < sizeof(sum); i++)
        out->at[i] = sum[i];
    OPENSSL_cleanse(sum, sizeof(sum));
    return ERR_OK;
}

enum err crypto_handshake(struct crypto *crypto, struct span id,
                          struct span secret, char out[CRYPTO_SHA1_HEX_BYTES])
{
    static const char hex[] = "0123456789abcdef";
    const struct span parts[] = {id, secret};
    uint8_t sum[CRYPTO_SHA1_HEX_BYTES / 2];

    if (!digest(crypto, crypto->sha1, parts, 2, sum))
        return ERR_NOMEM;
    for (size_t i = 0; i < sizeof(sum); i++) {
        out[2 * i] = hex[sum[i] >> 4];
        out[2 * i + 1] = hex[sum[i] & 15];
    }
    OPENSSL_cleanse(sum, sizeof(sum));
    return ERR_OK;
}

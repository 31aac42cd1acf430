#include <limits.h>
#include <openssl/crypto.h>
#include <string.h>

#include "crypto/crypto_state.h"

static void forget_key(EVP_CIPHER_CTX *ctx)
{
    static const uint8_t zeros[SECRET_BYTES];

    if (EVP_CipherInit_ex2(ctx, NULL, zeros, zeros, -1, NULL) != 1)
        EVP_CIPHER_CTX_reset(ctx);
}

void crypto_forget_keys(struct crypto *crypto)
{
    if (!crypto->has_keys)
        return;
    forget_key(crypto->seal_ctx);
    forget_key(crypto->open_ctx);
    forget_key(crypto->block_ctx);
    crypto->has_keys = false;
}

static bool bind(EVP_CIPHER_CTX *ctx, struct span bound)
{
    int len = 0;

    return bound.len == 0 ||
           EVP_CipherUpdate(ctx, NULL, &len, (const uint8_t *)bound.at,
                            (int)bound.len) == 1;
}

/* Runs `text` through a context that has key and nonce. */
static bool run(EVP_CIPHER_CTX *ctx, struct span text, uint8_t *out)
{
    int len = 0;

    return text.len == 0 ||
           EVP_CipherUpdate(ctx, out, &len, (const uint8_t *)text.at,
                            (int)text.len) == 1;
}

enum err crypto_seal(struct crypto *crypto, const struct secret *key,
                     struct span bound, struct span plain, struct buf *out)
{
    EVP_CIPHER_CTX *ctx = crypto->seal_ctx;
    uint8_t *at;
    uint8_t *tag;
    int len = 0;
    enum err rc;

    if (plain.len > INT_MAX - CRYPTO_SEAL_OVERHEAD_BYTES || bound.len > INT_MAX)
        return ERR_LIMIT;
    rc = buf_reserve(out, plain.len + CRYPTO_SEAL_OVERHEAD_BYTES);
    if (rc != ERR_OK)
        return rc;
    at = (uint8_t *)out->at + out->len;
    tag = at + CRYPTO_NONCE_BYTES + plain.len;
    crypto_random(crypto, at, CRYPTO_NONCE_BYTES);
    rc = ERR_NOMEM;
    if (EVP_EncryptInit_ex2(ctx, NULL, key->at, at, NULL) == 1 &&
        bind(ctx, bound) && run(ctx, plain, at + CRYPTO_NONCE_BYTES) &&
        EVP_EncryptFinal_ex(ctx, tag, &len) == 1 &&
        EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, CRYPTO_TAG_BYTES, tag) ==
            1) {
        buf_grew(out, plain.len + CRYPTO_SEAL_OVERHEAD_BYTES);
        rc = ERR_OK;
    }
    crypto->has_keys = true;
    return rc;
}

/* Sets key, nonce and the tag that must come out. */
static bool begin_open(EVP_CIPHER_CTX *ctx, const struct secret *key,
                       struct span sealed)
{
    uint8_t tag[CRYPTO_TAG_BYTES];

    memcpy(tag, sealed.at + sealed.len - sizeof(tag), sizeof(tag));
    return EVP_DecryptInit_ex2(ctx, NULL, key->at, (const uint8_t *)sealed.at,
                               NULL) == 1 &&
           EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, CRYPTO_TAG_BYTES,
                               tag) == 1;
}

enum err crypto_open(struct crypto *crypto, const struct secret *key,
                     struct span bound, struct span sealed, struct buf *out)
{
    EVP_CIPHER_CTX *ctx = crypto->open_ctx;
    struct span text;
    uint8_t *at;
    int len = 0;
    enum err rc;

    if (sealed.len < CRYPTO_SEAL_OVERHEAD_BYTES)
        return ERR_SYNTAX;
    if (sealed.len > INT_MAX || bound.len > INT_MAX)
        return ERR_LIMIT;
    text = (struct span){sealed.at + CRYPTO_NONCE_BYTES,
                         sealed.len - CRYPTO_SEAL_OVERHEAD_BYTES};
    rc = buf_reserve(out, text.len);
    if (rc != ERR_OK)
        return rc;
    at = text.len > 0 ? (uint8_t *)out->at + out->len : NULL;
    rc = ERR_NOMEM;
    if (begin_open(ctx, key, sealed) && bind(ctx, bound) &&
        run(ctx, text, at)) {
        uint8_t none[CRYPTO_TAG_BYTES];

        rc = EVP_DecryptFinal_ex(ctx, none, &len) == 1 ? ERR_OK : ERR_SYNTAX;
    }
    if (rc == ERR_OK)
        buf_grew(out, text.len);
    else if (text.len > 0)
        OPENSSL_cleanse(at, text.len);
    crypto->has_keys = true;
    return rc;
}

static enum err run_block(struct crypto *crypto, const struct secret *key,
                          bool is_encrypting, const uint8_t *in, uint8_t *out)
{
    EVP_CIPHER_CTX *ctx = crypto->block_ctx;
    uint8_t block[CRYPTO_BLOCK_BYTES];
    int len = 0;
    bool is_good;

    is_good = EVP_CipherInit_ex2(ctx, NULL, key->at, NULL, is_encrypting,
                                 NULL) == 1 &&
              EVP_CIPHER_CTX_set_padding(ctx, 0) == 1 &&
              EVP_CipherUpdate(ctx, block, &len, in, CRYPTO_BLOCK_BYTES) == 1;
    if (is_good)
        memcpy(out, block, sizeof(block));
    OPENSSL_cleanse(block, sizeof(block));
    crypto->has_keys = true;
    return is_good ? ERR_OK : ERR_NOMEM;
}

enum err crypto_block_encrypt(struct crypto *crypto, const struct secret *key,
                              const uint8_t in[CRYPTO_BLOCK_BYTES],
                              uint8_t out[CRYPTO_BLOCK_BYTES])
{
    return run_block(crypto, key, true, in, out);
}

enum err crypto_block_decrypt(struct crypto *crypto, const struct secret *key,
                              const uint8_t in[CRYPTO_BLOCK_BYTES],
                              uint8_t out[CRYPTO_BLOCK_BYTES])
{
    return run_block(crypto, key, false, in, out);
}

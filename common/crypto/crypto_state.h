/* crypto_state.h - what the files of crypto/ share. */
#ifndef CRYPTO_CRYPTO_STATE_H
#define CRYPTO_CRYPTO_STATE_H

#include <openssl/evp.h>

#include "crypto/crypto.h"

enum {
    CRYPTO_POOL_BYTES = 1024, /* random bytes fetched from the system at once */
    CRYPTO_NONCE_BYTES = 12,
    CRYPTO_TAG_BYTES = 16,
};

/* Algorithms are fetched and contexts made once: looking them up costs more
 * than sealing a message. */
struct crypto {
    EVP_MD *sha1;
    EVP_MD *sha256;
    EVP_MAC *hmac;
    EVP_CIPHER *gcm;
    EVP_CIPHER *block;
    EVP_MD_CTX *digest_ctx;
    EVP_MAC_CTX *hmac_model; /* knows its digest, never a key */
    EVP_CIPHER_CTX *seal_ctx;
    EVP_CIPHER_CTX *open_ctx;
    EVP_CIPHER_CTX *block_ctx;
    bool has_keys;    /* contexts were keyed since crypto_forget_keys */
    size_t pool_left; /* unused bytes, at the end of `pool` */
    uint8_t pool[CRYPTO_POOL_BYTES];
};

#endif

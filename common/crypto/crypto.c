#include "crypto/crypto.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <stdlib.h>

#include "crypto/crypto_state.h"

static bool fetch_algorithms(struct crypto *crypto)
{
    crypto->sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
    crypto->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    crypto->hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    crypto->gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    crypto->block = EVP_CIPHER_fetch(NULL, "AES-256-ECB", NULL);
    return crypto->sha1 != NULL && crypto->sha256 != NULL &&
           crypto->hmac != NULL && crypto->gcm != NULL && crypto->block != NULL;
}

static bool make_hmac_model(struct crypto *crypto)
{
    char digest[] = "SHA256";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };

    crypto->hmac_model = EVP_MAC_CTX_new(crypto->hmac);
    return crypto->hmac_model != NULL &&
           EVP_MAC_CTX_set_params(crypto->hmac_model, params) == 1;
}

static bool make_contexts(struct crypto *crypto)
{
    crypto->digest_ctx = EVP_MD_CTX_new();
    crypto->seal_ctx = EVP_CIPHER_CTX_new();
    crypto->open_ctx = EVP_CIPHER_CTX_new();
    crypto->block_ctx = EVP_CIPHER_CTX_new();
    return crypto->digest_ctx != NULL && crypto->seal_ctx != NULL &&
           crypto->open_ctx != NULL && crypto->block_ctx != NULL &&
           EVP_EncryptInit_ex2(crypto->seal_ctx, crypto->gcm, NULL, NULL,
                               NULL) == 1 &&
           EVP_DecryptInit_ex2(crypto->open_ctx, crypto->gcm, NULL, NULL,
                               NULL) == 1 &&
           EVP_EncryptInit_ex2(crypto->block_ctx, crypto->block, NULL, NULL,
                               NULL) == 1 &&
           make_hmac_model(crypto);
}

struct crypto *crypto_new(void)
{
    struct crypto *crypto = calloc(1, sizeof(*crypto));

    if (crypto == NULL)
        return NULL;
    if (!fetch_algorithms(crypto) || !make_contexts(crypto)) {
        crypto_free(crypto);
        return NULL;
    }
    return crypto;
}

void crypto_free(struct crypto *crypto)
{
    if (crypto == NULL)
        return;
    EVP_CIPHER_CTX_free(crypto->block_ctx);
    EVP_CIPHER_CTX_free(crypto->open_ctx);
    EVP_CIPHER_CTX_free(crypto->seal_ctx);
    EVP_MAC_CTX_free(crypto->hmac_model);
    EVP_MD_CTX_free(crypto->digest_ctx);
    EVP_CIPHER_free(crypto->block);
    EVP_CIPHER_free(crypto->gcm);
    EVP_MAC_free(crypto->hmac);
    EVP_MD_free(crypto->sha256);
    EVP_MD_free(crypto->sha1);
    OPENSSL_cleanse(crypto, sizeof(*crypto));
    free(crypto);
}

bool crypto_equal(struct span a, struct span b)
{
    return a.len == b.len &&
           (a.len == 0 || CRYPTO_memcmp(a.at, b.at, a.len) == 0);
}

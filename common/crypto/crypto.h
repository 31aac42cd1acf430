/* crypto.h - digests, sealing and chance; the only place that sees OpenSSL.
 *
 * Randomness comes from getrandom(2) and nothing else.  A failure of OpenSSL
 * itself (no memory, a missing algorithm) is ERR_NOMEM: nothing happened. */
#ifndef CRYPTO_CRYPTO_H
#define CRYPTO_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/span.h"

enum {
    CRYPTO_SEAL_OVERHEAD_BYTES = 28, /* nonce 12, tag 16 */
    CRYPTO_BLOCK_BYTES = 16,
    CRYPTO_SHA1_HEX_BYTES = 40,
};

struct crypto; /* contexts kept ready; one per thread */

/* Makes the contexts.  NULL only when memory runs out. */
struct crypto *crypto_new(void);
/* Frees them; NULL is fine. */
void crypto_free(struct crypto *crypto);

/* Takes the keys that were used last out of the contexts that wait for their
 * next job: a room's key must not outlive the room there.  Called once a tick,
 * since setting a key costs as much as sealing a short message. */
void crypto_forget_keys(struct crypto *crypto);

/* Fills `out` with random bytes.  Aborts when the system has none to give:
 * no answer could be safe then.  Small requests are served from a pool that
 * is wiped as it is used. */
void crypto_random(struct crypto *crypto, void *out, size_t len);

/* HMAC-SHA-256 over `parts`, each preceded by its length as eight bytes big
 * endian, so that ("ab","c") and ("a","bc") differ.
 * Errors: ERR_NOMEM.
 * Specs:  RFC 2104. */
enum err crypto_hmac(struct crypto *crypto, const struct secret *key,
                     const struct span *parts, size_t part_count,
                     struct secret *out) MUST_CHECK;

/* SHA-256 of `bytes`, without a key. */
enum err crypto_sha256(struct crypto *crypto, struct span bytes,
                       struct secret *out) MUST_CHECK;

/* Lower-case hex of SHA-1(id || secret), without a NUL: the XEP-0114
 * handshake.  `secret` may be empty. */
enum err crypto_handshake(struct crypto *crypto, struct span id,
                          struct span secret,
                          char out[CRYPTO_SHA1_HEX_BYTES]) MUST_CHECK;

/* Appends nonce, AES-256-GCM ciphertext and tag of `plain` to `out`.  The
 * nonce is random.  `bound` is authenticated, not stored.
 * Errors: ERR_NOMEM, ERR_LIMIT (of `out`).  `out` is as before. */
enum err crypto_seal(struct crypto *crypto, const struct secret *key,
                     struct span bound, struct span plain,
                     struct buf *out) MUST_CHECK;

/* Undoes crypto_seal.
 * Errors: ERR_SYNTAX when key, `bound` or bytes are not those of the seal;
 *         ERR_NOMEM, ERR_LIMIT.  `out` is as before. */
enum err crypto_open(struct crypto *crypto, const struct secret *key,
                     struct span bound, struct span sealed,
                     struct buf *out) MUST_CHECK;

/* One AES-256 block, for opaque identifiers made from numbers: different
 * numbers never give the same block, and nobody without the key can go back.
 * Errors: ERR_NOMEM. */
enum err crypto_block_encrypt(struct crypto *crypto, const struct secret *key,
                              const uint8_t in[CRYPTO_BLOCK_BYTES],
                              uint8_t out[CRYPTO_BLOCK_BYTES]) MUST_CHECK;
enum err crypto_block_decrypt(struct crypto *crypto, const struct secret *key,
                              const uint8_t in[CRYPTO_BLOCK_BYTES],
                              uint8_t out[CRYPTO_BLOCK_BYTES]) MUST_CHECK;

/* Whether two PEM files hold a certificate (with others after it) and the key
 * that belongs to it.
 *
 * Owner:  `*why` is static; it is set with an error.
 * Errors: ERR_SYSTEM with errno (a file cannot be opened), ERR_SYNTAX. */
enum err crypto_check_pair(const char *certificate, const char *key,
                           const char **why) MUST_CHECK;

/* Compares equally long bytes in a time that does not depend on them. */
bool crypto_equal(struct span a, struct span b);

#endif

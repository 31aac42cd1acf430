#include <errno.h>
#include <openssl/crypto.h>
#include <string.h>
#include <sys/random.h>

#include "base/bug.h"
#include "crypto/crypto_state.h"

static void fetch(uint8_t *at, size_t len)
{
    while (len > 0) {
        ssize_t got = getrandom(at, len, 0);

        if (got < 0 && errno == EINTR)
            continue;
        /* Going on without chance would give away every secret. */
        BUG_IF(got <= 0);
        at += got;
        len -= (size_t)got;
    }
}

void crypto_random(struct crypto *crypto, void *out, size_t len)
{
    uint8_t *from;

    if (len > CRYPTO_POOL_BYTES) {
        fetch(out, len);
        return;
    }
    if (len > crypto->pool_left) {
        fetch(crypto->pool, CRYPTO_POOL_BYTES);
        crypto->pool_left = CRYPTO_POOL_BYTES;
    }
    from = crypto->pool + CRYPTO_POOL_BYTES - crypto->pool_left;
    if (len > 0)
        memcpy(out, from, len);
    OPENSSL_cleanse(from, len);
    crypto->pool_left -= len;
}

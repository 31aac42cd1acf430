/* Every allocation of OpenSSL fails once: no crash, no leak, and either the
 * right answer or none. */
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/crypto.h"
#include "support/check.h"
#include "support/fail_alloc.h"

enum { POINTS_MAX = 5000 };

static void *failing_malloc(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return malloc(size);
}

static void *failing_realloc(void *at, size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return realloc(at, size);
}

static void plain_free(void *at, const char *file, int line)
{
    (void)file;
    (void)line;
    free(at);
}

struct sample {
    struct secret key;
    struct secret sum;
    struct secret mac;
    char hex[CRYPTO_SHA1_HEX_BYTES];
    uint8_t block[CRYPTO_BLOCK_BYTES];
};

static enum err run_all(struct crypto *crypto, struct sample *out)
{
    static const uint8_t in[CRYPTO_BLOCK_BYTES] = {1, 2, 3};
    const struct span part = SPAN("part");
    struct buf sealed = BUF_EMPTY(1024);
    struct buf opened = BUF_EMPTY(1024);
    enum err rc = crypto_sha256(crypto, SPAN("abc"), &out->sum);

    if (rc == ERR_OK)
        rc = crypto_hmac(crypto, &out->key, &part, 1, &out->mac);
    if (rc == ERR_OK)
        rc = crypto_handshake(crypto, SPAN("a"), SPAN("b"), out->hex);
    if (rc == ERR_OK)
        rc = crypto_block_encrypt(crypto, &out->key, in, out->block);
    if (rc == ERR_OK)
        rc = crypto_seal(crypto, &out->key, SPAN("x"), SPAN("plain"), &sealed);
    if (rc == ERR_OK)
        rc = crypto_open(crypto, &out->key, SPAN("x"), buf_span(&sealed),
                         &opened);
    if (rc == ERR_OK)
        check_span(buf_span(&opened), "plain");
    else
        assert_int_equal(opened.len, 0);
    buf_clear(&sealed);
    buf_clear(&opened);
    return rc;
}

static void the_work_survives_every_failure(void **state)
{
    struct crypto *crypto = crypto_new();
    struct sample right = {.key = {{9}}};
    uint64_t nth;

    (void)state;
    assert_non_null(crypto);
    check_ok(run_all(crypto, &right));
    for (nth = 1; nth < POINTS_MAX; nth++) {
        struct sample sample = {.key = {{9}}};
        enum err rc;

        fail_alloc_at(nth);
        rc = run_all(crypto, &sample);
        if (!fail_alloc_stop())
            break;
        if (rc == ERR_OK)
            assert_memory_equal(&sample, &right, sizeof(sample));
        else
            check_err(rc, ERR_NOMEM);
        /* And the next time all is well. */
        check_ok(run_all(crypto, &sample));
    }
    assert_in_range(nth, 3, POINTS_MAX - 1);
    crypto_free(crypto);
}

static void the_start_survives_every_failure(void **state)
{
    uint64_t nth;

    (void)state;
    for (nth = 1; nth < POINTS_MAX; nth++) {
        struct sample sample = {.key = {{9}}};
        struct crypto *crypto;

        fail_alloc_at(nth);
        crypto = crypto_new();
        if (!fail_alloc_stop()) {
            crypto_free(crypto);
            break;
        }
        if (crypto != NULL)
            check_ok(run_all(crypto, &sample));
        crypto_free(crypto);
    }
    assert_in_range(nth, 3, POINTS_MAX - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_work_survives_every_failure),
        cmocka_unit_test(the_start_survives_every_failure),
    };

    if (CRYPTO_set_mem_functions(failing_malloc, failing_realloc, plain_free) !=
        1)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}

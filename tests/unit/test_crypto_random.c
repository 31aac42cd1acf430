/* Chance: there is enough of it, and none is given twice. */
#include <string.h>

#include "crypto/crypto.h"
#include "crypto/crypto_state.h"
#include "support/check.h"

static int set_up(void **state)
{
    *state = crypto_new();
    return *state == NULL;
}

static int tear_down(void **state)
{
    crypto_free(*state);
    return 0;
}

static void every_byte_is_filled(void **state)
{
    static const size_t sizes[] = {1, 16, 1000, 1023, 1024, 1025, 5000};
    static uint8_t seen[5000];
    uint8_t bytes[5001];

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        memset(seen, 0, sizeof(seen));
        for (unsigned k = 0; k < 8; k++) {
            memset(bytes, 0, sizeof(bytes));
            crypto_random(*state, bytes, sizes[i]);
            assert_int_equal(bytes[sizes[i]], 0);
            for (size_t at = 0; at < sizes[i]; at++)
                seen[at] |= bytes[at];
        }
        /* Eight zeros in one place: 1 in 2^64 for each byte. */
        for (size_t at = 0; at < sizes[i]; at++)
            assert_int_not_equal(seen[at], 0);
    }
}

static void nothing_comes_twice(void **state)
{
    static uint8_t bytes[2000][16];

    for (size_t i = 0; i < 2000; i++)
        crypto_random(*state, bytes[i], 16);
    for (size_t i = 0; i < 2000; i++)
        for (size_t k = 0; k < i; k++)
            assert_memory_not_equal(bytes[i], bytes[k], 16);
}

static void two_states_differ(void **state)
{
    struct crypto *other = crypto_new();
    uint8_t one[16];
    uint8_t two[16];

    assert_non_null(other);
    crypto_random(*state, one, sizeof(one));
    crypto_random(other, two, sizeof(two));
    assert_memory_not_equal(one, two, sizeof(one));
    crypto_free(other);
}

static void used_bytes_are_wiped(void **state)
{
    struct crypto *crypto = *state;
    uint8_t bytes[100];
    size_t used = 0;

    crypto_random(crypto, bytes, sizeof(bytes));
    assert_int_equal(crypto->pool_left, CRYPTO_POOL_BYTES - sizeof(bytes));
    for (size_t i = 0; i < sizeof(bytes); i++)
        used |= crypto->pool[i];
    assert_int_equal(used, 0);
    assert_memory_not_equal(crypto->pool + sizeof(bytes), bytes, 16);
}

static void none_of_nothing(void **state)
{
    uint8_t byte = 42;

    crypto_random(*state, &byte, 0);
    crypto_random(*state, NULL, 0);
    assert_int_equal(byte, 42);
    crypto_free(NULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(every_byte_is_filled), TEST(nothing_comes_twice),
        TEST(two_states_differ),    TEST(used_bytes_are_wiped),
        TEST(none_of_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

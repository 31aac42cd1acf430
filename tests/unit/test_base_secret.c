#include "base/secret.h"

#include <string.h>

#include "support/check.h"

static void equal_only_when_every_byte_is(void **state)
{
    struct secret a;
    struct secret b;

    (void)state;
    memset(&a, 0x5a, sizeof(a));
    b = a;
    assert_true(secret_equal(&a, &b));
    assert_true(secret_equal(&a, &a));
    for (size_t i = 0; i < SECRET_BYTES; i++)
        for (int bit = 0; bit < 8; bit++) {
            b.at[i] = (uint8_t)(b.at[i] ^ (1U << bit));
            assert_false(secret_equal(&a, &b));
            assert_false(secret_equal(&b, &a));
            b = a;
        }
}

static void clear_overwrites(void **state)
{
    struct secret secret;

    (void)state;
    memset(&secret, 0x5a, sizeof(secret));
    secret_clear(&secret);
    for (size_t i = 0; i < SECRET_BYTES; i++)
        assert_int_equal(secret.at[i], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_only_when_every_byte_is),
        cmocka_unit_test(clear_overwrites),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

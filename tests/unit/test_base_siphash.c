/* The hash of base/map.c is not public, but it must be the SipHash-2-4 it
 * claims to be: the source itself is included. */
#include "base/map.c" /* NOLINT(bugprone-suspicious-include) */

#include "support/check.h"

/* Appendix A of the paper and its reference code: key 00 01 .. 0f, message
 * 00 01 .. of the given length. */
static void hash_is_the_published_one(void **state)
{
    static const struct {
        size_t len;
        uint64_t hash;
    } vectors[] = {
        {0, 0x726fdb47dd0e0e31U},  {1, 0x74f839c593dc67fdU},
        {2, 0x0d6c8009d9a94f5aU},  {3, 0x85676696d7fb7e2dU},
        {7, 0xab0200f58b01d137U},  {8, 0x93f5f5799a932462U},
        {15, 0xa129ca6149be45e5U},
    };
    const struct map map = {.seed = {0x0706050403020100U, 0x0f0e0d0c0b0a0908U}};
    char message[16];

    (void)state;
    for (int i = 0; i < 16; i++)
        message[i] = (char)i;
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
        assert_true(hash_key(&map, (struct span){message, vectors[i].len}) ==
                    vectors[i].hash);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hash_is_the_published_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

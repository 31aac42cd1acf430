/* Digests against values made elsewhere. */
#include <stdio.h>
#include <string.h>

#include "crypto/crypto.h"
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

static void check_hex(const struct secret *have, const char *hex)
{
    char text[2 * SECRET_BYTES + 1];

    for (size_t i = 0; i < SECRET_BYTES; i++)
        snprintf(text + 2 * i, 3, "%02x", have->at[i]);
    assert_string_equal(text, hex);
}

static struct secret counting_key(void)
{
    struct secret key;

    for (size_t i = 0; i < SECRET_BYTES; i++)
        key.at[i] = (uint8_t)i;
    return key;
}

static void sha256_has_its_known_values(void **state)
{
    struct secret sum;

    check_ok(crypto_sha256(*state, SPAN("abc"), &sum));
    check_hex(&sum, "ba7816bf8f01cfea414140de5dae2223"
                    "b00361a396177a9cb410ff61f20015ad");
    check_ok(crypto_sha256(*state, SPAN_EMPTY, &sum));
    check_hex(&sum, "e3b0c44298fc1c149afbf4c8996fb924"
                    "27ae41e4649b934ca495991b7852b855");
}

static void hmac_marks_where_parts_end(void **state)
{
    const struct secret key = counting_key();
    const struct span one[] = {SPAN("ab"), SPAN("c")};
    const struct span other[] = {SPAN("a"), SPAN("bc")};
    const struct span empty[] = {SPAN_EMPTY, SPAN("")};
    struct secret sum;

    check_ok(crypto_hmac(*state, &key, one, 2, &sum));
    check_hex(&sum, "17eca1f3cf4e1f92cd415f54de5121e3"
                    "67cbc209edff96da287c5cd432cf9a46");
    check_ok(crypto_hmac(*state, &key, other, 2, &sum));
    check_hex(&sum, "3bddf4bc854ae05364f6353a7ec018de"
                    "74fb1fe6bb599207f172368d9490b9dd");
    check_ok(crypto_hmac(*state, &key, empty, 2, &sum));
    check_hex(&sum, "ff921230177d146ee8401eb821731284"
                    "10002ba6f997e8e837e804407c8cdd38");
    check_ok(crypto_hmac(*state, &key, NULL, 0, &sum));
    check_hex(&sum, "d38b42096d80f45f826b44a9d5607de7"
                    "2496a415d3f4a1a8c88e3bb9da8dc1cb");
}

static void hmac_depends_on_the_key_alone(void **state)
{
    struct secret key = counting_key();
    const struct span part = SPAN("x");
    struct secret one;
    struct secret again;
    struct secret other;

    check_ok(crypto_hmac(*state, &key, &part, 1, &one));
    check_ok(crypto_hmac(*state, &key, &part, 1, &again));
    assert_true(secret_equal(&one, &again));
    key.at[31] ^= 1;
    check_ok(crypto_hmac(*state, &key, &part, 1, &other));
    assert_false(secret_equal(&one, &other));
}

static void the_handshake_is_that_of_xep_0114(void **state)
{
    char hex[CRYPTO_SHA1_HEX_BYTES];

    check_ok(crypto_handshake(*state, SPAN("3BF96D32"), SPAN("test"), hex));
    assert_memory_equal(hex, "aaee83c26aeeafcbabeabfcbcd50df997e0a2a1e",
                        sizeof(hex));
    check_ok(crypto_handshake(*state, SPAN("a"), SPAN_EMPTY, hex));
    assert_memory_equal(hex, "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8",
                        sizeof(hex));
}

static void equal_looks_at_every_byte(void **state)
{
    (void)state;
    assert_true(crypto_equal(SPAN("abc"), SPAN("abc")));
    assert_false(crypto_equal(SPAN("abc"), SPAN("abd")));
    assert_false(crypto_equal(SPAN("xbc"), SPAN("abc")));
    assert_false(crypto_equal(SPAN("abc"), SPAN("ab")));
    assert_true(crypto_equal(SPAN_EMPTY, SPAN("")));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(sha256_has_its_known_values),
        TEST(hmac_marks_where_parts_end),
        TEST(hmac_depends_on_the_key_alone),
        TEST(the_handshake_is_that_of_xep_0114),
        TEST(equal_looks_at_every_byte),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

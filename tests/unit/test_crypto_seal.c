/* Sealing and opening. */
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

static const uint8_t spec_key[] = {
    0xfe, 0xff, 0xe9, 0x92, 0x86, 0x65, 0x73, 0x1c, 0x6d, 0x6a, 0x8f,
    0x94, 0x67, 0x30, 0x83, 0x08, 0xfe, 0xff, 0xe9, 0x92, 0x86, 0x65,
    0x73, 0x1c, 0x6d, 0x6a, 0x8f, 0x94, 0x67, 0x30, 0x83, 0x08,
};

/* Nonce, ciphertext and tag of test case 16 of the GCM paper. */
static const char spec_sealed[] =
    "\xca\xfe\xba\xbe\xfa\xce\xdb\xad\xde\xca\xf8\x88"
    "\x52\x2d\xc1\xf0\x99\x56\x7d\x07\xf4\x7f\x37\xa3\x2a\x84\x42\x7d"
    "\x64\x3a\x8c\xdc\xbf\xe5\xc0\xc9\x75\x98\xa2\xbd\x25\x55\xd1\xaa"
    "\x8c\xb0\x8e\x48\x59\x0d\xbb\x3d\xa7\xb0\x8b\x10\x56\x82\x88\x38"
    "\xc5\xf6\x1e\x63\x93\xba\x7a\x0a\xbc\xc9\xf6\x62"
    "\x76\xfc\x6e\xce\x0f\x4e\x17\x68\xcd\xdf\x88\x53\xbb\x2d\x55\x1b";

static const char spec_bound[] = "\xfe\xed\xfa\xce\xde\xad\xbe\xef\xfe\xed"
                                 "\xfa\xce\xde\xad\xbe\xef\xab\xad\xda\xd2";

static const char spec_plain[] =
    "\xd9\x31\x32\x25\xf8\x84\x06\xe5\xa5\x59\x09\xc5\xaf\xf5\x26\x9a"
    "\x86\xa7\xa9\x53\x15\x34\xf7\xda\x2e\x4c\x30\x3d\x8a\x31\x8a\x72"
    "\x1c\x3c\x0c\x95\x95\x68\x09\x53\x2f\xcf\x0e\x24\x49\xa6\xb5\x25"
    "\xb1\x6a\xed\xf5\xaa\x0d\xe6\x57\xba\x63\x7b\x39";

static void a_known_seal_opens(void **state)
{
    struct buf out = BUF_EMPTY(1024);
    struct secret key;

    memcpy(key.at, spec_key, sizeof(spec_key));
    check_ok(
        crypto_open(*state, &key, SPAN(spec_bound), SPAN(spec_sealed), &out));
    check_span(buf_span(&out), spec_plain);
    buf_clear(&out);
}

static void what_is_sealed_opens_again(void **state)
{
    static const size_t sizes[] = {0, 1, 15, 16, 17, 300, 70000};
    static char plain[70000];
    struct secret key = {{7}};

    memset(plain, 'p', sizeof(plain));
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct buf sealed = BUF_EMPTY(100 * 1000);
        struct buf opened = BUF_EMPTY(100 * 1000);
        struct span text = {plain, sizes[i]};

        check_ok(crypto_seal(*state, &key, SPAN("bound"), text, &sealed));
        assert_int_equal(sealed.len, sizes[i] + CRYPTO_SEAL_OVERHEAD_BYTES);
        check_ok(crypto_open(*state, &key, SPAN("bound"), buf_span(&sealed),
                             &opened));
        assert_true(span_equal(buf_span(&opened), text));
        buf_clear(&sealed);
        buf_clear(&opened);
    }
}

static void seals_are_appended(void **state)
{
    struct secret key = {{7}};
    struct buf sealed = BUF_EMPTY(1024);
    struct buf opened = BUF_EMPTY(1024);
    const size_t one = CRYPTO_SEAL_OVERHEAD_BYTES + 3;

    check_ok(crypto_seal(*state, &key, SPAN_EMPTY, SPAN("one"), &sealed));
    check_ok(crypto_seal(*state, &key, SPAN_EMPTY, SPAN("two"), &sealed));
    check_ok(crypto_open(*state, &key, SPAN_EMPTY,
                         span_slice(buf_span(&sealed), one, one), &opened));
    check_ok(crypto_open(*state, &key, SPAN_EMPTY,
                         span_slice(buf_span(&sealed), 0, one), &opened));
    check_span(buf_span(&opened), "twoone");
    buf_clear(&sealed);
    buf_clear(&opened);
}

static void no_nonce_comes_twice(void **state)
{
    struct secret key = {{7}};
    struct buf sealed = BUF_EMPTY(64 * 1024);
    const size_t one = CRYPTO_SEAL_OVERHEAD_BYTES + 1;

    for (unsigned i = 0; i < 500; i++)
        check_ok(crypto_seal(*state, &key, SPAN_EMPTY, SPAN("x"), &sealed));
    for (size_t i = 0; i < 500; i++)
        for (size_t k = 0; k < i; k++)
            assert_memory_not_equal(sealed.at + i * one, sealed.at + k * one,
                                    12);
    buf_clear(&sealed);
}

/* Any changed bit, key, binding or length is refused, and nothing comes out. */
static void a_changed_seal_does_not_open(void **state)
{
    struct secret key = {{7}};
    struct secret wrong = {{8}};
    struct buf sealed = BUF_EMPTY(1024);
    struct buf opened = BUF_EMPTY(1024);
    struct span all;

    check_ok(
        crypto_seal(*state, &key, SPAN("bound"), SPAN("plain text"), &sealed));
    check_ok(buf_append(&opened, SPAN("before")));
    all = buf_span(&sealed);
    for (size_t i = 0; i < 8 * sealed.len; i++) {
        sealed.at[i / 8] = (char)(sealed.at[i / 8] ^ (1 << i % 8));
        check_err(crypto_open(*state, &key, SPAN("bound"), all, &opened),
                  ERR_SYNTAX);
        sealed.at[i / 8] = (char)(sealed.at[i / 8] ^ (1 << i % 8));
    }
    for (size_t len = 0; len < all.len; len++)
        check_err(crypto_open(*state, &key, SPAN("bound"),
                              span_slice(all, 0, len), &opened),
                  ERR_SYNTAX);
    check_err(crypto_open(*state, &wrong, SPAN("bound"), all, &opened),
              ERR_SYNTAX);
    check_err(crypto_open(*state, &key, SPAN("bounds"), all, &opened),
              ERR_SYNTAX);
    check_err(crypto_open(*state, &key, SPAN_EMPTY, all, &opened), ERR_SYNTAX);
    check_span(buf_span(&opened), "before");
    check_ok(crypto_open(*state, &key, SPAN("bound"), all, &opened));
    check_span(buf_span(&opened), "beforeplain text");
    buf_clear(&sealed);
    buf_clear(&opened);
}

static void no_room_leaves_the_buffer(void **state)
{
    struct secret key = {{7}};
    struct buf small = BUF_EMPTY(CRYPTO_SEAL_OVERHEAD_BYTES + 2);
    struct buf tiny = BUF_EMPTY(1);

    check_err(crypto_seal(*state, &key, SPAN_EMPTY, SPAN("xyz"), &small),
              ERR_LIMIT);
    assert_int_equal(small.len, 0);
    check_ok(crypto_seal(*state, &key, SPAN_EMPTY, SPAN("xy"), &small));
    check_err(crypto_open(*state, &key, SPAN_EMPTY, buf_span(&small), &tiny),
              ERR_LIMIT);
    assert_int_equal(tiny.len, 0);
    buf_clear(&small);
    buf_clear(&tiny);
}

static void a_block_has_its_known_value(void **state)
{
    static const uint8_t key_bytes[] = {
        0x60, 0x3d, 0xeb, 0x10, 0x15, 0xca, 0x71, 0xbe, 0x2b, 0x73, 0xae,
        0xf0, 0x85, 0x7d, 0x77, 0x81, 0x1f, 0x35, 0x2c, 0x07, 0x3b, 0x61,
        0x08, 0xd7, 0x2d, 0x98, 0x10, 0xa3, 0x09, 0x14, 0xdf, 0xf4,
    };
    static const uint8_t plain[] = {0x6b, 0xc1, 0xbe, 0xe2, 0x2e, 0x40,
                                    0x9f, 0x96, 0xe9, 0x3d, 0x7e, 0x11,
                                    0x73, 0x93, 0x17, 0x2a};
    static const uint8_t sealed[] = {0xf3, 0xee, 0xd1, 0xbd, 0xb5, 0xd2,
                                     0xa0, 0x3c, 0x06, 0x4b, 0x5a, 0x7e,
                                     0x3d, 0xb1, 0x81, 0xf8};
    uint8_t block[CRYPTO_BLOCK_BYTES];
    struct secret key;

    memcpy(key.at, key_bytes, sizeof(key_bytes));
    for (unsigned i = 0; i < 3; i++) {
        check_ok(crypto_block_encrypt(*state, &key, plain, block));
        assert_memory_equal(block, sealed, sizeof(block));
        /* In place, too. */
        check_ok(crypto_block_decrypt(*state, &key, block, block));
        assert_memory_equal(block, plain, sizeof(block));
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_known_seal_opens),           TEST(what_is_sealed_opens_again),
        TEST(seals_are_appended),           TEST(no_nonce_comes_twice),
        TEST(a_changed_seal_does_not_open), TEST(no_room_leaves_the_buffer),
        TEST(a_block_has_its_known_value),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

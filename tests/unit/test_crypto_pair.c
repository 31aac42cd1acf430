/* A certificate and its key, before they are used. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto/crypto.h"
#include "support/check.h"
#include "support/folder.h"

/* Made for this test: openssl req -x509 -newkey ed25519 -nodes, twice. */
#define ONE_CERTIFICATE                                                        \
    "-----BEGIN CERTIFICATE-----\n"                                            \
    "MIIBQjCB9aADAgECAhR9IN1BjifpURBjtP8vkLXhmuTEsjAFBgMrZXAwFjEUMBIG\n"       \
    "A1UEAwwLb25lLmV4YW1wbGUwIBcNMjYxMTIxMDYwOTQ3WhgPMjEyNjEwMjgwNjA5\n"       \
    "NDdaMBYxFDASBgNVBAMMC29uZS5leGFtcGxlMCowBQYDK2VwAyEAqVRVUtkT9oSq\n"       \
    "EYLbTcql2bR8ppQbJTQUW3P5guaws5ajUzBRMB0GA1UdDgQWBBSvokwV+kF0iQDn\n"       \
    "Xa1PDvpdSItlQTAfBgNVHSMEGDAWgBSvokwV+kF0iQDnXa1PDvpdSItlQTAPBgNV\n"       \
    "HRMBAf8EBTADAQH/MAUGAytlcANBADAKMIAuUnV3gFTrplPzKT5nT7ON9miLTPYa\n"       \
    "ClYYHNpgKeucECjqmaz5GBslK9ktkCPoiJRtZBa0N5G5y+W+dQE=\n"                   \
    "-----END CERTIFICATE-----\n"

static const char one_certificate[] = ONE_CERTIFICATE;

static const char one_key[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIBocnTP6SL6gpzjy0Njx9u29gXwCvfmn+rc0c/cLyDjc\n"
    "-----END PRIVATE KEY-----\n";

#define TWO_CERTIFICATE                                                        \
    "-----BEGIN CERTIFICATE-----\n"                                            \
    "MIIBQjCB9aADAgECAhQvkH/v2J5kcEowfPmA7sL88u9UHTAFBgMrZXAwFjEUMBIG\n"       \
    "A1UEAwwLdHdvLmV4YW1wbGUwIBcNMjYxMTIxMDYwOTQ3WhgPMjEyNjEwMjgwNjA5\n"       \
    "NDdaMBYxFDASBgNVBAMMC3R3by5leGFtcGxlMCowBQYDK2VwAyEA2PNYRwxQLYfj\n"       \
    "HcWrc9599h2WtE5OxAwu6N7EOgosuJmjUzBRMB0GA1UdDgQWBBTkRssM36elmjBU\n"       \
    "q6v/gObzOffECTAfBgNVHSMEGDAWgBTkRssM36elmjBUq6v/gObzOffECTAPBgNV\n"       \
    "HRMBAf8EBTADAQH/MAUGAytlcANBACUx1lHJomE0PcR+pANve/ivYFRLmKaSDMAM\n"       \
    "cDwuJy0lpUXZzKRRcgAUrALbLZzamz8Cyqq9iWWm2jtJgkbR3wo=\n"                   \
    "-----END CERTIFICATE-----\n"

static const char two_certificate[] = TWO_CERTIFICATE;

static const char two_key[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIKRys1IgkaxV1MUUfWrN9APYBViZ+PPR8k7f/3PBKvqr\n"
    "-----END PRIVATE KEY-----\n";

static const char both_certificates[] = ONE_CERTIFICATE TWO_CERTIFICATE;

static const char half_certificate[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBQjCB9aADAgECAhR9IN1BjifpURBjtP8vkLXhmuTEsjAFBgMrZXAwFjEUMBIG\n"
    "A1UEAwwLb25lLmV4YW1wbGUwIBcNMjYxMTIxMDYwOTQ3WhgPMjEyNjEwMjgwNjA5\n";

struct folder {
    char name[64];
    char certificate[96];
    char key[96];
};

static void write_file(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static enum err try_pair(const char *certificate, const char *key,
                         const char **why)
{
    struct folder f;
    enum err rc;

    snprintf(f.name, sizeof(f.name), "/tmp/duologue-pair-XXXXXX");
    assert_non_null(mkdtemp(f.name));
    snprintf(f.certificate, sizeof(f.certificate), "%s/c", f.name);
    snprintf(f.key, sizeof(f.key), "%s/k", f.name);
    if (certificate != NULL)
        write_file(f.certificate, certificate);
    if (key != NULL)
        write_file(f.key, key);
    *why = NULL;
    rc = crypto_check_pair(f.certificate, f.key, why);
    folder_remove(f.name);
    return rc;
}

static void what_belongs_together_is_taken(void **state)
{
    const char *why;

    (void)state;
    check_ok(try_pair(one_certificate, one_key, &why));
    check_ok(try_pair(two_certificate, two_key, &why));
    /* With the certificates of others after it. */
    check_ok(try_pair(both_certificates, one_key, &why));
    assert_null(why);
}

static void everything_else_is_not(void **state)
{
    const struct {
        const char *certificate;
        const char *key;
        enum err rc;
        const char *why;
    } cases[] = {
        {one_certificate, two_key, ERR_SYNTAX, "do not belong together"},
        {one_key, one_key, ERR_SYNTAX, "no certificate"},
        {one_certificate, one_certificate, ERR_SYNTAX, "no key"},
        {"", one_key, ERR_SYNTAX, "no certificate"},
        {one_certificate, "", ERR_SYNTAX, "no key"},
        {half_certificate, one_key, ERR_SYNTAX, "no certificate"},
        {one_certificate, half_certificate, ERR_SYNTAX, "no key"},
        {NULL, one_key, ERR_SYSTEM, "certificate cannot be read"},
        {one_certificate, NULL, ERR_SYSTEM, "key cannot be read"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *why;

        check_err(try_pair(cases[i].certificate, cases[i].key, &why),
                  cases[i].rc);
        assert_non_null(why);
        assert_non_null(strstr(why, cases[i].why));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_belongs_together_is_taken),
        cmocka_unit_test(everything_else_is_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

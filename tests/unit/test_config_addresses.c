/* Places in a network: what is taken, what is refused, and with which
 * words. */
#include "unit/config_case.h"

static void check_address(enum config_id id, const char *value,
                          const char *host, uint16_t port)
{
    struct config config = take(id, value);
    const struct config_address *at =
        (const void *)((const char *)&config + config_keys()[id].field);

    if (host == NULL)
        assert_null(at->host);
    else
        assert_string_equal(at->host, host);
    assert_int_equal(at->port, port);
    config_clear(&config);
}

static void a_host_is_no_longer_than_dns_allows(void **state)
{
    struct config config;
    char text[300];

    (void)state;
    for (size_t i = 0; i < sizeof(text); i++)
        text[i] = i % 2 == 0 ? 'a' : '.';
    memcpy(text + 253, ":1", sizeof(":1"));
    config = take(CONFIG_KEY_SERVER, text);
    assert_int_equal(strlen(config.server.host), 253);
    config_clear(&config);
    memcpy(text + 253, ".a:1", sizeof(".a:1"));
    check_bad(CONFIG_KEY_SERVER, text);
}

static void endpoints(void **state)
{
    static const char *const bad[] = {
        "localhost",   "localhost:", ":5347",    "a:0",      "a:65536",
        "a:5347x",     "::1:5347",   "[::1]",    "[::1]:",   "[::1:5347",
        "[1.2.3.4]:5", "[a.b]:5",    "[]:5",     "a b:5347", "[::1]x:5",
        "-:5347",      "a:5347:",    "tcp://a:5"};

    (void)state;
    check_address(CONFIG_KEY_SERVER, "XMPP.example.org:65535",
                  "xmpp.example.org", 65535);
    check_address(CONFIG_KEY_SERVER, "prosody_1:5347", "prosody_1", 5347);
    check_address(CONFIG_KEY_SERVER, "[::1]:5347", "::1", 5347);
    check_address(CONFIG_KEY_SERVER, "", NULL, 0);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        check_bad(CONFIG_KEY_SERVER, bad[i]);
    check_refused(CONFIG_KEY_SERVER, "5347",
                  "\"5347\" is not a host and a port; write HOST:PORT such as "
                  "127.0.0.1:5347, or nothing for browsers only");
}

static void listeners(void **state)
{
    (void)state;
    check_address(CONFIG_KEY_LISTEN, "0.0.0.0:80", "0.0.0.0", 80);
    check_address(CONFIG_KEY_LISTEN, "[::]:443", "::", 443);
    check_address(CONFIG_KEY_METRICS, "", NULL, 0);
    check_refused(CONFIG_KEY_LISTEN, "localhost:8080",
                  "\"localhost:8080\" is not an address and a port; write "
                  "one such as 127.0.0.1:8080 or [::1]:8080");
    check_bad(CONFIG_KEY_LISTEN, "");
    check_bad(CONFIG_KEY_LISTEN, "*:80");
    check_bad(CONFIG_KEY_LISTEN, "8080");
    check_bad(CONFIG_KEY_LISTEN, "127.1:80");
    check_bad(CONFIG_KEY_LISTEN, "127.0.0.1:0");
    check_bad(CONFIG_KEY_METRICS, "off");
}

static void check_url(const char *value, const char *text, const char *origin,
                      const char *path)
{
    struct config config = take(CONFIG_KEY_PUBLIC_URL, value);

    assert_string_equal(config.public_url.text, text);
    assert_string_equal(config.public_url.origin, origin);
    assert_string_equal(config.public_url.path, path);
    config_clear(&config);
}

static void urls(void **state)
{
    static const char *const bad[] = {"",
                                      "chat.example.org",
                                      "ftp://a",
                                      "https://",
                                      "https:///x",
                                      "https://a:0",
                                      "https://a:x",
                                      "https://a:",
                                      "https://u@a",
                                      "https://a/?x",
                                      "https://a/#x",
                                      "https://a/x y",
                                      "https://[::1",
                                      "https://[::1]x",
                                      "https://[a]",
                                      "https://a\xC3\xA9.example",
                                      "https://a/\"",
                                      "https://a/<b>",
                                      "//a",
                                      "https:/a",
                                      "https://a\\b"};

    (void)state;
    check_url("https://chat.example.org", "https://chat.example.org",
              "https://chat.example.org", "");
    check_url("HTTPS://Chat.Example.org:443/", "https://chat.example.org",
              "https://chat.example.org", "");
    check_url("http://a:443/Duo/x//", "http://a:443/Duo/x", "http://a:443",
              "/Duo/x");
    check_url("http://a:80", "http://a", "http://a", "");
    check_url("https://a:80/%7Ex", "https://a:80/%7Ex", "https://a:80",
              "/%7Ex");
    check_url("http://[0:0:0:0:0:0:0:1]:8080/", "http://[::1]:8080",
              "http://[::1]:8080", "");
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        check_bad(CONFIG_KEY_PUBLIC_URL, bad[i]);
    check_refused(CONFIG_KEY_PUBLIC_URL, "wss://a",
                  "\"wss://a\" is not a web address; write https://HOST or "
                  "http://HOST, with :PORT and /PATH if need be, and nothing "
                  "after that");
}

static void origins(void **state)
{
    struct config config =
        take(CONFIG_KEY_ORIGINS, "https://A.example:443/, http://[::0]:81");

    (void)state;
    assert_int_equal(config.origins.list.len, 2);
    assert_string_equal(config.origins.list.at[0], "https://a.example");
    assert_string_equal(config.origins.list.at[1], "http://[::]:81");
    assert_false(config.origins.is_missing_allowed);
    config_clear(&config);
    config = take(CONFIG_KEY_ORIGINS, "none");
    assert_int_equal(config.origins.list.len, 0);
    assert_true(config.origins.is_missing_allowed);
    config_clear(&config);
    config = take(CONFIG_KEY_ORIGINS, "https://a.example, none");
    assert_int_equal(config.origins.list.len, 1);
    assert_true(config.origins.is_missing_allowed);
    config_clear(&config);
    check_refused(CONFIG_KEY_ORIGINS, "https://a.example/chat",
                  "\"https://a.example/chat\" is not a list of origins; write "
                  "https://HOST or https://HOST:PORT with commas between, or "
                  "none");
    check_bad(CONFIG_KEY_ORIGINS, "*");
    check_bad(CONFIG_KEY_ORIGINS, "null");
    check_bad(CONFIG_KEY_ORIGINS, "https://a,,https://b");
    check_bad(CONFIG_KEY_ORIGINS, "https://*.example");
}

static void addresses(void **state)
{
    struct config config =
        take(CONFIG_KEY_TRUSTED_PROXIES, "10.0.0.1, 2001:DB8:0::1");

    (void)state;
    assert_int_equal(config.trusted_proxies.len, 2);
    assert_string_equal(config.trusted_proxies.at[0], "10.0.0.1");
    assert_string_equal(config.trusted_proxies.at[1], "2001:db8::1");
    config_clear(&config);
    config = take(CONFIG_KEY_TRUSTED_PROXIES, "");
    assert_int_equal(config.trusted_proxies.len, 0);
    config_clear(&config);
    check_refused(CONFIG_KEY_TRUSTED_PROXIES, "10.0.0.0/8",
                  "\"10.0.0.0/8\" is not a list of addresses; write IP "
                  "addresses without ports, such as 127.0.0.1, ::1");
    check_bad(CONFIG_KEY_TRUSTED_PROXIES, "127.0.0.1:80");
    check_bad(CONFIG_KEY_TRUSTED_PROXIES, "localhost");
    check_bad(CONFIG_KEY_TRUSTED_PROXIES, "127.0.0.1 ::1");
    check_bad(CONFIG_KEY_TRUSTED_PROXIES, "[::1]");
    check_bad(CONFIG_KEY_TRUSTED_PROXIES,
              "0000:0000:0000:0000:0000:0000:0000:0000:0000:0001");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(endpoints),
        cmocka_unit_test(a_host_is_no_longer_than_dns_allows),
        cmocka_unit_test(listeners),
        cmocka_unit_test(urls),
        cmocka_unit_test(origins),
        cmocka_unit_test(addresses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

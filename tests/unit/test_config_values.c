/* Each kind of value: what it takes, what it refuses, and with which words. */
#include "config/config.h"

#include <stdio.h>
#include <string.h>

#include "support/check.h"

/* Parses one key beside the needed ones. */
static enum err parse_key(enum config_id id, const char *value,
                          struct config *config, struct buf *error)
{
    const struct config_key *key = &config_keys()[id];
    struct buf text = BUF_EMPTY(CONFIG_MAX_BYTES);
    enum err rc;

    if (id != CONFIG_KEY_DOMAIN)
        check_ok(buf_printf(&text, "[component]\ndomain = a.example\n"));
    check_ok(buf_printf(&text, "[%s]\n%s = %s\n", key->section, key->name,
                        value));
    rc = config_parse("f", buf_span(&text), config, error);
    buf_clear(&text);
    return rc;
}

static void check_refused(enum config_id id, const char *value,
                          const char *message)
{
    struct buf error = BUF_EMPTY(CONFIG_ERROR_MAX_BYTES);
    struct config config = CONFIG_EMPTY;
    char expected[1000];

    snprintf(expected, sizeof(expected), "f:%d: %s: %s",
             id == CONFIG_KEY_DOMAIN ? 2 : 4, config_keys()[id].name, message);
    check_err(parse_key(id, value, &config, &error), ERR_CONFIG);
    check_ok(buf_append_byte(&error, '\0'));
    assert_string_equal(error.at, expected);
    buf_clear(&error);
}

/* Refused, for whatever reason. */
static void check_bad(enum config_id id, const char *value)
{
    struct buf error = BUF_EMPTY(CONFIG_ERROR_MAX_BYTES);
    struct config config = CONFIG_EMPTY;
    enum err rc = parse_key(id, value, &config, &error);

    if (rc == ERR_OK)
        print_error("taken: %s\n", value);
    check_err(rc, ERR_CONFIG);
    buf_clear(&error);
}

static struct config take(enum config_id id, const char *value)
{
    struct buf error = BUF_EMPTY(CONFIG_ERROR_MAX_BYTES);
    struct config config = CONFIG_EMPTY;
    enum err rc = parse_key(id, value, &config, &error);

    if (rc == ERR_CONFIG)
        print_error("%.*s\n", (int)error.len, error.at);
    check_ok(rc);
    buf_clear(&error);
    return config;
}

static void check_duration(const char *value, int64_t expected_ms)
{
    struct config config = take(CONFIG_KEY_IDLE_MAX, value);

    assert_int_equal(config.idle_max_ms, expected_ms);
    config_clear(&config);
}

static void durations(void **state)
{
    static const char range[] = " is out of range; write 1s to 365d";
    char message[100];

    (void)state;
    check_duration("1s", 1000);
    check_duration("90s", 90 * 1000);
    check_duration("007m", 7 * 60 * 1000);
    check_duration("25h", INT64_C(25) * 3600 * 1000);
    check_duration("365d", INT64_C(365) * 86400 * 1000);
    check_duration("8760h", INT64_C(365) * 86400 * 1000);
    check_refused(CONFIG_KEY_IDLE_MAX, "30",
                  "\"30\" has no unit; write 30s, 30m, 30h or 30d");
    for (size_t i = 0; i < 4; i++) {
        static const char *const far[] = {"0s", "366d", "8761h",
                                          "99999999999999999999d"};

        snprintf(message, sizeof(message), "\"%s\"%s", far[i], range);
        check_refused(CONFIG_KEY_IDLE_MAX, far[i], message);
    }
    check_refused(CONFIG_KEY_IDLE_MAX, "soon",
                  "\"soon\" is not a duration; write a whole number and s, m, "
                  "h or d, such as 30m");
    check_bad(CONFIG_KEY_IDLE_MAX, "");
    check_bad(CONFIG_KEY_IDLE_MAX, "-1s");
    check_bad(CONFIG_KEY_IDLE_MAX, "+1s");
    check_bad(CONFIG_KEY_IDLE_MAX, "1.5h");
    check_bad(CONFIG_KEY_IDLE_MAX, "1h30m");
    check_bad(CONFIG_KEY_IDLE_MAX, "1 h");
    check_bad(CONFIG_KEY_IDLE_MAX, "1H");
    check_bad(CONFIG_KEY_IDLE_MAX, "1ms");
    check_bad(CONFIG_KEY_IDLE_MAX, "h");
}

static void durations_of_others(void **state)
{
    int64_t ms = 7;

    (void)state;
    check_ok(config_decode_duration(SPAN("15m"), &ms));
    assert_int_equal(ms, 15 * 60 * 1000);
    check_ok(config_decode_duration(SPAN("0s"), &ms));
    assert_int_equal(ms, 0);
    check_err(config_decode_duration(SPAN("15"), &ms), ERR_SYNTAX);
    check_err(config_decode_duration(SPAN(""), &ms), ERR_SYNTAX);
    check_err(config_decode_duration(SPAN("106751991168d"), &ms), ERR_LIMIT);
    check_ok(config_decode_duration(SPAN("106751991167d"), &ms));
    assert_int_equal(ms, INT64_C(106751991167) * 86400000);
}

static void check_size(const char *value, uint64_t expected_bytes)
{
    struct config config = take(CONFIG_KEY_BODY_MAX, value);

    assert_int_equal(config.body_max_bytes, expected_bytes);
    config_clear(&config);
}

static void sizes(void **state)
{
    (void)state;
    check_size("0", 0);
    check_size("0B", 0);
    check_size("0MiB", 0);
    check_size("1B", 1);
    check_size("4KiB", 4096);
    check_size("64KiB", 65536);
    check_size("65536B", 65536);
    check_refused(CONFIG_KEY_BODY_MAX, "16",
                  "\"16\" has no unit; write 16B, 16KiB or 16MiB");
    check_refused(CONFIG_KEY_BODY_MAX, "65KiB",
                  "\"65KiB\" is out of range; write 0B to 64KiB; 0 is no "
                  "limit");
    check_refused(CONFIG_KEY_BODY_MAX, "18446744073709551616MiB",
                  "\"18446744073709551616MiB\" is out of range; write 0B to "
                  "64KiB; 0 is no limit");
    check_refused(CONFIG_KEY_BODY_MAX, "16kb",
                  "\"16kb\" is not a size; write a whole number and B, KiB or "
                  "MiB, such as 16KiB");
    check_bad(CONFIG_KEY_BODY_MAX, "");
    check_bad(CONFIG_KEY_BODY_MAX, "00");
    check_bad(CONFIG_KEY_BODY_MAX, "1KB");
    check_bad(CONFIG_KEY_BODY_MAX, "-1B");
}

static void counts(void **state)
{
    struct config config = take(CONFIG_KEY_SESSIONS_PER_SEAT, "1000");

    (void)state;
    assert_int_equal(config.sessions_per_seat, 1000);
    config_clear(&config);
    config = take(CONFIG_KEY_CREATES_PER_HOUR, "0");
    assert_int_equal(config.creates_per_hour, 0);
    config_clear(&config);
    check_refused(CONFIG_KEY_SESSIONS_PER_SEAT, "1001",
                  "\"1001\" is out of range; write 0 to 1000; 0 is no limit");
    check_refused(CONFIG_KEY_MESSAGE_BURST, "4294967296",
                  "\"4294967296\" is out of range; write 0 to 100000; 0 is no "
                  "limit");
    check_refused(CONFIG_KEY_MESSAGES_PER_SECOND, "ten",
                  "\"ten\" is not a whole number; write digits alone, such as "
                  "10");
    check_bad(CONFIG_KEY_MESSAGE_BURST, "");
    check_bad(CONFIG_KEY_MESSAGE_BURST, "-1");
    check_bad(CONFIG_KEY_MESSAGE_BURST, "1.0");
    check_bad(CONFIG_KEY_MESSAGE_BURST, "0x10");
}

static void domains(void **state)
{
    struct config config = take(CONFIG_KEY_DOMAIN, "D\xC3\xBCo.Example.org");
    char text[300] = "";

    (void)state;
    assert_string_equal(config.domain, "d\xC3\xBCo.example.org");
    config_clear(&config);
    check_refused(CONFIG_KEY_DOMAIN, "http://x",
                  "\"http://x\" is not a domain name; write one such as "
                  "duo.example.org");
    check_bad(CONFIG_KEY_DOMAIN, "");
    check_bad(CONFIG_KEY_DOMAIN, "a..b");
    check_bad(CONFIG_KEY_DOMAIN, ".a");
    check_bad(CONFIG_KEY_DOMAIN, "a.");
    check_bad(CONFIG_KEY_DOMAIN, "-a.b");
    check_bad(CONFIG_KEY_DOMAIN, "a-.b");
    check_bad(CONFIG_KEY_DOMAIN, "a b");
    check_bad(CONFIG_KEY_DOMAIN, "ann@a.b");
    check_bad(CONFIG_KEY_DOMAIN, "a:5347");
    memset(text, 'a', 63);
    config = take(CONFIG_KEY_DOMAIN, text);
    config_clear(&config);
    memset(text, 'a', 64);
    check_bad(CONFIG_KEY_DOMAIN, text);
    for (size_t i = 0; i < 241; i++)
        text[i] = i % 2 == 0 ? 'a' : '.';
    text[241] = '\0';
    check_refused(CONFIG_KEY_DOMAIN, text,
                  "is longer than 240 bytes; shorten it");
    text[239] = '\0';
    config = take(CONFIG_KEY_DOMAIN, text);
    config_clear(&config);
}

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

static void endpoints(void **state)
{
    static const char *const bad[] = {
        "localhost",   "localhost:",   ":5347",     "a:0",      "a:65536",
        "a:5347x",     "::1:5347",     "[::1]",     "[::1]:",   "[::1:5347",
        "[1.2.3.4]:5", "[a.b]:5",      "[]:5",      "a b:5347", "[::1]x:5",
        "-:5347",      "a:5347:",      "tcp://a:5"};

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
                  "127.0.0.1:8080, 0.0.0.0:8080 or [::1]:8080");
    check_bad(CONFIG_KEY_LISTEN, "");
    check_bad(CONFIG_KEY_LISTEN, "*:80");
    check_bad(CONFIG_KEY_LISTEN, "8080");
    check_bad(CONFIG_KEY_LISTEN, "127.1:80");
    check_bad(CONFIG_KEY_LISTEN, "127.0.0.1:0");
    check_bad(CONFIG_KEY_METRICS, "off");
}

static void texts(void **state)
{
    char text[CONFIG_PATH_MAX_BYTES + 2];
    struct config config = take(CONFIG_KEY_DATA_DIR, "/a b/c");

    (void)state;
    assert_string_equal(config.data_dir, "/a b/c");
    config_clear(&config);
    memset(text, 's', sizeof(text));
    text[CONFIG_SOCKET_MAX_BYTES] = '\0';
    config = take(CONFIG_KEY_SOCKET, text);
    config_clear(&config);
    text[CONFIG_SOCKET_MAX_BYTES] = 's';
    text[CONFIG_SOCKET_MAX_BYTES + 1] = '\0';
    check_refused(CONFIG_KEY_SOCKET, text,
                  "is longer than 107 bytes; shorten it");
    text[CONFIG_SOCKET_MAX_BYTES + 1] = 's';
    text[CONFIG_PATH_MAX_BYTES + 1] = '\0';
    check_bad(CONFIG_KEY_TLS_KEY, text);
    text[CONFIG_SECRET_MAX_BYTES + 1] = '\0';
    check_bad(CONFIG_KEY_SECRET, text);
    check_refused(CONFIG_KEY_SOCKET, "",
                  "is empty; write a path such as "
                  "/run/duologue/duologue.sock");
    check_refused(CONFIG_KEY_SECRET, "two words",
                  "has a blank; write one word");
    check_refused(CONFIG_KEY_GATEWAY_USER, "two words",
                  "\"two words\" is not a user; write a name such as "
                  "duologue-gateway");
}

static void creators(void **state)
{
    struct config config = take(CONFIG_KEY_CREATE, "native");

    (void)state;
    assert_int_equal(config.create.who, CONFIG_CREATE_NATIVE);
    config_clear(&config);
    config = take(CONFIG_KEY_CREATE, "Ann@Example.org ,example.net");
    assert_int_equal(config.create.who, CONFIG_CREATE_LISTED);
    assert_int_equal(config.create.list.len, 2);
    assert_string_equal(config.create.list.at[0], "ann@example.org");
    assert_string_equal(config.create.list.at[1], "example.net");
    config_clear(&config);
    check_refused(CONFIG_KEY_CREATE, "ann@example.org/phone",
                  "\"ann@example.org/phone\" names nobody; write anyone, "
                  "native, or bare JIDs and domains with commas between");
    check_refused(CONFIG_KEY_CREATE, "",
                  "is empty; write anyone, native, or bare JIDs and domains "
                  "with commas between");
    check_bad(CONFIG_KEY_CREATE, "native, example.org");
    check_bad(CONFIG_KEY_CREATE, "example.org, anyone");
    check_bad(CONFIG_KEY_CREATE, "@example.org");
    check_bad(CONFIG_KEY_CREATE, "ann@");
    check_bad(CONFIG_KEY_CREATE, "a b@example.org");
    check_bad(CONFIG_KEY_CREATE, "example.org,,example.net");
    check_bad(CONFIG_KEY_CREATE, "ann@b@c");
}

static void lists_have_an_end(void **state)
{
    struct buf text = BUF_EMPTY(CONFIG_LINE_MAX_BYTES);
    struct config config;

    (void)state;
    for (size_t i = 0; i < CONFIG_LIST_MAX; i++)
        check_ok(buf_printf(&text, "%sa", i == 0 ? "" : ","));
    check_ok(buf_append(&text, SPAN(",b")));
    check_ok(buf_append_byte(&text, '\0'));
    check_refused(CONFIG_KEY_CREATE, text.at,
                  "has more than 256 entries; shorten the list");
    text.at[text.len - 3] = '\0';
    config = take(CONFIG_KEY_CREATE, text.at);
    assert_int_equal(config.create.list.len, CONFIG_LIST_MAX);
    config_clear(&config);
    buf_clear(&text);
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
    static const char *const bad[] = {
        "",                 "chat.example.org",   "ftp://a",
        "https://",         "https:///x",         "https://a:0",
        "https://a:x",      "https://a:",         "https://u@a",
        "https://a/?x",     "https://a/#x",       "https://a/x y",
        "https://[::1",     "https://[::1]x",     "https://[a]",
        "https://a\xC3\xA9.example", "https://a/\"", "https://a/<b>",
        "//a",              "https:/a",           "https://a\\b"};

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
    check_bad(CONFIG_KEY_ORIGINS, "https://a,");
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
        cmocka_unit_test(durations),         cmocka_unit_test(sizes),
        cmocka_unit_test(durations_of_others), cmocka_unit_test(counts),
        cmocka_unit_test(domains),           cmocka_unit_test(endpoints),
        cmocka_unit_test(listeners),         cmocka_unit_test(texts),
        cmocka_unit_test(creators),          cmocka_unit_test(urls),
        cmocka_unit_test(lists_have_an_end), cmocka_unit_test(origins),
        cmocka_unit_test(addresses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

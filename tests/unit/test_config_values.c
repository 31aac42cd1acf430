/* Numbers, words and lists: what they take, what they refuse, and with which
 * words. */
#include "unit/config_case.h"

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

/* One list that is full, and one with an entry too many. */
static void check_list_end(enum config_id id, const char *entry)
{
    struct buf text = BUF_EMPTY(CONFIG_LINE_MAX_BYTES);
    struct config config;
    size_t full;

    for (size_t i = 0; i < CONFIG_LIST_MAX; i++)
        check_ok(buf_printf(&text, "%s%s", i == 0 ? "" : ",", entry));
    full = text.len;
    check_ok(buf_printf(&text, ",%s", entry));
    check_ok(buf_append_byte(&text, '\0'));
    check_refused(id, text.at, "has more than 256 entries; shorten the list");
    text.at[full] = '\0';
    config = take(id, text.at);
    config_clear(&config);
    buf_clear(&text);
}

static void lists_have_an_end(void **state)
{
    (void)state;
    check_list_end(CONFIG_KEY_CREATE, "a");
    check_list_end(CONFIG_KEY_ORIGINS, "http://a");
    check_list_end(CONFIG_KEY_TRUSTED_PROXIES, "::1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations), cmocka_unit_test(durations_of_others),
        cmocka_unit_test(sizes),     cmocka_unit_test(counts),
        cmocka_unit_test(domains),   cmocka_unit_test(texts),
        cmocka_unit_test(creators),  cmocka_unit_test(lists_have_an_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The file as such: lines, sections, keys, comments, and what goes wrong. */
#include "config/config.h"

#include <string.h>

#include "support/check.h"
#include "support/fail_alloc.h"

static const char good[] = "[component]\ndomain = duo.example.org\n";

/* Checks that `text` is refused with exactly this message. */
static void check_refused(struct span text, const char *message)
{
    struct buf error = BUF_EMPTY(CONFIG_ERROR_MAX_BYTES);
    struct config config = CONFIG_EMPTY;

    check_err(config_parse("d.conf", text, &config, &error), ERR_CONFIG);
    check_ok(buf_append_byte(&error, '\0'));
    assert_string_equal(error.at, message);
    assert_null(config.domain);
    assert_null(config.file);
    buf_clear(&error);
}

static void load(struct span text, struct config *config)
{
    struct buf error = BUF_EMPTY(CONFIG_ERROR_MAX_BYTES);
    enum err rc = config_parse("d.conf", text, config, &error);

    if (rc == ERR_CONFIG)
        print_error("%.*s\n", (int)error.len, error.at);
    check_ok(rc);
    assert_int_equal(error.len, 0);
    buf_clear(&error);
}

static void only_the_domain_is_needed(void **state)
{
    struct config config = CONFIG_EMPTY;

    (void)state;
    load(span_of(good), &config);
    assert_string_equal(config.file, "d.conf");
    assert_string_equal(config.domain, "duo.example.org");
    assert_int_equal(config.lines[CONFIG_KEY_DOMAIN], 2);
    assert_int_equal(config.lines[CONFIG_KEY_SERVER], 0);
    config_clear(&config);
    assert_null(config.domain);
    config_clear(&config);
    check_refused(SPAN_EMPTY,
                  "d.conf: domain: is missing; write it below [component]");
}

static void defaults_are_as_documented(void **state)
{
    struct config config = CONFIG_EMPTY;

    (void)state;
    load(span_of(good), &config);
    assert_string_equal(config.server.host, "127.0.0.1");
    assert_int_equal(config.server.port, 5347);
    assert_null(config.secret);
    assert_null(config.secret_file);
    assert_string_equal(config.data_dir, "/var/lib/duologue");
    assert_string_equal(config.socket, "/run/duologue/duologue.sock");
    assert_null(config.gateway_user);
    assert_int_equal(config.create.who, CONFIG_CREATE_ANYONE);
    assert_int_equal(config.create.list.len, 0);
    assert_int_equal(config.idle_timeout_ms, 24 * 3600 * 1000);
    assert_int_equal(config.idle_max_ms, 7 * 24 * 3600 * 1000);
    assert_int_equal(config.idle_warning_ms, 10 * 60 * 1000);
    assert_int_equal(config.body_max_bytes, 16 * 1024);
    assert_int_equal(config.messages_per_second, 10);
    assert_int_equal(config.message_burst, 20);
    assert_int_equal(config.sessions_per_seat, 5);
    assert_int_equal(config.creates_per_hour, 30);
    assert_string_equal(config.listen.host, "127.0.0.1");
    assert_int_equal(config.listen.port, 8080);
    assert_string_equal(config.public_url.text, "http://127.0.0.1:8080");
    assert_int_equal(config.origins.list.len, 0);
    assert_false(config.origins.is_missing_allowed);
    assert_int_equal(config.trusted_proxies.len, 1);
    assert_string_equal(config.trusted_proxies.at[0], "127.0.0.1");
    assert_null(config.tls_certificate);
    assert_null(config.tls_key);
    assert_string_equal(config.metrics.host, "127.0.0.1");
    assert_int_equal(config.metrics.port, 9464);
    config_clear(&config);
}

static void comments_blanks_and_line_ends(void **state)
{
    struct config config = CONFIG_EMPTY;

    (void)state;
    load(SPAN("\xEF\xBB\xBF; a comment\r\n"
              "# another\r\n"
              "[component]   ; the first\r\n"
              "\tdomain=Duo.Example.org\t; ours\r\n"
              "   secret = a;b#c    ; blank, then ;\r\n"
              "server =          ; nobody\r\n"
              "\r\n"
              "[rooms]# tight\n"
              "idle_timeout   =   30m ;\r\n"),
         &config);
    assert_string_equal(config.domain, "duo.example.org");
    assert_string_equal(config.secret, "a;b#c");
    assert_null(config.server.host);
    config_clear(&config);
}

static void a_semicolon_needs_a_blank_before(void **state)
{
    (void)state;
    check_refused(SPAN("[rooms]\nidle_timeout = 30m;half an hour\n"),
                  "d.conf:2: idle_timeout: \"30m;half an hour\" is not a "
                  "duration; write a whole number and s, m, h or d, such as "
                  "30m");
}

static void indented_keys_are_no_continuation(void **state)
{
    struct config config = CONFIG_EMPTY;

    (void)state;
    load(SPAN("[component]\ndomain = a.example\n   server = b.example:1\n"),
         &config);
    assert_string_equal(config.domain, "a.example");
    assert_string_equal(config.server.host, "b.example");
    config_clear(&config);
}

static void sections_may_come_back(void **state)
{
    struct config config = CONFIG_EMPTY;

    (void)state;
    load(SPAN("[component]\ndomain = a\n[rooms]\n[component]\nsecret = s"),
         &config);
    assert_string_equal(config.secret, "s");
    config_clear(&config);
}

static void sections_are_checked(void **state)
{
    (void)state;
    check_refused(SPAN("[component]\n\n[room]\n"),
                  "d.conf:3: [room] is an unknown section; there are "
                  "[component], [rooms], [limits] and [gateway]");
    check_refused(SPAN("[component\n"),
                  "d.conf:1: is no section; write [component], [rooms], "
                  "[limits] or [gateway] alone in the line");
    check_refused(SPAN("[component] domain = x\n"),
                  "d.conf:1: is no section; write [component], [rooms], "
                  "[limits] or [gateway] alone in the line");
    check_refused(SPAN("[]\n"), "d.conf:1: [] is an unknown section; there are "
                                "[component], [rooms], [limits] and [gateway]");
    check_refused(SPAN("\n\ndomain = x\n"),
                  "d.conf:3: domain: stands before the first section; write "
                  "[component], [rooms], [limits] or [gateway] above it");
}

static void keys_are_checked(void **state)
{
    (void)state;
    check_refused(SPAN("[rooms]\nidle_timout = 1h\n"),
                  "d.conf:2: idle_timout: unknown key; [rooms] has create, "
                  "idle_timeout, idle_max, idle_warning");
    check_refused(SPAN("[rooms]\n; one\n\nbody_max = 1KiB\n"),
                  "d.conf:4: body_max: stands in [rooms]; move it to "
                  "[limits]");
    check_refused(SPAN("[component]\ndomain = a\n[rooms]\n[component]\n"
                       "domain = b\n"),
                  "d.conf:5: domain: is set twice, first in line 2; keep "
                  "one");
    check_refused(SPAN("[component]\nDomain = a\n"),
                  "d.conf:2: Domain: unknown key; [component] has domain, "
                  "server, secret, secret_file, data_dir, socket, "
                  "gateway_user");
}

static void lines_are_checked(void **state)
{
    (void)state;
    check_refused(SPAN("[component]\nsecret hunter2\ndomain = a\nnope = 1\n"),
                  "d.conf:2: is neither KEY = VALUE nor [SECTION]; a comment "
                  "begins with ;");
    check_refused(SPAN("[component]\ndomain = a\nserver\n"),
                  "d.conf:3: is neither KEY = VALUE nor [SECTION]; a comment "
                  "begins with ;");
    check_refused(SPAN("[component]\ndomain = a\0b\n"),
                  "d.conf:2: has a NUL byte; save the file as plain text in "
                  "UTF-8");
    check_refused(SPAN("[component]\n# \x1B[2J\n"),
                  "d.conf:2: has a control character; remove it");
    check_refused(SPAN("[component]\ndomain = a\rserver = b:1\n"),
                  "d.conf:2: has a control character; remove it");
}

static void quotes_and_hash_comments_are_explained(void **state)
{
    (void)state;
    check_refused(SPAN("[component]\nsecret = \"hunter2\"\n"),
                  "d.conf:2: secret: stands in quotes; write it without");
    check_refused(SPAN("[gateway]\nlisten = 127.0.0.1:80 # web\n"),
                  "d.conf:2: listen: holds \" #\"; a comment behind a value "
                  "begins with \" ;\"");
}

/* A line of `len` bytes that is a comment. */
static enum err parse_long_line(size_t len)
{
    struct buf text = BUF_EMPTY(CONFIG_MAX_BYTES);
    struct buf error = BUF_EMPTY(CONFIG_ERROR_MAX_BYTES);
    struct config config = CONFIG_EMPTY;
    enum err rc;

    check_ok(buf_append(&text, span_of(good)));
    for (size_t i = 0; i < len; i++)
        check_ok(buf_append_byte(&text, i == 0 ? '#' : 'x'));
    check_ok(buf_append(&text, SPAN("\n[rooms]\nidle_max = 2d\n")));
    rc = config_parse("d.conf", buf_span(&text), &config, &error);
    if (rc == ERR_OK) {
        assert_int_equal(config.lines[CONFIG_KEY_IDLE_MAX], 5);
        assert_int_equal(config.idle_max_ms, 2 * 86400 * 1000);
    } else {
        check_span(buf_span(&error), "d.conf:3: is longer than 4096 bytes; "
                                     "shorten the line");
    }
    config_clear(&config);
    buf_clear(&text);
    buf_clear(&error);
    return rc;
}

static void long_lines_have_an_end(void **state)
{
    (void)state;
    check_ok(parse_long_line(199));
    check_ok(parse_long_line(200));
    check_ok(parse_long_line(CONFIG_LINE_MAX_BYTES));
    check_err(parse_long_line(CONFIG_LINE_MAX_BYTES + 1), ERR_CONFIG);
    check_err(parse_long_line(60 * 1000), ERR_CONFIG);
}

static void long_files_have_an_end(void **state)
{
    static char text[CONFIG_MAX_BYTES + 1];
    struct config config = CONFIG_EMPTY;

    (void)state;
    memset(text, '\n', sizeof(text));
    memcpy(text, good, sizeof(good) - 1);
    load((struct span){text, CONFIG_MAX_BYTES}, &config);
    config_clear(&config);
    check_refused((struct span){text, CONFIG_MAX_BYTES + 1},
                  "d.conf: is longer than 65536 bytes; shorten the file");
}

static void messages_quote_little_and_whole_characters(void **state)
{
    struct buf error = BUF_EMPTY(CONFIG_ERROR_MAX_BYTES);
    struct config config = CONFIG_EMPTY;
    struct buf text = BUF_EMPTY(200);

    (void)state;
    check_ok(buf_append(&text, SPAN("[component]\ndomain = !")));
    for (int i = 0; i < 40; i++)
        check_ok(buf_append(&text, SPAN("\xC3\xA9")));
    check_err(config_parse("d.conf", buf_span(&text), &config, &error),
              ERR_CONFIG);
    buf_clear(&text);
    /* The 60th byte is half of a character. */
    assert_non_null(memmem(error.at, error.len,
                           "\xC3\xA9...\" is not a domain name",
                           strlen("\xC3\xA9...\" is not a domain name")));
    assert_true(error.len < 200);
    buf_clear(&error);
}

static void a_secret_is_never_repeated(void **state)
{
    static const char *const texts[] = {
        "[component]\nsecret = hunter2 hunter2\n",
        "[component]\nsecret = 'hunter2'\n",
        "[component]\nsecret = hunter2 # hunter2\n",
        "[component]\nsecret = hunter2\nsecret = hunter2\n",
        "[component]\nsecret hunter2\n",
        "[rooms]\nsecret = hunter2\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct buf error = BUF_EMPTY(CONFIG_ERROR_MAX_BYTES);
        struct config config = CONFIG_EMPTY;

        check_err(config_parse("d", span_of(texts[i]), &config, &error),
                  ERR_CONFIG);
        assert_null(memmem(error.at, error.len, "hunter", 6));
        buf_clear(&error);
    }
}

static void no_memory_leaves_nothing_behind(void **state)
{
    static const char text[] =
        "[component]\ndomain = a\nsecret = s\ngateway_user = g\n"
        "[rooms]\ncreate = ann@b.example, c.example\n"
        "[gateway]\npublic_url = https://[::1]/x\n"
        "origins = https://a.example, http://[::2]:8, none\n"
        "trusted_proxies = ::1, 127.0.0.1\n";
    enum err rc = ERR_NOMEM;
    uint64_t nth = 0;

    (void)state;
    while (rc != ERR_OK) {
        struct buf error = BUF_EMPTY(CONFIG_ERROR_MAX_BYTES);
        struct config config = CONFIG_EMPTY;

        fail_alloc_at(++nth);
        rc = config_parse("d.conf", span_of(text), &config, &error);
        if (fail_alloc_stop())
            check_err(rc, ERR_NOMEM);
        else
            check_ok(rc);
        config_clear(&config);
        buf_clear(&error);
    }
    assert_true(nth > 25);
}

static void no_memory_for_the_message(void **state)
{
    struct buf error = BUF_EMPTY(CONFIG_ERROR_MAX_BYTES);
    struct config config = CONFIG_EMPTY;

    (void)state;
    fail_alloc_at(1);
    check_err(config_parse("d.conf", SPAN("[rooms]\nx = 1\n"), &config, &error),
              ERR_NOMEM);
    assert_true(fail_alloc_stop());
    buf_clear(&error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_domain_is_needed),
        cmocka_unit_test(defaults_are_as_documented),
        cmocka_unit_test(comments_blanks_and_line_ends),
        cmocka_unit_test(a_semicolon_needs_a_blank_before),
        cmocka_unit_test(indented_keys_are_no_continuation),
        cmocka_unit_test(sections_may_come_back),
        cmocka_unit_test(sections_are_checked),
        cmocka_unit_test(keys_are_checked),
        cmocka_unit_test(lines_are_checked),
        cmocka_unit_test(quotes_and_hash_comments_are_explained),
        cmocka_unit_test(long_lines_have_an_end),
        cmocka_unit_test(long_files_have_an_end),
        cmocka_unit_test(messages_quote_little_and_whole_characters),
        cmocka_unit_test(a_secret_is_never_repeated),
        cmocka_unit_test(no_memory_leaves_nothing_behind),
        cmocka_unit_test(no_memory_for_the_message),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "main/main_settings.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/check.h"

struct file_case {
    char path[40];
    struct main_settings settings;
    struct buf error;
};

static void write_file(const struct file_case *c, const char *text)
{
    FILE *file = fopen(c->path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void begin(struct file_case *c, const char *text)
{
    snprintf(c->path, sizeof(c->path), "/tmp/duologue-conf-XXXXXX");
    close(mkstemp(c->path));
    write_file(c, text);
    c->settings = MAIN_SETTINGS_EMPTY;
    c->error = BUF_EMPTY(CONFIG_ERROR_MAX_BYTES);
}

static void end(struct file_case *c)
{
    unlink(c->path);
    main_settings_clear(&c->settings);
    buf_clear(&c->error);
}

static void parts_get_what_the_file_says(void **state)
{
    struct file_case c;
    struct room_limits limits;
    struct service_options service;

    (void)state;
    begin(&c, "[component]\n"
              "domain = Duo.Example\n"
              "secret = s3cr3t\n"
              "gateway_user = root\n"
              "[rooms]\n"
              "create = Ann@X.example, y.example\n"
              "idle_timeout = 2h\n"
              "idle_max = 3d\n"
              "idle_warning = 5m\n"
              "[limits]\n"
              "body_max = 1KiB\n"
              "messages_per_second = 3\n"
              "message_burst = 4\n"
              "sessions_per_seat = 5\n"
              "creates_per_hour = 6\n"
              "[gateway]\n"
              "public_url = https://chat.example/x/\n");
    check_ok(main_settings_load(c.path, &c.settings, &c.error));
    check_span(c.settings.domain, "duo.example");
    check_span(buf_span(&c.settings.secret), "s3cr3t");
    assert_int_equal(c.settings.gateway_uid, 0);
    limits = main_settings_limits(&c.settings);
    assert_int_equal(limits.body_max_bytes, 1024);
    assert_int_equal(limits.messages_per_second, 3);
    assert_int_equal(limits.message_burst, 4);
    assert_int_equal(limits.sessions_per_seat, 5);
    assert_int_equal(limits.creates_per_hour, 6);
    assert_int_equal(limits.idle_warning_ms, 5 * 60 * 1000);
    service = main_settings_service(&c.settings);
    check_span(service.domain, "duo.example");
    check_span(service.public_url, "https://chat.example/x");
    assert_int_equal(service.create, SERVICE_CREATE_LISTED);
    assert_int_equal(service.create_list_count, 2);
    check_span(service.create_list[0], "ann@x.example");
    check_span(service.create_list[1], "y.example");
    assert_int_equal(service.idle_default_ms, 2 * 3600 * 1000);
    assert_int_equal(service.idle_max_ms, 3 * 24 * 3600 * 1000);
    assert_int_equal(service.body_max_bytes, 1024);
    assert_true(service.has_server);
    assert_string_equal(service.version, DUOLOGUE_VERSION);
    main_settings_forget_secret(&c.settings);
    assert_int_equal(c.settings.secret.len, 0);
    assert_null(c.settings.config.secret);
    end(&c);
}

static void browsers_alone_need_no_secret(void **state)
{
    struct file_case c;
    struct service_options service;

    (void)state;
    begin(&c, "[component]\ndomain = duo.example\nserver =\n");
    check_ok(main_settings_load(c.path, &c.settings, &c.error));
    service = main_settings_service(&c.settings);
    assert_false(service.has_server);
    assert_int_equal(service.create, SERVICE_CREATE_ANYONE);
    assert_int_equal(service.create_list_count, 0);
    assert_int_equal(c.settings.gateway_uid, (uid_t)-1);
    end(&c);
}

static void check_refused(const char *text, const char *message)
{
    struct file_case c;
    char whole[300];

    begin(&c, text);
    check_err(main_settings_load(c.path, &c.settings, &c.error), ERR_CONFIG);
    check_ok(buf_append_byte(&c.error, '\0'));
    snprintf(whole, sizeof(whole), "%s:%s", c.path, message);
    assert_string_equal(c.error.at, whole);
    end(&c);
}

static void mistakes_are_explained(void **state)
{
    (void)state;
    check_refused("[component]\ndomain = duo.example\nsecret = x\n"
                  "gateway_user = nosuchuser\n",
                  "4: gateway_user: there is no user \"nosuchuser\" on this "
                  "system; make it, or write the one that runs "
                  "duologue-gateway");
    /* A character that turns the writing round. */
    check_refused("[component]\ndomain = duo.example\nsecret = x\n[rooms]\n"
                  "create = a.example, x\xE2\x80\xAE@b.example\n",
                  "5: create: \"x\xE2\x80\xAE@b.example\" is no XMPP address; "
                  "write one such as ann@example.org");
}

static void reload_takes_limits_alone(void **state)
{
    struct file_case c;

    (void)state;
    begin(&c, "[component]\ndomain = duo.example\nsecret = x\n"
              "[limits]\nmessage_burst = 4\n");
    check_ok(main_settings_load(c.path, &c.settings, &c.error));
    write_file(&c, "[component]\ndomain = other.example\nsecret = x\n"
                   "[rooms]\nidle_max = 30d\n"
                   "[limits]\nmessage_burst = 40\nbody_max = 2KiB\n");
    check_ok(main_settings_reload(&c.settings, &c.error));
    assert_int_equal(main_settings_limits(&c.settings).message_burst, 40);
    assert_int_equal(main_settings_service(&c.settings).body_max_bytes, 2048);
    assert_int_equal(main_settings_service(&c.settings).idle_max_ms,
                     7 * 24 * 3600 * 1000);
    check_span(c.settings.domain, "duo.example");
    /* A file with a mistake changes nothing. */
    write_file(&c, "[limits]\nmessage_burst = lots\n");
    check_err(main_settings_reload(&c.settings, &c.error), ERR_CONFIG);
    assert_true(c.error.len > 0);
    assert_int_equal(main_settings_limits(&c.settings).message_burst, 40);
    end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_get_what_the_file_says),
        cmocka_unit_test(browsers_alone_need_no_secret),
        cmocka_unit_test(mistakes_are_explained),
        cmocka_unit_test(reload_takes_limits_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Keys that contradict each other, and what one program needs. */
#include "config/config.h"

#include "support/check.h"

static enum err parse(const char *text, struct config *config,
                      struct buf *error)
{
    struct buf all = BUF_EMPTY(CONFIG_MAX_BYTES);
    enum err rc;

    check_ok(buf_printf(&all, "[component]\ndomain = a\n%s", text));
    rc = config_parse("f", buf_span(&all), config, error);
    buf_clear(&all);
    return rc;
}

static void check_refused(const char *text, const char *message)
{
    struct buf error = BUF_EMPTY(CONFIG_ERROR_MAX_BYTES);
    struct config config = CONFIG_EMPTY;

    check_err(parse(text, &config, &error), ERR_CONFIG);
    check_ok(buf_append_byte(&error, '\0'));
    assert_string_equal(error.at, message);
    assert_null(config.domain);
    buf_clear(&error);
}

static struct config take(const char *text)
{
    struct buf error = BUF_EMPTY(CONFIG_ERROR_MAX_BYTES);
    struct config config = CONFIG_EMPTY;

    check_ok(parse(text, &config, &error));
    buf_clear(&error);
    return config;
}

static void silence_fits_into_its_maximum(void **state)
{
    struct config config = take("[rooms]\nidle_timeout=2h\nidle_max=2h\n"
                                "idle_warning=2h\n");

    (void)state;
    assert_int_equal(config.idle_timeout_ms, config.idle_max_ms);
    config_clear(&config);
    check_refused("[rooms]\nidle_timeout = 3h\nidle_max = 2h\n",
                  "f:4: idle_timeout: is longer than idle_max; shorten it or "
                  "raise idle_max");
    check_refused("[rooms]\nidle_max = 2h\nidle_warning = 3h\n",
                  "f:5: idle_warning: is longer than idle_max; shorten it or "
                  "raise idle_max");
    check_refused("[rooms]\nidle_timeout = 8d\n",
                  "f:4: idle_timeout: is longer than idle_max; shorten it or "
                  "raise idle_max");
}

static void defaults_give_way_to_the_maximum(void **state)
{
    struct config config = take("[rooms]\nidle_max = 5s\n");

    (void)state;
    assert_int_equal(config.idle_timeout_ms, 5000);
    assert_int_equal(config.idle_warning_ms, 5000);
    config_clear(&config);
    /* The warning is never more than a tenth of what a room has. */
    config = take("[rooms]\nidle_timeout = 5s\n");
    assert_int_equal(config.idle_timeout_ms, 5000);
    assert_int_equal(config.idle_warning_ms, 600 * 1000);
    config_clear(&config);
}

static void one_secret_is_enough(void **state)
{
    (void)state;
    check_refused("secret = s\nsecret_file = /f\n",
                  "f:4: secret_file: and secret are both set; keep one");
}

static void check_component(const char *text, enum err expected)
{
    struct buf error = BUF_EMPTY(CONFIG_ERROR_MAX_BYTES);
    struct config config = take(text);

    check_err(config_check_component(&config, &error), expected);
    if (expected == ERR_OK)
        assert_int_equal(error.len, 0);
    else
        check_span(buf_span(&error),
                   "f: secret: is missing; write secret or secret_file below "
                   "[component], or server with nothing behind = for browsers "
                   "only");
    config_clear(&config);
    buf_clear(&error);
}

static void a_component_needs_its_secret(void **state)
{
    (void)state;
    check_component("secret = s\n", ERR_OK);
    check_component("secret_file = /nowhere\n", ERR_OK);
    check_component("server =\n", ERR_OK);
    check_component("", ERR_CONFIG);
    check_component("server = a:1\n", ERR_CONFIG);
}

static void check_gateway(const char *text, const char *message)
{
    struct buf error = BUF_EMPTY(CONFIG_ERROR_MAX_BYTES);
    struct config config = take(text);

    check_err(config_check_gateway(&config, &error),
              message == NULL ? ERR_OK : ERR_CONFIG);
    check_ok(buf_append_byte(&error, '\0'));
    assert_string_equal(error.at, message == NULL ? "" : message);
    config_clear(&config);
    buf_clear(&error);
}

static void a_gateway_needs_no_secret(void **state)
{
    (void)state;
    check_gateway("", NULL);
    check_gateway("[gateway]\ntls_certificate = /c\ntls_key = /k\n", NULL);
    check_gateway("[gateway]\ntls_certificate = /c\n",
                  "f: tls_key: is missing; tls_certificate needs it");
    check_gateway("[gateway]\ntls_key = /k\ntls_certificate =\n",
                  "f:5: tls_certificate: is missing; tls_key needs it");
}

/* libwebsockets would serve both from one socket, and trip over it at its
 * end. */
static void metrics_are_apart_from_the_pages(void **state)
{
    (void)state;
    check_gateway("[gateway]\nlisten = 127.0.0.1:9464\n",
                  "f: metrics: is where listen is, for everybody to see; write "
                  "another port, or nothing to have no metrics");
    check_gateway("[gateway]\nlisten = [::1]:9\nmetrics = [::1]:9\n",
                  "f:5: metrics: is where listen is, for everybody to see; "
                  "write another port, or nothing to have no metrics");
    check_gateway("[gateway]\nlisten = 127.0.0.1:9464\nmetrics =\n", NULL);
    check_gateway("[gateway]\nmetrics = [::1]:8080\n", NULL);
}

static void a_secret_can_be_forgotten(void **state)
{
    struct config config = take("secret = s\n");

    (void)state;
    assert_string_equal(config.secret, "s");
    config_forget_secret(&config);
    assert_null(config.secret);
    config_forget_secret(&config);
    config_clear(&config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(silence_fits_into_its_maximum),
        cmocka_unit_test(defaults_give_way_to_the_maximum),
        cmocka_unit_test(one_secret_is_enough),
        cmocka_unit_test(a_component_needs_its_secret),
        cmocka_unit_test(a_gateway_needs_no_secret),
        cmocka_unit_test(metrics_are_apart_from_the_pages),
        cmocka_unit_test(a_secret_can_be_forgotten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

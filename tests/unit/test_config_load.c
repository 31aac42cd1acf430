/* Files: the configuration and the secret. */
#include "config/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/check.h"
#include "support/fail_alloc.h"

struct fixture {
    char folder[64];
    char path[96];
};

static int open_folder(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    snprintf(f->folder, sizeof(f->folder), "/tmp/duologue-config-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->path, sizeof(f->path), "%s/file", f->folder);
    *state = f;
    return 0;
}

static int close_folder(void **state)
{
    struct fixture *f = *state;

    unlink(f->path);
    rmdir(f->folder);
    free(f);
    return 0;
}

static void write_file(const char *path, struct span text)
{
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    if (text.len > 0)
        assert_int_equal(fwrite(text.at, 1, text.len, file), text.len);
    assert_int_equal(fclose(file), 0);
}

static void a_file_is_read(void **state)
{
    struct fixture *f = *state;
    struct buf error = BUF_EMPTY(CONFIG_ERROR_MAX_BYTES);
    struct config config = CONFIG_EMPTY;

    write_file(f->path, SPAN("[component]\ndomain = a.example\n"));
    check_ok(config_load(f->path, &config, &error));
    assert_string_equal(config.domain, "a.example");
    assert_string_equal(config.file, f->path);
    config_clear(&config);
    buf_clear(&error);
}

static void check_message(const char *path, const char *message)
{
    struct buf error = BUF_EMPTY(CONFIG_ERROR_MAX_BYTES);
    struct config config = CONFIG_EMPTY;
    char expected[500];

    snprintf(expected, sizeof(expected), "%s%s", path, message);
    check_err(config_load(path, &config, &error), ERR_CONFIG);
    check_ok(buf_append_byte(&error, '\0'));
    assert_string_equal(error.at, expected);
    assert_null(config.domain);
    buf_clear(&error);
}

static void what_is_no_file_is_explained(void **state)
{
    struct fixture *f = *state;

    check_message(f->path, ": cannot be read: No such file or directory; check "
                           "the path and who may read it");
    check_message(f->folder, ": cannot be read: Is a directory; check the path "
                             "and who may read it");
    check_message("", ": cannot be read: No such file or directory; check the "
                      "path and who may read it");
    check_message("/dev/zero", ": is longer than 65536 bytes; shorten the "
                               "file");
    write_file(f->path, SPAN_EMPTY);
    check_message(f->path, ": domain: is missing; write it below [component]");
    write_file(f->path, SPAN("[rooms]\nidle_timeout = 30\n"));
    check_message(f->path, ":2: idle_timeout: \"30\" has no unit; write 30s, "
                           "30m, 30h or 30d");
}

/* Takes the secret of a configuration that names f->path. */
static enum err read_secret(const struct fixture *f, struct buf *secret,
                            struct buf *error)
{
    struct buf text = BUF_EMPTY(1000);
    struct config config = CONFIG_EMPTY;
    enum err rc;

    check_ok(buf_printf(&text, "[component]\ndomain = a\nsecret_file = %s\n",
                        f->path));
    check_ok(config_parse("d.conf", buf_span(&text), &config, error));
    rc = config_read_secret(&config, secret, error);
    config_clear(&config);
    buf_clear(&text);
    return rc;
}

static void check_secret(const struct fixture *f, struct span content,
                         const char *expected)
{
    struct buf secret = BUF_EMPTY(CONFIG_SECRET_MAX_BYTES);
    struct buf error = BUF_EMPTY(CONFIG_ERROR_MAX_BYTES);

    write_file(f->path, content);
    check_ok(read_secret(f, &secret, &error));
    assert_true(span_is(buf_span(&secret), expected));
    buf_clear(&secret);
    buf_clear(&error);
}

static void check_no_secret(const struct fixture *f, struct span content,
                            const char *message)
{
    struct buf secret = BUF_EMPTY(CONFIG_SECRET_MAX_BYTES);
    struct buf error = BUF_EMPTY(CONFIG_ERROR_MAX_BYTES);
    char expected[500];

    write_file(f->path, content);
    check_err(read_secret(f, &secret, &error), ERR_CONFIG);
    snprintf(expected, sizeof(expected), "d.conf:3: secret_file: %s", message);
    check_ok(buf_append_byte(&error, '\0'));
    assert_string_equal(error.at, expected);
    assert_int_equal(secret.len, 0);
    buf_clear(&error);
}

static void a_secret_file_is_trimmed(void **state)
{
    const struct fixture *f = *state;

    check_secret(f, SPAN("hunter2"), "hunter2");
    check_secret(f, SPAN(" \thunter2\r\n\n"), "hunter2");
    check_secret(f, SPAN("a#;\"=b"), "a#;\"=b");
}

static void a_bad_secret_file_is_explained(void **state)
{
    const struct fixture *f = *state;
    static char text[CONFIG_SECRET_MAX_BYTES + 1];

    check_no_secret(f, SPAN(" \n"),
                    "the file is empty; put the secret into it");
    check_no_secret(f, SPAN("two\nlines\n"),
                    "the file holds more than one word; put the secret alone "
                    "into it");
    check_no_secret(f, SPAN("a\0b"),
                    "the file holds more than one word; put the secret alone "
                    "into it");
    memset(text, 's', sizeof(text));
    check_no_secret(f, (struct span){text, sizeof(text)},
                    "the file holds more than 1024 bytes; is it the right "
                    "one?");
}

static void a_longest_secret_fits(void **state)
{
    const struct fixture *f = *state;
    static char text[CONFIG_SECRET_MAX_BYTES + 1];

    memset(text, 's', CONFIG_SECRET_MAX_BYTES);
    check_secret(f, (struct span){text, CONFIG_SECRET_MAX_BYTES}, text);
}

static void a_missing_secret_file_is_explained(void **state)
{
    const struct fixture *f = *state;
    struct buf secret = BUF_EMPTY(CONFIG_SECRET_MAX_BYTES);
    struct buf error = BUF_EMPTY(CONFIG_ERROR_MAX_BYTES);
    char expected[500];

    check_err(read_secret(f, &secret, &error), ERR_CONFIG);
    snprintf(expected, sizeof(expected),
             "d.conf:3: secret_file: cannot read %s: No such file or "
             "directory; check the path and who may read it",
             f->path);
    check_ok(buf_append_byte(&error, '\0'));
    assert_string_equal(error.at, expected);
    buf_clear(&error);
}

static void a_secret_in_the_file_itself(void **state)
{
    struct buf secret = BUF_EMPTY(CONFIG_SECRET_MAX_BYTES);
    struct buf error = BUF_EMPTY(CONFIG_ERROR_MAX_BYTES);
    struct config config = CONFIG_EMPTY;

    (void)state;
    check_ok(config_parse("f", SPAN("[component]\ndomain = a\nsecret = s\n"),
                          &config, &error));
    check_ok(config_read_secret(&config, &secret, &error));
    check_span(buf_span(&secret), "s");
    config_forget_secret(&config);
    check_err(config_read_secret(&config, &secret, &error), ERR_CONFIG);
    check_span(buf_span(&error), "f: secret_file: is missing, and so is "
                                 "secret; write one");
    config_clear(&config);
    buf_clear(&secret);
    buf_clear(&error);
}

static void no_memory_is_said(void **state)
{
    const struct fixture *f = *state;
    struct buf secret = BUF_EMPTY(CONFIG_SECRET_MAX_BYTES);
    struct buf error = BUF_EMPTY(CONFIG_ERROR_MAX_BYTES);
    struct config config = CONFIG_EMPTY;

    write_file(f->path, SPAN("[component]\ndomain = a\n"));
    fail_alloc_at(1);
    check_err(config_load(f->path, &config, &error), ERR_NOMEM);
    assert_true(fail_alloc_stop());
    assert_null(config.domain);
    config.secret_file = strdup(f->path);
    fail_alloc_at(1);
    check_err(config_read_secret(&config, &secret, &error), ERR_NOMEM);
    assert_true(fail_alloc_stop());
    config_clear(&config);
    buf_clear(&error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_is_read, open_folder,
                                        close_folder),
        cmocka_unit_test_setup_teardown(what_is_no_file_is_explained,
                                        open_folder, close_folder),
        cmocka_unit_test_setup_teardown(a_secret_file_is_trimmed, open_folder,
                                        close_folder),
        cmocka_unit_test_setup_teardown(a_bad_secret_file_is_explained,
                                        open_folder, close_folder),
        cmocka_unit_test_setup_teardown(a_longest_secret_fits, open_folder,
                                        close_folder),
        cmocka_unit_test_setup_teardown(a_missing_secret_file_is_explained,
                                        open_folder, close_folder),
        cmocka_unit_test(a_secret_in_the_file_itself),
        cmocka_unit_test_setup_teardown(no_memory_is_said, open_folder,
                                        close_folder),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* config_case.h - one key and its value, for the tests of values. */
#ifndef UNIT_CONFIG_CASE_H
#define UNIT_CONFIG_CASE_H

#include <stdio.h>
#include <string.h>

#include "config/config.h"
#include "support/check.h"

/* Parses one key beside the needed ones. */
static inline enum err parse_key(enum config_id id, const char *value,
                                 struct config *config, struct buf *error)
{
    const struct config_key *key = &config_keys()[id];
    struct buf text = BUF_EMPTY(CONFIG_MAX_BYTES);
    enum err rc;

    if (id != CONFIG_KEY_DOMAIN)
        check_ok(buf_printf(&text, "[component]\ndomain = a.example\n"));
    check_ok(
        buf_printf(&text, "[%s]\n%s = %s\n", key->section, key->name, value));
    rc = config_parse("f", buf_span(&text), config, error);
    buf_clear(&text);
    return rc;
}

static inline void check_refused(enum config_id id, const char *value,
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
static inline void check_bad(enum config_id id, const char *value)
{
    struct buf error = BUF_EMPTY(CONFIG_ERROR_MAX_BYTES);
    struct config config = CONFIG_EMPTY;
    enum err rc = parse_key(id, value, &config, &error);

    if (rc == ERR_OK)
        print_error("taken: %s\n", value);
    check_err(rc, ERR_CONFIG);
    buf_clear(&error);
}

static inline struct config take(enum config_id id, const char *value)
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

#endif

/* config.h - the configuration file that all our programs share.
 *
 * Reading tells an operator what is wrong, where, and what to write.  Includes
 * base/ only; the only folder that sees libinih. */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "config/config_keys.h"

enum {
    CONFIG_MAX_BYTES = 64 * 1024,      /* one configuration file */
    CONFIG_LINE_MAX_BYTES = 4096,      /* one line of it */
    CONFIG_LIST_MAX = 256,             /* entries in one list */
    CONFIG_ERROR_MAX_BYTES = 16 * 1024 /* give this to the error buffer */
};

struct config_list {
    char **at;
    size_t len;
};

struct config_address {
    char *host;    /* name, IPv4 or IPv6 without brackets; NULL: not set */
    uint16_t port; /* 1 to 65535 */
};

enum config_create {
    CONFIG_CREATE_ANYONE, /* guests too */
    CONFIG_CREATE_NATIVE, /* whoever has an XMPP account */
    CONFIG_CREATE_LISTED  /* bare JIDs and domains of the list */
};

struct config_creators {
    enum config_create who;
    struct config_list list; /* lower case in ASCII; not yet prepared JIDs */
};

struct config_url {
    char *text;   /* without a slash at the end */
    char *origin; /* its scheme://host[:port] as a browser writes it */
    char *path;   /* "" or "/chat" */
};

struct config_origins {
    struct config_list list; /* as a browser writes them */
    bool is_missing_allowed; /* a request without Origin may enter */
};

struct config {
    char *file;                       /* what it was read from, for messages */
    uint32_t lines[CONFIG_KEY_COUNT]; /* where a key is; 0: its default */

    char *domain;
    struct config_address server; /* no host: browsers only */
    char *secret;                 /* NULL: see config_read_secret */
    char *secret_file;            /* or NULL */
    char *data_dir;
    char *socket;
    char *gateway_user; /* NULL: our own */

    struct config_creators create;
    int64_t idle_timeout_ms; /* at most idle_max_ms */
    int64_t idle_max_ms;
    int64_t idle_warning_ms; /* at most idle_max_ms */

    uint64_t body_max_bytes; /* here and below 0 is no limit */
    uint32_t messages_per_second;
    uint32_t message_burst;
    uint32_t sessions_per_seat;
    uint32_t creates_per_hour;

    struct config_address listen;
    struct config_url public_url;
    struct config_origins origins;
    struct config_list trusted_proxies; /* as inet_ntop writes them */
    char *tls_certificate;              /* NULL: no TLS of our own */
    char *tls_key;
    struct config_address metrics; /* no host: off */
};

#define CONFIG_EMPTY ((struct config){.file = NULL})

/* Reads the file at `path`.
 *
 * Owner:  `out` is CONFIG_EMPTY before and goes with config_clear.  `error`
 *         gets one line for a person, without a line end, when the answer is
 *         ERR_CONFIG: file, line where there is one, key, what to write.
 * Errors: ERR_CONFIG, ERR_NOMEM.  `out` is as before the call. */
enum err config_load(const char *path, struct config *out,
                     struct buf *error) MUST_CHECK;

/* Reads a configuration that is in memory; messages call it `name`.
 *
 * Owner, Errors: as config_load. */
enum err config_parse(const char *name, struct span text, struct config *out,
                      struct buf *error) MUST_CHECK;

/* Frees what it owns, overwrites the secret and makes it CONFIG_EMPTY. */
void config_clear(struct config *config);

/* Overwrites and drops the secret, for a program that has no use for it. */
void config_forget_secret(struct config *config);

/* Checks what one program needs beyond a file that reads well: for the
 * component one of secret and secret_file, for the gateway a certificate
 * with its key, and metrics apart from the pages.
 *
 * Errors: ERR_CONFIG, with a line in `error` as config_load writes it. */
enum err config_check_component(const struct config *config,
                                struct buf *error) MUST_CHECK;
enum err config_check_gateway(const struct config *config,
                              struct buf *error) MUST_CHECK;

/* Writes to `error` what is wrong with the value of a key, as config_load does:
 * `FILE:LINE: KEY: ` and the formatted text.
 *
 * Errors: ERR_CONFIG always, or ERR_NOMEM. */
enum err config_refuse(const struct config *config, enum config_id id,
                       struct buf *error, const char *format, ...)
    __attribute__((format(printf, 4, 5))) MUST_CHECK;

/* Appends the component secret to `out`: `secret`, or what `secret_file`
 * holds, without blanks and line ends around it.  The file is opened here and
 * nowhere else, so that the gateway never does.
 *
 * Owner:  `out` should hold CONFIG_SECRET_MAX_BYTES and be wiped.
 * Errors: ERR_CONFIG with a line in `error`, ERR_NOMEM, ERR_LIMIT. */
enum err config_read_secret(const struct config *config, struct buf *out,
                            struct buf *error) MUST_CHECK;

/* Decodes `30s`, `15m`, `24h` or `7d`.
 *
 * Time:   a span in ms, from 0 on.
 * Errors: ERR_SYNTAX when it is written otherwise, ERR_LIMIT when it passes
 *         INT64_MAX.  `out_ms` is as before the call. */
enum err config_decode_duration(struct span text, int64_t *out_ms) MUST_CHECK;

#endif

/* config_keys.h - every key of the configuration file, once.
 *
 * The parser and the tests of the documents read this table. */
#ifndef CONFIG_CONFIG_KEYS_H
#define CONFIG_CONFIG_KEYS_H

#include <stddef.h>
#include <stdint.h>

enum config_type {
    CONFIG_TYPE_DOMAIN,
    CONFIG_TYPE_ENDPOINT, /* host:port to connect to, or empty */
    CONFIG_TYPE_LISTEN,   /* address:port to listen on, or empty */
    CONFIG_TYPE_SECRET,   /* a text that no message repeats */
    CONFIG_TYPE_PATH,
    CONFIG_TYPE_USER,     /* a system user's name */
    CONFIG_TYPE_CREATORS, /* anyone, native, or JIDs and domains */
    CONFIG_TYPE_DURATION, /* bounds in ms */
    CONFIG_TYPE_SIZE,     /* bounds in bytes; least 0: 0 is no limit */
    CONFIG_TYPE_COUNT,    /* a bare number */
    CONFIG_TYPE_URL,
    CONFIG_TYPE_ORIGINS,
    CONFIG_TYPE_ADDRESSES /* IP addresses */
};

/* The longest that fits into sockaddr_un, without its NUL. */
enum { CONFIG_SOCKET_MAX_BYTES = 107 };
enum { CONFIG_PATH_MAX_BYTES = 4000, CONFIG_SECRET_MAX_BYTES = 1024 };

#define CONFIG_SECOND INT64_C(1000)
#define CONFIG_DAY (86400 * CONFIG_SECOND)
#define CONFIG_KIB INT64_C(1024)

/* X(ID, section, key, type, field of struct config, default, least, most)
 *
 * What each is for: config/duologue.conf and duologue.conf(5).
 *
 * A default of NULL must be set by the operator.  For texts the bounds count
 * bytes: a least of 0 may be left empty. */
/* clang-format off */
#define CONFIG_KEY_MAP(X)                                                      \
    X(DOMAIN, "component", "domain", DOMAIN, domain, NULL, 1, 240)             \
    X(SERVER, "component", "server", ENDPOINT, server, "127.0.0.1:5347", 0, 0) \
    X(SECRET, "component", "secret", SECRET, secret, "", 0,                    \
      CONFIG_SECRET_MAX_BYTES)                                                 \
    X(SECRET_FILE, "component", "secret_file", PATH, secret_file, "", 0,       \
      CONFIG_PATH_MAX_BYTES)                                                   \
    X(DATA_DIR, "component", "data_dir", PATH, data_dir,                       \
      "/var/lib/duologue", 1, CONFIG_PATH_MAX_BYTES)                           \
    X(SOCKET, "component", "socket", PATH, socket,                             \
      "/run/duologue/duologue.sock", 1, CONFIG_SOCKET_MAX_BYTES)               \
    X(GATEWAY_USER, "component", "gateway_user", USER, gateway_user, "", 0, 32)\
    X(CREATE, "rooms", "create", CREATORS, create, "anyone", 1, 0)             \
    X(IDLE_TIMEOUT, "rooms", "idle_timeout", DURATION, idle_timeout_ms,        \
      "24h", CONFIG_SECOND, 365 * CONFIG_DAY)                                  \
    X(IDLE_MAX, "rooms", "idle_max", DURATION, idle_max_ms, "7d",              \
      CONFIG_SECOND, 365 * CONFIG_DAY)                                         \
    X(IDLE_WARNING, "rooms", "idle_warning", DURATION, idle_warning_ms,        \
      "10m", CONFIG_SECOND, 365 * CONFIG_DAY)                                  \
    X(BODY_MAX, "limits", "body_max", SIZE, body_max_bytes, "16KiB", 0,        \
      64 * CONFIG_KIB)                                                         \
    X(MESSAGES_PER_SECOND, "limits", "messages_per_second", COUNT,             \
      messages_per_second, "10", 0, 100000)                                    \
    X(MESSAGE_BURST, "limits", "message_burst", COUNT, message_burst, "20",    \
      0, 100000)                                                               \
    X(SESSIONS_PER_SEAT, "limits", "sessions_per_seat", COUNT,                 \
      sessions_per_seat, "5", 0, 1000)                                         \
    X(CREATES_PER_HOUR, "limits", "creates_per_hour", COUNT,                   \
      creates_per_hour, "30", 0, 1000000)                                      \
    X(LISTEN, "gateway", "listen", LISTEN, listen, "127.0.0.1:8080", 1, 0)     \
    X(PUBLIC_URL, "gateway", "public_url", URL, public_url,                    \
      "http://127.0.0.1:8080", 1, 512)                                         \
    X(ORIGINS, "gateway", "origins", ORIGINS, origins, "", 0, 0)               \
    X(TRUSTED_PROXIES, "gateway", "trusted_proxies", ADDRESSES,                \
      trusted_proxies, "127.0.0.1", 0, 0)                                      \
    X(TLS_CERTIFICATE, "gateway", "tls_certificate", PATH, tls_certificate,    \
      "", 0, CONFIG_PATH_MAX_BYTES)                                            \
    X(TLS_KEY, "gateway", "tls_key", PATH, tls_key, "", 0,                     \
      CONFIG_PATH_MAX_BYTES)                                                   \
    X(METRICS, "gateway", "metrics", LISTEN, metrics, "127.0.0.1:9464", 0, 0)
/* clang-format on */

#define CONFIG_KEY_ID(id, ...) CONFIG_KEY_##id,
enum config_id { CONFIG_KEY_MAP(CONFIG_KEY_ID) CONFIG_KEY_COUNT };
#undef CONFIG_KEY_ID

struct config_key {
    const char *section;
    const char *name;
    const char *fallback; /* the default as one writes it; NULL: needed */
    uint64_t least;
    uint64_t most;
    size_t field; /* where its value is in struct config */
    enum config_type type;
};

/* Borrows the table, in the order of `enum config_id`.  Static, and
 * CONFIG_KEY_COUNT long. */
const struct config_key *config_keys(void);

#endif

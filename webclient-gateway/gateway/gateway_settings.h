/* gateway_settings.h - what the gateway takes from the configuration, and what
 * it must find good before it starts. */
#ifndef GATEWAY_GATEWAY_SETTINGS_H
#define GATEWAY_GATEWAY_SETTINGS_H

#include "base/arena.h"
#include "config/config.h"

struct gateway_settings {
    struct config config; /* without the component's secret */
    struct arena arena;
    struct span domain; /* prepared; lives in the arena */
};

#define GATEWAY_SETTINGS_EMPTY                                                 \
    ((struct gateway_settings){CONFIG_EMPTY, ARENA_EMPTY(64 * 1024),           \
                               SPAN_EMPTY})

/* Reads the configuration, forgets the secret, and looks at the certificate and
 * its key where they are set.
 *
 * Owner:  `out` is GATEWAY_SETTINGS_EMPTY before and goes with
 *         gateway_settings_clear, also after an error.  `error` gets a line as
 *         config_load writes it.
 * Errors: ERR_CONFIG, ERR_NOMEM, ERR_LIMIT. */
enum err gateway_settings_load(const char *file, struct gateway_settings *out,
                               struct buf *error) MUST_CHECK;

/* Frees what it owns. */
void gateway_settings_clear(struct gateway_settings *settings);

#endif

/* Configuration text from anywhere: a value, or one line that explains. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_config(const struct config *config)
{
    struct buf error = BUF_EMPTY(CONFIG_ERROR_MAX_BYTES);

    BUG_IF(config->domain == NULL || config->socket == NULL);
    BUG_IF(strlen(config->socket) > CONFIG_SOCKET_MAX_BYTES);
    BUG_IF(config->idle_max_ms < 1000);
    BUG_IF(config->idle_timeout_ms > config->idle_max_ms);
    BUG_IF(config->body_max_bytes > 64 * 1024);
    BUG_IF(config->listen.host == NULL || config->listen.port == 0);
    BUG_IF(strncmp(config->public_url.text, config->public_url.origin,
                   strlen(config->public_url.origin)) != 0);
    BUG_IF(config_check_component(config, &error) != ERR_OK && error.len == 0);
    BUG_IF(config_check_gateway(config, &error) != ERR_OK && error.len == 0);
    buf_clear(&error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf error = BUF_EMPTY(CONFIG_ERROR_MAX_BYTES);
    struct config config = CONFIG_EMPTY;
    struct span text = {(const char *)data, size};
    enum err rc = config_parse("fuzz.conf", text, &config, &error);

    BUG_IF(rc != ERR_OK && rc != ERR_CONFIG);
    BUG_IF((rc == ERR_CONFIG) != (error.len > 0));
    BUG_IF(span_find(buf_span(&error), '\n') != error.len);
    if (rc == ERR_OK)
        check_config(&config);
    config_clear(&config);
    buf_clear(&error);
    return 0;
}

#include "config/config.h"

#include <stdlib.h>
#include <string.h>

#include "config/config_internal.h"

void config_forget_secret(struct config *config)
{
    if (config->secret != NULL)
        explicit_bzero(config->secret, strlen(config->secret));
    free(config->secret);
    config->secret = NULL;
}

void config_clear(struct config *config)
{
    config_forget_secret(config);
    free(config->file);
    free(config->domain);
    free(config->server.host);
    free(config->secret_file);
    free(config->data_dir);
    free(config->socket);
    free(config->gateway_user);
    config__list_clear(&config->create.list);
    free(config->listen.host);
    config__url_clear(&config->public_url);
    config__list_clear(&config->origins.list);
    config__list_clear(&config->trusted_proxies);
    free(config->tls_certificate);
    free(config->tls_key);
    free(config->metrics.host);
    *config = CONFIG_EMPTY;
}

static struct config_input about(const struct config *config, enum config_id id,
                                 struct buf *error)
{
    return (struct config_input){config->file, config->lines[id],
                                 &config_keys()[id], SPAN_EMPTY, error};
}

/* A default gives way to idle_max; what an operator wrote does not. */
static enum err check_idle(struct config *config, enum config_id id,
                           int64_t *value_ms, struct buf *error)
{
    struct config_input in = about(config, id, error);

    if (*value_ms <= config->idle_max_ms)
        return ERR_OK;
    if (config->lines[id] > 0)
        return config__refuse(&in,
                              "is longer than idle_max; shorten it or raise "
                              "idle_max");
    *value_ms = config->idle_max_ms;
    return ERR_OK;
}

enum err config__check_all(struct config *config, struct buf *error)
{
    struct config_input in = about(config, CONFIG_KEY_SECRET_FILE, error);
    enum err rc;

    if (config->secret != NULL && config->secret_file != NULL)
        return config__refuse(&in, "and secret are both set; keep one");
    rc = check_idle(config, CONFIG_KEY_IDLE_TIMEOUT, &config->idle_timeout_ms,
                    error);
    if (rc == ERR_OK)
        rc = check_idle(config, CONFIG_KEY_IDLE_WARNING,
                        &config->idle_warning_ms, error);
    return rc;
}

enum err config_check_component(const struct config *config, struct buf *error)
{
    struct config_input in = about(config, CONFIG_KEY_SECRET, error);

    if (config->server.host != NULL && config->secret == NULL &&
        config->secret_file == NULL)
        return config__refuse(&in, "is missing; write secret or secret_file "
                                   "below [component], or server with "
                                   "nothing behind = for browsers only");
    return ERR_OK;
}

enum err config_check_gateway(const struct config *config, struct buf *error)
{
    struct config_input key = about(config, CONFIG_KEY_TLS_KEY, error);
    struct config_input certificate =
        about(config, CONFIG_KEY_TLS_CERTIFICATE, error);

    if (config->tls_certificate != NULL && config->tls_key == NULL)
        return config__refuse(&key, "is missing; tls_certificate needs it");
    if (config->tls_key != NULL && config->tls_certificate == NULL)
        return config__refuse(&certificate, "is missing; tls_key needs it");
    return ERR_OK;
}

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

/* A default gives way to idle_max; what an operator wrote does not. */
static enum err check_idle(struct config *config, enum config_id id,
                           int64_t *value_ms, struct buf *error)
{
    if (*value_ms <= config->idle_max_ms)
        return ERR_OK;
    if (config->lines[id] > 0)
        return config_refuse(config, id, error,
                             "is longer than idle_max; shorten it or raise "
                             "idle_max");
    *value_ms = config->idle_max_ms;
    return ERR_OK;
}

enum err config__check_all(struct config *config, struct buf *error)
{
    enum err rc;

    if (config->secret != NULL && config->secret_file != NULL)
        return config_refuse(config, CONFIG_KEY_SECRET_FILE, error,
                             "and secret are both set; keep one");
    rc = check_idle(config, CONFIG_KEY_IDLE_TIMEOUT, &config->idle_timeout_ms,
                    error);
    if (rc == ERR_OK)
        rc = check_idle(config, CONFIG_KEY_IDLE_WARNING,
                        &config->idle_warning_ms, error);
    return rc;
}

enum err config_check_component(const struct config *config, struct buf *error)
{
    if (config->server.host != NULL && config->secret == NULL &&
        config->secret_file == NULL)
        return config_refuse(config, CONFIG_KEY_SECRET, error,
                             "is missing; write secret or secret_file below "
                             "[component], or server with nothing behind = "
                             "for browsers only");
    return ERR_OK;
}

static bool is_same(const struct config_address *a,
                    const struct config_address *b)
{
    return a->host != NULL && b->host != NULL && a->port == b->port &&
           strcmp(a->host, b->host) == 0;
}

enum err config_check_gateway(const struct config *config, struct buf *error)
{
    if (config->tls_certificate != NULL && config->tls_key == NULL)
        return config_refuse(config, CONFIG_KEY_TLS_KEY, error,
                             "is missing; tls_certificate needs it");
    if (config->tls_key != NULL && config->tls_certificate == NULL)
        return config_refuse(config, CONFIG_KEY_TLS_CERTIFICATE, error,
                             "is missing; tls_key needs it");
    if (is_same(&config->listen, &config->metrics))
        return config_refuse(config, CONFIG_KEY_METRICS, error,
                             "is where listen is, for everybody to see; write "
                             "another port, or nothing to have no metrics");
    return ERR_OK;
}

#include "gateway/gateway_settings.h"

#include <errno.h>
#include <string.h>

#include "crypto/crypto.h"
#include "wire/jid.h"

static enum err check_tls(const struct config *config, struct buf *error)
{
    const char *why;
    enum err rc;

    if (config->tls_certificate == NULL)
        return ERR_OK;
    rc = crypto_check_pair(config->tls_certificate, config->tls_key, &why);
    if (rc == ERR_SYSTEM)
        return config_refuse(config, CONFIG_KEY_TLS_CERTIFICATE, error,
                             "and tls_key: %s: %s; check both paths and who "
                             "may read them",
                             why, strerror(errno));
    if (rc == ERR_SYNTAX)
        return config_refuse(config, CONFIG_KEY_TLS_CERTIFICATE, error,
                             "and tls_key: %s; write the paths of a "
                             "certificate and its key, both in PEM",
                             why);
    return rc;
}

enum err gateway_settings_load(const char *file, struct gateway_settings *out,
                               struct buf *error)
{
    struct config *config = &out->config;
    struct jid domain;
    enum err rc = config_load(file, config, error);

    config_forget_secret(config);
    if (rc == ERR_OK)
        rc = config_check_gateway(config, error);
    if (rc == ERR_OK)
        rc = check_tls(config, error);
    if (rc != ERR_OK)
        return rc;
    rc = jid_parse(&out->arena, span_of(config->domain), &domain);
    if (rc == ERR_SYNTAX)
        return config_refuse(config, CONFIG_KEY_DOMAIN, error,
                             "\"%s\" is no XMPP address; write one such as "
                             "duo.example.org",
                             config->domain);
    if (rc == ERR_OK)
        out->domain = domain.domain;
    return rc;
}

void gateway_settings_clear(struct gateway_settings *settings)
{
    config_clear(&settings->config);
    arena_clear(&settings->arena);
}

#include "gateway/server.h"

#include <string.h>

#include "gateway/server_internal.h"

enum {
    REQUEST_SECONDS = 5,    /* for headers, and for a TLS handshake */
    KEEPALIVE_SECONDS = 30, /* between two requests */
    PING_SECONDS = 10,      /* a silent browser is asked */
    HANGUP_SECONDS = 14,    /* and gone by then */
};

static const struct lws_protocols page_protocols[] = {
    /* First, so that an upgrade without a subprotocol comes here. */
    {"http", server__on_http, sizeof(struct http_reply), 0, 0, NULL, 0},
    {"xmpp", server__on_websocket, sizeof(struct peer), 4096, 0, NULL, 0},
    {NULL, NULL, 0, 0, 0, NULL, 0},
};

static const struct lws_protocols metrics_protocols[] = {
    {"http", server__on_metrics, sizeof(struct http_reply), 0, 0, NULL, 0},
    {NULL, NULL, 0, 0, 0, NULL, 0},
};

static const lws_retry_bo_t patience = {
    .secs_since_valid_ping = PING_SECONDS,
    .secs_since_valid_hangup = HANGUP_SECONDS,
};

struct span server__header(struct lws *wsi, enum lws_token_indexes token,
                           char *out, size_t size)
{
    int len = lws_hdr_total_length(wsi, token);

    if (len <= 0)
        return SPAN_EMPTY;
    if ((size_t)len >= size || lws_hdr_copy(wsi, out, (int)size, token) < 0)
        return SPAN("");
    return (struct span){out, strlen(out)};
}

bool server__client(const struct server *server, struct lws *wsi,
                    struct address *out)
{
    char text[SERVER_HEADER_MAX_BYTES];
    struct address peer;

    lws_get_peer_simple(wsi, text, sizeof(text));
    if (!address_parse(span_of(text), &peer))
        return false;
    *out = address_of_client(
        &server->config->trusted_proxies, &peer,
        server__header(wsi, WSI_TOKEN_X_FORWARDED_FOR, text, sizeof(text)));
    return true;
}

bool server__is_websocket_path(const struct server *server, struct lws *wsi)
{
    char text[SERVER_HEADER_MAX_BYTES];
    struct span path =
        server__header(wsi, WSI_TOKEN_GET_URI, text, sizeof(text));

    return path.len > 0 &&
           span_is(http_strip_prefix(server->config, path), "/xmpp-websocket");
}

int server__refuse_upgrade(struct lws *wsi, unsigned status)
{
    if (lws_return_http_status(wsi, status, NULL) != 0)
        return -1;
    return -1;
}

static bool is_any(const char *host)
{
    return strcmp(host, "0.0.0.0") == 0 || strcmp(host, "::") == 0;
}

static void set_address(struct lws_context_creation_info *info,
                        const struct config_address *address)
{
    info->port = address->port;
    info->iface = is_any(address->host) ? NULL : address->host;
    if (strchr(address->host, ':') == NULL)
        info->options |= LWS_SERVER_OPTION_DISABLE_IPV6;
}

static enum err refuse(struct buf *error, const char *key,
                       const struct config_address *address)
{
    enum err rc = buf_printf(error, "%s: cannot listen on %s port %u", key,
                             address->host, (unsigned)address->port);

    return rc == ERR_NOMEM ? rc : ERR_SYSTEM;
}

static enum err open_pages(struct server *server, struct buf *error)
{
    const struct config *config = server->config;
    struct lws_context_creation_info info = {
        .vhost_name = "pages",
        .protocols = page_protocols,
        .options = LWS_SERVER_OPTION_VALIDATE_UTF8 |
                   LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND |
                   LWS_SERVER_OPTION_SKIP_SERVER_CANONICAL_NAME,
        .server_string = "duologue",
        .keepalive_timeout = KEEPALIVE_SECONDS,
        .retry_and_idle_policy = &patience,
        .alpn = "http/1.1",
    };

    set_address(&info, &config->listen);
    if (config->tls_certificate != NULL) {
        info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
        info.ssl_cert_filepath = config->tls_certificate;
        info.ssl_private_key_filepath = config->tls_key;
    }
    if (lws_create_vhost(server->context, &info) == NULL)
        return refuse(error, "listen", &config->listen);
    return ERR_OK;
}

static enum err open_metrics(struct server *server, struct buf *error)
{
    struct lws_context_creation_info info = {
        .vhost_name = "metrics",
        .protocols = metrics_protocols,
        .options = LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND,
        .server_string = "duologue",
        .keepalive_timeout = KEEPALIVE_SECONDS,
    };

    if (server->config->metrics.host == NULL)
        return ERR_OK;
    set_address(&info, &server->config->metrics);
    if (lws_create_vhost(server->context, &info) == NULL)
        return refuse(error, "metrics", &server->config->metrics);
    return ERR_OK;
}

enum err server_open(struct server *server, uv_loop_t *loop, struct buf *error)
{
    void *loops[] = {loop};
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN,
        .options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_LIBUV |
                   LWS_SERVER_OPTION_VALIDATE_UTF8,
        .foreign_loops = loops,
        .timeout_secs = REQUEST_SECONDS,
        .pt_serv_buf_size = 16 * 1024,
        .user = server,
    };
    uint64_t seed[2];
    enum err rc;

    server->policy = BUF_EMPTY(HTTP_POLICY_MAX_BYTES);
    crypto_random(server->gate->crypto, seed, sizeof(seed));
    limits_init(&server->limits, seed);
    rc = http_put_policy(server->config, &server->policy);
    if (rc == ERR_OK)
        rc = buf_append_byte(&server->policy, '\0');
    if (rc != ERR_OK)
        return rc;
    if (server->config->tls_certificate != NULL)
        info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
    /* What it has to say may hold what a stranger sent. */
    lws_set_log_level(LLL_ERR, NULL);
    server->context = lws_create_context(&info);
    if (server->context == NULL)
        return ERR_NOMEM;
    rc = open_pages(server, error);
    if (rc == ERR_OK)
        rc = open_metrics(server, error);
    if (rc == ERR_OK)
        lws_set_log_level(0, NULL);
    return rc;
}

void server_reload_tls(struct server *server)
{
    const struct config *config = server->config;

    if (config->tls_certificate == NULL)
        return;
    if (lws_tls_cert_updated(server->context, config->tls_certificate,
                             config->tls_key, NULL, 0, NULL, 0) == 0)
        log_info(server->log, "tls_reloaded", "");
    else
        log_error(server->log, "tls_reload_failed", "");
}

void server_close(struct server *server)
{
    if (server->context != NULL)
        lws_context_destroy(server->context);
}

void server_free(struct server *server)
{
    /* On somebody else's loop it goes in two steps: the sockets while the loop
     * runs, the rest when it has run. */
    if (server->context != NULL)
        lws_context_destroy(server->context);
    server->context = NULL;
    limits_clear(&server->limits);
    buf_clear(&server->policy);
}

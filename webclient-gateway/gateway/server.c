#include "gateway/server.h"

#include <errno.h>
#include <ifaddrs.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "gateway/server_internal.h"

enum {
    REQUEST_SECONDS = 5,    /* for headers, and for a TLS handshake */
    KEEPALIVE_SECONDS = 30, /* between two requests */
    DESCRIPTORS_OURS = 24,  /* component, loop, log, files */
    DESCRIPTORS_MAX = 64 * 1024,
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

/* We ask silent lines ourselves: it would keep a timer for each in one sorted
 * list, and go through it with every frame. */
static const lws_retry_bo_t patience = {.secs_since_valid_hangup = 0};

void server__kill(struct lws *wsi)
{
    lws_set_timeout(wsi, PENDING_TIMEOUT_CLOSE_SEND, LWS_TO_KILL_ASYNC);
    /* On libuv it looks at its own clock only after some event of its own. */
    lws_cancel_service(lws_get_context(wsi));
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

static const char *advice(int why)
{
    switch (why) {
    case EADDRINUSE:
        return "stop what listens there, or write another port";
    case EADDRNOTAVAIL:
        return "write an address of this machine";
    case EACCES:
        return "write a port from 1024 on, or see the end of "
               "duologue-gateway.service";
    default:
        return "write another address";
    }
}

static enum err refuse(struct buf *error, const struct config *config,
                       enum config_id id, int why)
{
    const struct config_address *address =
        id == CONFIG_KEY_METRICS ? &config->metrics : &config->listen;
    enum err rc = config_refuse(
        config, id, error, "cannot listen on %s port %u: %s; %s", address->host,
        (unsigned)address->port, strerror(why), advice(why));

    return rc == ERR_NOMEM ? rc : ERR_SYSTEM;
}

/* libwebsockets tells nobody why it could not listen.
 * Errors: ERR_SYSTEM with errno. */
static enum err try_to_bind(const struct config_address *address)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } name = {.any = {0}};
    bool is_v4 = uv_ip4_addr(address->host, address->port, &name.v4) == 0;
    int on = 1;
    int saved;
    int fd;

    if (!is_v4 && uv_ip6_addr(address->host, address->port, &name.v6) != 0)
        return ERR_OK;
    fd = socket(name.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return ERR_SYSTEM;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    on = bind(fd, &name.any, is_v4 ? sizeof(name.v4) : sizeof(name.v6));
    saved = errno;
    close(fd);
    errno = saved;
    return on == 0 ? ERR_OK : ERR_SYSTEM;
}

/* Where libwebsockets cannot list the interfaces it takes every address for
 * the one that it was told, and says nothing. */
static enum err check_interfaces(struct buf *error)
{
    struct ifaddrs *all;
    enum err rc;

    if (getifaddrs(&all) == 0) {
        freeifaddrs(all);
        return ERR_OK;
    }
    rc = buf_printf(error,
                    "cannot list the network interfaces: %s; it needs "
                    "sockets of AF_NETLINK",
                    strerror(errno));
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

    if (try_to_bind(&config->listen) != ERR_OK)
        return refuse(error, config, CONFIG_KEY_LISTEN, errno);
    set_address(&info, &config->listen);
    if (config->tls_certificate != NULL) {
        info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
        info.ssl_options_set =
            SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1 | SSL_OP_NO_RENEGOTIATION;
        info.ssl_cert_filepath = config->tls_certificate;
        info.ssl_private_key_filepath = config->tls_key;
    }
    if (lws_create_vhost(server->context, &info) == NULL)
        return refuse(error, config, CONFIG_KEY_LISTEN, EIO);
    return ERR_OK;
}

static enum err open_metrics(struct server *server, struct buf *error)
{
    const struct config *config = server->config;
    struct lws_context_creation_info info = {
        .vhost_name = "metrics",
        .protocols = metrics_protocols,
        .options = LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND,
        .server_string = "duologue",
        .keepalive_timeout = KEEPALIVE_SECONDS,
    };

    if (config->metrics.host == NULL)
        return ERR_OK;
    if (try_to_bind(&config->metrics) != ERR_OK)
        return refuse(error, config, CONFIG_KEY_METRICS, errno);
    set_address(&info, &config->metrics);
    if (lws_create_vhost(server->context, &info) == NULL)
        return refuse(error, config, CONFIG_KEY_METRICS, EIO);
    return ERR_OK;
}

/* How many descriptors libwebsockets may use is what it finds at its start.
 * Told so in its own words (fd_limit_per_thread), it would go through all
 * sockets to find the one of each event. */
static struct lws_context *create_context(
    const struct lws_context_creation_info *info)
{
    struct lws_context *context;
    struct rlimit whole;
    struct rlimit part;

    if (getrlimit(RLIMIT_NOFILE, &whole) != 0 ||
        whole.rlim_cur <= 2 * DESCRIPTORS_OURS)
        return lws_create_context(info); /* as it likes */
    part = whole;
    part.rlim_cur -= DESCRIPTORS_OURS;
    if (part.rlim_cur > DESCRIPTORS_MAX)
        part.rlim_cur = DESCRIPTORS_MAX;
    if (setrlimit(RLIMIT_NOFILE, &part) != 0)
        return lws_create_context(info);
    context = lws_create_context(info);
    /* Without them back it only has fewer. */
    (void)setrlimit(RLIMIT_NOFILE, &whole);
    return context;
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
        .max_http_header_data = SERVER_HEAD_MAX_BYTES,
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
    server->context = create_context(&info);
    if (server->context == NULL)
        return ERR_NOMEM;
    rc = check_interfaces(error);
    if (rc == ERR_OK)
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
    const char *why = "libwebsockets does not take them";

    if (config->tls_certificate == NULL)
        return;
    /* It takes one after the other, and has half of each if they differ. */
    if (crypto_check_pair(config->tls_certificate, config->tls_key, &why) ==
            ERR_OK &&
        lws_tls_cert_updated(server->context, config->tls_certificate,
                             config->tls_key, NULL, 0, NULL, 0) == 0)
        log_info(server->log, "tls_reloaded", "");
    else
        log_error(server->log, "tls_reload_failed", "why=\"%s\"", why);
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

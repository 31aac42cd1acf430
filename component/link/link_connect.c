/* link_connect.c - an attempt to reach the XMPP server: a name, its addresses
 * one after another, a socket. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "link/link_internal.h"

enum {
    PROBE_IDLE_S = 60, /* silence before the kernel asks */
    PROBE_INTERVAL_S = 15,
    PROBE_COUNT = 4,
    UNACKED_MAX_MS = 60000, /* then the server is gone */
};

/* A look-up that hangs in a name server cannot be stopped.  It is let go of
 * and frees itself when it comes back. */
struct link_resolve {
    uv_getaddrinfo_t request;
    struct link_hub *hub; /* NULL: nobody waits any more */
};

static void try_next(struct link_hub *hub, const char *why);

static void set_number(int fd, int level, int option, int value)
{
    /* A system that refuses one notices a dead link later, no more. */
    (void)setsockopt(fd, level, option, &value, sizeof(value));
}

static void set_socket_options(uv_tcp_t *tcp)
{
    uv_os_fd_t fd;

    uv_tcp_nodelay(tcp, 1);
    uv_tcp_keepalive(tcp, 1, PROBE_IDLE_S);
    if (uv_fileno((uv_handle_t *)tcp, &fd) != 0)
        return;
    set_number(fd, IPPROTO_TCP, TCP_KEEPINTVL, PROBE_INTERVAL_S);
    set_number(fd, IPPROTO_TCP, TCP_KEEPCNT, PROBE_COUNT);
    set_number(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, UNACKED_MAX_MS);
}

static void on_connected(uv_connect_t *connect, int status)
{
    struct link_peer *peer = connect->data;
    struct link_hub *hub = peer->hub;

    if (peer->state == LINK_STATE_CLOSED)
        return;
    if (status < 0) {
        hub->server.peer = NULL; /* nothing was up: not an end */
        link__peer_drop(peer, link__why_uv(status));
        try_next(hub, link__why_uv(status));
        return;
    }
    set_socket_options(&peer->io.tcp);
    if (link__peer_open_stream(peer) != ERR_OK)
        link__peer_drop(peer, "out of memory");
}

static const struct addrinfo *pick(const struct link_server_state *server)
{
    const struct addrinfo *at = server->addresses;
    uint32_t skip = (server->turn + server->tried) % server->address_count;

    while (skip-- > 0)
        at = at->ai_next;
    return at;
}

static int connect_to(struct link_hub *hub, const struct addrinfo *address)
{
    struct link_peer *peer = link__peer_new(hub, LINK_SERVER);
    int status;

    if (peer == NULL)
        return UV_ENOMEM;
    peer->connect.data = peer;
    status = uv_tcp_connect(&peer->connect, &peer->io.tcp, address->ai_addr,
                            on_connected);
    if (status < 0) {
        link__peer_drop(peer, link__why_uv(status));
        return status;
    }
    hub->server.peer = peer;
    return 0;
}

static void try_next(struct link_hub *hub, const char *why)
{
    struct link_server_state *server = &hub->server;

    while (server->tried < server->address_count) {
        const struct addrinfo *address = pick(server);
        int status;

        server->tried++;
        status = connect_to(hub, address);
        if (status == 0)
            return;
        why = link__why_uv(status);
    }
    link__server_failed(hub, STREAM_ERROR_NONE, why);
}

static void on_resolved(uv_getaddrinfo_t *request, int status,
                        struct addrinfo *addresses)
{
    struct link_resolve *resolve = request->data;
    struct link_hub *hub = resolve->hub;

    free(resolve);
    if (hub == NULL) {
        uv_freeaddrinfo(addresses);
        return;
    }
    hub->server.resolve = NULL;
    if (status < 0) {
        uv_freeaddrinfo(addresses);
        link__server_failed(hub, STREAM_ERROR_NONE, link__why_uv(status));
        return;
    }
    hub->server.addresses = addresses;
    hub->server.address_count = 0;
    for (struct addrinfo *a = addresses; a != NULL; a = a->ai_next)
        hub->server.address_count++;
    try_next(hub, "name not found");
}

static int resolve_name(struct link_hub *hub)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC,
                             .ai_socktype = SOCK_STREAM};
    struct link_resolve *resolve = calloc(1, sizeof(*resolve));
    int status;

    if (resolve == NULL)
        return UV_ENOMEM;
    resolve->hub = hub;
    resolve->request.data = resolve;
    status = uv_getaddrinfo(hub->loop, &resolve->request, on_resolved,
                            hub->server.host, hub->server.port, &hints);
    if (status < 0) {
        free(resolve);
        return status;
    }
    hub->server.resolve = resolve;
    return 0;
}

void link__connect_abandon(struct link_hub *hub)
{
    struct link_server_state *server = &hub->server;
    struct link_peer *peer = server->peer;

    if (server->resolve != NULL) {
        server->resolve->hub = NULL;
        uv_cancel((uv_req_t *)&server->resolve->request);
        server->resolve = NULL;
    }
    if (peer != NULL && peer->state == LINK_STATE_CONNECTING) {
        server->peer = NULL;
        link__peer_drop(peer, "timed out");
    }
    uv_freeaddrinfo(server->addresses);
    server->addresses = NULL;
    server->address_count = 0;
    server->tried = 0;
}

static void on_attempt_over(uv_timer_t *timer)
{
    struct link_hub *hub = timer->data;
    struct link_server_state *server = &hub->server;

    if (server->peer != NULL && link__peer_is_alive(server->peer)) {
        link__peer_fail(server->peer, STREAM_ERROR_CONNECTION_TIMEOUT,
                        "timed out");
        return;
    }
    /* An address that swallows packets must not hide the one behind it. */
    server->turn += server->tried;
    link__server_failed(hub, STREAM_ERROR_NONE, "timed out");
}

void link__connect_begin(struct link_hub *hub)
{
    int status;

    uv_update_time(hub->loop); /* a start may have taken longer than that */
    uv_timer_start(&hub->server.phase, on_attempt_over, hub->tuning.attempt_ms,
                   0);
    status = resolve_name(hub);
    if (status < 0)
        link__server_failed(hub, STREAM_ERROR_NONE, link__why_uv(status));
}

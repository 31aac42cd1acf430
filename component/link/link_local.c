/* link_local.c - local peers: who may come in, and as whom. */
#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "link/link_internal.h"

enum { PASSWD_BYTES = 4096 };

static bool has_own_gateway_user(const struct link_hub *hub)
{
    return hub->gateway_uid != (uid_t)-1 && hub->gateway_uid != hub->own_uid;
}

static bool may_control(const struct link_hub *hub, uid_t uid)
{
    return uid == 0 || uid == hub->own_uid;
}

static bool may_be_gateway(const struct link_hub *hub, uid_t uid)
{
    if (has_own_gateway_user(hub))
        return uid == hub->gateway_uid;
    return may_control(hub, uid);
}

bool link__local_may_claim(const struct link_peer *peer, struct span domain)
{
    const struct link_hub *hub = peer->hub;

    if (span_is(domain, hub->guests_domain))
        return may_be_gateway(hub, peer->uid);
    return span_is(domain, hub->control_domain) && may_control(hub, peer->uid);
}

/* Of the gateway: duologuectl comes and goes with every command. */
static void log_life(const struct link_peer *peer, const char *event,
                     const char *why)
{
    if (peer->kind == LINK_GATEWAY)
        log_info(peer->hub->log, event, "kind=gateway why=\"%s\"", why);
}

void link__local_up(struct link_peer *peer)
{
    struct link_hub *hub = peer->hub;
    struct link_peer *old = hub->local.gateway;

    if (span_is(stream_domain(peer->stream), hub->guests_domain)) {
        peer->kind = LINK_GATEWAY;
        if (old != NULL)
            link__peer_fail(old, STREAM_ERROR_CONFLICT, "conflict");
        hub->local.gateway = peer;
    }
    log_life(peer, "local_peer_up", "handshake");
}

void link__local_ended(struct link_peer *peer, const char *why, bool was_up)
{
    struct link_hub *hub = peer->hub;

    if (hub->local.gateway == peer)
        hub->local.gateway = NULL;
    if (was_up)
        log_life(peer, "local_peer_down", why);
}

/* The first time: who knocks and knocks does not fill the log. */
static void log_refusal(struct link_hub *hub, const char *why, uid_t uid)
{
    if (!hub->local.is_refusal_logged)
        log_warn(hub->log, "local_peer_refused", "why=\"%s\" uid=%u", why,
                 (unsigned int)uid);
    hub->local.is_refusal_logged = true;
}

/* Who has no right to ctl.DOMAIN must not keep out those who have it: whoever
 * breaks into the gateway could make sure that nobody ends a chat. */
static bool has_too_many(const struct link_hub *hub, uid_t uid)
{
    size_t count = 0;

    if (may_control(hub, uid))
        return hub->local.count >= LINK_LOCAL_PEERS_MAX;
    for (const struct link_peer *peer = hub->peers; peer; peer = peer->next)
        count += peer->kind != LINK_SERVER && peer->uid == uid;
    return count >= LINK_GATEWAY_PEERS_MAX;
}

static void open_peer(struct link_hub *hub, int fd, uid_t uid)
{
    struct link_peer *peer = link__peer_new(hub, LINK_CONTROL);

    if (peer == NULL) {
        close(fd);
        return;
    }
    peer->uid = uid;
    if (uv_pipe_open(&peer->io.pipe, fd) != 0) {
        close(fd);
        link__peer_drop(peer, "not permitted");
        return;
    }
    uv_timer_start(&peer->deadline, link__peer_expire, hub->tuning.handshake_ms,
                   0);
    if (link__peer_open_stream(peer) != ERR_OK)
        link__peer_drop(peer, "out of memory");
}

static void admit(struct link_hub *hub, int fd)
{
    struct ucred who;
    socklen_t len = sizeof(who);
    const char *why = NULL;

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) != 0) {
        close(fd);
        return;
    }
    if (!may_control(hub, who.uid) && !may_be_gateway(hub, who.uid))
        why = "neither the gateway's user nor root nor our own";
    else if (has_too_many(hub, who.uid))
        why = "too many local peers";
    if (why != NULL) {
        log_refusal(hub, why, who.uid);
        close(fd);
        return;
    }
    open_peer(hub, fd, who.uid);
}

static void on_connectable(uv_poll_t *poll, int status, int events);

static void on_pause_over(uv_timer_t *timer)
{
    struct link_hub *hub = timer->data;

    uv_poll_start(&hub->local.poll, UV_READABLE, on_connectable);
}

/* Those who are here stay; those who wait are asked in when there is room. */
static void pause_accepting(struct link_hub *hub, int error)
{
    if (!hub->local.is_accept_failing)
        log_warn(hub->log, "accept_failed", "why=\"%s\"", link__why_uv(-error));
    hub->local.is_accept_failing = true;
    uv_poll_stop(&hub->local.poll);
    uv_timer_start(&hub->local.pause, on_pause_over, hub->tuning.accept_ms, 0);
}

static void on_connectable(uv_poll_t *poll, int status, int events)
{
    struct link_hub *hub = poll->data;

    (void)events;
    if (status < 0) {
        pause_accepting(hub, -status);
        return;
    }
    for (int i = 0; i < LINK_ACCEPT_MAX; i++) {
        int fd =
            accept4(hub->local.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd >= 0) {
            hub->local.is_accept_failing = false;
            admit(hub, fd);
        } else if (errno == EAGAIN) {
            return;
        } else if (errno != EINTR && errno != ECONNABORTED) {
            pause_accepting(hub, errno);
            return;
        }
    }
}

/* The group that the socket file is shared with: the gateway user's. */
static void find_group(const struct link_hub *hub, struct link_socket *socket)
{
    char text[PASSWD_BYTES];
    struct passwd entry;
    struct passwd *found = NULL;

    if (!has_own_gateway_user(hub))
        return;
    if (getpwuid_r(hub->gateway_uid, &entry, text, sizeof(text), &found) != 0 ||
        found == NULL) {
        log_warn(hub->log, "socket_not_shared",
                 "why=\"the gateway's user is not known\"");
        return;
    }
    socket->is_shared = true;
    socket->gid = entry.pw_gid;
}

enum err link__local_init(struct link_hub *hub,
                          const struct link_options *options, struct buf *error)
{
    struct link_local_state *local = &hub->local;
    struct link_socket file = {.path = options->socket_path,
                               .log = options->log};
    struct stat made;
    enum err rc;

    local->path = strdup(options->socket_path);
    if (local->path == NULL)
        return ERR_NOMEM;
    find_group(hub, &file);
    rc = link__socket_open(&file, &local->fd, &made, error);
    if (rc != ERR_OK)
        return rc;
    local->device = made.st_dev;
    local->inode = made.st_ino;
    if (uv_poll_init(hub->loop, &local->poll, local->fd) == 0)
        return ERR_OK;
    close(local->fd);
    unlink(local->path);
    return ERR_SYSTEM;
}

void link__local_begin(struct link_hub *hub)
{
    struct link_local_state *local = &hub->local;

    uv_timer_init(hub->loop, &local->pause);
    local->pause.data = hub;
    local->poll.data = hub;
    hub->handle_count += 2;
    uv_poll_start(&local->poll, UV_READABLE, on_connectable);
}

static void unlink_ours(const struct link_local_state *local)
{
    struct stat file;

    if (lstat(local->path, &file) == 0 && file.st_dev == local->device &&
        file.st_ino == local->inode)
        unlink(local->path);
}

void link__local_close(struct link_hub *hub)
{
    struct link_local_state *local = &hub->local;

    unlink_ours(local);
    uv_close((uv_handle_t *)&local->poll, link__hub_handle_closed);
    uv_close((uv_handle_t *)&local->pause, link__hub_handle_closed);
    close(local->fd); /* uv_close has let go of it already */
}

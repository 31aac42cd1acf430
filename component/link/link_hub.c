/* link_hub.c - the loop's side of all peers, and what the owner calls. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "link/link_internal.h"

static const struct link_tuning usual_tuning = {
    .backoff = {LINK_BACKOFF_MIN_MS, LINK_BACKOFF_MAX_MS, 0},
    .config_ms = 60 * 1000,
    .settled_ms = 30 * 1000,
    .attempt_ms = 15 * 1000,
    .handshake_ms = 10 * 1000,
    .stall_ms = LINK_STALL_MAX_MS,
    .keepalive_ms = LINK_KEEPALIVE_MS,
    .close_ms = 2 * 1000,
    .accept_ms = 1000,
};

void link__hub_tune(struct link_hub *hub, const struct link_tuning *tuning)
{
    hub->tuning = *tuning;
    hub->server.backoff = tuning->backoff;
}

static void move_to_end(struct link_hub *hub, struct link_peer *peer)
{
    struct link_peer **at = &hub->peers;

    while (*at != peer)
        at = &(*at)->next;
    *at = peer->next;
    while (*at != NULL)
        at = &(*at)->next;
    *at = peer;
    peer->next = NULL;
}

/* Goes on with what is read already.  Who was gone on with last comes last the
 * next time, so that nobody starves behind two who flood. */
static void on_idle(uv_idle_t *idle)
{
    struct link_hub *hub = idle->data;
    struct link_peer *last = NULL;

    for (struct link_peer *peer = hub->peers; peer != NULL; peer = peer->next) {
        if (link__read_is_waiting(peer))
            last = peer;
        link__read_rest(peer);
    }
    if (last != NULL)
        move_to_end(hub, last);
}

void link__hub_wake(struct link_hub *hub)
{
    if (!hub->is_closing)
        uv_idle_start(&hub->idle, on_idle);
}

void link__hub_touch(struct link_hub *hub)
{
    hub->is_dirty = true;
    /* What happens outside the poll phase must not wait for a socket. */
    link__hub_wake(hub);
}

void link__hub_tell_downs(struct link_hub *hub)
{
    for (struct link_peer *peer = hub->peers; peer != NULL; peer = peer->next)
        link__peer_tell_down(peer);
}

static void resume(struct link_hub *hub)
{
    bool is_waiting = false;

    hub->tick_stanzas = 0;
    hub->tick_bytes = 0;
    for (struct link_peer *peer = hub->peers; peer != NULL; peer = peer->next) {
        peer->tick_stanzas = 0;
        peer->tick_bytes = 0;
    }
    for (struct link_peer *peer = hub->peers; peer != NULL; peer = peer->next) {
        link__read_update(peer);
        is_waiting = is_waiting || link__read_is_waiting(peer);
    }
    if (is_waiting || hub->is_dirty)
        link__hub_wake(hub);
    else
        uv_idle_stop(&hub->idle);
}

void link_weigh(struct link_hub *hub, size_t bytes)
{
    hub->tick_bytes += bytes;
}

static void on_check(uv_check_t *check)
{
    struct link_hub *hub = check->data;

    link__hub_tell_downs(hub);
    if (hub->is_dirty) {
        hub->is_dirty = false;
        hub->handler->on_idle(hub->self);
    }
    if (!hub->is_closing)
        resume(hub);
}

static char *join(const char *before, struct span domain)
{
    size_t len = strlen(before);
    char *out = malloc(len + domain.len + 1);

    if (out == NULL)
        return NULL;
    memcpy(out, before, len);
    if (domain.len > 0)
        memcpy(out + len, domain.at, domain.len);
    out[len + domain.len] = '\0';
    return out;
}

static enum err copy_options(struct link_hub *hub,
                             const struct link_options *options)
{
    hub->loop = options->loop;
    hub->crypto = options->crypto;
    hub->log = options->log;
    hub->own_uid = geteuid();
    hub->gateway_uid = options->gateway_uid;
    hub->secret = BUF_EMPTY(LINK_SECRET_MAX_BYTES);
    hub->domain = join("", options->domain);
    hub->guests_domain = join("guests.", options->domain);
    hub->control_domain = join("ctl.", options->domain);
    if (hub->domain == NULL || hub->guests_domain == NULL ||
        hub->control_domain == NULL)
        return ERR_NOMEM;
    return buf_append(&hub->secret, options->secret);
}

static void free_hub(struct link_hub *hub)
{
    free(hub->domain);
    free(hub->guests_domain);
    free(hub->control_domain);
    free(hub->server.host);
    free(hub->local.path);
    buf_clear(&hub->secret);
    explicit_bzero(hub->read, sizeof(hub->read));
    free(hub);
}

static void begin(struct link_hub *hub)
{
    uv_check_init(hub->loop, &hub->check);
    uv_idle_init(hub->loop, &hub->idle);
    hub->check.data = hub;
    hub->idle.data = hub;
    hub->handle_count += 2;
    uv_check_start(&hub->check, on_check);
    link__local_begin(hub);
    link__server_begin(hub);
}

enum err link_open(const struct link_options *options,
                   const struct link_handler *handler, void *self,
                   struct link_hub **out, struct buf *error)
{
    struct link_hub *hub = calloc(1, sizeof(*hub));
    enum err rc;

    if (hub == NULL)
        return ERR_NOMEM;
    hub->handler = handler;
    hub->self = self;
    link__hub_tune(hub, &usual_tuning);
    rc = copy_options(hub, options);
    if (rc == ERR_OK)
        rc = link__server_init(hub, options);
    /* Last: from here on there are handles, and only the loop closes them. */
    if (rc == ERR_OK)
        rc = link__local_init(hub, options, error);
    if (rc != ERR_OK) {
        free_hub(hub);
        return rc;
    }
    begin(hub);
    *out = hub;
    return ERR_OK;
}

/* Peers are freed from here alone, which runs when libuv closes handles: no
 * loop over the peers and no callback of theirs is under way then. */
void link__hub_sweep(struct link_hub *hub)
{
    struct link_peer *next;

    for (struct link_peer *peer = hub->peers; peer != NULL; peer = next) {
        next = peer->next;
        if (peer->handle_count > 0)
            continue;
        link__peer_tell_down(peer);
        link__peer_free(peer);
    }
    if (hub->is_closing && hub->handle_count == 0 && hub->peers == NULL) {
        void (*on_closed)(void *self) = hub->on_closed;
        void *self = hub->on_closed_self;

        free_hub(hub);
        on_closed(self);
    }
}

void link__hub_handle_closed(uv_handle_t *handle)
{
    struct link_hub *hub = handle->data;

    hub->handle_count--;
    link__hub_sweep(hub);
}

void link_close(struct link_hub *hub, void (*on_closed)(void *self), void *self)
{
    hub->is_closing = true;
    hub->on_closed = on_closed;
    hub->on_closed_self = self;
    link__server_close(hub);
    link__local_close(hub);
    for (struct link_peer *peer = hub->peers; peer != NULL; peer = peer->next) {
        if (link__peer_is_alive(peer))
            stream_close(peer->stream, &peer->words);
        link__peer_finish(peer, "closing");
    }
    uv_close((uv_handle_t *)&hub->check, link__hub_handle_closed);
    uv_close((uv_handle_t *)&hub->idle, link__hub_handle_closed);
}

enum link_kind link_kind(const struct link_peer *peer)
{
    return peer->kind;
}

struct span link_domain(const struct link_peer *peer)
{
    switch (peer->kind) {
    case LINK_GATEWAY:
        return span_of(peer->hub->guests_domain);
    case LINK_CONTROL:
        return span_of(peer->hub->control_domain);
    case LINK_SERVER:
        break;
    }
    return SPAN_EMPTY;
}

struct buf *link_out(struct link_peer *peer)
{
    return &peer->held;
}

void link_flush(struct link_hub *hub)
{
    for (struct link_peer *peer = hub->peers; peer != NULL; peer = peer->next)
        link__write_release(peer);
}

void link_fail(struct link_peer *peer, const char *why)
{
    link__peer_fail(peer, link__why_error(why), why);
}

struct link_peer *link_server(struct link_hub *hub)
{
    struct link_peer *peer = hub->server.peer;

    return peer != NULL && peer->state == LINK_STATE_UP ? peer : NULL;
}

struct link_peer *link_gateway(struct link_hub *hub)
{
    return hub->local.gateway;
}

int64_t link_unconfirmed_ms(const struct link_peer *peer)
{
    return link__peer_is_alive(peer) ? link__sent_unconfirmed_ms(peer)
                                     : peer->unconfirmed_ms;
}

void link_set_tag(struct link_peer *peer, void *tag)
{
    peer->tag = tag;
}

void *link_get_tag(const struct link_peer *peer)
{
    return peer->tag;
}

void link_get_stats(const struct link_hub *hub, struct link_stats *out)
{
    *out = hub->stats;
    out->local_peers = hub->local.count;
}

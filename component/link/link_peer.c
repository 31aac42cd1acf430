/* link_peer.c - the life of one peer: born, up, ending, closed, told, freed. */
#include <stdlib.h>
#include <string.h>

#include "link/link_internal.h"

struct link_peer *link__peer_new(struct link_hub *hub, enum link_kind kind)
{
    struct link_peer *peer = calloc(1, sizeof(*peer));
    size_t out_max = LINK_OUT_MAX_BYTES + LINK_WORDS_MAX_BYTES;

    if (peer == NULL)
        return NULL;
    peer->hub = hub;
    peer->kind = kind;
    peer->words = BUF_EMPTY(LINK_WORDS_MAX_BYTES);
    peer->held = BUF_EMPTY(LINK_OUT_MAX_BYTES);
    peer->queue = BUF_EMPTY(out_max);
    peer->flight = BUF_EMPTY(out_max);
    peer->rest = BUF_EMPTY(LINK_READ_BYTES);
    /* Neither can fail on Linux. */
    if (kind == LINK_SERVER)
        uv_tcp_init(hub->loop, &peer->io.tcp);
    else
        uv_pipe_init(hub->loop, &peer->io.pipe, 0);
    uv_timer_init(hub->loop, &peer->deadline);
    peer->io.handle.data = peer;
    peer->deadline.data = peer;
    peer->handle_count = 2;
    peer->next = hub->peers;
    hub->peers = peer;
    if (kind != LINK_SERVER)
        hub->local.count++;
    return peer;
}

void link__peer_free(struct link_peer *peer)
{
    struct link_hub *hub = peer->hub;
    struct link_peer **at = &hub->peers;

    while (*at != peer)
        at = &(*at)->next;
    *at = peer->next;
    if (peer->kind != LINK_SERVER)
        hub->local.count--;
    stream_free(peer->stream);
    buf_clear(&peer->words);
    buf_clear(&peer->held);
    buf_clear(&peer->queue);
    buf_clear(&peer->flight);
    buf_clear(&peer->rest);
    free(peer);
}

void link__peer_tell_down(struct link_peer *peer)
{
    struct link_hub *hub = peer->hub;

    if (!peer->is_down_untold)
        return;
    peer->is_down_untold = false;
    hub->handler->on_down(hub->self, peer);
}

static void on_closed(uv_handle_t *handle)
{
    struct link_peer *peer = handle->data;

    peer->handle_count--;
    link__hub_sweep(peer->hub);
}

static void give_back(struct link_peer *peer)
{
    peer->state = LINK_STATE_CLOSED;
    peer->is_reading = false;
    uv_close(&peer->io.handle, on_closed);
    uv_close((uv_handle_t *)&peer->deadline, on_closed);
}

bool link__peer_is_alive(const struct link_peer *peer)
{
    return peer->state == LINK_STATE_OPENING || peer->state == LINK_STATE_UP;
}

/* What others must know when a peer stops being alive. */
static void leave(struct link_peer *peer, const char *why)
{
    bool was_up = peer->state == LINK_STATE_UP;

    peer->state = LINK_STATE_ENDING;
    peer->is_down_untold = was_up;
    if (was_up)
        link__hub_touch(peer->hub);
    if (peer->kind == LINK_SERVER && was_up)
        peer->unconfirmed_ms = link__sent_unconfirmed_ms(peer);
    if (peer->kind == LINK_SERVER)
        link__server_ended(peer, why, was_up);
    else
        link__local_ended(peer, why, was_up);
}

void link__peer_drop(struct link_peer *peer, const char *why)
{
    if (peer->state == LINK_STATE_CLOSED)
        return;
    if (peer->state != LINK_STATE_ENDING)
        leave(peer, why);
    give_back(peer);
}

static void on_shutdown(uv_shutdown_t *shutdown, int status)
{
    struct link_peer *peer = shutdown->data;

    if (status < 0 && peer->state != LINK_STATE_CLOSED)
        link__peer_drop(peer, "closed");
}

void link__peer_say_goodbye(struct link_peer *peer)
{
    if (peer->state != LINK_STATE_ENDING || !link__write_is_drained(peer))
        return;
    /* Closing with bytes unread would reset the connection, and our last
     * words with it: the peer closes first, or time is up. */
    peer->shutdown.data = peer;
    if (peer->is_eof ||
        uv_shutdown(&peer->shutdown, &peer->io.stream, on_shutdown) < 0)
        give_back(peer);
}

void link__peer_finish(struct link_peer *peer, const char *why)
{
    if (!link__peer_is_alive(peer)) {
        if (peer->state == LINK_STATE_CONNECTING)
            link__peer_drop(peer, why);
        return;
    }
    leave(peer, why);
    uv_timer_start(&peer->deadline, link__peer_expire,
                   peer->hub->tuning.close_ms, 0);
    link__write_say(peer);
    link__peer_say_goodbye(peer);
    link__read_update(peer);
}

void link__peer_fail(struct link_peer *peer, enum stream_error error,
                     const char *why)
{
    if (link__peer_is_alive(peer))
        stream_fail(peer->stream, error, &peer->words);
    link__peer_finish(peer, why);
}

void link__peer_expire(uv_timer_t *timer)
{
    struct link_peer *peer = timer->data;

    if (peer->state == LINK_STATE_OPENING)
        link__peer_fail(peer, STREAM_ERROR_CONNECTION_TIMEOUT, "timed out");
    else
        link__peer_drop(peer, "too far behind");
}

static bool may_claim(void *self, struct span domain)
{
    return link__local_may_claim(self, domain);
}

static void on_ready(void *self)
{
    struct link_peer *peer = self;
    struct link_hub *hub = peer->hub;

    peer->state = LINK_STATE_UP;
    uv_timer_stop(&peer->deadline);
    if (peer->kind == LINK_SERVER)
        link__server_up(peer);
    else
        link__local_up(peer);
    link__hub_tell_downs(hub);
    link__hub_touch(hub);
    link__write_set_ceiling(peer);
    hub->handler->on_up(hub->self, peer);
}

static void on_stanza(void *self, const struct xml_node *node,
                      enum xml_verdict verdict)
{
    struct link_peer *peer = self;
    struct link_hub *hub = peer->hub;

    peer->tick_stanzas++;
    hub->tick_stanzas++;
    hub->stats.stanzas_in++;
    link__hub_touch(hub);
    hub->handler->on_stanza(hub->self, peer, node, verdict);
}

static void make_id(struct link_hub *hub, char out[2 * LINK_ID_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t random[LINK_ID_BYTES];

    crypto_random(hub->crypto, random, sizeof(random));
    for (size_t i = 0; i < sizeof(random); i++) {
        out[2 * i] = digits[random[i] >> 4];
        out[2 * i + 1] = digits[random[i] & 15];
    }
}

enum err link__peer_open_stream(struct link_peer *peer)
{
    static const struct stream_handler handler = {
        .may_claim = may_claim,
        .on_ready = on_ready,
        .on_stanza = on_stanza,
    };
    struct link_hub *hub = peer->hub;
    bool is_server = peer->kind == LINK_SERVER;
    char id[2 * LINK_ID_BYTES];
    struct stream_options options = {.crypto = hub->crypto};
    enum err rc;

    make_id(hub, id);
    options.role = is_server ? STREAM_COMPONENT : STREAM_SERVER;
    options.domain = span_of(hub->domain);
    /* Who a local peer is, the kernel has told: it needs no secret. */
    options.secret = is_server ? buf_span(&hub->secret) : SPAN_EMPTY;
    options.id = (struct span){id, sizeof(id)};
    peer->stream = stream_new(&options, &handler, peer);
    if (peer->stream == NULL)
        return ERR_NOMEM;
    rc = stream_start(peer->stream, &peer->words);
    if (rc != ERR_OK)
        return rc;
    peer->state = LINK_STATE_OPENING;
    link__write_say(peer);
    link__read_start(peer);
    return ERR_OK;
}

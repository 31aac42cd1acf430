/* router_hub.h - links as the router sees them, that are only buffers.
 *
 * These functions stand in the place of those of link/. */
#ifndef UNIT_ROUTER_HUB_H
#define UNIT_ROUTER_HUB_H

#include "base/buf.h"
#include "link/link.h"
#include "support/check.h"

struct link_peer {
    enum link_kind kind;
    struct span domain;
    struct buf out;  /* written, not flushed */
    struct buf sent; /* flushed */
    void *tag;
    const char *failed;
    int64_t unconfirmed_ms;
};

struct link_hub {
    struct link_peer *server;
    struct link_peer *gateway;
    struct link_peer *control;
    unsigned flushes;
    size_t weight;
};

enum link_kind link_kind(const struct link_peer *peer)
{
    return peer->kind;
}

struct span link_domain(const struct link_peer *peer)
{
    return peer->domain;
}

struct buf *link_out(struct link_peer *peer)
{
    return &peer->out;
}

static inline void flush_peer(struct link_peer *peer)
{
    if (peer == NULL)
        return;
    check_ok(buf_append(&peer->sent, buf_span(&peer->out)));
    buf_truncate(&peer->out, 0);
}

void link_flush(struct link_hub *hub)
{
    hub->flushes++;
    flush_peer(hub->server);
    flush_peer(hub->gateway);
    flush_peer(hub->control);
}

void link_fail(struct link_peer *peer, const char *why)
{
    peer->failed = why;
}

struct link_peer *link_server(struct link_hub *hub)
{
    return hub->server;
}

struct link_peer *link_gateway(struct link_hub *hub)
{
    return hub->gateway;
}

int64_t link_unconfirmed_ms(const struct link_peer *peer)
{
    return peer->unconfirmed_ms;
}

void link_set_tag(struct link_peer *peer, void *tag)
{
    peer->tag = tag;
}

void *link_get_tag(const struct link_peer *peer)
{
    return peer->tag;
}

void link_weigh(struct link_hub *hub, size_t bytes)
{
    hub->weight += bytes;
}

void link_get_stats(const struct link_hub *hub, struct link_stats *out)
{
    *out = (struct link_stats){.is_server_up = hub->server != NULL};
}

#endif

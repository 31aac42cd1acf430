/* router_routes.c - which link leads to an address. */
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "router/router_internal.h"

enum err router__learn_route(struct router *router, struct span jid,
                             struct router_port *port)
{
    struct router_route *route = map_get(&router->routes, jid);
    enum err rc;

    if (route != NULL) {
        route->port = port;
        return ERR_OK;
    }
    if (router->routes.count >= ROUTER_ROUTES_MAX)
        return ERR_OK; /* it gets no answers, and nobody else suffers */
    route = malloc(sizeof(*route) + jid.len);
    if (route == NULL)
        return ERR_NOMEM;
    route->port = port;
    route->len = jid.len;
    memcpy(route->jid, jid.at, jid.len);
    rc = map_put(&router->routes, (struct span){route->jid, route->len}, route);
    if (rc != ERR_OK) {
        heap_free(route);
        return rc;
    }
    route->next = router->first_route;
    router->first_route = route;
    return ERR_OK;
}

static void forget_routes(struct router *router, const struct router_port *port)
{
    struct router_route **at = &router->first_route;

    while (*at != NULL) {
        struct router_route *route = *at;

        if (port != NULL && route->port != port) {
            at = &route->next;
            continue;
        }
        map_remove(&router->routes, (struct span){route->jid, route->len});
        *at = route->next;
        heap_free(route);
    }
}

void router__clear_routes(struct router *router)
{
    forget_routes(router, NULL);
    map_clear(&router->routes);
}

static struct span domain_of(struct span jid)
{
    struct span bare = span_slice(jid, 0, span_find(jid, '/'));
    size_t at = span_find(bare, '@');

    return at == bare.len ? bare : span_slice(bare, at + 1, bare.len);
}

static struct router_port *port_of(struct link_peer *peer)
{
    return peer != NULL ? link_get_tag(peer) : NULL;
}

struct router_port *router__route(struct router *router, struct span to)
{
    struct span domain = domain_of(to);

    if (span_is(domain, router->guests_domain))
        return port_of(link_gateway(router->hub));
    if (span_is(domain, router->control_domain)) {
        struct router_route *route = map_get(&router->routes, to);

        return route != NULL ? route->port : NULL;
    }
    return port_of(link_server(router->hub));
}

void router__on_up(void *self, struct link_peer *peer)
{
    struct router *router = self;
    struct router_port *port = calloc(1, sizeof(*port));

    if (port == NULL) {
        link_fail(peer, "resource-constraint");
        return;
    }
    port->peer = peer;
    port->out = STANZA_OUT(link_out(peer), span_of(router->domain));
    link_set_tag(peer, port);
    router->now_ms = router->clock.now_ms(router->clock.self);
    if (link_kind(peer) == LINK_SERVER)
        router__relinked(router);
    if (link_kind(peer) == LINK_GATEWAY) {
        service_forget_guests(router->service);
        router->walks.evict_before_ms = router->now_ms;
        router->walks.evict_after = 0;
    }
}

void router__on_down(void *self, struct link_peer *peer)
{
    struct router *router = self;
    struct router_port *port = link_get_tag(peer);

    if (port == NULL)
        return;
    if (link_kind(peer) == LINK_SERVER) {
        room_engine_set_linked(router->engine, false);
        router->away_ms =
            router__missed_since(router, link_unconfirmed_ms(peer));
    }
    forget_routes(router, port);
    link_set_tag(peer, NULL);
    heap_free(port);
}

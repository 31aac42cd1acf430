#include "router/router.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "router/router_internal.h"

static char *join_domain(const char *prefix, struct span domain)
{
    size_t size = strlen(prefix) + domain.len + 1;
    char *joined = malloc(size);

    if (joined != NULL)
        snprintf(joined, size, "%s%.*s", prefix, (int)domain.len, domain.at);
    return joined;
}

static enum err load_limit(void *self, const struct room_limit_image *image)
{
    struct router *router = self;

    return room_limit_load(router->engine, image);
}

enum err router__reload_limits(struct router *router)
{
    room_limits_forget(router->engine);
    return store_load_limits(router->store, router->now_ms, load_limit, router);
}

static enum err make_parts(struct router *router,
                           const struct router_options *options)
{
    struct service_port port = router__make_port(router);
    uint64_t seed[2];

    crypto_random(router->crypto, seed, sizeof(seed));
    map_init(&router->routes, seed);
    crypto_random(router->crypto, seed, sizeof(seed));
    router->domain = join_domain("", options->service.domain);
    router->guests_domain = join_domain("guests.", options->service.domain);
    router->control_domain = join_domain("ctl.", options->service.domain);
    router->engine = room_engine_new(&options->limits, seed);
    if (router->domain == NULL || router->guests_domain == NULL ||
        router->control_domain == NULL || router->engine == NULL)
        return ERR_NOMEM;
    router->service =
        service_new(&options->service, router->engine, router->crypto, &port);
    return router->service != NULL ? ERR_OK : ERR_NOMEM;
}

/* Every start is a run of its own: what was warned of before the start must be
 * warned of again. */
static enum err start_run(struct router *router)
{
    uint64_t run;
    enum err rc = store_next_run(router->store, &run);

    if (rc != ERR_OK)
        return rc;
    room_engine_set_run(router->engine, run);
    room_engine_set_linked(router->engine, !router->has_server);
    return router__reload_limits(router);
}

enum err router_new(const struct router_options *options, struct router **out)
{
    struct router *router = calloc(1, sizeof(*router));
    enum err rc;

    if (router == NULL)
        return ERR_NOMEM;
    router->store = options->store;
    router->crypto = options->crypto;
    router->log = options->log;
    router->clock = options->clock;
    router->has_server = options->service.has_server;
    router->effects = ROOM_EFFECTS_EMPTY;
    router->arena = ARENA_EMPTY(ROUTER_DECODE_MAX_BYTES);
    router->now_ms = router->clock.now_ms(router->clock.self);
    router->next_due_ms = router->now_ms;
    router->next_tidy_ms = router->now_ms;
    router->next_erase_ms = router->now_ms;
    router->ticked_ms = router->now_ms;
    router->away_ms = router__missed_before(router);
    router->walks.next_ask_ms = INT64_MAX;
    rc = make_parts(router, options);
    if (rc == ERR_OK)
        rc = start_run(router);
    if (rc != ERR_OK) {
        router_free(router);
        return rc;
    }
    *out = router;
    return ERR_OK;
}

void router_free(struct router *router)
{
    if (router == NULL)
        return;
    router__clear_routes(router);
    router__clear_waiting(router);
    room_effects_clear(&router->effects);
    arena_clear(&router->arena);
    service_free(router->service);
    room_engine_free(router->engine);
    free(router->domain);
    free(router->guests_domain);
    free(router->control_domain);
    explicit_bzero(router->random, sizeof(router->random));
    free(router);
}

const struct link_handler *router_handler(void)
{
    static const struct link_handler handler = {
        .on_up = router__on_up,
        .on_stanza = router__on_stanza,
        .on_down = router__on_down,
        .on_idle = (void (*)(void *))router_tick,
    };

    return &handler;
}

void router_attach(struct router *router, struct link_hub *hub)
{
    router->hub = hub;
}

enum err router_set_limits(struct router *router,
                           const struct room_limits *limits,
                           const struct service_options *service)
{
    enum err rc = service_set_options(router->service, service);

    if (rc == ERR_OK)
        room_engine_set_limits(router->engine, limits);
    return rc;
}

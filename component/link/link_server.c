/* link_server.c - the one link to the XMPP server: up, down, and when to try
 * again. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "link/link_internal.h"

enum err link__server_init(struct link_hub *hub,
                           const struct link_options *options)
{
    struct link_server_state *server = &hub->server;

    if (options->server_host == NULL)
        return ERR_OK;
    server->host = strdup(options->server_host);
    if (server->host == NULL)
        return ERR_NOMEM;
    snprintf(server->port, sizeof(server->port), "%u",
             (unsigned int)options->server_port);
    return ERR_OK;
}

void link__server_begin(struct link_hub *hub)
{
    struct link_server_state *server = &hub->server;

    if (server->host == NULL)
        return;
    uv_timer_init(hub->loop, &server->phase);
    uv_timer_init(hub->loop, &server->keepalive);
    server->phase.data = hub;
    server->keepalive.data = hub;
    hub->handle_count += 2;
    link__connect_begin(hub);
}

static void on_pause_over(uv_timer_t *timer)
{
    link__connect_begin(timer->data);
}

static uint64_t next_pause(struct link_hub *hub, enum stream_error error)
{
    uint64_t random;

    crypto_random(hub->crypto, &random, sizeof(random));
    /* An operator has to act: there is no hurry. */
    if (link__why_is_config(error))
        return hub->tuning.config_ms + random % (hub->tuning.config_ms / 4 + 1);
    return link__backoff_next(&hub->server.backoff, random);
}

/* The same failure again and again is one line, and a count when it ends. */
static void log_failure(struct link_hub *hub, enum stream_error error,
                        const char *why)
{
    struct link_server_state *server = &hub->server;
    const char *last = server->logged_why;

    if (last != NULL && strcmp(last, why) == 0) {
        server->repeats++;
        return;
    }
    if (last != NULL && server->repeats > 0)
        log_info(hub->log, "server_repeated", "why=\"%s\" times=%" PRIu64, last,
                 server->repeats);
    server->logged_why = why;
    server->repeats = 0;
    if (link__why_is_config(error) || error == STREAM_ERROR_CONFLICT)
        log_error(hub->log, "server_refused", "why=\"%s\" advice=\"%s\"", why,
                  link__why_advice(error));
    else
        log_warn(hub->log, "server_unreachable", "why=\"%s\"", why);
}

static void wait_for_next(struct link_hub *hub, enum stream_error error)
{
    link__connect_abandon(hub);
    uv_timer_start(&hub->server.phase, on_pause_over, next_pause(hub, error),
                   0);
}

void link__server_failed(struct link_hub *hub, enum stream_error error,
                         const char *why)
{
    hub->stats.server_failures++;
    hub->stats.last_error = why;
    log_failure(hub, error, why);
    wait_for_next(hub, error);
}

static void on_settled(uv_timer_t *timer)
{
    struct link_hub *hub = timer->data;

    link__backoff_reset(&hub->server.backoff);
}

static void on_silence(uv_timer_t *timer)
{
    struct link_hub *hub = timer->data;
    struct link_peer *peer = link_server(hub);

    if (peer != NULL)
        link__write_space(peer);
}

void link__server_up(struct link_peer *peer)
{
    struct link_hub *hub = peer->hub;
    struct link_server_state *server = &hub->server;

    hub->stats.is_server_up = true;
    hub->stats.server_connects++;
    hub->stats.last_error = NULL;
    log_info(hub->log, "server_up", "failures=%" PRIu64,
             server->logged_why != NULL ? server->repeats + 1 : 0);
    server->logged_why = NULL;
    server->repeats = 0;
    uv_timer_start(&server->phase, on_settled, hub->tuning.settled_ms, 0);
    uv_timer_start(&server->keepalive, on_silence, hub->tuning.keepalive_ms,
                   hub->tuning.keepalive_ms);
}

static void down(struct link_hub *hub, enum stream_error error, const char *why)
{
    hub->stats.is_server_up = false;
    hub->stats.last_error = why;
    uv_timer_stop(&hub->server.keepalive);
    if (hub->is_closing)
        log_info(hub->log, "server_down", "why=\"%s\"", why);
    else if (error == STREAM_ERROR_CONFLICT)
        log_error(hub->log, "server_down", "why=\"%s\" advice=\"%s\"", why,
                  link__why_advice(error));
    else
        log_warn(hub->log, "server_down", "why=\"%s\"", why);
}

void link__server_ended(struct link_peer *peer, const char *why, bool was_up)
{
    struct link_hub *hub = peer->hub;
    enum stream_error error = STREAM_ERROR_NONE;

    if (hub->server.peer != peer) /* an address that did not answer */
        return;
    hub->server.peer = NULL;
    if (peer->stream != NULL)
        error = stream_peer_error(peer->stream);
    if (was_up)
        down(hub, error, why);
    if (hub->is_closing)
        return;
    if (was_up)
        wait_for_next(hub, error);
    else
        link__server_failed(hub, error, why);
}

void link__server_close(struct link_hub *hub)
{
    struct link_server_state *server = &hub->server;

    if (server->host == NULL)
        return;
    link__connect_abandon(hub);
    uv_close((uv_handle_t *)&server->phase, link__hub_handle_closed);
    uv_close((uv_handle_t *)&server->keepalive, link__hub_handle_closed);
}

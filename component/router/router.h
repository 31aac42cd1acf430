/* router.h - who is where, and the tick.
 *
 * The router brings stanzas from links to the service, wakes the rooms they
 * are for, and once a loop iteration ends the tick: commit, then speak.
 * Nobody is told what is not stored. */
#ifndef ROUTER_ROUTER_H
#define ROUTER_ROUTER_H

#include "base/err.h"
#include "base/log.h"
#include "crypto/crypto.h"
#include "link/link.h"
#include "room/room.h"
#include "service/service.h"
#include "store/store.h"

enum {
    ROUTER_DUE_MAX = 64,         /* rooms whose time has come, a tick */
    ROUTER_ASKS_PER_SECOND = 50, /* rooms whose sessions are pinged */
    ROUTER_EVICT_MAX = 200,      /* rooms cleared of former guests, a tick */
    ROUTER_WAITING_MAX = 4096,   /* answers that wait for an erasure */
};

struct router;

struct router_clock {
    int64_t (*now_ms)(void *self); /* Unix time in ms, never goes back */
    void *self;
};

struct router_options {
    struct store *store;
    struct crypto *crypto;
    const struct log *log;
    struct router_clock clock;
    struct room_limits limits;
    struct service_options service;
};

/* Makes a router over an open store: an engine, a service, and the limits that
 * were stored.  Borrows store, crypto and log; copies the rest.
 * Errors: ERR_NOMEM, ERR_STORE. */
enum err router_new(const struct router_options *options,
                    struct router **out) MUST_CHECK;

/* Frees it; close the hub first.  NULL is fine. */
void router_free(struct router *router);

/* What the hub calls, with the router as `self`. */
const struct link_handler *router_handler(void);

/* Gives the router its hub, once, before the loop runs. */
void router_attach(struct router *router, struct link_hub *hub);

/* One tick: what has been decided since the last one is committed and spoken;
 * rooms whose time has come get their events. */
void router_tick(struct router *router);

/* When router_tick must be called even if nothing is read: Unix time in ms. */
int64_t router_next_ms(const struct router *router);

/* Takes new limits and options, as after SIGHUP.  ERR_NOMEM: the old stay. */
enum err router_set_limits(struct router *router,
                           const struct room_limits *limits,
                           const struct service_options *service) MUST_CHECK;

#endif

/* router_inbound.c - a stanza from a link to the service. */
#include <string.h>

#include "router/router_internal.h"

enum err router__touch(struct router *router, struct span local)
{
    struct router_touched *touched = router->touched;

    if (touched != NULL && memcmp(touched->local, local.at, ID_CHARS) == 0)
        return ERR_OK;
    touched = arena_alloc(&router->arena, sizeof(*touched));
    if (touched == NULL)
        return ERR_NOMEM;
    memcpy(touched->local, local.at, ID_CHARS);
    touched->next = router->touched;
    router->touched = touched;
    return ERR_OK;
}

enum err router__step(struct router *router, const struct room_event *event)
{
    enum err rc = router__touch(router, event->room);

    if (rc == ERR_OK)
        rc = room_step(router->engine, event, &router->effects);
    return rc;
}

static void find_awake(const struct room *room, struct service_found *out)
{
    if (room_is_ended(room)) {
        out->fate = SERVICE_ENDED;
        out->cause = room_get_cause(room);
        return;
    }
    out->fate = SERVICE_LIVE;
    out->room = room;
}

/* Takes a room that the store has read into the engine. */
static enum err take_in(struct router *router, struct store_room *stored,
                        const struct room **out)
{
    struct room *room = room_find(router->engine, stored->image.local);
    enum err rc = ERR_OK;

    if (room == NULL)
        rc = room_load(router->engine, &stored->image, &room);
    if (rc == ERR_OK)
        *out = room;
    store_room_clear(stored);
    return rc;
}

static const struct room *find_in_memory(struct router *router,
                                         const struct stanza *stanza)
{
    if (stanza->to.local.len == 0 || stanza->is_to_malformed)
        return NULL;
    return room_find(router->engine, stanza->to.local);
}

enum err router__wake(struct router *router, struct span local,
                      struct service_found *out)
{
    const struct room *awake;
    struct store_room stored;
    enum store_fate fate;
    enum err rc;

    *out = (struct service_found){.fate = SERVICE_UNKNOWN};
    if (!base32_is_id(local, ID_CHARS))
        return ERR_OK;
    awake = room_find(router->engine, local);
    if (awake != NULL) {
        find_awake(awake, out);
        return ERR_OK;
    }
    rc = store_load(router->store, local, &fate, &stored, &out->cause);
    if (rc != ERR_OK || fate == STORE_UNKNOWN)
        return rc;
    if (fate == STORE_ENDED) {
        out->fate = SERVICE_ENDED;
        return ERR_OK;
    }
    out->fate = SERVICE_LIVE;
    return take_in(router, &stored, &out->room);
}

enum err router__wake_number(struct router *router, int64_t number,
                             const struct room **room)
{
    struct store_room stored;
    enum store_fate fate;
    enum err rc = store_load_number(router->store, number, &fate, &stored);

    *room = NULL;
    if (rc != ERR_OK || fate != STORE_LIVE)
        return rc;
    rc = take_in(router, &stored, room);
    if (rc == ERR_OK && room_is_ended(*room))
        *room = NULL;
    return rc;
}

static enum room_leg leg_of(const struct link_peer *peer)
{
    switch (link_kind(peer)) {
    case LINK_GATEWAY:
        return ROOM_LEG_GUEST;
    case LINK_CONTROL:
        return ROOM_LEG_CONTROL;
    case LINK_SERVER:
        break;
    }
    return ROOM_LEG_NATIVE;
}

/* Local peers speak for their own domain only.  The XMPP server stamps `from`,
 * and speaks for everybody but us. */
static bool may_come_from(const struct router *router,
                          const struct link_peer *peer, struct span domain)
{
    if (link_kind(peer) != LINK_SERVER)
        return span_equal(domain, link_domain(peer));
    return !span_is(domain, router->domain) &&
           !span_is(domain, router->guests_domain) &&
           !span_is(domain, router->control_domain);
}

/* Keeps whom to answer should the commit fail.  Lives as long as the tick. */
static enum err remember(struct router *router, const struct stanza *stanza)
{
    struct router_pending *pending;
    struct room_request request;
    enum err rc;

    service_request_of(stanza, &request);
    if (request.kind == ROOM_REQUEST_NONE)
        return ERR_OK;
    pending = arena_alloc(&router->arena, sizeof(*pending));
    if (pending == NULL)
        return ERR_NOMEM;
    pending->request.kind = request.kind;
    if ((rc = arena_copy(&router->arena, request.from,
                         &pending->request.from)) != ERR_OK ||
        (rc = arena_copy(&router->arena, request.to, &pending->request.to)) !=
            ERR_OK)
        return rc;
    if (request.id.at != NULL &&
        (rc = arena_copy(&router->arena, request.id, &pending->request.id)) !=
            ERR_OK)
        return rc;
    pending->next = router->pending;
    router->pending = pending;
    return ERR_OK;
}

/* Only what may make a room, a code, a command session or a token needs
 * chance. */
static const uint8_t *chance_for(struct router *router,
                                 const struct stanza *stanza, enum room_leg leg)
{
    if (stanza->kind == STANZA_IQ || stanza->to.local.len == 0 ||
        (leg == ROOM_LEG_GUEST && stanza->kind == STANZA_PRESENCE))
        crypto_random(router->crypto, router->random, sizeof(router->random));
    return router->random;
}

static enum err handle(struct router *router, const struct stanza *stanza,
                       enum room_leg leg)
{
    struct service_input in = {
        .stanza = stanza,
        .leg = leg,
        .now_ms = router->now_ms,
        .found = {.fate = SERVICE_UNKNOWN},
    };
    bool is_admitted = true;
    enum err rc = remember(router, stanza);

    if (rc == ERR_OK && router->rc != ERR_OK)
        return router->rc; /* this tick will be taken back */
    if (rc == ERR_OK)
        rc = service_admit(router->service, &in, find_in_memory(router, stanza),
                           &is_admitted);
    in.is_too_much = !is_admitted;
    if (rc == ERR_OK && is_admitted && stanza->to.local.len > 0 &&
        !stanza->is_to_malformed)
        rc = router__wake(router, stanza->to.local, &in.found);
    /* A bad block under one room is no matter of the others. */
    in.is_unreadable = rc == ERR_STORE;
    if (in.is_unreadable)
        rc = ERR_OK;
    if (rc == ERR_OK && in.found.room != NULL)
        rc = router__touch(router, room_local(in.found.room));
    if (rc != ERR_OK)
        return rc;
    in.random = chance_for(router, stanza, leg);
    return service_handle(router->service, &in, &router->effects);
}

static size_t weight_of(const struct room_effect *effect)
{
    switch ((int)effect->kind) {
    case ROOM_EFFECT_SAY:
        return effect->u.say.to_count *
               (effect->u.say.payload.len + ROUTER_STANZA_WEIGHT_BYTES);
    case ROOM_EFFECT_PRESENCE:
        return effect->u.presence.presence.len + ROUTER_STANZA_WEIGHT_BYTES;
    case ROOM_EFFECT_REPLAY:
    case ROOM_EFFECT_ARCHIVE:
        return ROUTER_PAGE_WEIGHT_BYTES;
    default:
        return 0;
    }
}

/* What few bytes asked for may be a lot to say: no more is read in this tick
 * than the links can take. */
static void weigh(struct router *router)
{
    const struct room_effect *effect =
        router->weighed != NULL ? router->weighed->next : router->effects.first;
    size_t bytes = 0;

    for (; effect != NULL; effect = effect->next)
        bytes += weight_of(effect);
    router->weighed = router->effects.last;
    link_weigh(router->hub, bytes);
}

void router__on_stanza(void *self, struct link_peer *peer,
                       const struct xml_node *node, enum xml_verdict verdict)
{
    struct router *router = self;
    struct stanza stanza;
    enum err rc = stanza_decode(&router->arena, node, verdict, &stanza);

    router->now_ms = router->clock.now_ms(router->clock.self);
    router->counters.stanzas++;
    if (rc == ERR_OK && !may_come_from(router, peer, stanza.from.domain)) {
        router->counters.dropped++;
        if (link_kind(peer) != LINK_SERVER)
            link_fail(peer, "invalid-from");
        return;
    }
    if (rc == ERR_SYNTAX || (rc == ERR_OK && !stanza.is_to_malformed &&
                             !span_is(stanza.to.domain, router->domain))) {
        router->counters.dropped++;
        return;
    }
    if (rc == ERR_OK && link_kind(peer) == LINK_CONTROL)
        rc = router__learn_route(router, stanza.from.full, link_get_tag(peer));
    if (rc == ERR_OK)
        rc = handle(router, &stanza, leg_of(peer));
    weigh(router);
    if (rc != ERR_OK && router->rc == ERR_OK)
        router->rc = rc;
}

/* router_internal.h - shared inside the router. */
#ifndef ROUTER_ROUTER_INTERNAL_H
#define ROUTER_ROUTER_INTERNAL_H

#include "base/map.h"
#include "room/room_view.h"
#include "router/router.h"

enum {
    ROUTER_DECODE_MAX_BYTES = 16 * 1024 * 1024,
    ROUTER_ROUTES_MAX = 4 * LINK_LOCAL_PEERS_MAX,
    ROUTER_EVICT_MAX_BYTES = ROOM_EFFECTS_MAX_BYTES / 4,
    ROUTER_ERASE_PAUSE_MS = 50,
    ROUTER_PAGE_WEIGHT_BYTES = 256 * 1024, /* of history or archive, about */
    ROUTER_STANZA_WEIGHT_BYTES = 512,      /* around what a person said */
    ROUTER_RETRY_MS = 1000,
    ROUTER_TIDY_MS = 60 * 60 * 1000,
    ROUTER_DUE_PAUSE_MS = 250, /* between looks at sleeping rooms */
};

/* What a link's tag points to. */
struct router_port {
    struct link_peer *peer;
    struct stanza_out out;
};

/* A stanza of this tick that wants an answer, should the commit fail. */
struct router_pending {
    struct room_request request;
    struct router_pending *next;
};

/* An answer that waits until a room is erased. */
struct router_waiting {
    struct router_waiting *next;
    int64_t number;
    struct arena arena; /* holds the request's bytes */
    struct room_request request;
};

struct router_touched {
    char local[ID_CHARS];
    struct router_touched *next;
};

/* The address of a control peer, and the way to it. */
struct router_route {
    struct router_port *port;
    struct router_route *next;
    size_t len;
    char jid[];
};

/* How far the walks over all rooms have come. */
struct router_walks {
    int64_t evict_before_ms; /* 0: nobody to evict */
    int64_t evict_after;     /* number of the last room cleared */
    int64_t next_ask_ms;     /* INT64_MAX: nobody to ask */
    int64_t ask_after;       /* number of the last room asked */
    int64_t asked_ms;        /* when that was */
    int64_t missed_from_ms;  /* what was said from then until then has not */
    int64_t missed_until_ms; /* reached those who are asked; inclusive */
    bool is_leave_due;       /* guests left in a tick that was taken back */
    int64_t resume_ms;       /* not before, after a commit that failed */
};

struct router_counters {
    uint64_t ticks;
    uint64_t stanzas;
    uint64_t dropped;    /* from or to that cannot be */
    uint64_t taken_back; /* ticks whose commit failed */
    uint64_t unsent;     /* no link, or the link was full */
};

struct router {
    struct store *store;
    struct crypto *crypto;
    const struct log *log;
    struct router_clock clock;
    struct link_hub *hub;
    struct room_engine *engine;
    struct service *service;

    char *domain;
    char *guests_domain;
    char *control_domain;
    bool has_server;

    /* this tick */
    int64_t now_ms;
    enum err rc; /* the first error of the tick */
    struct room_effects effects;
    const struct room_effect *weighed; /* up to here; NULL: none yet */
    struct arena arena;                /* addresses, pending, touched */
    struct router_pending *pending;
    struct router_touched *touched;
    size_t numbers_given; /* to new rooms */
    uint8_t random[SERVICE_RANDOM_BYTES];

    /* across ticks */
    struct map routes; /* full JID of control peers -> router_route */
    struct router_route *first_route;
    struct router_waiting *waiting;
    size_t waiting_count;
    bool is_wipe_due;
    bool is_store_failing;
    int64_t next_due_ms;
    int64_t next_tidy_ms;
    int64_t next_erase_ms;
    struct router_walks walks;
    int64_t ticked_ms;    /* when the last tick began */
    int64_t next_note_ms; /* not before, of what is unsaid */
    int64_t away_ms;      /* since when the XMPP server is; 0: it is here */
    struct router_counters counters;
};

/* router_inbound.c */
void router__on_stanza(void *self, struct link_peer *peer,
                       const struct xml_node *node, enum xml_verdict verdict);
enum err router__wake(struct router *router, struct span local,
                      struct service_found *out) MUST_CHECK;
enum err router__wake_number(struct router *router, int64_t number,
                             const struct room **room) MUST_CHECK;
enum err router__touch(struct router *router, struct span local) MUST_CHECK;
enum err router__step(struct router *router,
                      const struct room_event *event) MUST_CHECK;

/* router_ports.c: what the service may ask and where it speaks */
struct service_port router__make_port(struct router *router);
struct service_speaker router__make_speaker(struct router *router);

/* router_routes.c */
enum err router__learn_route(struct router *router, struct span jid,
                             struct router_port *port) MUST_CHECK;
struct router_port *router__route(struct router *router, struct span to);
void router__on_up(void *self, struct link_peer *peer);
void router__on_down(void *self, struct link_peer *peer);
void router__clear_routes(struct router *router);

/* router_erase.c */
enum err router__await_erasure(struct router *router,
                               const struct room_effect *effect) MUST_CHECK;
void router__wipe(struct router *router);
void router__erase(struct router *router);
void router__clear_waiting(struct router *router);

/* router_missed.c: from when on words may have been stored and not said, after
 * a start, and after a link whose last `unconfirmed_ms` may be lost; it is
 * noted on disk, should there be a crash. */
int64_t router__missed_before(const struct router *router);
int64_t router__missed_since(const struct router *router,
                             int64_t unconfirmed_ms);
enum err router__tell_missed(struct router *router, const struct room *room,
                             const struct room_session_image *session)
    MUST_CHECK;

void router__note_unsaid(struct router *router);

/* router_upkeep.c */
enum err router__gather_due(struct router *router) MUST_CHECK;
void router__relinked(struct router *router);
void router__tidy(struct router *router);

/* router.c */
enum err router__reload_limits(struct router *router) MUST_CHECK;

#endif

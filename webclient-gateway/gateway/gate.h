/* gate.h - what all guests share: names, keys, the way to the component.
 *
 * Everything behind this header is free of sockets and clocks: time is set
 * from outside, bytes for the component gather in `up`, frames for browsers in
 * the queues of their sessions. */
#ifndef GATEWAY_GATE_H
#define GATEWAY_GATE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"
#include "crypto/crypto.h"
#include "gateway/address.h"
#include "gateway/frame.h"
#include "wire/stanza.h"

struct guest;
struct session;

enum {
    GATE_UP_MAX_BYTES = 8 * 1024 * 1024, /* for the component, unsent */
    /* Waiting for all browsers: above it, each may have SESSION_OUT_BYTES. */
    GATE_OUT_BYTES = 64 * 1024 * 1024,
    /* Kept for all guests until they acknowledge it: above it, each may have
     * GUEST_QUEUE_LEAST_BYTES. */
    GATE_UNACKED_BYTES = 64 * 1024 * 1024,
    GATE_GUESTS_MAX = 20 * 1000,
    GATE_HIBERNATE_MS = 5 * 60 * 1000,
    GATE_HIBERNATE_ROOMLESS_MS = 10 * 1000, /* of one who misses nothing */
    GATE_SOURCE_CHARS = 32,
    GATE_SCRATCH_BYTES = 128 * 1024,
    GATE_DOMAIN_MAX_BYTES = 256,
};

struct gate_counts {
    uint64_t sessions_opened;
    uint64_t guests_bound;
    uint64_t resumed;
    uint64_t expired; /* hibernating guests that nobody came back for */
    uint64_t stanzas_in;
    uint64_t stanzas_out;
    uint64_t refused_relay; /* stanzas to somebody else's domain */
    uint64_t bad_frames;
    uint64_t slow_readers;
};

struct gate_ports {
    /* `session` has frames to write, or is to be closed. */
    void (*on_output)(void *self, struct session *session);
    /* `up` is not empty. */
    void (*on_up)(void *self);
};

struct gate {
    struct buf domain;
    struct buf guests_domain;
    struct crypto *crypto;
    struct secret source_key; /* drawn at start, never stored */
    struct frame_reader *frames;
    struct arena arena;   /* for addresses of one stanza */
    struct buf scratch;   /* one stanza being written */
    struct buf up;        /* bytes for the component */
    size_t out_bytes;     /* for browsers, unsent, in all sessions */
    size_t unacked_bytes; /* of all guests, sent or not */
    bool is_linked;       /* the component listens */
    struct map by_jid;    /* full JID -> guest */
    struct map by_token;  /* XEP-0198 id -> guest */
    struct guest *first;  /* all guests */
    struct guest *dead;   /* ended, not freed yet */
    int64_t now_ms;       /* of a clock that never goes back */
    struct gate_counts counts;
    const struct gate_ports *ports;
    void *self;
};

/* Starts without guests and without a component.
 *
 * Owner:  borrows `crypto`, `ports` and `self`; copies `domain`, which is
 *         prepared.  Goes with gate_clear, also after an error.
 * Errors: ERR_NOMEM, ERR_LIMIT. */
enum err gate_init(struct gate *gate, struct span domain,
                   struct crypto *crypto) MUST_CHECK;
/* Every session is gone before. */
void gate_clear(struct gate *gate);

/* The component listens: guests of its former life are told that they are in
 * no room any more, so that they enter again. */
void gate_up(struct gate *gate);
void gate_down(struct gate *gate);

/* Ends every guest, which leaves all rooms. */
void gate_end_guests(struct gate *gate);

/* One stanza from the component. */
void gate_deliver(struct gate *gate, const struct xml_node *node);

/* Ends what has waited too long. */
void gate_sweep(struct gate *gate);

/* The keyed hash that stands for an address towards the component, in hex. */
enum err gate_source(struct gate *gate, const struct address *address,
                     char out[GATE_SOURCE_CHARS]) MUST_CHECK;

/* Writes `len` random lower-case characters of base 32, without a NUL. */
void gate__random_name(struct gate *gate, char *out, size_t len);

/* Adds what is in `scratch` to `up`.
 * Errors: ERR_AGAIN when the component is away or does not keep up. */
enum err gate__send_up(struct gate *gate) MUST_CHECK;

#endif

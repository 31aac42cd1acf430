/* link.h - sockets to the XMPP server and from local peers, over libuv.
 *
 * The hub moves bytes and keeps XEP-0114 streams; what stanzas mean is not its
 * business.  Nothing written to a peer leaves before link_flush: the router
 * calls it when the tick is on disk. */
#ifndef LINK_LINK_H
#define LINK_LINK_H

#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/span.h"
#include "crypto/crypto.h"
#include "wire/xml.h"
#include "wire/xml_reader.h"

enum {
    LINK_OUT_MAX_BYTES = 8 * 1024 * 1024, /* a peer this far behind is cut */
    LINK_STALL_MAX_MS = 10 * 1000,        /* or this long, if local */
    LINK_BACKOFF_MIN_MS = 1000,
    LINK_BACKOFF_MAX_MS = 60 * 1000,
    LINK_KEEPALIVE_MS = 60 * 1000,
    LINK_LOCAL_PEERS_MAX = 64,
    LINK_GATEWAY_PEERS_MAX = 8, /* of the gateway's user, if that is not us */
};

enum link_kind {
    LINK_SERVER,  /* the XMPP server; there is at most one */
    LINK_GATEWAY, /* guests.DOMAIN; there is at most one */
    LINK_CONTROL, /* ctl.DOMAIN; duologuectl */
};

struct uv_loop_s; /* of libuv, which the includer need not see */
struct link_hub;
struct link_peer;

struct link_handler {
    /* The handshake is done; the peer may be written to. */
    void (*on_up)(void *self, struct link_peer *peer);
    /* One stanza (see xml_handler.on_element).  `node` is borrowed. */
    void (*on_stanza)(void *self, struct link_peer *peer,
                      const struct xml_node *node, enum xml_verdict verdict);
    /* The peer is gone; forget it. Called only after on_up. */
    void (*on_down)(void *self, struct link_peer *peer);
    /* Everything readable now has been read: decide, commit, speak, flush.
     * Called once a loop iteration in which something was read. */
    void (*on_idle)(void *self);
};

struct link_options {
    struct uv_loop_s *loop;
    struct span domain;
    const char *server_host; /* NULL: no XMPP server, browsers only */
    uint16_t server_port;
    struct span secret;
    const char *socket_path; /* the Unix socket; made 0600, or 0660 and the
                              * gateway user's group when there is one */
    uid_t gateway_uid;       /* may be guests.DOMAIN; (uid_t)-1: our own */
    struct crypto *crypto;   /* ids and jitter */
    const struct log *log;
};

/* Makes a hub: listens on the Unix socket and starts connecting.  A stale
 * socket file is replaced; one that answers is ERR_AGAIN.
 *
 * Owner:  borrows `handler`, `self`, loop, crypto and log; copies the rest.
 *         `error` gets one line for a person.
 * Errors: ERR_SYSTEM, ERR_AGAIN, ERR_NOMEM. */
enum err link_open(const struct link_options *options,
                   const struct link_handler *handler, void *self,
                   struct link_hub **out, struct buf *error) MUST_CHECK;

/* Closes all peers orderly (what is flushed still leaves, for at most 2 s),
 * frees the hub and calls `on_closed` with `self`.  Until then the handler
 * may still get on_down, and nothing else. */
void link_close(struct link_hub *hub, void (*on_closed)(void *self),
                void *self);

/* Who is at the other end; the same for the life of the peer. */
enum link_kind link_kind(const struct link_peer *peer);

/* The domain whose addresses the peer may use as `from`: of the XMPP server
 * everything but ours, so empty. */
struct span link_domain(const struct link_peer *peer);

/* Where to write stanzas for the peer; ceiling LINK_OUT_MAX_BYTES.  Cut it back
 * to what it was to take a write back. */
struct buf *link_out(struct link_peer *peer);

/* Counts bytes that will have to be said for what was read: a stanza that
 * makes many fills the tick sooner. */
void link_weigh(struct link_hub *hub, size_t bytes);

/* Sends what has been written to all peers. */
void link_flush(struct link_hub *hub);

/* Ends a peer with a stream error, as when its `from` is not its own. */
void link_fail(struct link_peer *peer, const char *why);

/* The XMPP server's or the gateway's peer when it is up, or NULL. */
struct link_peer *link_server(struct link_hub *hub);
struct link_peer *link_gateway(struct link_hub *hub);

/* Of a link to the server: how long before now, or before its end, what was
 * written may not have arrived; 0: all of it did (RFC 9293 3.8). */
int64_t link_unconfirmed_ms(const struct link_peer *peer);

/* A private pointer for the owner. */
void link_set_tag(struct link_peer *peer, void *tag);
void *link_get_tag(const struct link_peer *peer);

/* The hub stops reading after this much until on_idle has returned.  A commit
 * costs by the pages it touches, so a fuller tick is a cheaper one; the bytes,
 * read and weighed, bound its memory. */
enum {
    LINK_TICK_STANZAS_MAX = 4000,
    LINK_TICK_MAX_BYTES = 4 * 1024 * 1024,
};

struct link_stats {
    bool is_server_up;
    uint64_t server_connects; /* successful handshakes */
    uint64_t server_failures;
    const char *last_error; /* static text, or NULL: connection refused,
                             * host-unknown, not-authorized... */
    uint64_t stanzas_in;
    uint64_t bytes_in;
    uint64_t bytes_out;
    uint32_t local_peers;
};

/* Counts from link_open on. */
void link_get_stats(const struct link_hub *hub, struct link_stats *out);

#endif

/* guest.h - a browser session with an address: it may outlive its socket. */
#ifndef GATEWAY_GUEST_H
#define GATEWAY_GUEST_H

#include "gateway/gate.h"
#include "gateway/queue.h"

enum {
    GUEST_LOCAL_CHARS = 26, /* 130 random bits */
    GUEST_TOKEN_CHARS = 32, /* 160 random bits */
    GUEST_RESOURCE_MAX_BYTES = 64,
    GUEST_ROOMS_MAX = 16,
    GUEST_QUEUE_STANZAS = 500, /* not acknowledged yet */
    GUEST_QUEUE_BYTES = 256 * 1024,
    GUEST_QUEUE_LEAST_BYTES = 4 * 1024, /* whatever waits for the others */
    GUEST_ACK_EVERY = 8, /* stanzas after which we ask for an ack */
};

struct guest_room {
    struct buf occupant; /* ROOM@DOMAIN/NAME as the room told it */
    char show[8];        /* of the last presence, "" for available */
};

struct guest {
    struct guest *next;
    struct guest *prev;
    struct guest *grave;     /* next of those that ended */
    struct session *session; /* NULL: hibernates */
    struct buf jid;          /* full */
    size_t bare_len;
    char source[GATE_SOURCE_CHARS];
    struct guest_room rooms[GUEST_ROOMS_MAX];
    size_t room_count;
    bool is_dead;        /* ended; somebody up the stack may still hold it */
    int64_t roomless_ms; /* since when it is in no room */
    int64_t left_ms;     /* since when it hibernates */

    /* XEP-0198 */
    bool has_sm;
    bool is_resumable;
    bool is_lossy; /* more went out than we keep: cannot be resumed */
    char token[GUEST_TOKEN_CHARS];
    uint32_t in_count;  /* stanzas of the client that we took */
    uint32_t out_count; /* stanzas sent */
    uint32_t out_acked;
    uint32_t unasked; /* stanzas since the last <r/> */
    struct queue unacked;
};

/* Makes a guest of `session` with a random address.  `resource` may be empty.
 * Errors: ERR_LIMIT when there are too many, ERR_SYNTAX for a bad resource,
 *         ERR_NOMEM. */
enum err guest__new(struct gate *gate, struct span resource,
                    struct guest **out) MUST_CHECK;

/* Leaves everywhere; its session, if any, knows it no more.  It is freed by
 * guest__bury, when nobody up the stack holds it. */
void guest__end(struct gate *gate, struct guest *guest);
void guest__bury(struct gate *gate);

/* Gives it a token to come back with. */
enum err guest__make_resumable(struct gate *gate,
                               struct guest *guest) MUST_CHECK;

/* NULL where there is none. */
struct guest *guest__by_jid(const struct gate *gate, struct span full);
struct guest *guest__by_token(const struct gate *gate, struct span token);

/* Borrowed for as long as the guest lives. */
struct span guest__jid(const struct guest *guest);
struct span guest__bare(const struct guest *guest);

/* The socket is gone.  The guest waits for a while, if it may come back, and
 * its rooms see it away; else it ends. */
void guest__leave_session(struct gate *gate, struct guest *guest);

/* It is back: its rooms see it as before. */
void guest__wake(struct gate *gate, struct guest *guest);

/* Sends one stanza, a whole frame, and counts it. */
void guest__send(struct gate *gate, struct guest *guest, struct span frame);

/* Asks the client for its count, if it keeps one and is there. */
void guest__ask_for_ack(struct guest *guest);

/* Takes the client's count.
 * Errors: ERR_SYNTAX when it counts more than we sent. */
enum err guest__take_ack(struct gate *gate, struct guest *guest,
                         uint32_t count) MUST_CHECK;

/* Notes what a presence from a room to the guest says about where it is.
 * False for the end of a stay that is not known here. */
bool guest__note_presence(struct gate *gate, struct guest *guest,
                          const struct xml_node *node);

/* Notes the <show/> of a presence the guest sends to a room. */
void guest__note_show(struct guest *guest, const struct xml_node *node);

/* Tells the guest that it is in no room any more. */
void guest__evict(struct gate *gate, struct guest *guest);

#endif

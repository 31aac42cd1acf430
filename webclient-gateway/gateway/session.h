/* session.h - one RFC 7395 stream: frames in, frames out.
 *
 * Pure: the owner moves the bytes, tells the time and closes the socket. */
#ifndef GATEWAY_SESSION_H
#define GATEWAY_SESSION_H

#include "gateway/bucket.h"
#include "gateway/gate.h"
#include "gateway/queue.h"
#include "wire/stream.h"

enum {
    SESSION_EARLY_MAX_BYTES = 16 * 1024, /* one frame before bind */
    SESSION_FRAME_MAX_BYTES = XML_STANZA_MAX_BYTES,
    SESSION_FIRST_MS = 10 * 1000, /* to the first frame */
    SESSION_BIND_MS = 30 * 1000,
    SESSION_PING_SECONDS = 10,       /* of silence, then the owner pings */
    SESSION_ROOM_MS = 5 * 60 * 1000, /* bound and in no room */
    SESSION_AUTH_FAILURES = 3,
    SESSION_OUT_BYTES = 256 * 1024, /* above it the reader must be reading */
    SESSION_OUT_MAX_BYTES = 2 * 1024 * 1024,
    SESSION_SLOW_MS = 10 * 1000,
    SESSION_STANZAS_PER_SECOND = 50,
    SESSION_STANZAS_BURST = 400,
    SESSION_BYTES_PER_SECOND = 256 * 1024,
    SESSION_BYTES_BURST = 1024 * 1024,
    SESSION_PART_BYTES = 256, /* what a part of a message costs */
};

/* RFC 6455 7.4.1 */
enum session_close {
    SESSION_OPEN = 0,
    SESSION_CLOSE_NORMAL = 1000,
    SESSION_CLOSE_UNSUPPORTED = 1003,
    SESSION_CLOSE_INVALID = 1007,
    SESSION_CLOSE_POLICY = 1008,
    SESSION_CLOSE_TOO_BIG = 1009,
};

enum session_state {
    SESSION_NEW,           /* nothing came yet */
    SESSION_OPENED,        /* may authenticate */
    SESSION_AUTHENTICATED, /* must open again */
    SESSION_READY,         /* may bind or resume */
    SESSION_BOUND,
};

struct session {
    struct gate *gate;
    void *peer; /* the owner's */
    enum session_state state;
    enum session_close close; /* once the queue is empty; SESSION_OPEN: no */
    struct guest *guest;
    struct queue out;
    struct bucket stanzas;
    struct bucket bytes;
    char source[GATE_SOURCE_CHARS];
    unsigned auth_failures;
    int64_t opened_ms;
    int64_t drained_ms; /* when the reader last took something, or had to */
    bool is_overflowing;
};

/* Begins the stream of a new socket.
 *
 * Time:  from gate->now_ms on.
 * Owner: `peer` is kept for whoever has the socket; `source` is copied.  It
 *        ends with session_lost. */
void session_init(struct session *session, struct gate *gate, void *peer,
                  const char source[GATE_SOURCE_CHARS]);

/* The socket is gone: a guest that may come back waits. */
void session_lost(struct session *session);

/* The largest message that may come now. */
size_t session_frame_max(const struct session *session);

/* A part of a message that is not whole yet: it costs, or empty ones would
 * cost nobody but us. */
void session_take_part(struct session *session);

/* One whole text message. */
void session_read(struct session *session, struct span frame);

/* What came is no text message that we take. */
void session_refuse(struct session *session, enum session_close close);

/* Says why and ends. */
void session_fail(struct session *session, enum stream_error error,
                  const char *text);

/* False while the peer sends more than it may: do not read from it. */
bool session_may_read(struct session *session);

/* The oldest frame to write, or an empty span with `at` NULL. */
struct span session_front(const struct session *session);
/* It is written. */
void session_written(struct session *session);

/* Ends a session that is too slow or too late. */
void session_sweep(struct session *session);

/* --- within the gateway --- */

/* Nothing is taken and nothing but `last` is said from here. */
void session__end(struct session *session, struct span last,
                  enum session_close close);

/* The client acknowledged `h` stanzas, more than were `sent`. */
void session__fail_count(struct session *session, uint32_t h, uint32_t sent);

void session__put_open(struct session *session);
void session__put_features(struct session *session);

/* The owner is to write, or to close. */
void session__wake(struct session *session);

/* The guest is at this session no more. */
void session__drop_guest(struct session *session);

/* Queues a frame that is no stanza. */
void session__put(struct session *session, struct span frame);

/* Queues a stanza. */
void session__send(struct session *session, struct span frame);

/* The one about SASL. */
void session__take_auth(struct session *session, const struct xml_node *node);

/* XEP-0198.  False when `node` is none of it. */
bool session__take_sm(struct session *session, const struct xml_node *node);

/* A stanza of a bound guest. */
void session__take_stanza(struct session *session, const struct xml_node *node);

/* An iq of one that is not bound yet. */
void session__take_bind(struct session *session, const struct xml_node *node);

/* Answers a stanza with an error, unless it is one or a result. */
void session__refuse_stanza(struct session *session,
                            const struct xml_node *node,
                            enum stanza_error error);

/* A stanza to the guest's own account or to the guests' domain. */
void session__answer(struct session *session, const struct xml_node *node);

#endif

/* link_internal.h - shared inside link. */
#ifndef LINK_LINK_INTERNAL_H
#define LINK_LINK_INTERNAL_H

#include <netdb.h>
#include <sys/stat.h>
#include <uv.h>

#include "link/link.h"
#include "link/link_backoff.h"
#include "wire/stream.h"

enum {
    LINK_READ_BYTES = 64 * 1024,
    /* Small, so that a tick is hardly passed by what one slice holds. */
    LINK_SLICE_BYTES = 2 * 1024,
    /* One flooding peer leaves room for another in the same tick. */
    LINK_PEER_STANZAS_MAX = LINK_TICK_STANZAS_MAX / 2,
    LINK_PEER_TICK_MAX_BYTES = LINK_TICK_MAX_BYTES / 2,
    LINK_WORDS_MAX_BYTES = 64 * 1024, /* headers, handshakes, stream errors */
    LINK_KEEP_BYTES = 64 * 1024,      /* what a drained buffer may keep */
    LINK_SECRET_MAX_BYTES = 4 * 1024,
    LINK_ACCEPT_MAX = 16, /* in one iteration */
    LINK_ID_BYTES = 16,   /* random bytes of a stream id */
    LINK_SENT_MARKS = 64, /* one a second: longer than a dead link stays up */
};

/* Spans of time that tests make shorter. */
struct link_tuning {
    struct link_backoff backoff;
    uint64_t config_ms;    /* at least this long after a configuration error */
    uint64_t settled_ms;   /* up this long, the backoff starts anew */
    uint64_t attempt_ms;   /* from looking up a name to the handshake */
    uint64_t handshake_ms; /* of a local peer */
    uint64_t stall_ms;     /* of a local peer that does not read */
    uint64_t keepalive_ms;
    uint64_t close_ms;  /* for last words */
    uint64_t accept_ms; /* pause when the system has no descriptor */
};

enum link_state {
    LINK_STATE_CONNECTING, /* no socket to write to yet */
    LINK_STATE_OPENING,    /* the handshake is under way */
    LINK_STATE_UP,
    LINK_STATE_ENDING, /* last words are on their way */
    LINK_STATE_CLOSED, /* libuv is giving the socket back */
};

/* Which byte of the stream was given to the socket when. */
struct link_sent {
    uint64_t bytes;
    struct link_sent_mark {
        uint64_t bytes; /* before it */
        uint64_t at_ms; /* of the loop */
    } marks[LINK_SENT_MARKS];
    size_t count; /* of marks ever made; the last ones are kept */
};

struct link_peer {
    struct link_hub *hub;
    struct link_peer *next;
    enum link_kind kind;
    enum link_state state;
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } io;
    uv_timer_t deadline; /* handshake, stalled writing or last words */
    uv_connect_t connect;
    uv_write_t write;
    uv_shutdown_t shutdown;
    uint32_t handle_count; /* not yet closed */
    uid_t uid;             /* of a local peer */

    struct stream *stream;
    struct buf words;      /* what the stream wants to say */
    struct buf held;       /* written by the owner, not yet flushed */
    struct buf queue;      /* may leave, waits for `flight` */
    struct buf flight;     /* with the kernel or on its way there */
    struct buf rest;       /* read, and left for the next iteration */
    struct link_sent sent; /* of the server */
    int64_t unconfirmed_ms;
    uint32_t tick_stanzas;
    size_t tick_bytes;

    bool is_reading;
    bool is_writing; /* libuv holds `flight` */
    bool is_choked;  /* it does not take what it causes: read no more */
    bool is_eof;
    bool is_down_untold; /* on_down is still to come */
    void *tag;
};

struct link_resolve;

struct link_server_state {
    char *host; /* NULL: browsers only */
    char port[8];
    struct link_resolve *resolve; /* under way, or NULL */
    struct addrinfo *addresses;   /* of this attempt */
    uint32_t address_count;
    uint32_t tried; /* addresses of this attempt */
    uint32_t turn;  /* the address to begin with */
    struct link_peer *peer;
    struct link_backoff backoff;
    uv_timer_t phase; /* attempt, pause, or time until settled */
    uv_timer_t keepalive;
    const char *logged_why; /* what the log said last; NULL: all well */
    uint64_t repeats;       /* failures for the same cause since */
};

struct link_local_state {
    char *path;
    int fd;
    dev_t device; /* of our socket file, so that no other is unlinked */
    ino_t inode;
    uv_poll_t poll;
    uv_timer_t pause;
    struct link_peer *gateway;
    uint32_t count;
    bool is_refusal_logged;
    bool is_accept_failing;
};

struct link_hub {
    uv_loop_t *loop;
    const struct link_handler *handler;
    void *self;
    struct crypto *crypto;
    const struct log *log;
    struct link_tuning tuning;
    char *domain;
    char *guests_domain;
    char *control_domain;
    struct buf secret;
    uid_t own_uid;
    uid_t gateway_uid;

    uv_check_t check;
    uv_idle_t idle; /* on: the next iteration comes at once */
    uint32_t handle_count;
    struct link_peer *peers;
    uint32_t tick_stanzas;
    size_t tick_bytes;
    bool is_dirty; /* something happened that on_idle must follow */
    bool is_closing;
    void (*on_closed)(void *self);
    void *on_closed_self;

    struct link_server_state server;
    struct link_local_state local;
    struct link_stats stats;
    char read[LINK_READ_BYTES];
};

/* link_hub.c */
void link__hub_tune(struct link_hub *hub, const struct link_tuning *tuning);
void link__hub_touch(struct link_hub *hub); /* on_idle must follow */
void link__hub_wake(struct link_hub *hub);  /* the next iteration is now */
void link__hub_tell_downs(struct link_hub *hub);
void link__hub_handle_closed(uv_handle_t *handle);
void link__hub_sweep(struct link_hub *hub);

/* link_peer.c */
struct link_peer *link__peer_new(struct link_hub *hub, enum link_kind kind);
enum err link__peer_open_stream(struct link_peer *peer) MUST_CHECK;
bool link__peer_is_alive(const struct link_peer *peer);
void link__peer_fail(struct link_peer *peer, enum stream_error error,
                     const char *why);
void link__peer_finish(struct link_peer *peer, const char *why);
void link__peer_drop(struct link_peer *peer, const char *why);
void link__peer_say_goodbye(struct link_peer *peer);
void link__peer_expire(uv_timer_t *timer);
void link__peer_tell_down(struct link_peer *peer);
void link__peer_free(struct link_peer *peer);

/* link_read.c */
void link__read_start(struct link_peer *peer);
void link__read_update(struct link_peer *peer);
void link__read_rest(struct link_peer *peer);
bool link__read_is_waiting(const struct link_peer *peer);

/* link_write.c */
void link__write_say(struct link_peer *peer);
void link__write_space(struct link_peer *peer);
void link__write_release(struct link_peer *peer);
void link__write_set_ceiling(struct link_peer *peer);
bool link__write_is_drained(const struct link_peer *peer);

/* link_sent.c */
void link__sent_add(struct link_peer *peer, size_t bytes);
int64_t link__sent_unconfirmed_ms(const struct link_peer *peer);

/* link_server.c */
enum err link__server_init(struct link_hub *hub,
                           const struct link_options *options) MUST_CHECK;
void link__server_begin(struct link_hub *hub);
void link__server_up(struct link_peer *peer);
void link__server_ended(struct link_peer *peer, const char *why, bool was_up);
void link__server_close(struct link_hub *hub);

/* link_connect.c */
void link__connect_begin(struct link_hub *hub);
void link__connect_abandon(struct link_hub *hub);
void link__server_failed(struct link_hub *hub, enum stream_error error,
                         const char *why);

/* link_local.c */
enum err link__local_init(struct link_hub *hub,
                          const struct link_options *options,
                          struct buf *error) MUST_CHECK;
void link__local_begin(struct link_hub *hub);
void link__local_up(struct link_peer *peer);
void link__local_ended(struct link_peer *peer, const char *why, bool was_up);
bool link__local_may_claim(const struct link_peer *peer, struct span domain);
void link__local_close(struct link_hub *hub);

/* link_socket.c: the socket file.  The descriptor listens; `file` tells ours
 * from another's. */
struct link_socket {
    const char *path;
    bool is_shared; /* with the group `gid`, else ours alone */
    gid_t gid;
    const struct log *log;
};
enum err link__socket_open(const struct link_socket *socket, int *fd,
                           struct stat *file, struct buf *error) MUST_CHECK;

/* link_why.c */
const char *link__why_uv(int status);
const char *link__why_stream(const struct stream *stream);
const char *link__why_advice(enum stream_error error);
enum stream_error link__why_error(const char *name);
bool link__why_is_config(enum stream_error error);

#endif

/* link_case.h - a hub under test, and the plain sockets it talks to.
 *
 * One thread: whoever waits for bytes turns the hub's loop meanwhile. */
#ifndef SUPPORT_LINK_CASE_H
#define SUPPORT_LINK_CASE_H

#include <uv.h>

#include "link/link_internal.h"
#include "support/check.h"

enum { LINK_CASE_WAIT_MS = 8000 };

struct link_case {
    uv_loop_t loop;
    char dir[64];
    char path[96];
    int listener; /* the XMPP server's port; -1: nobody listens there */
    uint16_t port;
    bool has_server;
    const char *host; /* where the hub looks for it */
    uid_t gateway_uid;
    struct crypto *crypto;
    struct log log; /* into a file without a name */
    struct link_hub *hub;
    struct buf error;

    int ups;
    int downs;
    int idles;
    int stanzas;
    int tick_stanzas;     /* since the last on_idle */
    int tick_stanzas_max; /* the most of any tick */
    bool is_in_order;     /* stanzas with id='N' came as 0, 1, 2... */
    bool is_closed;
    struct link_peer *last_up;
    struct link_peer *last_down;
    int64_t unconfirmed_ms; /* of that one, when it went down */
    /* NULL: nothing more */
    void (*on_stanza)(struct link_case *c, struct link_peer *peer,
                      const struct xml_node *node);
    void (*on_idle)(struct link_case *c);
    void (*on_up)(struct link_case *c, struct link_peer *peer);

    struct buf got; /* what the plain socket read last */
};

/* Makes loop, folder and log; link_case_open makes the hub. */
void link_case_new(struct link_case *c);
void link_case_open(struct link_case *c);
/* Both, with a port for the hub to connect to. */
void link_case_begin(struct link_case *c);
/* The same, until the link is up.  Gives the server's end of it. */
int link_case_begin_up(struct link_case *c);
/* Both, without an XMPP server. */
void link_case_begin_alone(struct link_case *c);
/* What counts and calls the hooks; its `self` is the case. */
const struct link_handler *link_case_handler(void);
/* Short waits, so that a test does not take a minute. */
void link_case_hurry(struct link_case *c);
#define link_case_tune(c, field, value)                                        \
    do {                                                                       \
        struct link_tuning tuning_ = (c)->hub->tuning;                         \
        tuning_.field = (value);                                               \
        link__hub_tune((c)->hub, &tuning_);                                    \
    } while (0)
/* Closes the hub, if open, and checks that nothing is left. */
void link_case_end(struct link_case *c);
void link_case_close(struct link_case *c);
/* Closes that socket first. */
void link_case_end_with(struct link_case *c, int fd);

/* One turn of the loop. */
void link_case_turn(struct link_case *c);
int64_t link_case_now_ms(void);

#define link_case_until(c, condition)                                          \
    do {                                                                       \
        int64_t until_ = link_case_now_ms() + LINK_CASE_WAIT_MS;               \
        while (!(condition)) {                                                 \
            assert_true(link_case_now_ms() < until_);                          \
            link_case_turn(c);                                                 \
        }                                                                      \
    } while (0)
void link_case_pass(struct link_case *c, int64_t ms);

/* The XMPP server's side. */
void link_case_listen(struct link_case *c);
int link_case_accept(struct link_case *c);
/* Takes a connection and speaks until the handshake is done. */
int link_case_serve(struct link_case *c);
/* The same, but answers the header with a stream error. */
void link_case_refuse(struct link_case *c, const char *error);

/* A local peer's side. */
int link_case_knock(struct link_case *c);
int link_case_join(struct link_case *c, const char *domain);

void link_case_send(struct link_case *c, int fd, const char *text);
void link_case_send_bytes(struct link_case *c, int fd, struct span bytes);
/* Stanzas numbered from 0, as one span; free its bytes. */
struct span link_case_stanzas(int count);
/* Reads until `text` has been seen; what came is in `got`. */
void link_case_expect(struct link_case *c, int fd, const char *text);
/* Reads until the other side closes; what came is in `got`. */
void link_case_expect_end(struct link_case *c, int fd);
/* Nothing can be read within 50 ms. */
void link_case_expect_nothing(struct link_case *c, int fd);

/* How often a log line has `text`. */
int link_case_logged(struct link_case *c, const char *text);

#endif

/* web.h - a crowd of browsers that exists only here, and what it talks to: the
 * gateway with a made-up component behind it, or a bare echo on the same
 * library and loop. */
#ifndef GATEWAY_WEB_H
#define GATEWAY_WEB_H

#include "load/load.h"

enum {
    WEB_GUESTS_MAX = 20000,
    WEB_GUESTS_PER_ADDRESS = 10, /* fewer than the gateway takes */
    WEB_FRAME_MAX_BYTES = 4096,
    WEB_IN_MAX_BYTES = 256 * 1024,
};

struct web_options {
    struct load_options load;
    int guests;
    int talkers; /* of them; each waits for its answer */
};

struct web_guest {
    int fd;
    struct buf in;
    int64_t sent_us; /* 0: nothing is under way */
};

struct web {
    const struct web_options *options;
    struct load_child child;
    struct load_link link; /* to the gateway; unused for the echo */
    uint16_t port;
    int poll;
    struct web_guest *guests;
    int count;
    struct buf frame; /* one message, as every guest says it */
};

struct web_result {
    uint64_t rss_empty_kib;
    uint64_t rss_full_kib;
    int64_t idle_cpu_us; /* of `idle_seconds` */
    double idle_seconds;
    struct load_figures load;
};

/* Starts what is measured; for the gateway, until it has logged in with us. */
void web_start(struct web *web);
void web_stop(struct web *web);

/* The bare echo.  Never returns. */
void web_echo(uint16_t port) __attribute__((noreturn));

/* Looks after the link to the gateway, too, from here on. */
void web_watch_link(struct web *web);

/* Brings one more guest in. */
void web_enter(struct web *web);

/* Answers pings and stanzas for `ms`. */
void web_idle(struct web *web, int ms);

/* Lets some of the guests talk. */
void web_talk(struct web *web, struct web_result *out);

#endif

/* load.h - a made-up XMPP server that drives one component as hard as asked.
 *
 * It speaks the server's side of XEP-0114, has a crowd of people who exist
 * only here, and measures what comes back. */
#ifndef COMPONENT_LOAD_H
#define COMPONENT_LOAD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/span.h"

#define LOAD_DOMAIN "duologue.bench"

enum {
    LOAD_ADDRESS_BYTES = 96,
    LOAD_SEATS = 2,
    LOAD_REFLECTIONS = 2, /* of one message */
    LOAD_SAMPLES_MAX = 16 * 1000 * 1000,
    LOAD_WAIT_MS = 30 * 1000, /* for anything that must come */
};

struct load_options {
    const char *program; /* NULL: the one beside us; unused for the echo */
    const char *folder;  /* where data goes; a new folder is made in it */
    int rooms;
    double seconds;
    int window;     /* messages under way at once */
    int rate;       /* messages a second; 0: as fast as the window lets */
    int body_bytes; /* text of one message */
    bool is_json;
    bool is_baseline; /* drive the bare echo instead of the component */
};

/* --- the stream, load_link.c --- */

struct load_link {
    int fd;
    struct buf in;
    size_t at; /* of `in`, what was looked at already */
    struct buf out;
};

/* Listens on a free port of loopback; dies when it cannot. */
int load_listen(uint16_t *port);

/* Waits for the component and shakes hands; its digest is not looked at. */
void load_accept(int listener, struct load_link *link);
void load_close(struct load_link *link);

/* Sends what is in `out` and reads what is there, waiting up to `wait_us`
 * when there is nothing to do. */
void load_pump(struct load_link *link, int64_t wait_us);

/* The next whole stanza, borrowed until load_pump; false when there is none.
 * Pings are answered here and never seen. */
bool load_next(struct load_link *link, struct span *stanza);

void load_put(struct load_link *link, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* An attribute of the start tag, or the empty span. */
struct span load_attr(struct span stanza, const char *name);
bool load_has(struct span stanza, const char *text);

int64_t load_now_us(void);
void load_die(const char *format, ...)
    __attribute__((format(printf, 1, 2), noreturn));

/* --- the process under load, load_child.c --- */

struct load_child {
    pid_t pid;
    char folder[512]; /* ours to remove; "" for the echo */
};

void load_start(const struct load_options *options, uint16_t port,
                struct load_child *child);
void load_stop(struct load_child *child);

/* User and system time of the whole process. */
int64_t load_cpu_us(pid_t pid);
/* Bytes it caused to be written to disk. */
uint64_t load_written_bytes(pid_t pid);
uint64_t load_rss_kib(pid_t pid);

/* The echo: reads with expat, answers each message twice.  Never returns. */
void load_echo(uint16_t port) __attribute__((noreturn));

/* --- the people, load_rooms.c --- */

struct load_seat {
    char person[LOAD_ADDRESS_BYTES]; /* full JID */
    char code[16];
};

struct load_room {
    char jid[LOAD_ADDRESS_BYTES];
    struct load_seat seats[LOAD_SEATS];
};

/* Makes the rooms and brings everybody in.  The echo needs none: its rooms
 * are addresses.  Free the result. */
struct load_room *load_rooms(struct load_link *link,
                             const struct load_options *options);

/* --- the drive, load_drive.c --- */

struct load_result {
    uint64_t messages; /* reflected to both */
    uint64_t errors;
    double seconds;
    size_t stanza_bytes; /* of one message as sent */
    int64_t cpu_us;
    int64_t own_cpu_us; /* the driver's, to see who was the bottleneck */
    uint64_t written_bytes;
    uint64_t rss_kib;
    uint32_t p50_us;
    uint32_t p99_us;
    uint32_t max_us;
};

void load_drive(struct load_link *link, const struct load_options *options,
                const struct load_room *rooms, pid_t pid,
                struct load_result *out);

#endif

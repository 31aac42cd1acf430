/* load.h - what the benches of a whole program share: its process, the
 * server's side of XEP-0114 to talk to it, the options and the figures. */
#ifndef LOAD_LOAD_H
#define LOAD_LOAD_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/span.h"

#define LOAD_DOMAIN "duologue.bench"

enum {
    LOAD_SAMPLES_MAX = 16 * 1000 * 1000,
    LOAD_WAIT_MS = 30 * 1000, /* for anything that must come */
    LOAD_OWN_MAX = 4,         /* options of one bench alone */
};

/* --- options, load_options.c --- */

struct load_options {
    const char *program; /* NULL: the one beside us; unused for the echo */
    const char *folder;  /* where data goes; a new folder is made in it */
    double seconds;
    int body_bytes; /* text of one message */
    bool is_json;
    bool is_baseline; /* drive the bare echo instead of the program */
};

/* `--NAME N`, where N is 1 to `max`. */
struct load_own_option {
    const char *name;
    int max;
    int *value;
};

/* Where the options have their defaults. */
#define LOAD_OPTIONS_DEFAULT                                                   \
    {                                                                          \
        .folder = "/var/tmp", .seconds = 5, .body_bytes = 100                  \
    }

/* Reads the options of every bench, and `own`, at most LOAD_OWN_MAX up to one
 * without a name. */
bool load_take_options(int argc, char **argv, const struct load_own_option *own,
                       struct load_options *out);

/* --- the stream, load_link.c --- */

struct load_link {
    int fd;
    struct buf in;
    size_t at; /* of `in`, what was looked at already */
    struct buf out;
};

/* Listens on a free port of loopback; dies when it cannot. */
int load_listen(uint16_t *port);

/* Waits for the other side and shakes hands; its digest is not looked at. */
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

/* Makes its folder and opens its configuration in there, to be written. */
FILE *load_open_config(const struct load_options *options,
                       struct load_child *child);

/* Starts the program with that configuration; its name is what it is called
 * beside us.  For the baseline `echo` runs in its place, and never returns. */
void load_start(const struct load_options *options, const char *name,
                void (*echo)(uint16_t port), uint16_t port,
                struct load_child *child);
void load_stop(struct load_child *child);

/* User and system time of the whole process. */
int64_t load_cpu_us(pid_t pid);
/* Bytes it caused to be written to disk. */
uint64_t load_written_bytes(pid_t pid);
uint64_t load_rss_kib(pid_t pid);

/* --- the figures, load_figures.c --- */

struct load_figures {
    uint64_t messages;
    int64_t start_us;
    double seconds;
    int64_t cpu_us;
    int64_t own_cpu_us; /* the driver's, to see who was the bottleneck */
    uint32_t p50_us;
    uint32_t p99_us;
    uint32_t max_us;
};

/* What passes between the two calls is the run. */
void load_begin(struct load_figures *figures, pid_t pid);
void load_end(struct load_figures *figures, pid_t pid);

/* Sorts the samples, which may be none. */
void load_take_samples(struct load_figures *figures, uint32_t *samples,
                       size_t count);

/* One line of text. */
void load_print_speed(const struct load_figures *figures);

#endif

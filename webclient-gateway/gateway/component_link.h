/* component_link.h - the one stream to the component: XEP-0114 on its Unix
 * socket, made anew with growing pauses whenever it is lost. */
#ifndef GATEWAY_COMPONENT_LINK_H
#define GATEWAY_COMPONENT_LINK_H

#include <uv.h>

#include "base/log.h"
#include "gateway/gate.h"
#include "wire/stream.h"

enum {
    COMPONENT_LINK_PAUSE_MIN_MS = 100,
    COMPONENT_LINK_PAUSE_MAX_MS = 5000,
    COMPONENT_LINK_STEADY_MS = 10 * 1000, /* lasted: pauses begin anew */
    COMPONENT_LINK_READ_BYTES = 64 * 1024,
};

struct component_link {
    struct gate *gate;
    const char *path;
    const struct log *log;
    uv_loop_t *loop;
    uv_pipe_t pipe;
    uv_timer_t pause;
    uv_connect_t connect;
    uv_write_t write;
    struct buf writing;  /* under way */
    struct buf greeting; /* of the stream itself, before any stanza */
    struct stream *stream;
    char *read_bytes;
    unsigned failures;
    int64_t ready_ms; /* since when the component listens; 0: it does not */
    bool has_pipe;
    bool is_writing;
    bool is_stopping;
    bool is_down_logged;
    void (*on_closed)(void *self);
    void *self;
};

/* Starts connecting.  Borrows `gate`, `path` and `log`.
 * Errors: ERR_NOMEM. */
enum err component_link_start(struct component_link *link, struct gate *gate,
                              uv_loop_t *loop, const char *path,
                              const struct log *log) MUST_CHECK;

/* Sends what the gate has for the component. */
void component_link_flush(struct component_link *link);

/* Ends the stream; `on_closed` is called when all is closed. */
void component_link_stop(struct component_link *link,
                         void (*on_closed)(void *self), void *self);

#endif

/* process_signals.h - signals, as calls from the loop. */
#ifndef PROCESS_PROCESS_SIGNALS_H
#define PROCESS_PROCESS_SIGNALS_H

#include <uv.h>

#include "base/err.h"

struct process_signals {
    uv_signal_t terminate;
    uv_signal_t interrupt;
    uv_signal_t hangup;
    void (*on_stop)(void *self);   /* SIGTERM, SIGINT */
    void (*on_reload)(void *self); /* SIGHUP */
    void *self;
};

enum { PROCESS_SIGNAL_HANDLES = 3 };

/* Starts listening.  `on_stop`, `on_reload` and `self` are set before.
 * Errors: ERR_SYSTEM. */
enum err process_signals_start(struct process_signals *signals,
                               uv_loop_t *loop) MUST_CHECK;

/* Closes the PROCESS_SIGNAL_HANDLES handles. */
void process_signals_close(struct process_signals *signals,
                           uv_close_cb on_closed);

#endif

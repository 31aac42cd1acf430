/* main_signals.h - signals, as calls from the loop. */
#ifndef MAIN_MAIN_SIGNALS_H
#define MAIN_MAIN_SIGNALS_H

#include <uv.h>

#include "base/err.h"

struct main_signals {
    uv_signal_t terminate;
    uv_signal_t interrupt;
    uv_signal_t hangup;
    void (*on_stop)(void *self);   /* SIGTERM, SIGINT */
    void (*on_reload)(void *self); /* SIGHUP */
    void *self;
};

enum { MAIN_SIGNAL_HANDLES = 3 };

/* Starts listening.  `on_stop`, `on_reload` and `self` are set before.
 * Errors: ERR_SYSTEM. */
enum err main_signals_start(struct main_signals *signals,
                            uv_loop_t *loop) MUST_CHECK;

/* Closes the MAIN_SIGNAL_HANDLES handles. */
void main_signals_close(struct main_signals *signals, uv_close_cb on_closed);

#endif

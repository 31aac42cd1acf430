#include "process/process_signals.h"

#include <signal.h>

static void on_stop(uv_signal_t *handle, int number)
{
    struct process_signals *signals = handle->data;

    (void)number;
    signals->on_stop(signals->self);
}

static void on_reload(uv_signal_t *handle, int number)
{
    struct process_signals *signals = handle->data;

    (void)number;
    signals->on_reload(signals->self);
}

enum err process_signals_start(struct process_signals *signals, uv_loop_t *loop)
{
    /* Initialising cannot fail once the loop has its signal pipe. */
    if (uv_signal_init(loop, &signals->terminate) != 0)
        return ERR_SYSTEM;
    uv_signal_init(loop, &signals->interrupt);
    uv_signal_init(loop, &signals->hangup);
    signals->terminate.data = signals;
    signals->interrupt.data = signals;
    signals->hangup.data = signals;
    if (uv_signal_start(&signals->terminate, on_stop, SIGTERM) != 0 ||
        uv_signal_start(&signals->interrupt, on_stop, SIGINT) != 0 ||
        uv_signal_start(&signals->hangup, on_reload, SIGHUP) != 0)
        return ERR_SYSTEM;
    return ERR_OK;
}

void process_signals_close(struct process_signals *signals,
                           uv_close_cb on_closed)
{
    uv_close((uv_handle_t *)&signals->terminate, on_closed);
    uv_close((uv_handle_t *)&signals->interrupt, on_closed);
    uv_close((uv_handle_t *)&signals->hangup, on_closed);
}

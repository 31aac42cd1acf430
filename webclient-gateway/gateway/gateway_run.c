#include "gateway/gateway_run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "gateway/component_link.h"
#include "gateway/gateway_settings.h"
#include "gateway/server.h"
#include "process/process_harden.h"
#include "process/process_notify.h"
#include "process/process_signals.h"

enum {
    BEAT_MS = 100,
    BEATS_PER_SWEEP = 10,
    GOODBYE_BEATS = 10, /* browsers have that long to hear of our end */
    LAST_MS = 5000,     /* then it ends, whatever libwebsockets waits for */
};

struct gateway {
    struct gateway_settings settings;
    struct crypto *crypto;
    struct gate gate;
    struct component_link link;
    struct server server;
    struct static_files files;
    struct log log;
    struct process_notify notify;
    struct process_signals signals;
    uv_loop_t loop;
    uv_timer_t beat;
    uv_timer_t watchdog;
    uv_prepare_t prepare; /* sets the gate's time before each wait */
    unsigned beats;
    unsigned goodbye_beats;
    bool has_loop;
    bool has_gate;
    bool is_stopping;
};

static int64_t wall_ms(void *self)
{
    struct timespec now;

    (void)self;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static uint64_t monotonic_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static enum gateway_exit complain(const struct buf *error, enum err rc)
{
    if (error->len > 0)
        fprintf(stderr, "duologue-gateway: %.*s\n", (int)error->len, error->at);
    else
        fprintf(stderr, "duologue-gateway: %s\n", err_text(rc));
    return rc == ERR_CONFIG ? GATEWAY_USAGE : GATEWAY_FAILED;
}

static void on_output(void *self, struct session *session)
{
    (void)self;
    server_wake(session);
}

static void on_up(void *self)
{
    struct gateway *gateway = self;

    component_link_flush(&gateway->link);
}

static const struct gate_ports ports = {on_output, on_up};

static void on_prepare(uv_prepare_t *prepare)
{
    struct gateway *gateway = prepare->data;

    gateway->gate.now_ms = (int64_t)uv_now(&gateway->loop);
}

/* A socket that libwebsockets lost track of must not hold us. */
static void on_last_beat(uv_timer_t *timer)
{
    const struct gateway *gateway = timer->data;

    log_warn(&gateway->log, "stopping_late", "");
    uv_stop(timer->loop);
}

/* The beat goes on beside it, and keeps nothing alive. */
static void close_timers(struct gateway *gateway)
{
    uv_timer_start(&gateway->beat, on_last_beat, LAST_MS, 0);
    uv_unref((uv_handle_t *)&gateway->beat);
    uv_close((uv_handle_t *)&gateway->watchdog, NULL);
    uv_close((uv_handle_t *)&gateway->prepare, NULL);
    process_signals_close(&gateway->signals, NULL);
}

static void on_link_closed(void *self)
{
    struct gateway *gateway = self;

    close_timers(gateway);
    server_close(&gateway->server);
}

/* First the browsers, then the rooms, then the rest. */
static void say_goodbye(struct gateway *gateway)
{
    bool is_late = ++gateway->goodbye_beats >= GOODBYE_BEATS;

    if (gateway->server.first != NULL && !is_late)
        return;
    if (gateway->gate.first != NULL) {
        gate_end_guests(&gateway->gate);
        return; /* a beat for the way to the component */
    }
    if (gateway->link.is_writing && gateway->goodbye_beats < 2 * GOODBYE_BEATS)
        return;
    uv_timer_stop(&gateway->beat);
    component_link_stop(&gateway->link, on_link_closed, gateway);
}

static void on_beat(uv_timer_t *timer)
{
    struct gateway *gateway = timer->data;

    if (gateway->is_stopping) {
        say_goodbye(gateway);
        return;
    }
    server_resume_reading(&gateway->server);
    if (++gateway->beats % BEATS_PER_SWEEP != 0)
        return;
    server_sweep(&gateway->server);
    gate_sweep(&gateway->gate);
}

static void on_watchdog(uv_timer_t *timer)
{
    const struct gateway *gateway = timer->data;

    process_notify_send(&gateway->notify, "WATCHDOG=1");
}

static void stop(void *self)
{
    struct gateway *gateway = self;

    if (gateway->is_stopping)
        return;
    gateway->is_stopping = true;
    log_info(&gateway->log, "stopping", "");
    process_notify_send(&gateway->notify, "STOPPING=1");
    server_stop(&gateway->server);
}

static void reload(void *self)
{
    struct gateway *gateway = self;

    if (gateway->is_stopping)
        return;
    process_notify_reloading(&gateway->notify, monotonic_us());
    server_reload_tls(&gateway->server);
    process_notify_send(&gateway->notify, "READY=1");
}

static enum err start_handles(struct gateway *gateway)
{
    uint64_t watchdog_ms = process_notify_watchdog_ms(
        getenv("WATCHDOG_USEC"), getenv("WATCHDOG_PID"), (uint64_t)getpid());

    if (uv_loop_init(&gateway->loop) != 0)
        return ERR_SYSTEM;
    gateway->has_loop = true;
    gateway->signals.on_stop = stop;
    gateway->signals.on_reload = reload;
    gateway->signals.self = gateway;
    if (process_signals_start(&gateway->signals, &gateway->loop) != ERR_OK)
        return ERR_SYSTEM;
    uv_timer_init(&gateway->loop, &gateway->beat);
    uv_timer_init(&gateway->loop, &gateway->watchdog);
    uv_prepare_init(&gateway->loop, &gateway->prepare);
    gateway->beat.data = gateway;
    gateway->watchdog.data = gateway;
    gateway->prepare.data = gateway;
    uv_prepare_start(&gateway->prepare, on_prepare);
    uv_timer_start(&gateway->beat, on_beat, BEAT_MS, BEAT_MS);
    if (watchdog_ms > 0)
        uv_timer_start(&gateway->watchdog, on_watchdog, watchdog_ms,
                       watchdog_ms);
    return ERR_OK;
}

/* Without a client the gateway still serves other people's. */
static enum err load_files(struct gateway *gateway, const char *dir,
                           struct buf *error)
{
    bool is_chosen = dir != NULL;
    enum err rc;

    if (!is_chosen)
        dir = DUOLOGUE_CLIENT_DIR;
    rc = static_load(&gateway->files, gateway->crypto, dir);
    if (rc == ERR_SYSTEM && errno == ENOENT && !is_chosen) {
        log_warn(&gateway->log, "no_web_client", "dir=\"%s\"", dir);
        return ERR_OK;
    }
    if (rc != ERR_OK && rc != ERR_NOMEM) {
        enum err put =
            buf_printf(error, "cannot read the web client in %s: %s", dir,
                       rc == ERR_SYSTEM ? strerror(errno) : err_text(rc));

        return put == ERR_NOMEM ? put : rc;
    }
    return rc;
}

static enum err open_parts(struct gateway *gateway, const char *static_dir,
                           struct buf *error)
{
    enum err rc;

    gateway->crypto = crypto_new();
    if (gateway->crypto == NULL)
        return ERR_NOMEM;
    rc = load_files(gateway, static_dir, error);
    if (rc != ERR_OK)
        return rc;
    gateway->has_gate = true;
    rc = gate_init(&gateway->gate, gateway->settings.domain, gateway->crypto);
    gateway->gate.ports = &ports;
    gateway->gate.self = gateway;
    if (rc == ERR_OK)
        rc = start_handles(gateway);
    if (rc != ERR_OK)
        return rc;
    gateway->gate.now_ms = (int64_t)uv_now(&gateway->loop);
    gateway->server = (struct server){.gate = &gateway->gate,
                                      .config = &gateway->settings.config,
                                      .files = &gateway->files,
                                      .log = &gateway->log};
    rc = server_open(&gateway->server, &gateway->loop, error);
    if (rc == ERR_OK) /* last: only the running loop closes it */
        rc = component_link_start(
            &gateway->link, &gateway->gate, &gateway->loop,
            gateway->settings.config.socket, &gateway->log);
    return rc;
}

static void close_handle(uv_handle_t *handle, void *self)
{
    (void)self;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

/* After a start that failed; a loop that has run has nothing left. */
static void clear_loop(struct gateway *gateway)
{
    server_close(&gateway->server);
    uv_run(&gateway->loop, UV_RUN_NOWAIT);
    uv_walk(&gateway->loop, close_handle, NULL);
    uv_run(&gateway->loop, UV_RUN_DEFAULT);
}

static void close_parts(struct gateway *gateway)
{
    if (gateway->has_loop && !gateway->is_stopping)
        clear_loop(gateway);
    if (gateway->has_loop)
        (void)uv_loop_close(&gateway->loop);
    server_free(&gateway->server);
    if (gateway->has_gate)
        gate_clear(&gateway->gate);
    static_clear(&gateway->files);
    crypto_free(gateway->crypto);
    process_notify_close(&gateway->notify);
    gateway_settings_clear(&gateway->settings);
}

/* Returns when a signal has stopped it and all is closed. */
static void live(struct gateway *gateway)
{
    process_notify_open(&gateway->notify, getenv("NOTIFY_SOCKET"));
    log_info(&gateway->log, "started", "version=%s files=%zu", DUOLOGUE_VERSION,
             gateway->files.count);
    process_notify_send(&gateway->notify, "READY=1");
    uv_run(&gateway->loop, UV_RUN_DEFAULT);
    uv_close((uv_handle_t *)&gateway->beat, NULL);
    uv_run(&gateway->loop, UV_RUN_NOWAIT);
    log_info(&gateway->log, "stopped", "");
}

static struct gateway *begin(void)
{
    struct gateway *gateway = calloc(1, sizeof(*gateway));

    if (gateway == NULL)
        return NULL;
    gateway->settings = GATEWAY_SETTINGS_EMPTY;
    gateway->notify = PROCESS_NOTIFY_NONE;
    gateway->log = (struct log){STDERR_FILENO, wall_ms, NULL};
    return gateway;
}

static enum err run(struct gateway *gateway,
                    const struct gateway_options *options, struct buf *error)
{
    enum err rc =
        gateway_settings_load(options->file, &gateway->settings, error);

    if (rc == ERR_OK)
        rc = open_parts(gateway, options->static_dir, error);
    if (rc == ERR_OK)
        live(gateway);
    return rc;
}

static enum err check(struct gateway *gateway,
                      const struct gateway_options *options, struct buf *error)
{
    enum err rc =
        gateway_settings_load(options->file, &gateway->settings, error);

    if (rc == ERR_OK)
        printf("%s: good\n", options->file);
    return rc;
}

/* A gateway that is there for `act` alone. */
static enum gateway_exit with_gateway(
    const struct gateway_options *options,
    enum err (*act)(struct gateway *, const struct gateway_options *,
                    struct buf *error))
{
    struct gateway *gateway = begin();
    struct buf error = BUF_EMPTY(CONFIG_ERROR_MAX_BYTES);
    enum gateway_exit status = GATEWAY_GOOD;
    enum err rc;

    if (gateway == NULL)
        return GATEWAY_FAILED;
    rc = act(gateway, options, &error);
    if (rc != ERR_OK)
        status = complain(&error, rc);
    close_parts(gateway);
    buf_clear(&error);
    free(gateway);
    return status;
}

enum gateway_exit gateway_run(const struct gateway_options *options)
{
    process_harden();
    return with_gateway(options, run);
}

enum gateway_exit gateway_check(const struct gateway_options *options)
{
    return with_gateway(options, check);
}

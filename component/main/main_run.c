#include "main/main_run.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "main/main_clock.h"
#include "main/main_settings.h"
#include "process/process_harden.h"
#include "process/process_notify.h"
#include "process/process_signals.h"
#include "router/router.h"

struct program {
    struct main_settings settings;
    struct main_clock clock;
    struct process_notify notify;
    struct process_signals signals;
    struct log log;
    struct crypto *crypto;
    struct store *store;
    struct router *router;
    struct link_hub *hub;
    uv_loop_t loop;
    uv_timer_t tick;      /* rooms whose time has come */
    uv_prepare_t prepare; /* sets `tick` anew before each wait */
    uv_timer_t watchdog;
    int handle_count;
    bool has_loop;
    bool is_stopping;
};

static enum main_exit complain(const struct buf *error, enum err rc)
{
    if (error->len > 0)
        fprintf(stderr, "duologue: %.*s\n", (int)error->len, error->at);
    else
        fprintf(stderr, "duologue: %s\n", err_text(rc));
    return rc == ERR_CONFIG ? MAIN_USAGE : MAIN_FAILED;
}

static void on_tick(uv_timer_t *timer)
{
    struct program *program = timer->data;

    router_tick(program->router);
}

static void on_prepare(uv_prepare_t *prepare)
{
    struct program *program = prepare->data;
    int64_t next_ms = router_next_ms(program->router);
    int64_t wait_ms;

    if (next_ms == INT64_MAX) {
        uv_timer_stop(&program->tick);
        return;
    }
    wait_ms = next_ms - main_clock_now_ms(&program->clock);
    uv_update_time(&program->loop); /* a commit may have taken long */
    uv_timer_start(&program->tick, on_tick, wait_ms > 1 ? (uint64_t)wait_ms : 1,
                   0);
}

static void on_watchdog(uv_timer_t *timer)
{
    const struct program *program = timer->data;

    process_notify_send(&program->notify, "WATCHDOG=1");
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct program *program = handle->loop->data;

    program->handle_count--;
    /* A name server that hangs must not hold us up. */
    if (program->handle_count == 0)
        uv_stop(&program->loop);
}

static void on_links_closed(void *self)
{
    struct program *program = self;

    program->hub = NULL;
    uv_close((uv_handle_t *)&program->tick, on_handle_closed);
    uv_close((uv_handle_t *)&program->prepare, on_handle_closed);
    uv_close((uv_handle_t *)&program->watchdog, on_handle_closed);
    process_signals_close(&program->signals, on_handle_closed);
}

static void stop(void *self)
{
    struct program *program = self;

    if (program->is_stopping)
        return;
    program->is_stopping = true;
    log_info(&program->log, "stopping", "");
    process_notify_send(&program->notify, "STOPPING=1");
    uv_prepare_stop(&program->prepare);
    uv_timer_stop(&program->tick);
    router_tick(program->router); /* what has been read is answered */
    link_close(program->hub, on_links_closed, program);
}

static uint64_t monotonic_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static enum err take_limits(struct program *program)
{
    struct room_limits limits = main_settings_limits(&program->settings);
    struct service_options service = main_settings_service(&program->settings);

    return router_set_limits(program->router, &limits, &service);
}

static void say_reload_failed(const struct program *program, struct buf *why)
{
    /* It stands in quotes there. */
    for (size_t i = 0; i < why->len; i++)
        if (why->at[i] == '"')
            why->at[i] = '\'';
    log_error(&program->log, "reload_failed", "why=\"%.*s\"", (int)why->len,
              why->len > 0 ? why->at : "");
}

static void reload(void *self)
{
    struct program *program = self;
    struct buf error = BUF_EMPTY(CONFIG_ERROR_MAX_BYTES);
    enum err rc;

    if (program->is_stopping)
        return;
    process_notify_reloading(&program->notify, monotonic_us());
    rc = main_settings_reload(&program->settings, &error);
    if (rc == ERR_OK)
        rc = take_limits(program);
    if (rc == ERR_OK)
        log_info(&program->log, "limits_reloaded", "");
    else
        say_reload_failed(program, &error);
    buf_clear(&error);
    process_notify_send(&program->notify, "READY=1");
}

static enum err open_router(struct program *program, struct buf *error)
{
    struct store_options store = {
        .data_dir = program->settings.config.data_dir,
        .crypto = program->crypto,
        .log = &program->log,
        .now_ms = main_clock_now_ms(&program->clock),
    };
    struct router_options router = {
        .crypto = program->crypto,
        .log = &program->log,
        .clock = {main_clock_now_ms, &program->clock},
        .limits = main_settings_limits(&program->settings),
        .service = main_settings_service(&program->settings),
    };
    enum err rc = store_open(&store, &program->store, error);

    if (rc != ERR_OK)
        return rc;
    router.store = program->store;
    return router_new(&router, &program->router);
}

static enum err open_links(struct program *program, struct buf *error)
{
    const struct config *config = &program->settings.config;
    struct link_options options = {
        .loop = &program->loop,
        .domain = program->settings.domain,
        .server_host = config->server.host,
        .server_port = config->server.port,
        .secret = buf_span(&program->settings.secret),
        .socket_path = config->socket,
        .gateway_uid = program->settings.gateway_uid,
        .crypto = program->crypto,
        .log = &program->log,
    };
    enum err rc = link_open(&options, router_handler(), program->router,
                            &program->hub, error);

    main_settings_forget_secret(&program->settings);
    if (rc == ERR_OK)
        router_attach(program->router, program->hub);
    return rc;
}

static enum err start_handles(struct program *program)
{
    uint64_t watchdog_ms = process_notify_watchdog_ms(
        getenv("WATCHDOG_USEC"), getenv("WATCHDOG_PID"), (uint64_t)getpid());

    program->signals.on_stop = stop;
    program->signals.on_reload = reload;
    program->signals.self = program;
    if (process_signals_start(&program->signals, &program->loop) != ERR_OK)
        return ERR_SYSTEM;
    uv_timer_init(&program->loop, &program->tick);
    uv_timer_init(&program->loop, &program->watchdog);
    uv_prepare_init(&program->loop, &program->prepare);
    program->tick.data = program;
    program->watchdog.data = program;
    program->prepare.data = program;
    program->handle_count = PROCESS_SIGNAL_HANDLES + 3;
    uv_prepare_start(&program->prepare, on_prepare);
    if (watchdog_ms > 0)
        uv_timer_start(&program->watchdog, on_watchdog, watchdog_ms,
                       watchdog_ms);
    return ERR_OK;
}

static enum err open_parts(struct program *program, struct buf *error)
{
    enum err rc;

    program->crypto = crypto_new();
    if (program->crypto == NULL)
        return ERR_NOMEM;
    main_clock_init(&program->clock);
    if (uv_loop_init(&program->loop) != 0)
        return ERR_SYSTEM;
    program->has_loop = true;
    program->loop.data = program;
    rc = open_router(program, error);
    if (rc == ERR_OK)
        rc = start_handles(program);
    if (rc == ERR_OK) /* last: only the running loop closes a hub */
        rc = open_links(program, error);
    return rc;
}

static void close_handle(uv_handle_t *handle, void *self)
{
    (void)self;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

/* After a start that failed; a loop that has run has nothing left. */
static void clear_loop(struct program *program)
{
    uv_walk(&program->loop, close_handle, NULL);
    uv_run(&program->loop, UV_RUN_DEFAULT);
}

static void close_parts(struct program *program)
{
    if (program->has_loop && !program->is_stopping)
        clear_loop(program);
    if (program->has_loop)
        (void)uv_loop_close(&program->loop);
    router_free(program->router);
    store_close(program->store);
    crypto_free(program->crypto);
    process_notify_close(&program->notify);
    main_settings_clear(&program->settings);
}

/* Returns when a signal has stopped it and all is closed. */
static void live(struct program *program)
{
    process_notify_open(&program->notify, getenv("NOTIFY_SOCKET"));
    log_info(&program->log, "started", "version=%s", DUOLOGUE_VERSION);
    process_notify_send(&program->notify, "READY=1");
    uv_run(&program->loop, UV_RUN_DEFAULT);
    log_info(&program->log, "stopped", "");
}

static void begin(struct program *program)
{
    program->settings = MAIN_SETTINGS_EMPTY;
    program->notify = PROCESS_NOTIFY_NONE;
    program->log =
        (struct log){STDERR_FILENO, main_clock_now_ms, &program->clock};
    program->clock.log = &program->log;
    process_harden();
}

enum main_exit main_run(const char *file)
{
    struct program *program = calloc(1, sizeof(*program));
    struct buf error = BUF_EMPTY(CONFIG_ERROR_MAX_BYTES);
    enum main_exit status = MAIN_GOOD;
    enum err rc;

    if (program == NULL)
        return MAIN_FAILED;
    begin(program);
    rc = main_settings_load(file, &program->settings, &error);
    if (rc == ERR_OK)
        rc = open_parts(program, &error);
    if (rc == ERR_OK)
        live(program);
    else
        status = complain(&error, rc);
    close_parts(program);
    buf_clear(&error);
    free(program);
    return status;
}

enum main_exit main_check(const char *file)
{
    struct main_settings settings = MAIN_SETTINGS_EMPTY;
    struct buf error = BUF_EMPTY(CONFIG_ERROR_MAX_BYTES);
    enum main_exit status = MAIN_GOOD;
    enum err rc = main_settings_load(file, &settings, &error);

    if (rc == ERR_OK)
        printf("%s: good\n", file);
    else
        status = complain(&error, rc);
    main_settings_clear(&settings);
    buf_clear(&error);
    return status;
}

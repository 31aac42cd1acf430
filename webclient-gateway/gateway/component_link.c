#include "gateway/component_link.h"

#include <stdlib.h>
#include <string.h>

#include "base/bug.h"

enum { GREETING_MAX_BYTES = 16 * 1024, DOUBLINGS_MAX = 10 };

static void connect_now(struct component_link *link);

static void on_pause_over(uv_timer_t *timer)
{
    connect_now(timer->data);
}

static uint64_t pause_ms(struct component_link *link)
{
    uint64_t ceiling = COMPONENT_LINK_PAUSE_MIN_MS;
    uint64_t random;

    for (unsigned i = 0; i < link->failures && i < DOUBLINGS_MAX; i++)
        ceiling *= 2;
    if (ceiling > COMPONENT_LINK_PAUSE_MAX_MS)
        ceiling = COMPONENT_LINK_PAUSE_MAX_MS;
    crypto_random(link->gate->crypto, &random, sizeof(random));
    return COMPONENT_LINK_PAUSE_MIN_MS + random % ceiling;
}

/* Not at once: two gateways of one component would drive each other out as
 * fast as they can, and all guests with them. */
static void forgive(struct component_link *link)
{
    if (link->ready_ms > 0 &&
        link->gate->now_ms - link->ready_ms >= COMPONENT_LINK_STEADY_MS)
        link->failures = 0;
    link->ready_ms = 0;
}

static void on_timer_closed(uv_handle_t *handle)
{
    struct component_link *link = handle->data;

    free(link->read_bytes);
    link->read_bytes = NULL;
    link->on_closed(link->self);
}

static void on_pipe_closed(uv_handle_t *handle)
{
    struct component_link *link = handle->data;

    link->has_pipe = false;
    link->is_writing = false;
    buf_clear(&link->writing);
    buf_clear(&link->greeting);
    stream_free(link->stream);
    link->stream = NULL;
    if (link->is_stopping) {
        uv_close((uv_handle_t *)&link->pause, on_timer_closed);
        return;
    }
    forgive(link);
    uv_timer_start(&link->pause, on_pause_over, pause_ms(link), 0);
    link->failures++;
}

static void drop(struct component_link *link, const char *why)
{
    if (uv_is_closing((uv_handle_t *)&link->pipe))
        return;
    if (!link->is_down_logged && !link->is_stopping)
        log_warn(link->log, "component_down", "why=\"%s\"", why);
    link->is_down_logged = true;
    gate_down(link->gate);
    uv_close((uv_handle_t *)&link->pipe, on_pipe_closed);
}

static void on_written(uv_write_t *request, int status)
{
    struct component_link *link = request->handle->data;

    link->is_writing = false;
    buf_truncate(&link->writing, 0);
    if (status < 0)
        drop(link, uv_strerror(status));
    else
        component_link_flush(link);
}

/* Moves `from` to what is being written. */
static void take(struct component_link *link, struct buf *from)
{
    struct buf empty = link->writing;

    link->writing = *from;
    *from = empty;
    from->max = link->writing.max;
}

void component_link_flush(struct component_link *link)
{
    uv_buf_t bytes;
    int rc;

    if (!link->has_pipe || link->is_writing || link->stream == NULL ||
        uv_is_closing((uv_handle_t *)&link->pipe))
        return;
    if (link->greeting.len > 0)
        take(link, &link->greeting);
    else if (link->gate->up.len > 0)
        take(link, &link->gate->up);
    else
        return;
    bytes = uv_buf_init(link->writing.at, (unsigned)link->writing.len);
    link->is_writing = true;
    rc = uv_write(&link->write, (uv_stream_t *)&link->pipe, &bytes, 1,
                  on_written);
    if (rc < 0) {
        link->is_writing = false;
        drop(link, uv_strerror(rc));
    }
}

static void on_ready(void *self)
{
    struct component_link *link = self;

    log_info(link->log, "component_up", "");
    link->ready_ms = link->gate->now_ms;
    link->is_down_logged = false;
    gate_up(link->gate);
}

static void on_stanza(void *self, const struct xml_node *node,
                      enum xml_verdict verdict)
{
    struct component_link *link = self;

    if (verdict == XML_WHOLE)
        gate_deliver(link->gate, node);
}

static const struct stream_handler stream_calls = {
    .on_ready = on_ready,
    .on_stanza = on_stanza,
};

static void on_room_wanted(uv_handle_t *handle, size_t size, uv_buf_t *out)
{
    struct component_link *link = handle->data;

    (void)size;
    *out = uv_buf_init(link->read_bytes, COMPONENT_LINK_READ_BYTES);
}

static const char *why_over(const struct component_link *link)
{
    enum stream_error error = stream_peer_error(link->stream);

    if (error == STREAM_ERROR_NONE)
        error = stream_own_error(link->stream);
    return error == STREAM_ERROR_NONE ? "the component closed the stream"
                                      : stream_error_name(error);
}

static void on_bytes(uv_stream_t *pipe, ssize_t len, const uv_buf_t *bytes)
{
    struct component_link *link = pipe->data;
    enum err rc;

    if (len == 0)
        return;
    if (len < 0) {
        drop(link, uv_strerror((int)len));
        return;
    }
    rc = stream_feed(link->stream, (struct span){bytes->base, (size_t)len},
                     &link->greeting);
    explicit_bzero(bytes->base, (size_t)len);
    if (rc == ERR_OK)
        component_link_flush(link);
    else
        drop(link, rc == ERR_CLOSED ? why_over(link) : err_text(rc));
}

static enum err open_stream(struct component_link *link)
{
    struct stream_options options = {
        .role = STREAM_COMPONENT,
        .domain = buf_span(&link->gate->guests_domain),
        .crypto = link->gate->crypto,
    };

    link->stream = stream_new(&options, &stream_calls, link);
    if (link->stream == NULL)
        return ERR_NOMEM;
    return stream_start(link->stream, &link->greeting);
}

static void on_connected(uv_connect_t *request, int status)
{
    struct component_link *link = request->handle->data;

    if (status == UV_ECANCELED)
        return;
    if (status == 0 && open_stream(link) != ERR_OK)
        status = UV_ENOMEM;
    if (status == 0)
        status =
            uv_read_start((uv_stream_t *)&link->pipe, on_room_wanted, on_bytes);
    if (status == 0)
        component_link_flush(link);
    else
        drop(link, uv_strerror(status));
}

static void connect_now(struct component_link *link)
{
    uv_pipe_init(link->loop, &link->pipe, 0);
    link->pipe.data = link;
    link->has_pipe = true;
    uv_pipe_connect(&link->connect, &link->pipe, link->path, on_connected);
}

enum err component_link_start(struct component_link *link, struct gate *gate,
                              uv_loop_t *loop, const char *path,
                              const struct log *log)
{
    *link = (struct component_link){
        .gate = gate,
        .loop = loop,
        .path = path,
        .log = log,
        .writing = BUF_EMPTY(GATE_UP_MAX_BYTES),
        .greeting = BUF_EMPTY(GREETING_MAX_BYTES),
        .read_bytes = malloc(COMPONENT_LINK_READ_BYTES),
    };
    if (link->read_bytes == NULL)
        return ERR_NOMEM;
    uv_timer_init(loop, &link->pause);
    link->pause.data = link;
    connect_now(link);
    return ERR_OK;
}

void component_link_stop(struct component_link *link,
                         void (*on_closed)(void *self), void *self)
{
    BUG_IF(link->is_stopping);
    link->is_stopping = true;
    link->on_closed = on_closed;
    link->self = self;
    if (link->has_pipe)
        drop(link, "stopping");
    else
        uv_close((uv_handle_t *)&link->pause, on_timer_closed);
}

/* link_read.c - from the socket to the stream, a bounded part at a time. */
#include <string.h>

#include "link/link_internal.h"

static bool is_tick_full(const struct link_peer *peer)
{
    return peer->hub->tick_stanzas >= LINK_TICK_STANZAS_MAX ||
           peer->hub->tick_bytes >= LINK_TICK_MAX_BYTES ||
           peer->tick_stanzas >= LINK_PEER_STANZAS_MAX ||
           peer->tick_bytes >= LINK_PEER_TICK_MAX_BYTES;
}

static bool may_feed(const struct link_peer *peer)
{
    return link__peer_is_alive(peer) && !peer->is_choked &&
           !is_tick_full(peer) && !peer->hub->is_closing;
}

static void feed_slice(struct link_peer *peer, struct span slice)
{
    enum err rc = stream_feed(peer->stream, slice, &peer->words);

    if (!link__peer_is_alive(peer)) /* ended from within a callback */
        return;
    if (rc == ERR_OK)
        link__write_say(peer);
    else if (rc == ERR_CLOSED)
        link__peer_finish(peer, link__why_stream(peer->stream));
    else
        link__peer_fail(peer, STREAM_ERROR_RESOURCE_CONSTRAINT,
                        "out of memory");
}

/* Gives the stream what the tick still has room for; tells how much. */
static size_t feed(struct link_peer *peer, struct span bytes)
{
    size_t at = 0;

    while (at < bytes.len && may_feed(peer)) {
        struct span slice = span_slice(bytes, at, LINK_SLICE_BYTES);

        peer->tick_bytes += slice.len;
        peer->hub->tick_bytes += slice.len;
        feed_slice(peer, slice);
        at += slice.len;
    }
    return at;
}

static void take(struct link_peer *peer, struct span bytes)
{
    size_t taken = feed(peer, bytes);

    if (!link__peer_is_alive(peer) || taken == bytes.len)
        return;
    if (buf_append(&peer->rest, span_slice(bytes, taken, bytes.len)) != ERR_OK)
        link__peer_fail(peer, STREAM_ERROR_RESOURCE_CONSTRAINT,
                        "out of memory");
}

static void on_end(struct link_peer *peer, int status)
{
    peer->is_eof = true;
    if (peer->state == LINK_STATE_ENDING) {
        if (status != UV_EOF || link__write_is_drained(peer))
            link__peer_drop(peer, "closed");
        return;
    }
    if (status != UV_EOF || peer->stream == NULL) {
        link__peer_drop(peer, link__why_uv(status));
        return;
    }
    stream_close(peer->stream, &peer->words);
    link__peer_finish(peer, link__why_uv(status));
}

static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
    struct link_peer *peer = stream->data;

    if (len == 0 || peer->state == LINK_STATE_CLOSED)
        return;
    if (len < 0) {
        on_end(peer, (int)len);
        return;
    }
    if (peer->state == LINK_STATE_ENDING)
        return; /* nobody listens any more */
    peer->hub->stats.bytes_in += (uint64_t)len;
    take(peer, (struct span){buf->base, (size_t)len});
    link__read_update(peer);
    explicit_bzero(buf->base, (size_t)len);
}

static void on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
    struct link_peer *peer = handle->data;

    (void)size;
    *buf = uv_buf_init(peer->hub->read, sizeof(peer->hub->read));
}

static bool wants_reading(const struct link_peer *peer)
{
    if (peer->is_eof)
        return false;
    if (peer->state == LINK_STATE_ENDING)
        return true;
    return link__peer_is_alive(peer) && !peer->is_choked &&
           !is_tick_full(peer) && peer->rest.len == 0;
}

void link__read_update(struct link_peer *peer)
{
    bool wants = wants_reading(peer);
    int status = 0;

    if (peer->state == LINK_STATE_CLOSED || wants == peer->is_reading)
        return;
    if (wants)
        status = uv_read_start(&peer->io.stream, on_alloc, on_read);
    else
        uv_read_stop(&peer->io.stream);
    peer->is_reading = wants;
    if (status < 0)
        link__peer_drop(peer, link__why_uv(status));
}

void link__read_start(struct link_peer *peer)
{
    peer->io.handle.data = peer;
    link__read_update(peer);
}

bool link__read_is_waiting(const struct link_peer *peer)
{
    return peer->rest.len > 0 && may_feed(peer);
}

void link__read_rest(struct link_peer *peer)
{
    size_t taken;

    if (!link__read_is_waiting(peer))
        return;
    taken = feed(peer, buf_span(&peer->rest));
    if (taken == peer->rest.len || !link__peer_is_alive(peer))
        buf_clear(&peer->rest);
    else
        buf_consume(&peer->rest, taken);
    link__read_update(peer);
}

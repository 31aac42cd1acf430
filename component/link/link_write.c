/* link_write.c - out buffers.
 *
 * held -> queue -> flight -> kernel.  Only link_flush moves `held` on; what
 * the stream itself says goes into `queue`, which always ends with a whole
 * stanza, so nothing is ever mixed into one. */
#include <string.h>

#include "base/bug.h"
#include "link/link_internal.h"

enum {
    CHOKE_BYTES = LINK_OUT_MAX_BYTES / 2,
    EASE_BYTES = LINK_OUT_MAX_BYTES / 4,
    /* Less room than this, and a stanza may have been turned away. */
    CUT_BYTES = LINK_OUT_MAX_BYTES - XML_STANZA_MAX_BYTES,
};

static void send_queue(struct link_peer *peer);

static size_t backlog(const struct link_peer *peer)
{
    return peer->queue.len + uv_stream_get_write_queue_size(&peer->io.stream);
}

void link__write_set_ceiling(struct link_peer *peer)
{
    size_t used = backlog(peer);
    size_t max = used < LINK_OUT_MAX_BYTES ? LINK_OUT_MAX_BYTES - used : 0;

    peer->held.max = max > peer->held.len ? max : peer->held.len;
}

bool link__write_is_drained(const struct link_peer *peer)
{
    return !peer->is_writing && peer->queue.len == 0;
}

static void update_choke(struct link_peer *peer)
{
    size_t behind = peer->held.len + backlog(peer);
    bool was_choked = peer->is_choked;

    if (behind > CHOKE_BYTES)
        peer->is_choked = true;
    else if (behind < EASE_BYTES)
        peer->is_choked = false;
    if (was_choked && !peer->is_choked && peer->rest.len > 0)
        link__hub_wake(peer->hub);
    if (was_choked != peer->is_choked)
        link__read_update(peer);
}

/* Empties a buffer; a big one gives its memory back. */
static void empty(struct buf *buf)
{
    if (buf->cap > LINK_KEEP_BYTES)
        buf_clear(buf);
    else
        buf_truncate(buf, 0);
}

static void land(struct link_peer *peer)
{
    peer->hub->stats.bytes_out += peer->flight.len;
    empty(&peer->flight);
}

static void on_written(uv_write_t *write, int status)
{
    struct link_peer *peer = write->data;

    peer->is_writing = false;
    if (peer->state == LINK_STATE_CLOSED)
        return;
    if (status < 0) {
        link__peer_drop(peer, link__why_uv(status));
        return;
    }
    land(peer);
    if (peer->state == LINK_STATE_UP)
        uv_timer_stop(&peer->deadline);
    send_queue(peer);
    if (peer->state == LINK_STATE_UP)
        update_choke(peer);
    else if (peer->state == LINK_STATE_ENDING)
        link__peer_say_goodbye(peer);
    link__write_set_ceiling(peer);
}

/* The kernel takes no more: libuv brings the rest. */
static void send_later(struct link_peer *peer, size_t sent)
{
    uv_buf_t rest = uv_buf_init(peer->flight.at + sent,
                                (unsigned int)(peer->flight.len - sent));
    int status;

    peer->write.data = peer;
    status = uv_write(&peer->write, &peer->io.stream, &rest, 1, on_written);
    if (status < 0) {
        link__peer_drop(peer, link__why_uv(status));
        return;
    }
    peer->is_writing = true;
    /* The server may be slow: TCP_USER_TIMEOUT tells slow from dead, and
     * what it misses when it is cut is told again. */
    if (peer->state == LINK_STATE_UP && peer->kind != LINK_SERVER)
        uv_timer_start(&peer->deadline, link__peer_expire,
                       peer->hub->tuning.stall_ms, 0);
}

static void send_queue(struct link_peer *peer)
{
    struct buf landed = peer->flight;
    uv_buf_t all;
    int sent;

    if (peer->is_writing || peer->queue.len == 0)
        return;
    peer->flight = peer->queue;
    peer->queue = landed;
    all = uv_buf_init(peer->flight.at, (unsigned int)peer->flight.len);
    sent = uv_try_write(&peer->io.stream, &all, 1);
    if (sent < 0 && sent != UV_EAGAIN) {
        link__peer_drop(peer, link__why_uv(sent));
        return;
    }
    if (sent == (int)peer->flight.len)
        land(peer);
    else
        send_later(peer, sent < 0 ? 0 : (size_t)sent);
}

static void enqueue(struct link_peer *peer, struct span bytes)
{
    link__sent_add(peer, bytes.len);
    if (buf_append(&peer->queue, bytes) != ERR_OK) {
        link__peer_drop(peer, "out of memory");
        return;
    }
    send_queue(peer);
    if (peer->kind == LINK_SERVER && peer->state == LINK_STATE_UP)
        uv_timer_again(&peer->hub->server.keepalive);
}

void link__write_say(struct link_peer *peer)
{
    if (peer->words.len == 0 || peer->state == LINK_STATE_CLOSED)
        return;
    enqueue(peer, buf_span(&peer->words));
    buf_clear(&peer->words);
}

void link__write_space(struct link_peer *peer)
{
    if (link__write_is_drained(peer))
        enqueue(peer, SPAN(" "));
}

/* Whole and empty buffers change places; only behind a slow peer bytes are
 * copied. */
static enum err move_held(struct link_peer *peer)
{
    enum err rc = ERR_OK;

    link__sent_add(peer, peer->held.len);
    if (peer->queue.len > 0) {
        rc = buf_append(&peer->queue, buf_span(&peer->held));
    } else {
        struct buf spare = peer->queue;

        peer->queue = peer->held;
        peer->queue.max = spare.max;
        peer->held = spare;
    }
    empty(&peer->held);
    return rc;
}

void link__write_release(struct link_peer *peer)
{
    size_t behind;

    link__write_say(peer); /* a handshake goes before what follows from it */
    behind = peer->held.len + backlog(peer);
    if (peer->state != LINK_STATE_UP || peer->held.len == 0)
        return;
    if (behind > CUT_BYTES) {
        link__peer_drop(peer, "too far behind");
        return;
    }
    if (move_held(peer) != ERR_OK) {
        link__peer_drop(peer, "out of memory");
        return;
    }
    send_queue(peer);
    if (peer->state != LINK_STATE_UP)
        return;
    if (peer->kind == LINK_SERVER)
        uv_timer_again(&peer->hub->server.keepalive);
    update_choke(peer);
    link__write_set_ceiling(peer);
}

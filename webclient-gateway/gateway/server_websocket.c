/* server_websocket.c - RFC 6455, as far as libwebsockets leaves it to us. */
#include <string.h>

#include "gateway/guest.h"
#include "gateway/origin.h"
#include "gateway/server_internal.h"

enum { TOO_MANY_REQUESTS = 429, WRITES_MAX = 16 };

static int filter(struct server *server, struct lws *wsi)
{
    char text[SERVER_HEADER_MAX_BYTES];
    struct address address;
    unsigned status = server__upgrade_status(wsi);

    if (status != HTTP_STATUS_OK)
        return server__refuse_upgrade(wsi, status);
    if (server->is_stopping)
        return server__refuse_upgrade(wsi, HTTP_STATUS_SERVICE_UNAVAILABLE);
    if (!server__is_websocket_path(server, wsi))
        return server__refuse_upgrade(wsi, HTTP_STATUS_NOT_FOUND);
    if (!origin_is_allowed(
            server->config,
            server__header(wsi, WSI_TOKEN_ORIGIN, text, sizeof(text)))) {
        server->numbers.refused_origin++;
        return server__refuse_upgrade(wsi, HTTP_STATUS_FORBIDDEN);
    }
    if (!server__client(server, wsi, &address))
        return server__refuse_upgrade(wsi, HTTP_STATUS_BAD_REQUEST);
    /* Counted when it is established, by `user`, which is not there yet. */
    if (server__is_counted(server, &address) &&
        !limits_allows(&server->limits, &address, server->gate->now_ms)) {
        server->numbers.refused_address++;
        return server__refuse_upgrade(wsi, TOO_MANY_REQUESTS);
    }
    return 0;
}

static int establish(struct server *server, struct peer *peer, struct lws *wsi)
{
    char source[GATE_SOURCE_CHARS];
    struct address address;

    *peer = (struct peer){
        .wsi = wsi,
        .message = BUF_EMPTY(SESSION_FRAME_MAX_BYTES),
        .heard_ms = server->gate->now_ms,
    };
    if (!server__client(server, wsi, &address) ||
        gate_source(server->gate, &address, source) != ERR_OK)
        return -1;
    if (server__is_counted(server, &address) &&
        limits_enter(&server->limits, &address, server->gate->now_ms,
                     &peer->entry) != ERR_OK)
        return -1;
    peer->server = server;
    session_init(&peer->session, server->gate, peer, source);
    peer->next = server->first;
    if (server->first != NULL)
        server->first->prev = peer;
    server->first = peer;
    server->numbers.connections++;
    server__line_upgrades(wsi);
    return 0;
}

static void drop_pieces(struct peer *peer)
{
    peer->server->pieces_bytes -= peer->message.len;
    buf_clear(&peer->message);
}

static enum err add_piece(struct peer *peer, struct span piece)
{
    struct server *server = peer->server;
    enum err rc;

    if (server->pieces_bytes + piece.len > SERVER_PIECES_MAX_BYTES)
        return ERR_LIMIT;
    if (peer->message.len == 0)
        peer->message_ms = server->gate->now_ms;
    rc = buf_append(&peer->message, piece);
    if (rc == ERR_OK)
        server->pieces_bytes += piece.len;
    return rc;
}

static void forget(struct peer *peer)
{
    struct server *server = peer->server;

    if (server == NULL)
        return; /* it never was established */
    session_lost(&peer->session);
    limits_leave(peer->entry);
    drop_pieces(peer);
    if (peer->next != NULL)
        peer->next->prev = peer->prev;
    if (peer->prev != NULL)
        peer->prev->next = peer->next;
    else
        server->first = peer->next;
    server->numbers.connections--;
    server->paused_count -= peer->is_paused;
    peer->server = NULL;
}

/* Takes one piece; the message is read when it is whole. */
static void take(struct peer *peer, struct span piece)
{
    struct lws *wsi = peer->wsi;
    size_t rest = lws_remaining_packet_payload(wsi);
    bool is_whole = lws_is_final_fragment(wsi) && rest == 0;

    if (peer->message.len + piece.len + rest >
        session_frame_max(&peer->session)) {
        session_refuse(&peer->session, SESSION_CLOSE_TOO_BIG);
    } else if (is_whole && peer->message.len == 0) {
        session_read(&peer->session, piece);
    } else if (add_piece(peer, piece) != ERR_OK) {
        session_fail(&peer->session, STREAM_ERROR_RESOURCE_CONSTRAINT, NULL);
    } else if (!is_whole) {
        session_take_part(&peer->session);
    } else {
        session_read(&peer->session, buf_span(&peer->message));
        drop_pieces(peer);
    }
}

static int receive(struct peer *peer, struct span piece)
{
    if (peer->session.close != SESSION_OPEN)
        return 0;
    if (lws_frame_is_binary(peer->wsi))
        session_refuse(&peer->session, SESSION_CLOSE_UNSUPPORTED);
    else
        take(peer, piece);
    if (!peer->is_paused && !session_may_read(&peer->session)) {
        peer->is_paused = true;
        peer->server->paused_count++;
        lws_rx_flow_control(peer->wsi, 0);
    }
    return 0;
}

/* An error from the callback that wrote would drop the line without a close
 * frame; one from a timer sends it. */
static int close_soon(struct peer *peer)
{
    if (!peer->is_closing_soon)
        lws_set_timer_usecs(peer->wsi, 1);
    peer->is_closing_soon = true;
    return 0;
}

static int close_now(const struct peer *peer)
{
    lws_close_reason(peer->wsi, (enum lws_close_status)peer->session.close,
                     NULL, 0);
    return -1;
}

static void hear(struct peer *peer)
{
    peer->heard_ms = peer->server->gate->now_ms;
    peer->asked_ms = 0;
}

/* Asks one that is silent, and drops one that does not answer. */
static void ask(struct peer *peer)
{
    int64_t now_ms = peer->server->gate->now_ms;

    if (peer->asked_ms > 0 && now_ms - peer->asked_ms >= SERVER_ANSWER_MS) {
        server__kill(peer->wsi);
    } else if (peer->asked_ms == 0 &&
               now_ms - peer->heard_ms >= SESSION_PING_SECONDS * 1000) {
        peer->asked_ms = now_ms;
        peer->is_ping_due = true;
        lws_callback_on_writable(peer->wsi);
    }
}

static int write_ping(struct peer *peer)
{
    unsigned char ping[LWS_PRE + 1] = {0};

    peer->is_ping_due = false;
    /* We are not told of a pong with nothing in it. */
    ping[LWS_PRE] = 'p';
    return lws_write(peer->wsi, ping + LWS_PRE, 1, LWS_WRITE_PING);
}

static int write_some(struct peer *peer)
{
    /* libwebsockets writes its frame header before our bytes. */
    struct buf *out = &peer->server->gate->scratch;
    struct span front = session_front(&peer->session);
    int rc;

    if (peer->is_ping_due && write_ping(peer) < 0)
        return -1;
    for (int i = 0; i < WRITES_MAX && front.at != NULL; i++) {
        buf_truncate(out, 0);
        if (lws_send_pipe_choked(peer->wsi))
            break;
        if (buf_reserve(out, LWS_PRE + front.len) != ERR_OK)
            return -1;
        memcpy(out->at + LWS_PRE, front.at, front.len);
        rc = lws_write(peer->wsi, (unsigned char *)out->at + LWS_PRE, front.len,
                       LWS_WRITE_TEXT);
        explicit_bzero(out->at, LWS_PRE + front.len);
        if (rc < 0)
            return -1;
        session_written(&peer->session);
        front = session_front(&peer->session);
    }
    if (front.at == NULL && peer->session.close != SESSION_OPEN)
        return close_soon(peer);
    if (front.at != NULL)
        lws_callback_on_writable(peer->wsi);
    return 0;
}

int server__on_websocket(struct lws *wsi, enum lws_callback_reasons reason,
                         void *user, void *in, size_t len)
{
    struct server *server = lws_context_user(lws_get_context(wsi));
    struct peer *peer = user;

    /* A list of a hundred reasons, of which we have use for seven. */
    if (reason == LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION)
        return filter(server, wsi);
    if (reason == LWS_CALLBACK_ESTABLISHED)
        return establish(server, peer, wsi);
    if (reason == LWS_CALLBACK_RECEIVE || reason == LWS_CALLBACK_RECEIVE_PONG)
        hear(peer);
    if (reason == LWS_CALLBACK_RECEIVE) {
        int rc = receive(peer, (struct span){in, len});

        /* It is read, and would lie there until somebody else says more. */
        explicit_bzero(in, len);
        return rc;
    }
    if (reason == LWS_CALLBACK_SERVER_WRITEABLE)
        return write_some(peer);
    if (reason == LWS_CALLBACK_TIMER && peer->is_closing_soon)
        return close_now(peer);
    if (reason == LWS_CALLBACK_CLOSED)
        forget(peer);
    return 0;
}

void server_wake(struct session *session)
{
    struct peer *peer = session->peer;

    if (session->close != SESSION_OPEN && peer->closing_ms == 0)
        peer->closing_ms = session->gate->now_ms;
    lws_callback_on_writable(peer->wsi);
}

static void sweep(struct peer *peer)
{
    int64_t now_ms = peer->server->gate->now_ms;

    session_sweep(&peer->session);
    if (peer->message.len > 0 && peer->session.close == SESSION_OPEN &&
        now_ms - peer->message_ms >= SERVER_MESSAGE_MS)
        session_fail(&peer->session, STREAM_ERROR_CONNECTION_TIMEOUT, NULL);
    ask(peer);
    /* It does not even take our goodbye. */
    if (peer->closing_ms > 0 && now_ms - peer->closing_ms >= SERVER_CLOSE_MS)
        server__kill(peer->wsi);
}

void server_sweep(struct server *server)
{
    struct peer *next;

    for (struct peer *peer = server->first; peer != NULL; peer = next) {
        next = peer->next;
        sweep(peer);
    }
    server__sweep_lines(server);
    limits_sweep(&server->limits, server->gate->now_ms);
}

void server_resume_reading(struct server *server)
{
    struct peer *next;

    if (server->paused_count == 0)
        return; /* which is nearly always */
    for (struct peer *peer = server->first; peer != NULL; peer = next) {
        next = peer->next;
        if (!peer->is_paused || !session_may_read(&peer->session))
            continue;
        peer->is_paused = false;
        server->paused_count--;
        lws_rx_flow_control(peer->wsi, 1);
    }
}

void server_stop(struct server *server)
{
    struct peer *next;

    server->is_stopping = true;
    for (struct peer *peer = server->first; peer != NULL; peer = next) {
        next = peer->next;
        session_fail(&peer->session, STREAM_ERROR_SYSTEM_SHUTDOWN, NULL);
    }
}

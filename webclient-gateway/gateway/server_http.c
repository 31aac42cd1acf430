/* server_http.c - static files, host-meta and metrics. */
#include <stdio.h>
#include <string.h>

#include "gateway/server_internal.h"

enum { CHUNK_BYTES = 16 * 1024 };

/* How to answer a request. */
struct answer {
    unsigned status;
    const char *type;
    const char *cache;
    const char *encoding; /* or NULL */
    const char *etag;     /* or NULL */
    const char *allow;    /* or NULL */
    const char *location; /* or NULL */
    bool is_for_anyone;   /* XEP-0156: pages of others may read it */
    bool is_known;        /* no body, whatever the length */
    struct span body;
};

static bool write_head(const struct server *server, struct lws *wsi,
                       const struct http_reply *reply,
                       const struct answer *answer)
{
    unsigned char bytes[LWS_PRE + 4096 + HTTP_POLICY_MAX_BYTES];
    unsigned char *start = bytes + LWS_PRE;
    struct server_head head = {wsi, start, bytes + sizeof(bytes) - 1, false};

    if (lws_add_http_common_headers(wsi, answer->status, answer->type,
                                    answer->body.len, &head.at, head.end) != 0)
        return false;
    server__put_date(&head);
    server__put_header(&head, "connection:", reply->is_last ? "close" : NULL);
    server__put_header(&head, "cache-control:", answer->cache);
    server__put_header(&head, "content-encoding:", answer->encoding);
    server__put_header(&head, "etag:", answer->etag);
    server__put_header(&head, "allow:", answer->allow);
    server__put_header(&head, "location:", answer->location);
    server__put_header(
        &head, "vary:", answer->etag != NULL ? "Accept-Encoding" : NULL);
    server__put_header(&head, "access-control-allow-origin:",
                       answer->is_for_anyone ? "*" : NULL);
    server__put_header(&head, "content-security-policy:", server->policy.at);
    server__put_header(&head, "referrer-policy:", "no-referrer");
    server__put_header(&head, "x-content-type-options:", "nosniff");
    server__put_header(&head, "x-frame-options:", "DENY");
    server__put_header(&head, "cross-origin-opener-policy:", "same-origin");
    if (!answer->is_for_anyone)
        server__put_header(&head,
                           "cross-origin-resource-policy:", "same-origin");
    server__put_header(
        &head, "permissions-policy:",
        "camera=(), geolocation=(), microphone=(), interest-cohort=()");
    return !head.is_full &&
           lws_finalize_write_http_header(wsi, start, &head.at, head.end) == 0;
}

/* What the callback must return when the answer is complete. */
static int complete(struct lws *wsi, const struct http_reply *reply)
{
    if (reply->is_last)
        return -1;
    return lws_http_transaction_completed(wsi) != 0 ? -1 : 0;
}

static int send_answer(const struct server *server, struct lws *wsi,
                       struct http_reply *reply, const struct answer *answer)
{
    bool has_content =
        answer->body.len > 0 && !answer->is_known && !server__is_head(wsi);

    if (!write_head(server, wsi, reply, answer))
        return -1;
    if (!has_content)
        return complete(wsi, reply);
    reply->body = answer->body;
    lws_callback_on_writable(wsi);
    return 0;
}

static int write_body(struct lws *wsi, struct http_reply *reply)
{
    unsigned char bytes[LWS_PRE + CHUNK_BYTES];
    struct span piece = span_slice(reply->body, 0, CHUNK_BYTES);
    bool is_last = piece.len == reply->body.len;

    if (piece.len == 0)
        return 0;
    memcpy(bytes + LWS_PRE, piece.at, piece.len);
    if (lws_write(wsi, bytes + LWS_PRE, piece.len,
                  is_last ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP) < 0)
        return -1;
    /* It gives a reader who halts as long as a head: a line has its time, and
     * we look at that. */
    lws_set_timeout(wsi, NO_PENDING_TIMEOUT, 0);
    reply->body = span_slice(reply->body, piece.len, reply->body.len);
    if (is_last) {
        buf_clear(&reply->own);
        return complete(wsi, reply);
    }
    lws_callback_on_writable(wsi);
    return 0;
}

static const char *const no_store = "no-store";

static int send_text(const struct server *server, struct lws *wsi,
                     struct http_reply *reply, unsigned status,
                     const char *text)
{
    struct answer answer = {
        .status = status,
        .type = "text/plain; charset=utf-8",
        .cache = no_store,
        .body = span_of(text),
    };

    if (status == HTTP_STATUS_METHOD_NOT_ALLOWED)
        answer.allow = "GET, HEAD";
    return send_answer(server, wsi, reply, &answer);
}

static int send_file(const struct server *server, struct lws *wsi,
                     struct http_reply *reply, const struct static_file *file)
{
    char text[SERVER_HEADER_MAX_BYTES];
    struct answer answer = {
        .status = HTTP_STATUS_OK,
        .type = file->type,
        .cache = file->is_eternal ? "public, max-age=31536000, immutable"
                                  : "no-cache",
        .etag = file->etag,
        .body = buf_span(&file->plain),
    };

    if (file->gzip.len > 0 &&
        static_takes_gzip(server__header(wsi, WSI_TOKEN_HTTP_ACCEPT_ENCODING,
                                         text, sizeof(text)))) {
        answer.encoding = "gzip";
        answer.body = buf_span(&file->gzip);
    }
    if (static_is_known(file, server__header(wsi, WSI_TOKEN_HTTP_IF_NONE_MATCH,
                                             text, sizeof(text)))) {
        answer.status = HTTP_STATUS_NOT_MODIFIED;
        answer.is_known = true;
    }
    return send_answer(server, wsi, reply, &answer);
}

/* A page made for this request. */
static int send_own(const struct server *server, struct lws *wsi,
                    struct http_reply *reply, struct answer *answer,
                    enum err rc)
{
    if (rc != ERR_OK)
        return -1;
    answer->status = answer->status > 0 ? answer->status : HTTP_STATUS_OK;
    answer->cache = no_store;
    answer->body = buf_span(&reply->own);
    return send_answer(server, wsi, reply, answer);
}

static int send_host_meta(const struct server *server, struct lws *wsi,
                          struct http_reply *reply, bool is_json)
{
    struct answer answer = {
        .type = is_json ? "application/json" : "application/xrd+xml",
        .is_for_anyone = true,
    };

    return send_own(server, wsi, reply, &answer,
                    is_json
                        ? http_put_host_meta_json(server->config, &reply->own)
                        : http_put_host_meta(server->config, &reply->own));
}

static int send_config(const struct server *server, struct lws *wsi,
                       struct http_reply *reply)
{
    struct answer answer = {.type = "application/json"};

    return send_own(server, wsi, reply, &answer,
                    http_put_config(server->gate, server->config, &reply->own));
}

/* The page asks for its files beside itself: without the slash that would be
 * above where we are. */
static int send_slash(const struct server *server, struct lws *wsi,
                      struct http_reply *reply)
{
    char location[SERVER_HEADER_MAX_BYTES]; /* public_url is shorter */
    struct answer answer = {
        .status = HTTP_STATUS_MOVED_PERMANENTLY,
        .type = "text/plain; charset=utf-8",
        .cache = no_store,
        .location = location,
        .body = SPAN("The page is behind a slash.\n"),
    };

    snprintf(location, sizeof(location), "%s/",
             server->config->public_url.path);
    return send_answer(server, wsi, reply, &answer);
}

static int answer_page(const struct server *server, struct lws *wsi,
                       struct http_reply *reply, struct span path)
{
    const struct static_file *file;

    if (!server__is_read(wsi))
        return send_text(server, wsi, reply, HTTP_STATUS_METHOD_NOT_ALLOWED,
                         "Only GET and HEAD are known here.\n");
    if (path.len > 0 && span_is(path, server->config->public_url.path))
        return send_slash(server, wsi, reply);
    path = http_strip_prefix(server->config, path);
    if (span_is(path, "/.well-known/host-meta"))
        return send_host_meta(server, wsi, reply, false);
    if (span_is(path, "/.well-known/host-meta.json"))
        return send_host_meta(server, wsi, reply, true);
    if (span_is(path, "/config.json"))
        return send_config(server, wsi, reply);
    if (span_is(path, "/xmpp-websocket"))
        return send_text(server, wsi, reply, HTTP_STATUS_BAD_REQUEST,
                         "This is for WebSockets that speak xmpp.\n");
    file = static_find(server->files, path);
    if (file == NULL)
        return send_text(server, wsi, reply, HTTP_STATUS_NOT_FOUND,
                         "There is no such page.\n");
    return send_file(server, wsi, reply, file);
}

static int answer_metrics(const struct server *server, struct lws *wsi,
                          struct http_reply *reply, struct span path)
{
    struct answer answer = {.type = "text/plain; version=0.0.4"};
    bool is_ready = server->gate->is_linked && !server->is_stopping;

    if (!server__is_read(wsi))
        return send_text(server, wsi, reply, HTTP_STATUS_METHOD_NOT_ALLOWED,
                         "Only GET and HEAD are known here.\n");
    if (span_is(path, "/metrics"))
        return send_own(
            server, wsi, reply, &answer,
            http_put_metrics(server->gate, &server->numbers, &reply->own));
    if (span_is(path, "/healthz"))
        return send_text(server, wsi, reply, HTTP_STATUS_OK, "alive\n");
    if (span_is(path, "/readyz"))
        return send_text(server, wsi, reply,
                         is_ready ? HTTP_STATUS_OK
                                  : HTTP_STATUS_SERVICE_UNAVAILABLE,
                         is_ready ? "ready\n" : "no component\n");
    return send_text(server, wsi, reply, HTTP_STATUS_NOT_FOUND,
                     "There is no such page.\n");
}

/* What both listeners have in common. */
static int on_event(struct lws *wsi, enum lws_callback_reasons reason,
                    struct http_reply *reply, void *in)
{
    struct server *server = lws_context_user(lws_get_context(wsi));

    if (reason == LWS_CALLBACK_FILTER_NETWORK_CONNECTION)
        return server__line_filter(server, (int)(intptr_t)in);
    if (reason == LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED)
        return server__line_open(server, wsi);
    if (reason == LWS_CALLBACK_WSI_DESTROY)
        server__line_close(wsi);
    /* No subprotocol, or not ours: this is the first in the list. */
    if (reason == LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION)
        return server__refuse_upgrade(wsi, HTTP_STATUS_BAD_REQUEST);
    if (reason == LWS_CALLBACK_HTTP_WRITEABLE)
        return write_body(wsi, reply);
    if (reason == LWS_CALLBACK_CLOSED_HTTP && reply != NULL)
        buf_clear(&reply->own);
    return 0;
}

static void begin(struct lws *wsi, struct http_reply *reply)
{
    buf_clear(&reply->own); /* of a request that was cut short */
    *reply = (struct http_reply){.own = BUF_EMPTY(HTTP_PAGE_MAX_BYTES),
                                 .is_last = server__has_body(wsi) ||
                                            server__line_is_shared(wsi)};
    server__line_asks(wsi);
}

/* What neither listener answers. */
static int refuse(const struct server *server, struct lws *wsi,
                  struct http_reply *reply)
{
    reply->is_last = true;
    return send_text(server, wsi, reply, HTTP_STATUS_BAD_REQUEST,
                     "This is no sound request.\n");
}

/* A request to either listener: one that is sound has its answer. */
static int on_request(struct lws *wsi, struct http_reply *reply,
                      struct span path,
                      int (*answer)(const struct server *, struct lws *,
                                    struct http_reply *, struct span))
{
    const struct server *server = lws_context_user(lws_get_context(wsi));

    if (server__is_http2(wsi))
        return -1;
    begin(wsi, reply);
    if (!server__is_sound(wsi))
        return refuse(server, wsi, reply);
    return answer(server, wsi, reply, path);
}

int server__on_http(struct lws *wsi, enum lws_callback_reasons reason,
                    void *user, void *in, size_t len)
{
    if (reason != LWS_CALLBACK_HTTP)
        return on_event(wsi, reason, user, in);
    return on_request(wsi, user, (struct span){in, len}, answer_page);
}

int server__on_metrics(struct lws *wsi, enum lws_callback_reasons reason,
                       void *user, void *in, size_t len)
{
    if (reason != LWS_CALLBACK_HTTP)
        return on_event(wsi, reason, user, in);
    return on_request(wsi, user, (struct span){in, len}, answer_metrics);
}

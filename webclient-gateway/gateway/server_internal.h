/* server_internal.h - the halves of the server: WebSockets and plain HTTP. */
#ifndef GATEWAY_SERVER_INTERNAL_H
#define GATEWAY_SERVER_INTERNAL_H

#include <libwebsockets.h>

#include "gateway/server.h"
#include "gateway/session.h"

enum {
    SERVER_CLOSE_MS = 5 * 1000,
    SERVER_ANSWER_MS = 3500,       /* a ping's: by the fourth sweep after it */
    SERVER_MESSAGE_MS = 30 * 1000, /* from its first piece to its last */
    SERVER_PIECES_MAX_BYTES = 32 * 1024 * 1024, /* of all such messages */
    SERVER_HEADER_MAX_BYTES = 2048,             /* one that we look into */
    SERVER_HEAD_MAX_BYTES = 16 * 1024,
};

/* One WebSocket. */
struct peer {
    struct server *server;
    struct lws *wsi;
    struct session session;
    struct limits_entry *entry; /* NULL: not counted */
    struct buf message;         /* pieces of one message */
    int64_t message_ms;         /* since when; while it is not empty */
    struct peer *next;
    struct peer *prev;
    int64_t closing_ms; /* since when it should be closed; 0: it is open */
    int64_t heard_ms;   /* when it last said anything */
    int64_t asked_ms;   /* since when it is to answer a ping; 0: it is not */
    bool is_ping_due;
    bool is_paused; /* we do not read */
    bool is_closing_soon;
};

/* One HTTP request being answered. */
struct http_reply {
    struct buf own;   /* when it was made for this request */
    struct span body; /* what is left to send */
    bool is_last;     /* the connection goes with it */
};

/* The head of an answer that is being written. */
struct server_head {
    struct lws *wsi;
    unsigned char *at;
    unsigned char *end;
    bool is_full;
};

/* What libwebsockets calls: for a WebSocket, a page, the metrics. */
int server__on_websocket(struct lws *wsi, enum lws_callback_reasons reason,
                         void *user, void *in, size_t len);
int server__on_http(struct lws *wsi, enum lws_callback_reasons reason,
                    void *user, void *in, size_t len);
int server__on_metrics(struct lws *wsi, enum lws_callback_reasons reason,
                       void *user, void *in, size_t len);

/* Whether the lines of an address are limited here: not those of proxies. */
bool server__is_counted(const struct server *server,
                        const struct address *address);

/* A line's life: may it be taken, it is there, a request or a WebSocket begins
 * on it, it is gone.  The first two give back what the callback must return. */
int server__line_filter(struct server *server, int fd);
int server__line_open(struct server *server, struct lws *wsi);
void server__line_asks(struct lws *wsi);
void server__line_upgrades(struct lws *wsi);
void server__line_close(struct lws *wsi);

/* Whether it is a proxy's, who may send the requests of several on it. */
bool server__line_is_shared(struct lws *wsi);

/* Drops a line, soon and without a word. */
void server__kill(struct lws *wsi);

/* Ends lines that take too long. */
void server__sweep_lines(struct server *server);

/* False for a request that another server on its way may have understood
 * differently. */
bool server__is_sound(struct lws *wsi);

/* What RFC 6455 4.2.1 says of an upgrade: HTTP_STATUS_OK, or how it is
 * refused. */
unsigned server__upgrade_status(struct lws *wsi);

/* GET or HEAD; HEAD. */
bool server__is_read(struct lws *wsi);
bool server__is_head(struct lws *wsi);

/* It says that a body follows, or may be followed by one. */
bool server__has_body(struct lws *wsi);

/* True for a request of HTTP/2, whose line is closed. */
bool server__is_http2(struct lws *wsi);

/* Adds a header, whose `name` ends with a colon; NULL `value`: nothing. */
void server__put_header(struct server_head *head, const char *name,
                        const char *value);

/* RFC 9110 6.6.1: an answer says when it was made. */
void server__put_date(struct server_head *head);

/* Answers an upgrade that is refused: a status and no body.  Gives back what
 * the callback must return. */
int server__refuse_upgrade(struct lws *wsi, unsigned status);

/* The value of a header into `out`, or an empty span with `at` NULL when it is
 * not there.  One that is too long is one that nobody takes. */
struct span server__header(struct lws *wsi, enum lws_token_indexes token,
                           char *out, size_t size);

/* Whom the request is from.  False when not even the peer has an address. */
bool server__client(const struct server *server, struct lws *wsi,
                    struct address *out);

/* The path of an upgrade, or NULL. */
bool server__is_websocket_path(const struct server *server, struct lws *wsi);

#endif

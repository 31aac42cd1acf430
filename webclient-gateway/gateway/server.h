/* server.h - the sockets towards browsers, over libwebsockets.
 *
 * libwebsockets 4.1.6 has a use after free around CONFIRM_UPGRADE
 * (CVE-2025-11677): that callback is handled nowhere. */
#ifndef GATEWAY_SERVER_H
#define GATEWAY_SERVER_H

#include <uv.h>

#include "base/log.h"
#include "config/config.h"
#include "gateway/gate.h"
#include "gateway/http_pages.h"
#include "gateway/http_static.h"
#include "gateway/limits.h"

struct lws;
struct lws_context;
struct line;
struct peer;

struct server {
    struct gate *gate;
    const struct config *config;
    const struct static_files *files;
    const struct log *log;
    struct lws_context *context;
    struct limits limits;
    struct peer *first; /* all WebSockets */
    struct line *first_line;
    size_t paused_count; /* WebSockets that we do not read from */
    size_t pieces_bytes; /* of messages that are not whole */
    struct http_numbers numbers;
    struct buf policy;
    bool is_stopping;
};

/* Listens for browsers and, where the configuration says so, for metrics.
 *
 * Owner:  borrows everything it is given for its life.  Goes with server_free.
 * Errors: ERR_SYSTEM (an address or a certificate that cannot be used), with a
 *         line in `error`; ERR_NOMEM, ERR_LIMIT. */
enum err server_open(struct server *server, uv_loop_t *loop,
                     struct buf *error) MUST_CHECK;

/* The session has something to write or is to be closed. */
void server_wake(struct session *session);

/* Looks after deadlines: give it about once a second. */
void server_sweep(struct server *server);

/* Lets those read again who were told to slow down: about ten a second. */
void server_resume_reading(struct server *server);

/* Reads certificate and key again. */
void server_reload_tls(struct server *server);

/* Says goodbye to every browser. */
void server_stop(struct server *server);

/* Frees what does not need the loop any more; before, the loop is run until
 * the sockets are closed. */
void server_close(struct server *server);
void server_free(struct server *server);

#endif

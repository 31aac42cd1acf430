/* http_pages.h - what the gateway itself has to say over HTTP. */
#ifndef GATEWAY_HTTP_PAGES_H
#define GATEWAY_HTTP_PAGES_H

#include "base/buf.h"
#include "config/config.h"
#include "gateway/gate.h"

enum {
    HTTP_PAGE_MAX_BYTES = 16 * 1024,
    HTTP_POLICY_MAX_BYTES = 2048, /* proxies take heads of 4 KiB */
};

/* Appends the address of our WebSocket as public_url has it.
 * Errors: ERR_NOMEM, ERR_LIMIT. */
enum err http_put_websocket_url(const struct config *config,
                                struct buf *out) MUST_CHECK;

/* XEP-0156 as XRD and as JSON.
 * Errors: ERR_NOMEM, ERR_LIMIT, ERR_SYNTAX. */
enum err http_put_host_meta(const struct config *config,
                            struct buf *out) MUST_CHECK;
enum err http_put_host_meta_json(const struct config *config,
                                 struct buf *out) MUST_CHECK;

/* What the page has to know of us: {"domain":"DOMAIN","xmpp":true}, where xmpp
 * says whether there are people outside of browsers.
 * Errors: ERR_NOMEM, ERR_LIMIT, ERR_SYNTAX. */
enum err http_put_config(const struct gate *gate, const struct config *config,
                         struct buf *out) MUST_CHECK;

/* The Content-Security-Policy of every page.
 * Errors: ERR_NOMEM, ERR_LIMIT. */
enum err http_put_policy(const struct config *config,
                         struct buf *out) MUST_CHECK;

struct http_numbers {
    uint64_t lines;       /* TCP connections now */
    uint64_t connections; /* WebSockets now */
    uint64_t refused_lines;
    uint64_t refused_origin;
    uint64_t refused_address;
};

/* Appends the metrics in Prometheus' text format.
 * Errors: ERR_NOMEM, ERR_LIMIT. */
enum err http_put_metrics(const struct gate *gate,
                          const struct http_numbers *numbers,
                          struct buf *out) MUST_CHECK;

/* `path` without what public_url's path puts before it, for a proxy that
 * passes it on. */
struct span http_strip_prefix(const struct config *config, struct span path);

#endif

/* server_request.c - what a request says of itself. */
#include <string.h>
#include <time.h>

#include "gateway/server_internal.h"

enum { UPGRADE_REQUIRED = 426, KEY_CHARS = 24 /* 16 bytes in base64 */ };

struct span server__header(struct lws *wsi, enum lws_token_indexes token,
                           char *out, size_t size)
{
    int len = lws_hdr_total_length(wsi, token);

    if (len <= 0)
        return SPAN_EMPTY;
    if ((size_t)len >= size || lws_hdr_copy(wsi, out, (int)size, token) < 0)
        return SPAN("");
    return (struct span){out, strlen(out)};
}

bool server__client(const struct server *server, struct lws *wsi,
                    struct address *out)
{
    char text[SERVER_HEAD_MAX_BYTES]; /* its last word counts: never cut it */
    struct address peer;

    if (!address_of_socket(lws_get_socket_fd(wsi), &peer))
        return false;
    return address_of_client(
        &server->config->trusted_proxies, &peer,
        server__header(wsi, WSI_TOKEN_X_FORWARDED_FOR, text, sizeof(text)),
        out);
}

static bool is_header(struct lws *wsi, enum lws_token_indexes token,
                      const char *value)
{
    char text[SERVER_HEADER_MAX_BYTES];

    return span_is(server__header(wsi, token, text, sizeof(text)), value);
}

bool server__is_websocket_path(const struct server *server, struct lws *wsi)
{
    char text[SERVER_HEADER_MAX_BYTES];
    struct span path =
        server__header(wsi, WSI_TOKEN_GET_URI, text, sizeof(text));

    return path.len > 0 &&
           span_is(http_strip_prefix(server->config, path), "/xmpp-websocket");
}

void server__put_header(struct server_head *head, const char *name,
                        const char *value)
{
    if (value == NULL || head->is_full)
        return;
    head->is_full = lws_add_http_header_by_name(
                        head->wsi, (const unsigned char *)name,
                        (const unsigned char *)value, (int)strlen(value),
                        &head->at, head->end) != 0;
}

void server__put_date(struct server_head *head)
{
    char text[sizeof("Sun, 06 Nov 1994 08:49:37 GMT")];
    time_t now = time(NULL);
    struct tm utc;

    if (gmtime_r(&now, &utc) != NULL &&
        strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &utc) > 0)
        server__put_header(head, "date:", text);
}

int server__refuse_upgrade(struct lws *wsi, unsigned status)
{
    unsigned char bytes[LWS_PRE + SERVER_HEADER_MAX_BYTES];
    unsigned char *start = bytes + LWS_PRE;
    struct server_head head = {wsi, start, bytes + sizeof(bytes) - 1, false};
    bool is_version = status == UPGRADE_REQUIRED;

    if (lws_add_http_common_headers(wsi, status, "text/plain", 0, &head.at,
                                    head.end) != 0)
        return -1;
    server__put_date(&head);
    server__put_header(&head, "cache-control:", "no-store");
    /* RFC 9110 15.5.22 and RFC 6455 4.4: what would be taken. */
    server__put_header(&head, "connection:", is_version ? "upgrade" : "close");
    server__put_header(&head, "upgrade:", is_version ? "websocket" : NULL);
    server__put_header(&head,
                       "sec-websocket-version:", is_version ? "13" : NULL);
    /* Refused it is in any case. */
    if (head.is_full ||
        lws_finalize_write_http_header(wsi, start, &head.at, head.end) != 0)
        return -1;
    return -1;
}

bool server__is_head(struct lws *wsi)
{
    return lws_hdr_total_length(wsi, WSI_TOKEN_HEAD_URI) > 0;
}

bool server__is_read(struct lws *wsi)
{
    return lws_hdr_total_length(wsi, WSI_TOKEN_GET_URI) > 0 ||
           server__is_head(wsi);
}

/* A body is not read: what comes after it on the line could be taken for a
 * request of somebody else, who shares it behind a proxy. */
bool server__has_body(struct lws *wsi)
{
    return !server__is_read(wsi) ||
           lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH) > 0 ||
           lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) > 0;
}

/* HTTP/2 is compiled into the library, which answers `Upgrade: h2c` without
 * asking anybody that may be asked.  Its first request is its last. */
bool server__is_http2(struct lws *wsi)
{
    struct lws *connection = lws_get_network_wsi(wsi);

    if (connection == wsi)
        return false;
    server__kill(connection);
    return true;
}

static bool is_named(const char *name, struct lws *wsi)
{
    return lws_hdr_custom_length(wsi, name, (int)strlen(name)) >= 0;
}

static bool has_one_host(struct lws *wsi)
{
    char host[SERVER_HEADER_MAX_BYTES];
    struct span text = server__header(wsi, WSI_TOKEN_HOST, host, sizeof(host));

    /* Two of them come with a comma between. */
    return text.len > 0 && span_find(text, ',') == text.len &&
           span_find(text, ' ') == text.len;
}

bool server__is_sound(struct lws *wsi)
{
    bool is_new = is_header(wsi, WSI_TOKEN_HTTP, "HTTP/1.1");

    /* RFC 7230 3.2.4: no blank before the colon.  Who takes one for what it
     * seems to be sees a body where we see the next request. */
    return (has_one_host(wsi) || !is_new) &&
           !is_named("content-length :", wsi) &&
           !is_named("transfer-encoding :", wsi);
}

unsigned server__upgrade_status(struct lws *wsi)
{
    char key[SERVER_HEADER_MAX_BYTES];

    if (server__is_http2(wsi) || !server__is_sound(wsi) ||
        !is_header(wsi, WSI_TOKEN_HTTP, "HTTP/1.1") || server__has_body(wsi) ||
        server__header(wsi, WSI_TOKEN_KEY, key, sizeof(key)).len != KEY_CHARS)
        return HTTP_STATUS_BAD_REQUEST;
    if (!is_header(wsi, WSI_TOKEN_VERSION, "13"))
        return UPGRADE_REQUIRED;
    return HTTP_STATUS_OK;
}

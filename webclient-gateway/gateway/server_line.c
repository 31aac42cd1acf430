/* server_line.c - every line to a browser, from its first byte on.
 *
 * libwebsockets counts nobody's lines, and some ways to hold one for ever are
 * open: a CONNECT is never answered, an answer may be read a byte a minute. */
#include <stdlib.h>
#include <sys/socket.h>

#include "gateway/server_internal.h"

enum {
    LINE_MAX_MS = 60 * 1000,        /* for a request and its answer */
    LINE_KERNEL_BYTES = 128 * 1024, /* written and not acknowledged */
};

struct line {
    struct server *server;
    struct lws *wsi;
    struct limits_entry *entry; /* NULL: a proxy's, not counted */
    struct line *next;
    struct line *prev;
    int64_t since_ms; /* when it came, or its last request */
    bool is_websocket;
};

bool server__is_counted(const struct server *server,
                        const struct address *address)
{
    return !address_is_trusted(&server->config->trusted_proxies, address);
}

/* The kernel would keep megabytes for a browser that reads no more, and our
 * own limit would be noticed late. */
static void limit_kernel(int fd)
{
    int size = LINE_KERNEL_BYTES;

    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

int server__line_filter(struct server *server, int fd)
{
    struct address address;

    if (!address_of_socket(fd, &address))
        return -1;
    limit_kernel(fd);
    if (!server__is_counted(server, &address) ||
        limits_may_pick_up(&server->limits, &address))
        return 0;
    server->numbers.refused_lines++;
    return -1;
}

int server__line_open(struct server *server, struct lws *wsi)
{
    struct line *line = calloc(1, sizeof(*line));
    struct address address;

    if (line == NULL)
        return -1;
    if (!address_of_socket(lws_get_socket_fd(wsi), &address) ||
        (server__is_counted(server, &address) &&
         limits_pick_up(&server->limits, &address, server->gate->now_ms,
                        &line->entry) != ERR_OK)) {
        free(line);
        return -1;
    }
    line->server = server;
    line->wsi = wsi;
    line->since_ms = server->gate->now_ms;
    line->next = server->first_line;
    if (line->next != NULL)
        line->next->prev = line;
    server->first_line = line;
    server->numbers.lines++;
    lws_set_opaque_user_data(wsi, line);
    return 0;
}

/* Requests of HTTP/2 are no lines. */
static struct line *line_of(struct lws *wsi)
{
    return lws_get_opaque_user_data(lws_get_network_wsi(wsi));
}

void server__line_asks(struct lws *wsi)
{
    struct line *line = line_of(wsi);

    if (line != NULL)
        line->since_ms = line->server->gate->now_ms;
}

void server__line_upgrades(struct lws *wsi)
{
    struct line *line = line_of(wsi);

    if (line != NULL)
        line->is_websocket = true;
}

/* libwebsockets takes folded lines, bare returns and blanks before a colon,
 * and behind each may hide how long a body is: what follows on the line would
 * be a request.  A proxy that lets them pass loses its line, and nobody gets
 * another's answer. */
bool server__line_is_shared(struct lws *wsi)
{
    const struct line *line = line_of(wsi);

    return line == NULL || line->entry == NULL;
}

void server__line_close(struct lws *wsi)
{
    struct line *line = lws_get_opaque_user_data(wsi);

    if (line == NULL)
        return;
    lws_set_opaque_user_data(wsi, NULL);
    limits_hang_up(line->entry);
    if (line->next != NULL)
        line->next->prev = line->prev;
    if (line->prev != NULL)
        line->prev->next = line->next;
    else
        line->server->first_line = line->next;
    line->server->numbers.lines--;
    free(line);
}

void server__sweep_lines(struct server *server)
{
    int64_t now_ms = server->gate->now_ms;

    for (struct line *line = server->first_line; line; line = line->next)
        if (!line->is_websocket && now_ms - line->since_ms >= LINE_MAX_MS)
            server__kill(line->wsi);
}

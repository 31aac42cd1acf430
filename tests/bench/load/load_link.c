/* load_link.c - sockets, and stanzas cut out of a stream.
 *
 * Not a parser: it trusts the program to write XML well, which other tests
 * see to, and is several times faster than what it measures. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "load/load.h"

enum { READ_BYTES = 256 * 1024, LINK_MAX_BYTES = 64 * 1024 * 1024 };

void load_die(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fprintf(stderr, "%s: ", program_invocation_short_name);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

int64_t load_now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int load_listen(uint16_t *port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    socklen_t len = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) != 0 ||
        listen(fd, 4) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &len) != 0)
        load_die("no port to listen on: %s", strerror(errno));
    *port = ntohs(address.sin_port);
    return fd;
}

void load_put(struct load_link *link, const char *format, ...)
{
    char text[4096];
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (len < 0 || (size_t)len >= sizeof(text) ||
        buf_append(&link->out, (struct span){text, (size_t)len}) != ERR_OK)
        load_die("a stanza that is too long");
}

static void send_some(struct load_link *link)
{
    ssize_t sent;

    if (link->out.len == 0)
        return;
    sent = send(link->fd, link->out.at, link->out.len,
                MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0)
        buf_consume(&link->out, (size_t)sent);
    else if (sent < 0 && errno != EAGAIN && errno != EINTR)
        load_die("the program is gone: %s", strerror(errno));
}

static void read_some(struct load_link *link)
{
    ssize_t got;

    buf_consume(&link->in, link->at);
    link->at = 0;
    if (buf_reserve(&link->in, READ_BYTES) != ERR_OK)
        load_die("a stanza that never ends");
    got = recv(link->fd, link->in.at + link->in.len, READ_BYTES, MSG_DONTWAIT);
    if (got > 0)
        buf_grew(&link->in, (size_t)got);
    else if (got == 0 || (errno != EAGAIN && errno != EINTR))
        load_die("the program closed the link");
}

void load_pump(struct load_link *link, int64_t wait_us)
{
    struct pollfd poll_fd = {.fd = link->fd, .events = POLLIN};
    struct timespec wait = {
        .tv_sec = wait_us / 1000000,
        .tv_nsec = wait_us % 1000000 * 1000,
    };

    send_some(link);
    if (link->out.len > 0)
        poll_fd.events |= POLLOUT;
    if (ppoll(&poll_fd, 1, &wait, NULL) <= 0)
        return;
    if (poll_fd.revents & POLLOUT)
        send_some(link);
    if (poll_fd.revents & (POLLIN | POLLHUP | POLLERR))
        read_some(link);
}

bool load_has(struct span stanza, const char *text)
{
    return memmem(stanza.at, stanza.len, text, strlen(text)) != NULL;
}

struct span load_attr(struct span stanza, const char *name)
{
    size_t name_len = strlen(name);
    size_t end = span_find(stanza, '>');

    for (size_t i = 0; i + name_len + 3 < end; i++) {
        const char *at = stanza.at + i;

        if (at[0] == ' ' && memcmp(at + 1, name, name_len) == 0 &&
            at[1 + name_len] == '=') {
            size_t start = i + name_len + 3;
            struct span rest = span_slice(stanza, start, stanza.len);

            return span_slice(rest, 0, span_find(rest, at[2 + name_len]));
        }
    }
    return SPAN_EMPTY;
}

/* How long the element at the start of `bytes` is; 0: not all of it here. */
static size_t element_len(struct span bytes)
{
    size_t tag_end = span_find(bytes, '>');
    char close[32];
    const char *end;
    size_t name_len = 1;

    if (tag_end == bytes.len)
        return 0;
    if (bytes.at[1] == '?' || bytes.at[tag_end - 1] == '/' ||
        span_starts_with(bytes, SPAN("<stream:stream")))
        return tag_end + 1;
    while (strchr(" >", bytes.at[name_len]) == NULL)
        name_len++;
    if (name_len + 3 >= sizeof(close))
        load_die("an element with a long name");
    snprintf(close, sizeof(close), "</%.*s>", (int)name_len - 1, bytes.at + 1);
    end = memmem(bytes.at + tag_end, bytes.len - tag_end, close, name_len + 2);
    return end != NULL ? (size_t)(end - bytes.at) + name_len + 2 : 0;
}

/* The next element of whatever name. */
static bool next_element(struct load_link *link, struct span *out)
{
    struct span rest;
    size_t len;

    while (link->at < link->in.len && link->in.at[link->at] != '<')
        link->at++; /* keepalive blanks */
    rest = span_slice(buf_span(&link->in), link->at, link->in.len);
    if (rest.len < 2 || (len = element_len(rest)) == 0)
        return false;
    *out = span_slice(rest, 0, len);
    link->at += len;
    return true;
}

static void answer_ping(struct load_link *link, struct span iq)
{
    struct span from = load_attr(iq, "from");
    struct span to = load_attr(iq, "to");
    struct span id = load_attr(iq, "id");

    load_put(link, "<iq type='result' from='%.*s' to='%.*s' id='%.*s'/>",
             (int)to.len, to.at, (int)from.len, from.at, (int)id.len, id.at);
}

bool load_next(struct load_link *link, struct span *stanza)
{
    while (next_element(link, stanza)) {
        if (span_starts_with(*stanza, SPAN("<iq")) &&
            span_is(load_attr(*stanza, "type"), "get"))
            answer_ping(link, *stanza);
        else if (span_starts_with(*stanza, SPAN("<stream:error")))
            load_die("stream error: %.*s", (int)stanza->len, stanza->at);
        else
            return true;
    }
    return false;
}

static void expect(struct load_link *link, const char *start)
{
    int64_t until_us = load_now_us() + LOAD_WAIT_MS * 1000;
    struct span stanza;

    while (load_now_us() < until_us) {
        while (load_next(link, &stanza))
            if (span_starts_with(stanza, span_of(start)))
                return;
        load_pump(link, 100 * 1000);
    }
    load_die("the program never sent %s", start);
}

void load_accept(int listener, struct load_link *link)
{
    struct pollfd poll_fd = {.fd = listener, .events = POLLIN};
    int yes = 1;

    if (poll(&poll_fd, 1, LOAD_WAIT_MS) <= 0)
        load_die("the program does not connect");
    *link = (struct load_link){
        .fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC),
        .in = BUF_EMPTY(LINK_MAX_BYTES),
        .out = BUF_EMPTY(LINK_MAX_BYTES),
    };
    if (link->fd < 0)
        load_die("accept: %s", strerror(errno));
    setsockopt(link->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    expect(link, "<stream:stream");
    load_put(link, "<?xml version='1.0'?><stream:stream xmlns='jabber:"
                   "component:accept' xmlns:stream='http://etherx.jabber.org/"
                   "streams' id='bench' from='" LOAD_DOMAIN "'>");
    expect(link, "<handshake");
    load_put(link, "<handshake/>");
    load_pump(link, 0);
}

void load_close(struct load_link *link)
{
    close(link->fd);
    buf_clear(&link->in);
    buf_clear(&link->out);
}

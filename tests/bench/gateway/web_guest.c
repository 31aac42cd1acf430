/* web_guest.c - one browser: in, idle, talking. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/web.h"

enum { TEXT = 1, PING = 9, PONG = 10, EVENTS = 256, FRAME_HEAD_BYTES = 8 };

static void send_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);

        if (sent <= 0)
            load_die("a guest was cut off: %s", strerror(errno));
        bytes += sent;
        len -= (size_t)sent;
    }
}

/* Masked with nought, which is a mask. */
static size_t put_frame(char *out, int kind, const char *text, size_t len)
{
    size_t head = 6;

    out[0] = (char)(0x80 | kind);
    if (len < 126) {
        out[1] = (char)(0x80 | len);
    } else {
        out[1] = (char)(0x80 | 126);
        out[2] = (char)(len >> 8);
        out[3] = (char)len;
        head = 8;
    }
    memset(out + head - 4, 0, 4);
    memcpy(out + head, text, len);
    return head + len;
}

static void say(int fd, int kind, const char *text, size_t len)
{
    char frame[FRAME_HEAD_BYTES + WEB_FRAME_MAX_BYTES];

    send_all(fd, frame, put_frame(frame, kind, text, len));
}

static void say_text(int fd, const char *text)
{
    say(fd, TEXT, text, strlen(text));
}

/* Reads until the guest has heard `word`: only while it logs in. */
static void hear(struct web_guest *guest, const char *word)
{
    char bytes[WEB_FRAME_MAX_BYTES];

    while (memmem(guest->in.at, guest->in.len, word, strlen(word)) == NULL) {
        ssize_t got = recv(guest->fd, bytes, sizeof(bytes), 0);

        if (got <= 0)
            load_die("a guest waits in vain for %s after %.*s", word,
                     (int)guest->in.len, guest->in.at);
        if (buf_append(&guest->in, (struct span){bytes, (size_t)got}) != ERR_OK)
            load_die("a guest hears too much");
    }
    buf_truncate(&guest->in, 0);
}

static void log_in(struct web_guest *guest)
{
    static const char *const open =
        "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='guests." LOAD_DOMAIN
        "' version='1.0'/>";

    say_text(guest->fd, open);
    hear(guest, "</stream:features>");
    say_text(guest->fd, "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' "
                        "mechanism='ANONYMOUS'/>");
    hear(guest, "<success");
    say_text(guest->fd, open);
    hear(guest, "</stream:features>");
    say_text(guest->fd,
             "<iq xmlns='jabber:client' type='set' id='b'>"
             "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>");
    hear(guest, "</iq>");
    say_text(guest->fd, "<enable xmlns='urn:xmpp:sm:3' resume='true'/>");
    hear(guest, "<enabled");
}

static int connect_to(uint16_t port)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons(port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int yes = 1;

    if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof(at)) != 0)
        load_die("connect: %s", strerror(errno));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    return fd;
}

void web_enter(struct web *web)
{
    int number = web->count++;
    struct web_guest *guest = &web->guests[number];
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = guest};
    int address = number / WEB_GUESTS_PER_ADDRESS;
    char head[600];

    guest->fd = connect_to(web->port);
    guest->in = BUF_EMPTY(WEB_IN_MAX_BYTES);
    snprintf(head, sizeof(head),
             "GET /xmpp-websocket HTTP/1.1\r\nHost: bench.example\r\n"
             "Upgrade: websocket\r\nConnection: Upgrade\r\n"
             "Sec-WebSocket-Version: 13\r\n"
             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
             "Sec-WebSocket-Protocol: xmpp\r\nOrigin: http://bench.example\r\n"
             "X-Forwarded-For: 10.0.%d.%d\r\n\r\n",
             address / 250, 1 + address % 250);
    send_all(guest->fd, head, strlen(head));
    hear(guest, "\r\n\r\n");
    if (!web->options->load.is_baseline)
        log_in(guest);
    if (epoll_ctl(web->poll, EPOLL_CTL_ADD, guest->fd, &event) != 0)
        load_die("epoll: %s", strerror(errno));
}

struct talk {
    struct web *web;
    uint32_t *samples;
    uint64_t count;
    uint64_t max;
    bool is_on;
};

static void talk(struct talk *t, struct web_guest *guest)
{
    guest->sent_us = load_now_us();
    send_all(guest->fd, t->web->frame.at, t->web->frame.len);
}

static void on_answer(struct talk *t, struct web_guest *guest)
{
    if (guest->sent_us == 0)
        return;
    if (t->count < t->max)
        t->samples[t->count] = (uint32_t)(load_now_us() - guest->sent_us);
    t->count++;
    guest->sent_us = 0;
    if (t->is_on)
        talk(t, guest);
}

/* One whole frame of the server's; 0: not all of it is here. */
static size_t take_frame(struct talk *t, struct web_guest *guest,
                         struct span bytes)
{
    const unsigned char *at = (const unsigned char *)bytes.at;
    size_t head = 2;
    size_t len;

    if (bytes.len < 4)
        head = bytes.len >= 2 && (at[1] & 127) < 126 ? 2 : SIZE_MAX;
    if (head == SIZE_MAX)
        return 0;
    len = at[1] & 127;
    if (len == 126) {
        len = (size_t)at[2] << 8 | at[3];
        head = 4;
    }
    if (bytes.len < head + len)
        return 0;
    if ((at[0] & 15) == PING)
        say(guest->fd, PONG, bytes.at + head, len);
    else if ((at[0] & 15) == TEXT &&
             memmem(at + head, len, "<message", 8) != NULL)
        on_answer(t, guest);
    else if ((at[0] & 15) == TEXT && memmem(at + head, len, "<r ", 3) != NULL)
        say_text(guest->fd, "<a xmlns='urn:xmpp:sm:3' h='0'/>");
    else if ((at[0] & 15) == 8)
        load_die("a guest was closed: %.*s", (int)len, bytes.at + head);
    return head + len;
}

static void on_readable(struct talk *t, struct web_guest *guest)
{
    char bytes[16 * 1024];
    ssize_t got = recv(guest->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
    struct span left;
    size_t len;

    if (got <= 0 && errno != EAGAIN)
        load_die("a guest was cut off, of %d", t->web->count);
    if (got <= 0)
        return;
    if (buf_append(&guest->in, (struct span){bytes, (size_t)got}) != ERR_OK)
        load_die("a guest hears too much");
    left = buf_span(&guest->in);
    while ((len = take_frame(t, guest, left)) > 0)
        left = span_slice(left, len, left.len);
    buf_consume(&guest->in, guest->in.len - left.len);
}

/* The component reflects, and asks nothing. */
static void reflect(struct web *web)
{
    struct span stanza;

    load_pump(&web->link, 0);
    while (load_next(&web->link, &stanza)) {
        struct span from = load_attr(stanza, "from");
        struct span body = span_slice(stanza, span_find(stanza, '>') + 1,
                                      stanza.len - span_find(stanza, '>') - 1 -
                                          strlen("</message>"));

        if (span_starts_with(stanza, SPAN("<message")))
            load_put(&web->link,
                     "<message from='tea@" LOAD_DOMAIN "/Abhi' to='%.*s' "
                     "type='groupchat' id='m'>%.*s</message>",
                     (int)from.len, from.at, (int)body.len, body.at);
    }
    if (web->link.out.len > 0)
        load_pump(&web->link, 0);
}

void web_watch_link(struct web *web)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};

    if (!web->options->load.is_baseline &&
        epoll_ctl(web->poll, EPOLL_CTL_ADD, web->link.fd, &event) != 0)
        load_die("epoll: %s", strerror(errno));
}

/* How many lines had something. */
static int turn(struct talk *t, int wait_ms)
{
    struct epoll_event events[EVENTS];
    int count = epoll_wait(t->web->poll, events, EVENTS, wait_ms);

    for (int i = 0; i < count; i++)
        if (events[i].data.ptr != NULL)
            on_readable(t, events[i].data.ptr);
    if (!t->web->options->load.is_baseline)
        reflect(t->web);
    return count;
}

void web_idle(struct web *web, int ms)
{
    struct talk t = {.web = web};
    int64_t until_us = load_now_us() + (int64_t)ms * 1000;
    int count;

    do
        count = turn(&t, ms < 20 ? ms : 20);
    while (count == EVENTS || load_now_us() < until_us);
}

static void make_message(struct web *web)
{
    char text[WEB_FRAME_MAX_BYTES];
    char frame[FRAME_HEAD_BYTES + WEB_FRAME_MAX_BYTES];
    int len = snprintf(text, sizeof(text),
                       "<message xmlns='jabber:client' to='tea@" LOAD_DOMAIN
                       "' type='groupchat' id='m'><body>%0*d</body></message>",
                       web->options->load.body_bytes, 7);

    web->frame = BUF_EMPTY(sizeof(frame));
    if (buf_append(&web->frame,
                   (struct span){frame, put_frame(frame, TEXT, text,
                                                  (size_t)len)}) != ERR_OK)
        load_die("out of memory");
}

void web_talk(struct web *web, struct web_result *out)
{
    struct talk t = {.web = web, .max = LOAD_SAMPLES_MAX, .is_on = true};
    int64_t until_us;

    t.samples = malloc(LOAD_SAMPLES_MAX * sizeof(*t.samples));
    if (t.samples == NULL)
        load_die("out of memory");
    make_message(web);
    load_begin(&out->load, web->child.pid);
    until_us = out->load.start_us + (int64_t)(web->options->load.seconds * 1e6);
    for (int i = 0; i < web->options->talkers; i++)
        talk(&t, &web->guests[web->count - 1 - i]);
    while (load_now_us() < until_us)
        (void)turn(&t, 10);
    t.is_on = false;
    load_end(&out->load, web->child.pid);
    out->load.messages = t.count;
    web_idle(web, 500); /* what is under way still comes */
    load_take_samples(&out->load, t.samples, t.count < t.max ? t.count : t.max);
    free(t.samples);
    buf_clear(&web->frame);
}

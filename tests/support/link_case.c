#include "support/link_case.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define HEAD                                                                   \
    "<stream:stream xmlns='jabber:component:accept' "                          \
    "xmlns:stream='http://etherx.jabber.org/streams' "

enum { GOT_MAX_BYTES = 64 * 1024 * 1024 };

static void on_up(void *self, struct link_peer *peer)
{
    struct link_case *c = self;

    c->ups++;
    c->last_up = peer;
    if (c->on_up != NULL)
        c->on_up(c, peer);
}

static void on_stanza(void *self, struct link_peer *peer,
                      const struct xml_node *node, enum xml_verdict verdict)
{
    struct link_case *c = self;
    struct span id = xml_attr(node, "id");
    uint64_t number = 0;

    assert_int_equal(verdict, XML_WHOLE);
    if (id.at != NULL && span_to_u64(id, 1000000, &number) &&
        number != (uint64_t)c->stanzas)
        c->is_in_order = false;
    c->stanzas++;
    c->tick_stanzas++;
    if (c->tick_stanzas > c->tick_stanzas_max)
        c->tick_stanzas_max = c->tick_stanzas;
    if (c->on_stanza != NULL)
        c->on_stanza(c, peer, node);
}

static void on_down(void *self, struct link_peer *peer)
{
    struct link_case *c = self;

    c->downs++;
    c->last_down = peer;
    c->unconfirmed_ms = link_unconfirmed_ms(peer);
}

static void on_idle(void *self)
{
    struct link_case *c = self;

    c->idles++;
    c->tick_stanzas = 0;
    if (c->on_idle != NULL)
        c->on_idle(c);
}

static const struct link_handler handler = {
    .on_up = on_up,
    .on_stanza = on_stanza,
    .on_down = on_down,
    .on_idle = on_idle,
};

const struct link_handler *link_case_handler(void)
{
    return &handler;
}

void link_case_new(struct link_case *c)
{
    memset(c, 0, sizeof(*c));
    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(uv_loop_init(&c->loop), 0);
    snprintf(c->dir, sizeof(c->dir), "/tmp/duologue-link-XXXXXX");
    assert_non_null(mkdtemp(c->dir));
    snprintf(c->path, sizeof(c->path), "%s/sock", c->dir);
    c->crypto = crypto_new();
    assert_non_null(c->crypto);
    c->log = (struct log){memfd_create("log", MFD_CLOEXEC), NULL, NULL};
    c->listener = -1;
    c->host = "127.0.0.1";
    c->gateway_uid = (uid_t)-1;
    c->is_in_order = true;
    c->error = BUF_EMPTY(1000);
    c->got = BUF_EMPTY(GOT_MAX_BYTES);
}

void link_case_listen(struct link_case *c)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t len = sizeof(at);
    int on = 1;

    c->has_server = true;
    c->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    setsockopt(c->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    at.sin_port = htons(c->port);
    assert_int_equal(bind(c->listener, (struct sockaddr *)&at, sizeof(at)), 0);
    assert_int_equal(listen(c->listener, 16), 0);
    assert_int_equal(getsockname(c->listener, (struct sockaddr *)&at, &len), 0);
    c->port = ntohs(at.sin_port);
}

void link_case_open(struct link_case *c)
{
    struct link_options options = {
        .loop = &c->loop,
        .domain = SPAN("duo.example"),
        .server_host = c->has_server ? c->host : NULL,
        .server_port = c->port,
        .secret = SPAN("s3cr3t"),
        .socket_path = c->path,
        .gateway_uid = c->gateway_uid,
        .crypto = c->crypto,
        .log = &c->log,
    };

    check_ok(link_open(&options, &handler, c, &c->hub, &c->error));
    link_case_hurry(c);
}

void link_case_begin(struct link_case *c)
{
    link_case_new(c);
    link_case_listen(c);
    link_case_open(c);
}

int link_case_begin_up(struct link_case *c)
{
    link_case_begin(c);
    return link_case_serve(c);
}

void link_case_begin_alone(struct link_case *c)
{
    link_case_new(c);
    link_case_open(c);
}

void link_case_end_with(struct link_case *c, int fd)
{
    close(fd);
    link_case_end(c);
}

void link_case_hurry(struct link_case *c)
{
    struct link_tuning tuning = c->hub->tuning;

    tuning.backoff = (struct link_backoff){20, 200, 0};
    tuning.close_ms = 500;
    link__hub_tune(c->hub, &tuning);
}

static void on_closed(void *self)
{
    struct link_case *c = self;

    c->is_closed = true;
    c->hub = NULL;
}

void link_case_close(struct link_case *c)
{
    link_close(c->hub, on_closed, c);
}

void link_case_end(struct link_case *c)
{
    if (c->hub != NULL && !c->hub->is_closing)
        link_case_close(c);
    link_case_until(c, c->is_closed);
    assert_int_equal(c->ups, c->downs);
    while (uv_run(&c->loop, UV_RUN_NOWAIT) != 0)
        usleep(1000); /* a look-up that was let go of */
    assert_int_equal(uv_loop_close(&c->loop), 0);
    assert_int_not_equal(access(c->path, F_OK), 0);
    if (c->listener >= 0)
        close(c->listener);
    close(c->log.fd);
    crypto_free(c->crypto);
    buf_clear(&c->error);
    buf_clear(&c->got);
    rmdir(c->dir);
}

int64_t link_case_now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void link_case_turn(struct link_case *c)
{
    if (uv_run(&c->loop, UV_RUN_NOWAIT) != 0)
        usleep(200);
}

void link_case_pass(struct link_case *c, int64_t ms)
{
    int64_t until = link_case_now_ms() + ms;

    while (link_case_now_ms() < until)
        link_case_turn(c);
}

int link_case_accept(struct link_case *c)
{
    int fd = -1;

    link_case_until(c, (fd = accept4(c->listener, NULL, NULL, SOCK_NONBLOCK)) >=
                           0);
    return fd;
}

void link_case_send_bytes(struct link_case *c, int fd, struct span bytes)
{
    size_t at = 0;

    while (at < bytes.len) {
        ssize_t sent = send(fd, bytes.at + at, bytes.len - at, MSG_NOSIGNAL);

        if (sent > 0)
            at += (size_t)sent;
        else
            assert_int_equal(errno, EAGAIN);
        link_case_turn(c);
    }
}

void link_case_send(struct link_case *c, int fd, const char *text)
{
    link_case_send_bytes(c, fd, span_of(text));
}

/* False at the end. */
static bool read_some(struct link_case *c, int fd)
{
    ssize_t len;

    check_ok(buf_reserve(&c->got, 65536));
    len = recv(fd, c->got.at + c->got.len, 65535, 0);
    if (len < 0 && errno == ECONNRESET)
        return false;
    if (len < 0)
        assert_int_equal(errno, EAGAIN);
    if (len > 0)
        buf_grew(&c->got, (size_t)len);
    c->got.at[c->got.len] = '\0';
    return len != 0;
}

/* Looks at what is new, and a little before it. */
static bool has_read(struct link_case *c, int fd, const char *text)
{
    size_t from = c->got.len > strlen(text) ? c->got.len - strlen(text) : 0;

    return read_some(c, fd) && strstr(c->got.at + from, text) != NULL;
}

void link_case_expect(struct link_case *c, int fd, const char *text)
{
    c->got.len = 0;
    link_case_until(c, has_read(c, fd, text));
}

void link_case_expect_end(struct link_case *c, int fd)
{
    c->got.len = 0;
    link_case_until(c, !read_some(c, fd));
    close(fd);
}

void link_case_expect_nothing(struct link_case *c, int fd)
{
    link_case_pass(c, 50);
    c->got.len = 0;
    assert_true(read_some(c, fd));
    assert_int_equal(c->got.len, 0);
}

/* The handshake for `id` as the other side must have it. */
static void digest(struct link_case *c, const char *id, const char *secret,
                   char out[CRYPTO_SHA1_HEX_BYTES + 1])
{
    check_ok(crypto_handshake(c->crypto, span_of(id), span_of(secret), out));
    out[CRYPTO_SHA1_HEX_BYTES] = '\0';
}

int link_case_serve(struct link_case *c)
{
    char hex[CRYPTO_SHA1_HEX_BYTES + 1];
    int fd = link_case_accept(c);
    int ups = c->ups;

    link_case_expect(c, fd, "to='duo.example'");
    link_case_send(c, fd, HEAD "from='duo.example' id='id-1'>");
    digest(c, "id-1", "s3cr3t", hex);
    link_case_expect(c, fd, hex);
    link_case_send(c, fd, "<handshake/>");
    link_case_until(c, c->ups == ups + 1);
    return fd;
}

void link_case_refuse(struct link_case *c, const char *error)
{
    char text[400];
    int fd = link_case_accept(c);

    snprintf(text, sizeof(text),
             HEAD "from='duo.example' id='x'><stream:error><%s "
                  "xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
                  "</stream:error></stream:stream>",
             error);
    link_case_send(c, fd, text);
    link_case_pass(c, 5);
    close(fd);
}

int link_case_knock(struct link_case *c)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

    snprintf(at.sun_path, sizeof(at.sun_path), "%s", c->path);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    return fd;
}

int link_case_join(struct link_case *c, const char *domain)
{
    char hex[CRYPTO_SHA1_HEX_BYTES + 1];
    char text[400];
    char id[2 * LINK_ID_BYTES + 1];
    int fd = link_case_knock(c);
    int ups = c->ups;
    char *at;

    snprintf(text, sizeof(text), HEAD "to='%s'>", domain);
    link_case_send(c, fd, text);
    link_case_expect(c, fd, "id='");
    at = strstr(c->got.at, " id='") + 5;
    snprintf(id, sizeof(id), "%.*s", 2 * LINK_ID_BYTES, at);
    digest(c, id, "", hex);
    snprintf(text, sizeof(text), "<handshake>%s</handshake>", hex);
    link_case_send(c, fd, text);
    link_case_expect(c, fd, "<handshake/>");
    link_case_until(c, c->ups == ups + 1);
    return fd;
}

int link_case_logged(struct link_case *c, const char *text)
{
    static const size_t max = 1024 * 1024;
    char *all = malloc(max);
    ssize_t len = pread(c->log.fd, all, max - 1, 0);
    int count = 0;

    all[len > 0 ? len : 0] = '\0';
    for (char *at = all; (at = strstr(at, text)) != NULL; at++)
        count++;
    free(all);
    return count;
}

struct span link_case_stanzas(int count)
{
    struct buf text = BUF_EMPTY(64 * 1024 * 1024);

    for (int i = 0; i < count; i++)
        check_ok(buf_printf(&text,
                            "<message from='a@b.example/c' to='r@duo.example' "
                            "id='%d'><body>hello</body></message>",
                            i));
    return buf_span(&text);
}

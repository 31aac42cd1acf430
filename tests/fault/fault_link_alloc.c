/* Every allocation of a hub's life fails once: links may end, the hub may
 * refuse to open, nothing crashes and nothing is left behind. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "support/fail_alloc.h"
#include "support/link_case.h"

#define HEAD                                                                   \
    "<stream:stream xmlns='jabber:component:accept' "                          \
    "xmlns:stream='http://etherx.jabber.org/streams' "

/* Turns of the loop after the failure, in which a link may come back. */
enum { TURNS = 40, LIFE_MAX_MS = 10000, GOT_BYTES = 8000 };

/* What both others say. */
enum { STANZAS = 3 };

/* The other sides, which take what comes. */
struct others {
    int server;
    int gateway;
    bool has_answered; /* the gateway's digest is sent */
    char got[GOT_BYTES];
    size_t got_len;
};

static void answer(struct link_case *c, struct link_peer *peer,
                   const struct xml_node *node)
{
    (void)c;
    (void)node;
    if (buf_append(link_out(peer), SPAN("<iq type='result'/>")) != ERR_OK)
        link_fail(peer, "out of memory");
}

static void flush(struct link_case *c)
{
    link_flush(c->hub);
}

static void say(int fd, const char *text)
{
    if (fd >= 0)
        (void)send(fd, text, strlen(text), MSG_NOSIGNAL);
}

static void serve(struct link_case *c, struct others *o)
{
    int fd = accept4(c->listener, NULL, NULL, SOCK_NONBLOCK);

    if (fd < 0)
        return;
    if (o->server >= 0)
        close(o->server);
    o->server = fd;
    say(fd, HEAD "from='duo.example' id='1'><handshake/><message id='0'/>"
                 "<message id='1'/>");
}

static void knock(struct link_case *c, struct others *o)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};

    o->gateway = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    snprintf(at.sun_path, sizeof(at.sun_path), "%s", c->path);
    if (connect(o->gateway, (struct sockaddr *)&at, sizeof(at)) == 0)
        say(o->gateway, HEAD "to='guests.duo.example'>");
}

static void shake_hands(struct link_case *c, struct others *o)
{
    char hex[CRYPTO_SHA1_HEX_BYTES + 1] = "";
    char text[200];
    ssize_t len = recv(o->gateway, o->got + o->got_len,
                       sizeof(o->got) - 1 - o->got_len, 0);
    const char *id;

    if (len > 0)
        o->got_len += (size_t)len;
    o->got[o->got_len] = '\0';
    id = strstr(o->got, " id='");
    if (o->has_answered || id == NULL)
        return;
    if (crypto_handshake(c->crypto,
                         (struct span){id + 5, 2 * (size_t)LINK_ID_BYTES},
                         SPAN_EMPTY, hex) != ERR_OK)
        return;
    snprintf(text, sizeof(text), "<handshake>%s</handshake><presence/>", hex);
    say(o->gateway, text);
    o->has_answered = true;
}

static void open_hub(struct link_case *c, const struct link_handler *handler)
{
    struct link_options options = {
        .loop = &c->loop,
        .domain = SPAN("duo.example"),
        .server_host = "127.0.0.1",
        .server_port = c->port,
        .secret = SPAN("s3cr3t"),
        .socket_path = c->path,
        .gateway_uid = (uid_t)-1,
        .crypto = c->crypto,
        .log = &c->log,
    };
    enum err rc = link_open(&options, handler, c, &c->hub, &c->error);

    if (rc != ERR_OK) {
        check_err(rc, ERR_NOMEM);
        c->is_closed = true;
        return;
    }
    link_case_hurry(c);
    c->hub->tuning.close_ms = 5;
    c->hub->server.backoff.min_ms = 1;
    c->hub->server.backoff.max_ms = 2;
}

static void take_turns(struct link_case *c, struct others *o)
{
    int64_t until = link_case_now_ms() + LIFE_MAX_MS;
    int turns_since = 0;

    while (c->stanzas < STANZAS && turns_since < TURNS &&
           link_case_now_ms() < until) {
        link_case_turn(c);
        serve(c, o);
        shake_hands(c, o);
        turns_since += fail_alloc_has_failed();
    }
}

/* One life in which allocation `n` fails.  False when there is no such. */
static bool live(uint64_t n, bool *is_complete)
{
    struct others o = {.server = -1, .gateway = -1};
    struct link_case c;
    bool has_failed;

    link_case_new(&c);
    link_case_listen(&c);
    c.on_stanza = answer;
    c.on_idle = flush;
    fail_alloc_at(n);
    open_hub(&c, link_case_handler());
    if (c.hub != NULL) {
        knock(&c, &o);
        take_turns(&c, &o);
        link_case_close(&c);
    }
    *is_complete = c.stanzas >= STANZAS;
    link_case_until(&c, c.is_closed);
    has_failed = fail_alloc_stop() != 0;
    if (o.server >= 0)
        close(o.server);
    if (o.gateway >= 0)
        close(o.gateway);
    link_case_end(&c);
    return has_failed;
}

static void each_allocation_may_fail(void **state)
{
    bool is_complete = false;
    int complete = 0;
    uint64_t n = 1;

    (void)state;
    while (live(n, &is_complete)) {
        complete += is_complete;
        n++;
    }
    assert_true(is_complete); /* nothing failed: all was said */
    assert_true(n > 20);
    /* A failure in one link leaves the other, or the next attempt. */
    assert_true(complete > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

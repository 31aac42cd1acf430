/* router_case.h - a router with a real store, engine and service. */
#ifndef UNIT_ROUTER_CASE_H
#define UNIT_ROUTER_CASE_H

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "room/room_view.h"
#include "router/router.h"
#include "router_hub.h"
#include "support/check.h"
#include "support/folder.h"
#include "wire/xml_reader.h"

enum { SENT_MAX_BYTES = 4 * 1024 * 1024, DAY_MS = 24 * 60 * 60 * 1000 };

struct world {
    char dir[64];
    int64_t now_ms;
    struct crypto *crypto;
    struct store *store;
    struct router *router;
    struct link_hub hub;
    struct link_peer server;
    struct link_peer gateway;
    struct link_peer control;
    struct xml_reader *reader;
    struct link_peer *speaker; /* whose stanza is being read */
    /* the chat that make_chat made */
    char room[64];
    char codes[2][16];
};

static inline int64_t world_now(void *self)
{
    return ((struct world *)self)->now_ms;
}

static inline void on_open(void *self, const struct xml_node *root)
{
    (void)self;
    (void)root;
}

static inline void on_element(void *self, const struct xml_node *node,
                              enum xml_verdict verdict)
{
    struct world *world = self;

    router_handler()->on_stanza(world->router, world->speaker, node, verdict);
}

static inline void on_close(void *self)
{
    (void)self;
}

static const struct xml_handler world_handler = {on_open, on_element, on_close};

static inline void open_router(struct world *world)
{
    struct store_options store_options = {
        .data_dir = world->dir,
        .crypto = world->crypto,
        .now_ms = world->now_ms,
    };
    struct router_options options = {
        .crypto = world->crypto,
        .clock = {world_now, world},
        .limits = {.body_max_bytes = 16 * 1024,
                   .sessions_per_seat = 5,
                   .idle_warning_ms = 600 * 1000},
        .service = {.domain = SPAN("chat.example"),
                    .public_url = SPAN("https://chat.example"),
                    .create = SERVICE_CREATE_ANYONE,
                    .idle_default_ms = DAY_MS,
                    .idle_max_ms = 7 * (int64_t)DAY_MS,
                    .body_max_bytes = 16 * 1024,
                    .has_server = true,
                    .version = "test"},
    };
    struct buf error = BUF_EMPTY(4096);

    check_ok(store_open(&store_options, &world->store, &error));
    options.store = world->store;
    check_ok(router_new(&options, &world->router));
    router_attach(world->router, &world->hub);
    buf_clear(&error);
}

static inline void close_router(struct world *world)
{
    router_free(world->router);
    store_close(world->store);
}

static inline void peer_up(struct world *world, struct link_peer *peer,
                           struct link_peer **place)
{
    *place = peer;
    router_handler()->on_up(world->router, peer);
}

static inline void peer_down(struct world *world, struct link_peer *peer,
                             struct link_peer **place)
{
    router_handler()->on_down(world->router, peer);
    *place = NULL;
}

static inline void init_peer(struct link_peer *peer, enum link_kind kind,
                             struct span domain)
{
    *peer = (struct link_peer){
        .kind = kind,
        .domain = domain,
        .out = BUF_EMPTY(LINK_OUT_MAX_BYTES),
        .sent = BUF_EMPTY(SENT_MAX_BYTES),
    };
}

static inline void links_up(struct world *world)
{
    peer_up(world, &world->server, &world->hub.server);
    peer_up(world, &world->gateway, &world->hub.gateway);
    peer_up(world, &world->control, &world->hub.control);
}

static inline void links_down(struct world *world)
{
    peer_down(world, &world->server, &world->hub.server);
    peer_down(world, &world->gateway, &world->hub.gateway);
    peer_down(world, &world->control, &world->hub.control);
}

static inline void world_open(struct world *world)
{
    *world = (struct world){.now_ms = 1700000000000};
    snprintf(world->dir, sizeof(world->dir), "/tmp/duologue-router-XXXXXX");
    assert_non_null(mkdtemp(world->dir));
    world->crypto = crypto_new();
    assert_non_null(world->crypto);
    world->reader = xml_reader_new(&world_handler, world);
    assert_non_null(world->reader);
    check_ok(xml_reader_feed(world->reader,
                             SPAN("<stream:stream xmlns='jabber:component:"
                                  "accept' xmlns:stream='http://etherx.jabber."
                                  "org/streams'>")));
    init_peer(&world->server, LINK_SERVER, SPAN_EMPTY);
    init_peer(&world->gateway, LINK_GATEWAY, SPAN("guests.chat.example"));
    init_peer(&world->control, LINK_CONTROL, SPAN("ctl.chat.example"));
    open_router(world);
    links_up(world);
    router_tick(world->router);
}

static inline void clear_peer(struct link_peer *peer)
{
    buf_clear(&peer->out);
    buf_clear(&peer->sent);
}

static inline void world_close(struct world *world)
{
    links_down(world);
    close_router(world);
    clear_peer(&world->server);
    clear_peer(&world->gateway);
    clear_peer(&world->control);
    xml_reader_free(world->reader);
    crypto_free(world->crypto);
    folder_remove(world->dir);
}

/* The world as a state of cmocka. */
static inline int set_up(void **state)
{
    struct world *world = test_malloc(sizeof(*world));

    world_open(world);
    *state = world;
    return 0;
}

static inline int tear_down(void **state)
{
    world_close(*state);
    test_free(*state);
    return 0;
}

#define ROUTER_TEST(name)                                                      \
    cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* No file may grow: the journal cannot take the transaction. */
static inline void let_disk_fail(bool is_failing)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = is_failing ? 0 : limit.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* The component goes and comes back, with the same disk. */
static inline void restart(struct world *world)
{
    links_down(world);
    close_router(world);
    open_router(world);
    links_up(world);
}

/* It is killed; SQLite leaves its journal then. */
static inline void crash(struct world *world)
{
    const struct timespec now = {.tv_sec = world->now_ms / 1000,
                                 .tv_nsec = world->now_ms % 1000 * 1000000};
    const struct timespec times[2] = {now, now};
    char path[sizeof(world->dir) + 16];
    int fd;

    links_down(world);
    close_router(world);
    snprintf(path, sizeof(path), "%s/duologue.db-wal", world->dir);
    fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(futimens(fd, times), 0);
    close(fd);
    open_router(world);
    links_up(world);
}

/* Reads one stanza as from `peer`, without a tick. */
static inline void hear(struct world *world, struct link_peer *peer,
                        const char *xml)
{
    world->speaker = peer;
    check_ok(xml_reader_feed(world->reader, span_of(xml)));
}

static inline void forget_sent(struct world *world)
{
    buf_truncate(&world->server.sent, 0);
    buf_truncate(&world->gateway.sent, 0);
    buf_truncate(&world->control.sent, 0);
}

static inline void tick(struct world *world)
{
    router_tick(world->router);
}

/* What has been flushed to a peer, terminated. */
static inline const char *sent(struct link_peer *peer)
{
    check_ok(buf_append_byte(&peer->sent, '\0'));
    buf_truncate(&peer->sent, peer->sent.len - 1);
    return peer->sent.at;
}

static inline size_t count_of(const char *text, const char *what)
{
    size_t count = 0;

    while ((text = strstr(text, what)) != NULL) {
        count++;
        text += strlen(what);
    }
    return count;
}

#define check_sent(peer, what) assert_true(strstr(sent(peer), what) != NULL)
#define check_unsent(peer, what) assert_true(strstr(sent(peer), what) == NULL)

/* Cuts the value of a result field out of what the control peer got. */
static inline void take_field(struct world *world, const char *var, char *out,
                              size_t size)
{
    const char *at = strstr(sent(&world->control), var);
    const char *end;

    assert_non_null(at);
    at = strstr(at, "<value>");
    assert_non_null(at);
    at += strlen("<value>");
    end = strchr(at, '<');
    assert_non_null(end);
    snprintf(out, size, "%.*s", (int)(end - at), at);
}

/* Makes a chat of Abhi and Anny that ends after `idle` of silence. */
static inline void make_chat(struct world *world, const char *idle)
{
    char xml[1024];

    snprintf(xml, sizeof(xml),
             "<iq from='ctl.chat.example/1' to='chat.example' type='set' "
             "id='make'><command xmlns='http://jabber.org/protocol/commands' "
             "node='create-chat' action='execute'><x xmlns='jabber:x:data' "
             "type='submit'><field var='your-name'><value>Abhi</value></field>"
             "<field var='peer-name'><value>Anny</value></field>"
             "<field var='idle'><value>%s</value></field>"
             "<field var='protection'><value>server</value></field>"
             "</x></command></iq>",
             idle);
    forget_sent(world);
    hear(world, &world->control, xml);
    tick(world);
    take_field(world, "'room'", world->room, sizeof(world->room));
    take_field(world, "seat1-code", world->codes[0], sizeof(world->codes[0]));
    take_field(world, "seat2-code", world->codes[1], sizeof(world->codes[1]));
    forget_sent(world);
}

/* Somebody enters with that password. */
static inline void join_with(struct world *world, struct link_peer *peer,
                             const char *jid, const char *password)
{
    char xml[1024];

    snprintf(xml, sizeof(xml),
             "<presence from='%s' to='%s/me' id='j'>"
             "<x xmlns='http://jabber.org/protocol/muc'>"
             "<password>%s</password></x></presence>",
             jid, world->room, password);
    hear(world, peer, xml);
}

/* The same with the code of a seat, 1 or 2. */
static inline void join(struct world *world, struct link_peer *peer,
                        const char *jid, int seat)
{
    join_with(world, peer, jid, world->codes[seat - 1]);
}

/* A chat of an app and a browser. */
#define ABHI "abhi@a.example/phone"
#define GUEST "g1@guests.chat.example/tab"

static inline void app_and_guest(struct world *world)
{
    make_chat(world, "24h");
    join(world, &world->server, ABHI, 1);
    join(world, &world->gateway, GUEST, 2);
}

static inline void say(struct world *world, struct link_peer *peer,
                       const char *jid, const char *body)
{
    char xml[1024];

    snprintf(xml, sizeof(xml),
             "<message from='%s' to='%s' type='groupchat' id='%s'>"
             "<body>%s</body></message>",
             jid, world->room, body, body);
    hear(world, peer, xml);
}

#endif

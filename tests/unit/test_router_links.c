/* Who may speak for whom, and which way answers go. */
#include <fcntl.h>
#include <unistd.h>

#include "router_case.h"
#include "store/store_internal.h"

/* A new stream of the gateway's. */
static void gateway_again(struct world *world)
{
    peer_down(world, &world->gateway, &world->hub.gateway);
    world->now_ms += 1000;
    peer_up(world, &world->gateway, &world->hub.gateway);
}

static void ping_from(struct world *world, struct link_peer *peer,
                      const char *jid)
{
    char xml[512];

    snprintf(xml, sizeof(xml),
             "<iq from='%s' to='chat.example' type='get' id='p'>"
             "<ping xmlns='urn:xmpp:ping'/></iq>",
             jid);
    hear(world, peer, xml);
    tick(world);
}

static void a_local_peer_speaks_for_itself_only(void **state)
{
    struct world *world = *state;

    ping_from(world, &world->gateway, ABHI);
    assert_non_null(world->gateway.failed);
    ping_from(world, &world->control, GUEST);
    assert_non_null(world->control.failed);
    assert_int_equal(world->server.sent.len, 0);
    assert_int_equal(world->gateway.sent.len, 0);
}

static void the_server_does_not_speak_for_us(void **state)
{
    struct world *world = *state;
    static const char *const ours[] = {"chat.example", "x@chat.example/y",
                                       GUEST, "ctl.chat.example/1"};

    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
        ping_from(world, &world->server, ours[i]);
    assert_null(world->server.failed);
    assert_int_equal(world->server.sent.len, 0);
    assert_int_equal(world->gateway.sent.len, 0);
}

static void each_is_answered_on_its_own_way(void **state)
{
    struct world *world = *state;

    ping_from(world, &world->server, ABHI);
    check_sent(&world->server, "type='result'");
    assert_int_equal(world->gateway.sent.len, 0);
    forget_sent(world);
    ping_from(world, &world->gateway, GUEST);
    check_sent(&world->gateway, "type='result'");
    assert_int_equal(world->server.sent.len, 0);
    forget_sent(world);
    ping_from(world, &world->control, "ctl.chat.example/7");
    check_sent(&world->control, "to='ctl.chat.example/7'");
    assert_int_equal(world->gateway.sent.len, 0);
}

static void what_is_not_for_us_is_dropped(void **state)
{
    struct world *world = *state;

    hear(world, &world->server,
         "<iq from='" ABHI "' to='other.example' type='get' id='p'>"
         "<ping xmlns='urn:xmpp:ping'/></iq>");
    tick(world);
    assert_int_equal(world->server.sent.len, 0);
}

static void native_and_guest_share_a_chat(void **state)
{
    struct world *world = *state;

    app_and_guest(world);
    tick(world);
    forget_sent(world);
    say(world, &world->gateway, GUEST, "hi");
    tick(world);
    assert_int_equal(count_of(sent(&world->server), "<body>hi</body>"), 1);
    assert_int_equal(count_of(sent(&world->gateway), "<body>hi</body>"), 1);
    check_unsent(&world->server, "guests.chat.example");
}

static void a_new_gateway_stream_evicts_former_guests(void **state)
{
    struct world *world = *state;

    app_and_guest(world);
    tick(world);
    gateway_again(world);
    forget_sent(world);
    join(world, &world->gateway, "g2@guests.chat.example/tab", 2);
    tick(world);
    tick(world);
    check_sent(&world->gateway, "code='333'");
    assert_true(count_of(sent(&world->gateway), "to='" GUEST "'") >= 1);
    forget_sent(world);
    /* The newcomer of the new stream stays. */
    say(world, &world->gateway, "g2@guests.chat.example/tab", "here");
    tick(world);
    check_sent(&world->gateway, "<body>here</body>");
}

/* How many guests `stats` tells of. */
static void check_guests(struct world *world, const char *count)
{
    char value[16];

    forget_sent(world);
    hear(world, &world->control,
         "<iq from='ctl.chat.example/1' to='chat.example' type='set' id='s'>"
         "<command xmlns='http://jabber.org/protocol/commands' node='stats' "
         "action='execute'/></iq>");
    tick(world);
    take_field(world, "'guests'", value, sizeof(value));
    assert_string_equal(value, count);
}

static void a_new_gateway_stream_is_no_former_guest(void **state)
{
    struct world *world = *state;

    make_chat(world, "24h");
    join(world, &world->gateway, GUEST, 1);
    join(world, &world->gateway, "g2@guests.chat.example/tab", 2);
    tick(world);
    check_guests(world, "2");
    gateway_again(world);
    check_guests(world, "0");
    join(world, &world->gateway, GUEST, 1);
    tick(world);
    check_guests(world, "1");
}

static void after_a_relink_sessions_are_pinged(void **state)
{
    struct world *world = *state;

    make_chat(world, "24h");
    join(world, &world->server, ABHI, 1);
    tick(world);
    peer_down(world, &world->server, &world->hub.server);
    peer_up(world, &world->server, &world->hub.server);
    forget_sent(world);
    tick(world);
    world->now_ms += 200;
    tick(world);
    check_sent(&world->server, "urn:xmpp:ping");
    check_sent(&world->server, "to='" ABHI "'");
    assert_int_equal(count_of(sent(&world->server), "urn:xmpp:ping"), 1);
}

/* A tick that a full disk takes back has neither evicted nor asked anybody. */
static void a_failed_commit_evicts_nobody_yet(void **state)
{
    struct world *world = *state;

    app_and_guest(world);
    tick(world);
    gateway_again(world);
    forget_sent(world);
    let_disk_fail(true);
    tick(world);
    let_disk_fail(false);
    check_unsent(&world->server, "type='unavailable'");
    assert_true(router_next_ms(world->router) > world->now_ms);
    world->now_ms += 1000;
    assert_true(router_next_ms(world->router) <= world->now_ms);
    tick(world);
    check_sent(&world->server, "type='unavailable'");
    check_sent(&world->gateway, "code='333'");
}

/* The gateway says once that a guest is gone. */
static void a_failed_commit_forgets_no_leave(void **state)
{
    struct world *world = *state;

    app_and_guest(world);
    tick(world);
    forget_sent(world);
    let_disk_fail(true);
    hear(world, &world->gateway,
         "<presence from='" GUEST "' to='chat.example' type='unavailable'/>");
    tick(world);
    check_unsent(&world->server, "type='unavailable'");
    world->now_ms += 1000;
    tick(world);
    let_disk_fail(false);
    check_unsent(&world->server, "type='unavailable'");
    /* Nothing that is stored before it is tried again makes it forgotten. */
    say(world, &world->server, ABHI, "hello");
    tick(world);
    check_sent(&world->server, "<body>hello</body>");
    check_unsent(&world->server, "type='unavailable'");
    world->now_ms += 1000;
    assert_true(router_next_ms(world->router) <= world->now_ms);
    tick(world);
    assert_int_equal(count_of(sent(&world->server), "type='unavailable'"), 1);
    check_guests(world, "0");
}

/* Its keys are on a bad block. */
static void a_chat_that_cannot_be_read_stops_no_other(void **state)
{
    struct world *world = *state;
    int nothing = open("/dev/null", O_RDONLY);
    int keys;

    make_chat(world, "1h");
    join(world, &world->server, ABHI, 1);
    join(world, &world->gateway, GUEST, 2);
    tick(world);
    restart(world);
    forget_sent(world);
    keys = world->store->keys.fd;
    world->store->keys.fd = nothing;
    /* Guests are evicted, people asked, and then its time comes. */
    for (int i = 0; i < 3; i++) {
        forget_sent(world);
        say(world, &world->server, ABHI, "lost");
        ping_from(world, &world->server, ABHI);
        check_sent(&world->server, "type='result'");
        assert_int_equal(count_of(sent(&world->server), "<resource-constraint"),
                         1);
        world->now_ms += 59 * 60 * 1000;
    }
    world->store->keys.fd = keys;
    close(nothing);
}

static void a_failed_commit_asks_nobody_yet(void **state)
{
    struct world *world = *state;

    app_and_guest(world);
    tick(world);
    peer_down(world, &world->server, &world->hub.server);
    peer_up(world, &world->server, &world->hub.server);
    forget_sent(world);
    let_disk_fail(true);
    say(world, &world->gateway, GUEST, "hi");
    tick(world);
    let_disk_fail(false);
    check_unsent(&world->server, "urn:xmpp:ping");
    world->now_ms += 1000;
    assert_true(router_next_ms(world->router) <= world->now_ms);
    tick(world);
    assert_int_equal(count_of(sent(&world->server), "urn:xmpp:ping"), 1);
}

static void silence_waits_for_a_lost_server(void **state)
{
    struct world *world = *state;

    make_chat(world, "1h");
    join(world, &world->server, ABHI, 1);
    tick(world);
    peer_down(world, &world->server, &world->hub.server);
    for (int i = 0; i < 10; i++) {
        world->now_ms += 60 * 60 * 1000;
        tick(world);
    }
    peer_up(world, &world->server, &world->hub.server);
    forget_sent(world);
    say(world, &world->server, ABHI, "still");
    tick(world);
    check_sent(&world->server, "<body>still</body>");
}

static void next_tick_is_never_far(void **state)
{
    struct world *world = *state;

    assert_true(router_next_ms(world->router) <= world->now_ms + 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROUTER_TEST(a_local_peer_speaks_for_itself_only),
        ROUTER_TEST(the_server_does_not_speak_for_us),
        ROUTER_TEST(each_is_answered_on_its_own_way),
        ROUTER_TEST(what_is_not_for_us_is_dropped),
        ROUTER_TEST(native_and_guest_share_a_chat),
        ROUTER_TEST(a_new_gateway_stream_evicts_former_guests),
        ROUTER_TEST(a_new_gateway_stream_is_no_former_guest),
        ROUTER_TEST(after_a_relink_sessions_are_pinged),
        ROUTER_TEST(a_failed_commit_evicts_nobody_yet),
        ROUTER_TEST(a_failed_commit_forgets_no_leave),
        ROUTER_TEST(a_chat_that_cannot_be_read_stops_no_other),
        ROUTER_TEST(a_failed_commit_asks_nobody_yet),
        ROUTER_TEST(silence_waits_for_a_lost_server),
        ROUTER_TEST(next_tick_is_never_far),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What apps that stay where they are have missed, and are told afterwards. */
#include "router_case.h"

/* An app that stays where it is reads what browsers said meanwhile, the other
 * person's and its own. */
static void what_was_said_while_the_server_was_away_comes_after(void **state)
{
    struct world *world = *state;

    app_and_guest(world);
    join(world, &world->gateway, GUEST "2", 1);
    say(world, &world->gateway, GUEST, "before");
    tick(world);
    world->now_ms += 10;
    peer_down(world, &world->server, &world->hub.server);
    say(world, &world->gateway, GUEST, "first");
    tick(world);
    world->now_ms += 1000;
    say(world, &world->gateway, GUEST, "second");
    say(world, &world->gateway, GUEST "2", "third");
    tick(world);
    forget_sent(world);
    world->now_ms += 1000;
    peer_up(world, &world->server, &world->hub.server);
    say(world, &world->gateway, GUEST, "after");
    tick(world);
    world->now_ms += 1000;
    tick(world);
    check_unsent(&world->server, "<body>before</body>");
    assert_int_equal(count_of(sent(&world->server), "<body>first</body>"), 1);
    assert_int_equal(count_of(sent(&world->server), "<body>second</body>"), 1);
    assert_int_equal(count_of(sent(&world->server), "<body>third</body>"), 1);
    assert_int_equal(count_of(sent(&world->server), "<body>after</body>"), 1);
    assert_int_equal(count_of(sent(&world->server), "urn:xmpp:delay"), 3);
    assert_true(strstr(sent(&world->server), "first") <
                strstr(sent(&world->server), "second"));
    assert_int_equal(count_of(sent(&world->server), "<body>"), 4);
}

/* The server was gone before we knew: what it did not confirm counts too. */
static void what_a_dead_link_took_along_comes_after(void **state)
{
    struct world *world = *state;

    app_and_guest(world);
    say(world, &world->gateway, GUEST, "arrived");
    tick(world);
    world->now_ms += 30000;
    say(world, &world->gateway, GUEST, "lost");
    tick(world);
    world->now_ms += 20000;
    tick(world);
    world->server.unconfirmed_ms = 20000;
    peer_down(world, &world->server, &world->hub.server);
    forget_sent(world);
    world->now_ms += 1000;
    peer_up(world, &world->server, &world->hub.server);
    tick(world);
    check_unsent(&world->server, "<body>arrived</body>");
    assert_int_equal(count_of(sent(&world->server), "<body>lost</body>"), 1);
}

static void what_was_told_again_can_be_lost_again(void **state)
{
    struct world *world = *state;

    app_and_guest(world);
    tick(world);
    peer_down(world, &world->server, &world->hub.server);
    world->now_ms += 10;
    say(world, &world->gateway, GUEST, "lost");
    tick(world);
    world->now_ms += 60000;
    peer_up(world, &world->server, &world->hub.server);
    tick(world);
    world->now_ms += 5000;
    world->server.unconfirmed_ms = 5000;
    peer_down(world, &world->server, &world->hub.server);
    world->now_ms += 1000;
    forget_sent(world);
    peer_up(world, &world->server, &world->hub.server);
    tick(world);
    assert_int_equal(count_of(sent(&world->server), "<body>lost</body>"), 1);
    /* Confirmed now. */
    world->now_ms += 5000;
    world->server.unconfirmed_ms = 1000;
    peer_down(world, &world->server, &world->hub.server);
    world->now_ms += 1000;
    forget_sent(world);
    peer_up(world, &world->server, &world->hub.server);
    tick(world);
    check_unsent(&world->server, "<body>lost</body>");
}

/* What was stored last may not have been said any more. */
static void what_a_crash_left_unsaid_comes_after(void **state)
{
    struct world *world = *state;

    app_and_guest(world);
    say(world, &world->gateway, GUEST, "long ago");
    tick(world);
    world->now_ms += 4000;
    say(world, &world->gateway, GUEST, "at last");
    tick(world);
    forget_sent(world);
    crash(world);
    world->now_ms += 5000;
    tick(world);
    check_unsent(&world->server, "<body>long ago</body>");
    assert_int_equal(count_of(sent(&world->server), "<body>at last</body>"), 1);
    check_sent(&world->server, "urn:xmpp:delay");
}

/* The server was away, or did not take what was told again, before the crash:
 * that is on disk. */
static void a_crash_does_not_forget_what_was_unsaid(void **state)
{
    struct world *world = *state;

    app_and_guest(world);
    tick(world);
    peer_down(world, &world->server, &world->hub.server);
    world->now_ms += 1000;
    say(world, &world->gateway, GUEST, "lost");
    tick(world);
    world->now_ms += 60000;
    tick(world);
    world->server.unconfirmed_ms = 60000; /* never from now on */
    for (int i = 0; i < 3; i++) {
        forget_sent(world);
        crash(world);
        world->now_ms += 1000;
        tick(world);
        assert_int_equal(count_of(sent(&world->server), "<body>lost</body>"),
                         1);
        world->now_ms += 10000;
        tick(world);
    }
    world->server.unconfirmed_ms = 0;
    world->now_ms += 1000;
    tick(world);
    forget_sent(world);
    crash(world);
    world->now_ms += 1000;
    tick(world);
    check_unsent(&world->server, "<body>lost</body>");
}

static void an_orderly_stop_leaves_nothing_unsaid(void **state)
{
    struct world *world = *state;

    app_and_guest(world);
    say(world, &world->gateway, GUEST, "at last");
    tick(world);
    forget_sent(world);
    restart(world);
    world->now_ms += 5000;
    tick(world);
    check_unsent(&world->server, "<body>");
    check_sent(&world->server, "urn:xmpp:ping");
}

/* Who came in by itself has read it. */
static void who_enters_anew_is_told_once(void **state)
{
    struct world *world = *state;

    app_and_guest(world);
    tick(world);
    peer_down(world, &world->server, &world->hub.server);
    world->now_ms += 1000;
    say(world, &world->gateway, GUEST, "first");
    tick(world);
    world->now_ms += 1000;
    peer_up(world, &world->server, &world->hub.server);
    forget_sent(world);
    join(world, &world->server, "abhi@a.example/tablet", 1);
    tick(world);
    assert_int_equal(count_of(sent(&world->server), "<body>first</body>"), 2);
    assert_int_equal(count_of(sent(&world->server), "urn:xmpp:ping"), 2);
}

static void turn_away(struct world *world)
{
    char xml[512];

    snprintf(xml, sizeof(xml),
             "<presence from='" ABHI "' to='%s'><show>away</show></presence>",
             world->room);
    hear(world, &world->server, xml);
}

/* Where there are many chats it takes a while until each is told: who joins
 * again meanwhile has everything, who only turns away has not. */
static void who_turns_away_is_told_as_well(void **state)
{
    struct world *world = *state;

    app_and_guest(world);
    tick(world);
    for (int i = 0; i < 2; i++) {
        peer_down(world, &world->server, &world->hub.server);
        world->now_ms += 1000;
        say(world, &world->gateway, GUEST, "missed");
        tick(world);
        world->now_ms += 1000;
        peer_up(world, &world->server, &world->hub.server);
        forget_sent(world);
        world->now_ms += 10;
        if (i == 0)
            turn_away(world);
        else
            join(world, &world->server, ABHI, 1);
        tick(world);
        assert_int_equal(count_of(sent(&world->server), "<body>missed</body>"),
                         1 + i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROUTER_TEST(what_was_said_while_the_server_was_away_comes_after),
        ROUTER_TEST(what_a_dead_link_took_along_comes_after),
        ROUTER_TEST(what_was_told_again_can_be_lost_again),
        ROUTER_TEST(what_a_crash_left_unsaid_comes_after),
        ROUTER_TEST(a_crash_does_not_forget_what_was_unsaid),
        ROUTER_TEST(an_orderly_stop_leaves_nothing_unsaid),
        ROUTER_TEST(who_enters_anew_is_told_once),
        ROUTER_TEST(who_turns_away_is_told_as_well),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The law of the tick, with a real store. */
#include "router/router_internal.h"
#include "router_case.h"
#include "store/store_internal.h"

#define ANNY "anny@b.example/desk"

static void both_join(struct world *world)
{
    make_chat(world, "24h");
    join(world, &world->server, ABHI, 1);
    join(world, &world->server, ANNY, 2);
    tick(world);
    check_sent(&world->server, "code='110'");
    check_sent(&world->server, "<subject");
    forget_sent(world);
}

static void a_message_reaches_both(void **state)
{
    struct world *world = *state;

    both_join(world);
    say(world, &world->server, ABHI, "hello");
    tick(world);
    assert_int_equal(count_of(sent(&world->server), "<body>hello</body>"), 2);
    check_sent(&world->server, "to='" ABHI "'");
    check_sent(&world->server, "to='" ANNY "'");
}

/* What is read stands for what will be said: the links are told. */
static void what_makes_many_weighs_more(void **state)
{
    struct world *world = *state;

    both_join(world);
    world->hub.weight = 0;
    say(world, &world->server, ABHI, "0123456789");
    assert_in_range(world->hub.weight, 2 * 10, 4096);
    world->hub.weight = 0;
    hear(world, &world->server,
         "<presence from='" ANNY "' to='nobody@chat.example/x'/>");
    assert_int_equal(world->hub.weight, 0);
    join(world, &world->server, "abhi@a.example/tablet", 1);
    assert_in_range(world->hub.weight, 100 * 1024, 1024 * 1024);
    tick(world);
}

static void nothing_leaves_before_the_tick(void **state)
{
    struct world *world = *state;
    unsigned flushes;

    both_join(world);
    flushes = world->hub.flushes;
    say(world, &world->server, ABHI, "hello");
    assert_int_equal(world->server.out.len, 0);
    assert_int_equal(world->hub.flushes, flushes);
    tick(world);
    check_sent(&world->server, "hello");
}

static void a_failed_commit_says_nothing(void **state)
{
    struct world *world = *state;

    both_join(world);
    say(world, &world->server, ABHI, "before");
    tick(world);
    forget_sent(world);

    let_disk_fail(true);
    say(world, &world->server, ABHI, "lost");
    say(world, &world->server, ANNY, "too");
    tick(world);
    let_disk_fail(false);
    check_unsent(&world->server, "<body>lost</body>");
    check_unsent(&world->server, "<body>too</body>");
    assert_int_equal(count_of(sent(&world->server), "<resource-constraint"), 2);
    assert_int_equal(count_of(sent(&world->server), "type='wait'"), 2);
    forget_sent(world);

    say(world, &world->server, ABHI, "after");
    tick(world);
    assert_int_equal(count_of(sent(&world->server), "<body>after</body>"), 2);
    forget_sent(world);

    /* Who comes now finds what was acknowledged, and nothing else. */
    join(world, &world->server, "abhi@a.example/tablet", 1);
    tick(world);
    check_sent(&world->server, "<body>before</body>");
    check_sent(&world->server, "<body>after</body>");
    check_unsent(&world->server, "<body>lost</body>");
}

static void a_failed_commit_makes_no_chat(void **state)
{
    struct world *world = *state;

    both_join(world); /* so that the next chat needs no new key slots */
    let_disk_fail(true);
    hear(world, &world->control,
         "<iq from='ctl.chat.example/1' to='chat.example' type='set' id='m2'>"
         "<command xmlns='http://jabber.org/protocol/commands' "
         "node='create-chat'><x xmlns='jabber:x:data' type='submit'>"
         "<field var='your-name'><value>Ann</value></field>"
         "<field var='peer-name'><value>Bob</value></field>"
         "</x></command></iq>");
    tick(world);
    let_disk_fail(false);
    check_unsent(&world->control, "seat1-code");
    check_sent(&world->control, "<resource-constraint");
    /* Of the two chats one is there. */
    assert_int_equal(room_engine_awake_count(world->router->engine), 1);
    /* Its keys do not wait for the next end. */
    assert_int_equal(world->store->wipes.count, 1);
    world->now_ms += 1000;
    assert_true(router_next_ms(world->router) <= world->now_ms);
    tick(world);
    assert_int_equal(world->store->wipes.count, 0);
}

#define COMMAND "http://jabber.org/protocol/commands"

static void send_form(struct world *world, const char *id, const char *session)
{
    char xml[1024];

    snprintf(xml, sizeof(xml),
             "<iq from='" ABHI "' to='chat.example' type='set' id='%s'>"
             "<command xmlns='" COMMAND "' node='create-chat' sessionid='%s'>"
             "<x xmlns='jabber:x:data' type='submit'>"
             "<field var='your-name'><value>Ann</value></field>"
             "<field var='peer-name'><value>Bob</value></field>"
             "</x></command></iq>",
             id, session);
    hear(world, &world->server, xml);
    tick(world);
}

/* Who is told to try again can: with the form that is open. */
static void a_failed_commit_closes_no_form(void **state)
{
    static const char mark[] = "sessionid='";
    struct world *world = *state;
    char session[64] = {0};
    const char *at;

    both_join(world);
    hear(world, &world->server,
         "<iq from='" ABHI "' to='chat.example' type='set' id='f1'>"
         "<command xmlns='" COMMAND "' node='create-chat'/></iq>");
    tick(world);
    at = strstr(sent(&world->server), mark);
    assert_non_null(at);
    at += strlen(mark);
    memcpy(session, at, strcspn(at, "'"));
    forget_sent(world);

    let_disk_fail(true);
    send_form(world, "f2", session);
    let_disk_fail(false);
    check_sent(&world->server, "<resource-constraint");
    check_unsent(&world->server, "seat1-code");
    forget_sent(world);

    send_form(world, "f3", session);
    check_sent(&world->server, "seat1-code");
    forget_sent(world);
    send_form(world, "f4", session);
    check_sent(&world->server, "bad-sessionid");
    check_unsent(&world->server, "seat1-code");
}

/* A big server has more chats than memory. */
static void a_list_wakes_nobody(void **state)
{
    static const char list[] =
        "<iq from='ctl.chat.example/1' to='chat.example' type='set' id='l'>"
        "<command xmlns='http://jabber.org/protocol/commands' "
        "node='list-chats' action='execute'/></iq>";
    struct world *world = *state;

    for (int i = 0; i < 3; i++)
        make_chat(world, "24h");
    restart(world);
    hear(world, &world->control, list);
    tick(world);
    assert_int_equal(count_of(sent(&world->control), "<item>"), 3);
    assert_int_equal(room_engine_awake_count(world->router->engine), 0);
    /* Who is awake stays so. */
    forget_sent(world);
    join(world, &world->server, ABHI, 1);
    hear(world, &world->control, list);
    tick(world);
    assert_int_equal(count_of(sent(&world->control), "<item>"), 3);
    check_sent(&world->server, "code='110'");
    assert_int_equal(room_engine_awake_count(world->router->engine), 1);
}

/* Who asks for one chat too many must not silence the others. */
static void no_place_for_a_chat_stops_no_other(void **state)
{
    struct world *world = *state;
    struct store__keys *keys = &world->store->keys;
    uint32_t count = keys->count;

    both_join(world);
    keys->count = STORE_SLOTS_MAX;
    keys->free_count = 1;
    for (int i = 0; i < 2; i++)
        hear(world, &world->control,
             "<iq from='ctl.chat.example/1' to='chat.example' type='set' "
             "id='m'><command xmlns='http://jabber.org/protocol/commands' "
             "node='create-chat'><x xmlns='jabber:x:data' type='submit'>"
             "<field var='your-name'><value>Ann</value></field>"
             "<field var='peer-name'><value>Bob</value></field>"
             "</x></command></iq>");
    say(world, &world->server, ABHI, "hello");
    tick(world);
    keys->count = count;
    assert_int_equal(count_of(sent(&world->control), "seat1-code"), 1);
    assert_int_equal(count_of(sent(&world->control), "<resource-constraint"),
                     1);
    assert_int_equal(count_of(sent(&world->server), "<body>hello</body>"), 2);
}

static void what_was_said_outlives_a_restart(void **state)
{
    struct world *world = *state;

    both_join(world);
    say(world, &world->server, ABHI, "first");
    tick(world);
    restart(world);
    forget_sent(world);
    /* Nobody joins again: the sessions were kept. */
    say(world, &world->server, ANNY, "second");
    tick(world);
    assert_int_equal(count_of(sent(&world->server), "<body>second</body>"), 2);
    forget_sent(world);
    join(world, &world->server, "anny@b.example/phone", 2);
    tick(world);
    check_sent(&world->server, "<body>first</body>");
    check_sent(&world->server, "<body>second</body>");
}

static void the_answer_to_an_end_waits_for_the_erasure(void **state)
{
    struct world *world = *state;
    char xml[512];

    both_join(world);
    say(world, &world->server, ABHI, "secret");
    tick(world);
    forget_sent(world);
    snprintf(xml, sizeof(xml),
             "<iq from='" ABHI "' to='%s' type='set' id='end'><query xmlns="
             "'http://jabber.org/protocol/muc#owner'><destroy/></query></iq>",
             world->room);
    hear(world, &world->server, xml);
    tick(world);
    assert_int_equal(count_of(sent(&world->server), "<destroy"), 2);
    assert_int_equal(count_of(sent(&world->server), "code='321'"), 2);
    for (int i = 0; i < 100 && store_is_erasing(world->store); i++) {
        world->now_ms += 100;
        tick(world);
    }
    assert_false(store_is_erasing(world->store));
    check_sent(&world->server, "id='end'");
    assert_true(strstr(strstr(sent(&world->server), "<destroy"), "id='end'") !=
                NULL);
    forget_sent(world);
    join(world, &world->server, ABHI, 1);
    tick(world);
    check_sent(&world->server, "<gone");
}

static void silence_is_told_and_then_ends_it(void **state)
{
    struct world *world = *state;

    make_chat(world, "1h");
    join(world, &world->server, ABHI, 1);
    tick(world);
    forget_sent(world);
    world->now_ms += 55 * 60 * 1000;
    tick(world);
    assert_int_equal(count_of(sent(&world->server), "<message"), 1);
    check_unsent(&world->server, "<destroy");
    world->now_ms += 6 * 60 * 1000;
    tick(world);
    check_sent(&world->server, "<destroy");
}

static void a_sleeping_chat_ends_too(void **state)
{
    struct world *world = *state;

    make_chat(world, "1h");
    restart(world); /* it is on disk alone now */
    world->now_ms += 55 * 60 * 1000;
    tick(world);
    world->now_ms += 6 * 60 * 1000;
    tick(world);
    world->now_ms += 1000;
    tick(world);
    join(world, &world->server, ABHI, 1);
    tick(world);
    check_sent(&world->server, "<gone");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROUTER_TEST(a_message_reaches_both),
        ROUTER_TEST(what_makes_many_weighs_more),
        ROUTER_TEST(nothing_leaves_before_the_tick),
        ROUTER_TEST(a_failed_commit_says_nothing),
        ROUTER_TEST(a_failed_commit_makes_no_chat),
        ROUTER_TEST(a_failed_commit_closes_no_form),
        ROUTER_TEST(a_list_wakes_nobody),
        ROUTER_TEST(no_place_for_a_chat_stops_no_other),
        ROUTER_TEST(what_was_said_outlives_a_restart),
        ROUTER_TEST(the_answer_to_an_end_waits_for_the_erasure),
        ROUTER_TEST(silence_is_told_and_then_ends_it),
        ROUTER_TEST(a_sleeping_chat_ends_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

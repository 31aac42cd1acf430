/* What one sender may make us do.  Protocol notes 15.7. */
#include "support/check.h"

#include <stdio.h>

#include "service/service_internal.h"
#include "support/service_scene.h"

static int set_up(void **state)
{
    struct service_scene *s;

    service_scene_open(state, "server", 2);
    s = *state;
    s->world.limits.messages_per_second = 0;
    world_configure(&s->world);
    return 0;
}

/* How many stanzas come of `times` times the same one. */
static size_t answers(struct service_scene *s, enum room_leg leg,
                      const char *xml, size_t times)
{
    size_t count = 0;

    for (size_t i = 0; i < times; i++) {
        world_hear(&s->world, leg, xml);
        assert_int_equal(s->world.rc, ERR_OK);
        count += s->world.out_count;
    }
    return count;
}

#define FROM(who) "from='" who "' to='" WORLD_ROOM "'"
#define WORDS(who)                                                             \
    "<message type='groupchat' id='w' " FROM(who) "><body>x</body></message>"

static void a_flood_of_strays_has_few_echoes(void **state)
{
    struct service_scene *s = *state;

    assert_in_range(answers(s, ROOM_LEG_NATIVE, WORDS(MAL), 1000), 50, 100);
    assert_int_equal(
        answers(s, ROOM_LEG_NATIVE,
                "<presence from='" MAL "' to='" WORLD_ROOM "/Mal'/>", 1000),
        0);
    assert_int_equal(answers(s, ROOM_LEG_NATIVE,
                             "<message type='groupchat' from='" MAL
                             "' to='0000000000000000@" WORLD_DOMAIN
                             "'><body>x</body></message>",
                             100),
                     0);
    assert_int_equal(answers(s, ROOM_LEG_NATIVE,
                             "<message from='" MAL "' to='" WORLD_DOMAIN
                             "'><body>help</body></message>",
                             100),
                     0);
    /* Nobody else is heard less for it, and in time it is heard again. */
    assert_int_equal(answers(s, ROOM_LEG_NATIVE, WORDS(ABHI), 1), 2);
    world_wait(&s->world, 10 * 1000);
    assert_in_range(answers(s, ROOM_LEG_NATIVE, WORDS(MAL), 1000), 10, 30);
}

/* Whatever shape it has that a stranger sends and nobody has to answer. */
static void strays_of_every_kind_are_counted(void **state)
{
    static const char *const strays[] = {
        WORDS(MAL),
        "<message " FROM(MAL) "><body>x</body></message>",
        "<message " FROM(MAL) "><x xmlns='" NS_MUC_USER
                              "'><invite to='c@example.org'/></x></message>",
        "<message type='chat' from='" MAL "' to='" WORLD_ROOM
        "/Anny'><body>x</body></message>",
        "<message type='groupchat' from='" MAL "' to='" WORLD_ROOM
        "/Anny'><body>x</body></message>",
        "<presence type='probe' from='" MAL "' to='" WORLD_ROOM "/Anny'/>",
        "<message type='groupchat' from='" MAL "' to='" WORLD_DOMAIN
        "'><body>x</body></message>",
    };

    for (size_t i = 0; i < sizeof(strays) / sizeof(*strays); i++) {
        struct service_scene *s = *state;

        assert_in_range(answers(s, ROOM_LEG_NATIVE, strays[i], 300), 50, 100);
        world_wait(&s->world, 60 * 1000);
    }
}

static void every_question_is_answered_all_the_same(void **state)
{
    struct service_scene *s = *state;
    const char ask[] =
        "<iq type='get' id='d' " FROM(MAL) "><query xmlns='" NS_DISCO_INFO
                                           "'/></iq>";

    assert_int_equal(answers(s, ROOM_LEG_NATIVE, ask, 2000), 2000);
    assert_true(world_has(&s->world, "muc_hidden"));
    world_hear(&s->world, ROOM_LEG_NATIVE, ask);
    world_refuses(&s->world, "wait", "resource-constraint");
    world_is_silent(&s->world);
    /* A join waits for an answer as well. */
    world_hear(&s->world, ROOM_LEG_NATIVE,
               "<presence id='j' from='" MAL "' to='" WORLD_ROOM
               "/Mal'><x xmlns='" NS_MUC "'/></presence>");
    world_refuses(&s->world, "wait", "resource-constraint");
    world_hear(&s->world, ROOM_LEG_NATIVE,
               "<iq type='get' id='d' from='" ANNY "' to='" WORLD_ROOM
               "'><query xmlns='" NS_DISCO_INFO "'/></iq>");
    assert_true(world_has(&s->world, "muc_hidden"));
}

static void pages_and_joins_are_dearer(void **state)
{
    struct service_scene *s = *state;

    answers(s, ROOM_LEG_NATIVE,
            "<iq type='set' id='a' " FROM(ABHI) "><query xmlns='" NS_MAM
                                                "'/></iq>",
            490);
    assert_true(world_has(&s->world, "complete"));
    answers(s, ROOM_LEG_NATIVE,
            "<presence id='j' from='" ABHI "' to='" WORLD_ROOM
            "/Abhi'><x xmlns='" NS_MUC "'/></presence>",
            9);
    assert_true(world_has(&s->world, "110"));
    world_hear(&s->world, ROOM_LEG_NATIVE,
               "<iq type='set' id='a' " FROM(ABHI) "><query xmlns='" NS_MAM
                                                   "'/></iq>");
    world_refuses(&s->world, "wait", "resource-constraint");
    /* It is still in: it speaks, is found there, and may leave. */
    assert_int_equal(answers(s, ROOM_LEG_NATIVE, WORDS(ABHI), 1), 2);
    world_hear(&s->world, ROOM_LEG_NATIVE,
               "<iq type='get' id='p' from='" ABHI "' to='" WORLD_ROOM
               "/Abhi'><ping xmlns='" NS_PING "'/></iq>");
    world_says(&s->world, "<iq xmlns='" NS_COMPONENT
                          "' type='result' id='p' from='" WORLD_ROOM
                          "/Abhi' to='" ABHI "'/>");
    assert_int_equal(answers(s, ROOM_LEG_NATIVE,
                             "<presence type='unavailable' from='" ABHI
                             "' to='" WORLD_ROOM "/Abhi'/>",
                             1),
                     2);
}

static void a_conversation_costs_nothing_here(void **state)
{
    struct service_scene *s = *state;

    assert_int_equal(answers(s, ROOM_LEG_NATIVE,
                             "<message type='groupchat' " FROM(
                                 ABHI) "><composing xmlns='" NS_CHAT_STATES
                                       "'/></message>",
                             5000),
                     10000);
}

/* A browser is a stranger each time: where it comes from counts. */
static void look_ups_count_by_where_they_come_from(void **state)
{
    static const char *const stamps[] = {"aa11", "bb22"};
    struct service_scene *s = *state;
    char xml[512];

    for (int i = 0; i < 401; i++) {
        snprintf(xml, sizeof(xml),
                 "<iq type='get' id='s' from='g%d@guests." WORLD_DOMAIN
                 "/t' to='" WORLD_DOMAIN "'><seat xmlns='" NS_SEAT
                 "' id='0000000000000000'/><source xmlns='" NS_SOURCE
                 "' id='%s'/></iq>",
                 i, stamps[0]);
        world_hear(&s->world, ROOM_LEG_GUEST, xml);
        if (i < 400)
            world_refuses(&s->world, "cancel", "item-not-found");
        else
            world_refuses(&s->world, "wait", "resource-constraint");
    }
    snprintf(xml, sizeof(xml),
             "<iq type='get' id='s' from='h@guests." WORLD_DOMAIN
             "/t' to='" WORLD_DOMAIN "'><seat xmlns='" NS_SEAT
             "' id='0000000000000000'/><source xmlns='" NS_SOURCE
             "' id='%s'/></iq>",
             stamps[1]);
    world_hear(&s->world, ROOM_LEG_GUEST, xml);
    world_refuses(&s->world, "cancel", "item-not-found");
}

/* So many senders ask once, at `now_ms`. */
static void let_ask(struct service_scene *s, int first, int count,
                    int64_t now_ms)
{
    for (int i = first; i < first + count; i++) {
        char who[32];
        int len = snprintf(who, sizeof(who), "p%d@example.org", i);
        struct service_use use = {{who, (size_t)len}, 1, now_ms};
        bool is_taken;

        check_ok(service__flow_take(s->world.service, &use, &is_taken));
        assert_true(is_taken);
    }
}

static void whose_units_are_back_is_forgotten(void **state)
{
    struct service_scene *s = *state;
    const struct map *senders = &s->world.service->flows.senders;
    size_t before = senders->count;

    let_ask(s, 0, 100, s->world.now_ms);
    assert_int_equal(senders->count, before + 100);
    let_ask(s, 100, 1, s->world.now_ms + 39 * 1000);
    assert_int_equal(senders->count, before + 101);
    let_ask(s, 101, (int)before + 200, s->world.now_ms + 40 * 1000);
    assert_int_equal(senders->count, before + 201);
}

/* Errors and answers are never counted: they tell who is gone. */
static void errors_are_heard_in_any_number(void **state)
{
    struct service_scene *s = *state;

    answers(s, ROOM_LEG_NATIVE, WORDS(MAL), 1000);
    answers(s, ROOM_LEG_NATIVE,
            "<iq type='get' id='d' " FROM(ANNY) "><query xmlns='" NS_DISCO_INFO
                                                "'/></iq>",
            2100);
    world_hear(
        &s->world, ROOM_LEG_NATIVE,
        "<message type='error' " FROM(
            ANNY) "><error type='cancel'><item-not-found xmlns='" NS_STANZA_ERRORS
                  "'/></error></message>");
    assert_true(world_has(&s->world, "333"));
}

static void what_we_remember_of_senders_is_bounded(void **state)
{
    struct service_scene *s = *state;
    char who[32];
    size_t most = 0;

    for (int i = 0; i < 20000; i++) {
        int len = snprintf(who, sizeof(who), "m%d@evil.example", i);
        struct service_flows *flows = &s->world.service->flows;

        struct service_use use = {{who, (size_t)len}, 1, 1};
        bool is_taken;

        check_ok(service__flow_take(s->world.service, &use, &is_taken));
        assert_true(is_taken);
        most = flows->senders.count > most ? flows->senders.count : most;
    }
    assert_int_equal(most, 8192);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, set_up, service_scene_close)
        TEST(a_flood_of_strays_has_few_echoes),
        TEST(strays_of_every_kind_are_counted),
        TEST(every_question_is_answered_all_the_same),
        TEST(pages_and_joins_are_dearer),
        TEST(a_conversation_costs_nothing_here),
        TEST(look_ups_count_by_where_they_come_from),
        TEST(whose_units_are_back_is_forgotten),
        TEST(errors_are_heard_in_any_number),
        TEST(what_we_remember_of_senders_is_bounded),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What one sender may make us do.  Protocol notes 15.7. */
#include "support/check.h"

#include <stdio.h>

#include "service/service_internal.h"
#include "support/service_scene.h"

#define ABHI "abhi@example.org/phone"
#define ANNY "anny@example.net/desk"
#define MAL "mal@evil.example/x"

struct fixture {
    struct service_world world;
    char codes[2][CODE_CHARS + 2];
};

static int set_up(void **state)
{
    struct fixture *f = test_malloc(sizeof(*f));

    world_open(&f->world);
    f->world.limits.messages_per_second = 0;
    world_configure(&f->world);
    world_make(&f->world, "server", f->codes);
    world_join(&f->world, ROOM_LEG_NATIVE, ABHI, f->codes[0]);
    world_join(&f->world, ROOM_LEG_NATIVE, ANNY, f->codes[1]);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    world_close(&f->world);
    test_free(f);
    return 0;
}

/* How many stanzas come of `times` times the same one. */
static size_t answers(struct fixture *f, enum room_leg leg, const char *xml,
                      size_t times)
{
    size_t count = 0;

    for (size_t i = 0; i < times; i++) {
        world_hear(&f->world, leg, xml);
        assert_int_equal(f->world.rc, ERR_OK);
        count += f->world.out_count;
    }
    return count;
}

#define FROM(who) "from='" who "' to='" WORLD_ROOM "'"
#define WORDS(who)                                                             \
    "<message type='groupchat' id='w' " FROM(who) "><body>x</body></message>"

static void a_flood_of_strays_has_few_echoes(void **state)
{
    struct fixture *f = *state;

    assert_in_range(answers(f, ROOM_LEG_NATIVE, WORDS(MAL), 1000), 50, 100);
    assert_int_equal(
        answers(f, ROOM_LEG_NATIVE,
                "<presence from='" MAL "' to='" WORLD_ROOM "/Mal'/>", 1000),
        0);
    assert_int_equal(answers(f, ROOM_LEG_NATIVE,
                             "<message type='groupchat' from='" MAL
                             "' to='0000000000000000@" WORLD_DOMAIN
                             "'><body>x</body></message>",
                             100),
                     0);
    assert_int_equal(answers(f, ROOM_LEG_NATIVE,
                             "<message from='" MAL "' to='" WORLD_DOMAIN
                             "'><body>help</body></message>",
                             100),
                     0);
    /* Nobody else is heard less for it, and in time it is heard again. */
    assert_int_equal(answers(f, ROOM_LEG_NATIVE, WORDS(ABHI), 1), 2);
    world_wait(&f->world, 10 * 1000);
    assert_in_range(answers(f, ROOM_LEG_NATIVE, WORDS(MAL), 1000), 10, 30);
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
        struct fixture *f = *state;

        assert_in_range(answers(f, ROOM_LEG_NATIVE, strays[i], 300), 50, 100);
        world_wait(&f->world, 60 * 1000);
    }
}

static void every_question_is_answered_all_the_same(void **state)
{
    struct fixture *f = *state;
    const char ask[] =
        "<iq type='get' id='d' " FROM(MAL) "><query xmlns='" NS_DISCO_INFO
                                           "'/></iq>";

    assert_int_equal(answers(f, ROOM_LEG_NATIVE, ask, 2000), 2000);
    assert_true(world_has(&f->world, "muc_hidden"));
    world_hear(&f->world, ROOM_LEG_NATIVE, ask);
    world_refuses(&f->world, "wait", "resource-constraint");
    world_is_silent(&f->world);
    /* A join waits for an answer as well. */
    world_hear(&f->world, ROOM_LEG_NATIVE,
               "<presence id='j' from='" MAL "' to='" WORLD_ROOM
               "/Mal'><x xmlns='" NS_MUC "'/></presence>");
    world_refuses(&f->world, "wait", "resource-constraint");
    world_hear(&f->world, ROOM_LEG_NATIVE,
               "<iq type='get' id='d' from='" ANNY "' to='" WORLD_ROOM
               "'><query xmlns='" NS_DISCO_INFO "'/></iq>");
    assert_true(world_has(&f->world, "muc_hidden"));
}

static void pages_and_joins_are_dearer(void **state)
{
    struct fixture *f = *state;

    answers(f, ROOM_LEG_NATIVE,
            "<iq type='set' id='a' " FROM(ABHI) "><query xmlns='" NS_MAM
                                                "'/></iq>",
            490);
    assert_true(world_has(&f->world, "complete"));
    answers(f, ROOM_LEG_NATIVE,
            "<presence id='j' from='" ABHI "' to='" WORLD_ROOM
            "/Abhi'><x xmlns='" NS_MUC "'/></presence>",
            9);
    assert_true(world_has(&f->world, "110"));
    world_hear(&f->world, ROOM_LEG_NATIVE,
               "<iq type='set' id='a' " FROM(ABHI) "><query xmlns='" NS_MAM
                                                   "'/></iq>");
    world_refuses(&f->world, "wait", "resource-constraint");
    /* It is still in: it speaks, is found there, and may leave. */
    assert_int_equal(answers(f, ROOM_LEG_NATIVE, WORDS(ABHI), 1), 2);
    world_hear(&f->world, ROOM_LEG_NATIVE,
               "<iq type='get' id='p' from='" ABHI "' to='" WORLD_ROOM
               "/Abhi'><ping xmlns='" NS_PING "'/></iq>");
    world_says(&f->world, "<iq xmlns='" NS_COMPONENT
                          "' type='result' id='p' from='" WORLD_ROOM
                          "/Abhi' to='" ABHI "'/>");
    assert_int_equal(answers(f, ROOM_LEG_NATIVE,
                             "<presence type='unavailable' from='" ABHI
                             "' to='" WORLD_ROOM "/Abhi'/>",
                             1),
                     2);
}

static void a_conversation_costs_nothing_here(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(answers(f, ROOM_LEG_NATIVE,
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
    struct fixture *f = *state;
    char xml[512];

    for (int i = 0; i < 401; i++) {
        snprintf(xml, sizeof(xml),
                 "<iq type='get' id='s' from='g%d@guests." WORLD_DOMAIN
                 "/t' to='" WORLD_DOMAIN "'><seat xmlns='" NS_SEAT
                 "' id='0000000000000000'/><source xmlns='" NS_SOURCE
                 "' id='%s'/></iq>",
                 i, stamps[0]);
        world_hear(&f->world, ROOM_LEG_GUEST, xml);
        if (i < 400)
            world_refuses(&f->world, "cancel", "item-not-found");
        else
            world_refuses(&f->world, "wait", "resource-constraint");
    }
    snprintf(xml, sizeof(xml),
             "<iq type='get' id='s' from='h@guests." WORLD_DOMAIN
             "/t' to='" WORLD_DOMAIN "'><seat xmlns='" NS_SEAT
             "' id='0000000000000000'/><source xmlns='" NS_SOURCE
             "' id='%s'/></iq>",
             stamps[1]);
    world_hear(&f->world, ROOM_LEG_GUEST, xml);
    world_refuses(&f->world, "cancel", "item-not-found");
}

/* Errors and answers are never counted: they tell who is gone. */
static void errors_are_heard_in_any_number(void **state)
{
    struct fixture *f = *state;

    answers(f, ROOM_LEG_NATIVE, WORDS(MAL), 1000);
    answers(f, ROOM_LEG_NATIVE,
            "<iq type='get' id='d' " FROM(ANNY) "><query xmlns='" NS_DISCO_INFO
                                                "'/></iq>",
            2100);
    world_hear(
        &f->world, ROOM_LEG_NATIVE,
        "<message type='error' " FROM(
            ANNY) "><error type='cancel'><item-not-found xmlns='" NS_STANZA_ERRORS
                  "'/></error></message>");
    assert_true(world_has(&f->world, "333"));
}

static void what_we_remember_of_senders_is_bounded(void **state)
{
    struct fixture *f = *state;
    char who[32];
    size_t most = 0;

    for (int i = 0; i < 20000; i++) {
        int len = snprintf(who, sizeof(who), "m%d@evil.example", i);
        struct service_flows *flows = &f->world.service->flows;

        struct service_use use = {{who, (size_t)len}, 1, 1};
        bool is_taken;

        check_ok(service__flow_take(f->world.service, &use, &is_taken));
        assert_true(is_taken);
        most = flows->senders.count > most ? flows->senders.count : most;
    }
    assert_int_equal(most, 8192);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(a_flood_of_strays_has_few_echoes),
        TEST(strays_of_every_kind_are_counted),
        TEST(every_question_is_answered_all_the_same),
        TEST(pages_and_joins_are_dearer),
        TEST(a_conversation_costs_nothing_here),
        TEST(look_ups_count_by_where_they_come_from),
        TEST(errors_are_heard_in_any_number),
        TEST(what_we_remember_of_senders_is_bounded),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Rooms made by a plain message to the domain. */
#include <stdio.h>

#include "support/check.h"
#include "support/service_scene.h"

static void write_to_domain(struct service_world *world, const char *body)
{
    char xml[1024];

    snprintf(xml, sizeof(xml),
             "<message type='chat' from='" ABHI "' to='" WORLD_DOMAIN
             "' id='t'><body>%s</body></message>",
             body);
    world_hear(world, ROOM_LEG_NATIVE, xml);
}

static void made_by_words(void **state)
{
    struct service_world *world = *state;

    write_to_domain(world, "new Abhi Anny");
    world_says_file(world, "create-by-message");
    assert_true(world_has(world, "<password>"));
    assert_int_equal(world->out_count, 2);
}

static void words_with_quotes(void **state)
{
    static const char *const good[] = {
        "NEW \"Anna Lee\" Bob",
        "new \u201cAnna Lee\u201d Bob",
        " new   Anna\nBob ",
    };
    static const char *const bad[] = {
        "hello?",    "new",           "new Abhi",
        "new A B C", "new Abhi abhi", "new \"Anna Lee",
    };
    struct service_world *world = *state;

    for (size_t i = 0; i < 3; i++) {
        write_to_domain(world, good[i]);
        assert_int_equal(world->out_count, 2);
    }
    for (size_t i = 0; i < 6; i++) {
        write_to_domain(world, bad[i]);
        assert_int_equal(world->out_count, 1);
        assert_true(world_has(world, "new YourName TheirName"));
    }
}

static void not_every_message_is_answered(void **state)
{
    struct service_world *world = *state;

    world_hear(world, ROOM_LEG_NATIVE,
               "<message from='" ABHI "' to='" WORLD_DOMAIN "'/>"
               "<message type='headline' from='" ABHI "' to='" WORLD_DOMAIN
               "'><body>x</body></message>"
               "<message from='example.org' to='" WORLD_DOMAIN
               "'><body>x</body></message>");
    world_is_silent(world);
    world_hear(world, ROOM_LEG_NATIVE,
               "<message type='groupchat' from='" ABHI "' to='" WORLD_DOMAIN
               "'><body>x</body></message>");
    world_refuses(world, "cancel", "service-unavailable");
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, service_world_set_up,                \
                                    service_world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(made_by_words),
        TEST(words_with_quotes),
        TEST(not_every_message_is_answered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

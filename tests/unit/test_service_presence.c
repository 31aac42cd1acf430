#include "support/check.h"
#include "support/service_scene.h"

static int set_up(void **state)
{
    return service_scene_open(state, "server", 1);
}

static void presence_nobody_answers(void **state)
{
    struct service_scene *s = *state;

    world_hear(&s->world, ROOM_LEG_NATIVE,
               "<presence type='subscribe' from='" MAL "' to='" WORLD_ROOM "'/>"
               "<presence type='subscribe' from='" MAL "' to='" WORLD_DOMAIN
               "'/><presence from='" MAL "' to='" WORLD_DOMAIN "'/>"
               "<presence type='unavailable' from='" MAL "' to='" WORLD_ROOM
               "/x'/>");
    world_is_silent(&s->world);
    world_hear(&s->world, ROOM_LEG_NATIVE,
               "<presence type='probe' from='" MAL "' to='" WORLD_ROOM
               "/Abhi'/>");
    world_refuses(&s->world, "cancel", "not-acceptable");
    world_hear(&s->world, ROOM_LEG_NATIVE,
               "<presence type='probe' from='" ABHI "' to='" WORLD_ROOM
               "/Abhi'/>");
    check_span(xml_attr(world_next(&s->world), "from"), WORLD_ROOM "/Abhi");
}

static void leaving(void **state)
{
    struct service_scene *s = *state;

    world_join(&s->world, ROOM_LEG_NATIVE, ANNY, s->codes[1]);
    world_hear(&s->world, ROOM_LEG_NATIVE,
               "<presence type='unavailable' from='" ANNY "' to='" WORLD_ROOM
               "/whatever'><status>bye</status></presence>");
    world_says_file(&s->world, "presence-left");
    world_says_file(&s->world, "presence-gone");
    world_is_silent(&s->world);
}

static void update_and_rename(void **state)
{
    struct service_scene *s = *state;
    const struct xml_node *out;

    world_join(&s->world, ROOM_LEG_NATIVE, ANNY, s->codes[1]);
    world_hear(&s->world, ROOM_LEG_NATIVE,
               "<presence from='" ABHI "' to='" WORLD_ROOM
               "/Abhi'><show>away</show></presence>");
    assert_int_equal(s->world.out_count, 2);
    assert_non_null(xml_child(world_next(&s->world), "show", NULL));
    world_hear(&s->world, ROOM_LEG_NATIVE,
               "<presence from='" ABHI "' to='" WORLD_ROOM "/Other'/>");
    assert_int_equal(s->world.out_count, 1);
    out = world_next(&s->world);
    check_span(xml_attr(out, "from"), WORLD_ROOM "/Abhi");
    assert_null(xml_child(out, "error", NULL));
    assert_true(world_has(&s->world, "210"));
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, set_up, service_scene_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(presence_nobody_answers),
        TEST(leaving),
        TEST(update_and_rename),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

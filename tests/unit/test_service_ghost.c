/* Errors that come back: whose session is gone, and whose is not. */
#include "support/check.h"
#include "support/service_scene.h"
#include "wire/ns.h"

static int set_up(void **state)
{
    return service_scene_open(state, "server", 2);
}

static void say(struct service_scene *s, const char *inside)
{
    service_scene_say(s, ABHI, inside);
}

static void x20_x29_errors_are_never_answered(void **state)
{
    struct service_scene *s = *state;

    world_hear(&s->world, ROOM_LEG_NATIVE,
               "<message type='error' from='" MAL "' to='" WORLD_ROOM "'/>"
               "<message type='error' from='" MAL "' to='" WORLD_DOMAIN "'/>"
               "<iq type='error' id='1' from='" MAL "' to='" WORLD_ROOM "'/>"
               "<iq type='result' id='1' from='" MAL "' to='" WORLD_ROOM "'/>"
               "<presence type='error' from='" MAL "' to='" WORLD_ROOM "/x'/>");
    world_is_silent(&s->world);
    world_hear(
        &s->world, ROOM_LEG_NATIVE,
        "<message type='error' from='" ABHI "' to='" WORLD_ROOM
        "' id='e'><error type='cancel'><recipient-unavailable xmlns='" NS_STANZA_ERRORS
        "'/></error></message>");
    /* told both: out, and gone */
    assert_true(s->world.out_count > 0);
    say(s, "<body>x</body>");
    world_refuses(&s->world, "cancel", "not-acceptable");
}

static void harmless_errors_evict_nobody(void **state)
{
    struct service_scene *s = *state;

    world_hear(
        &s->world, ROOM_LEG_NATIVE,
        "<message type='error' from='" ABHI "' to='" WORLD_ROOM
        "'><error type='modify'><policy-violation xmlns='" NS_STANZA_ERRORS
        "'/></error></message>"
        "<message type='error' from='abhi@example.org' to='" WORLD_ROOM
        "'><error type='cancel'><item-not-found xmlns='" NS_STANZA_ERRORS
        "'/></error></message>");
    world_is_silent(&s->world);
    say(s, "<body>x</body>");
    assert_int_equal(s->world.out_count, 2);
}

static void a_lost_server_takes_all_its_sessions(void **state)
{
    struct service_scene *s = *state;

    world_join(&s->world, ROOM_LEG_NATIVE, "abhi@example.org/two", NULL);
    world_hear(
        &s->world, ROOM_LEG_NATIVE,
        "<message type='error' from='abhi@example.org' to='" WORLD_ROOM
        "'><error type='cancel'><remote-server-not-found xmlns='" NS_STANZA_ERRORS
        "'/></error></message>");
    say(s, "<body>x</body>");
    world_refuses(&s->world, "cancel", "not-acceptable");
    service_scene_say(s, "abhi@example.org/two", "<body>x</body>");
    world_refuses(&s->world, "cancel", "not-acceptable");
    service_scene_say(s, ANNY, "<body>x</body>");
    assert_int_equal(s->world.out_count, 1);
}

static void an_address_without_resource_is_a_session_too(void **state)
{
    struct service_scene *s = *state;

    world_join(&s->world, ROOM_LEG_NATIVE, "abhi@example.org", NULL);
    service_scene_say(s, "abhi@example.org", "<body>x</body>");
    assert_int_equal(s->world.out_count, 3);
    world_hear(
        &s->world, ROOM_LEG_NATIVE,
        "<message type='error' from='abhi@example.org' to='" WORLD_ROOM
        "'><error type='cancel'><service-unavailable xmlns='" NS_STANZA_ERRORS
        "'/></error></message>");
    service_scene_say(s, "abhi@example.org", "<body>x</body>");
    world_refuses(&s->world, "cancel", "not-acceptable");
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, set_up, service_scene_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(x20_x29_errors_are_never_answered),
        TEST(harmless_errors_evict_nobody),
        TEST(a_lost_server_takes_all_its_sessions),
        TEST(an_address_without_resource_is_a_session_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

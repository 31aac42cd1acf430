/* What is no message of this chat, and what is said to whoever sent it. */
#include <stdio.h>
#include <string.h>

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

static size_t archived(const struct service_scene *s)
{
    return s->world.said_count;
}

static void stranger(void **state)
{
    struct service_scene *s = *state;

    service_scene_say(s, MAL, "<body>x</body>");
    world_refuses(&s->world, "cancel", "not-acceptable");
    service_scene_say(s, MAL, "<subject>x</subject>");
    world_refuses(&s->world, "cancel", "not-acceptable");
    world_is_silent(&s->world);
    assert_int_equal(archived(s), 0);
}

/* The attribute with a namespace is somebody's trick, not the sender. */
static void x01_namespaced_from(void **state)
{
    struct service_scene *s = *state;

    world_hear(&s->world, ROOM_LEG_NATIVE,
               "<message from='" MAL "' xmlns:z='urn:z' z:from='" ABHI
               "' to='" WORLD_ROOM "' type='groupchat' id='1'>"
               "<body>spoof</body></message>");
    world_refuses(&s->world, "cancel", "not-acceptable");
    assert_int_equal(archived(s), 0);
}

static void groupchat_to_an_occupant(void **state)
{
    struct service_scene *s = *state;

    world_hear(&s->world, ROOM_LEG_NATIVE,
               "<message type='groupchat' from='" ABHI "' to='" WORLD_ROOM
               "/Anny' id='m'><body>x</body></message>");
    world_refuses(&s->world, "modify", "bad-request");
}

static void private_messages_are_refused(void **state)
{
    struct service_scene *s = *state;
    static const struct {
        const char *from;
        const char *to;
        const char *type;
        const char *condition;
    } cases[] = {{ABHI, "Anny", "auth", "forbidden"},
                 {ABHI, "Nobody", "cancel", "item-not-found"},
                 {MAL, "Anny", "cancel", "not-acceptable"}};

    for (size_t i = 0; i < 3; i++) {
        char xml[512];

        snprintf(xml, sizeof(xml),
                 "<message type='chat' from='%s' to='" WORLD_ROOM "/%s' "
                 "id='m'><body>x</body></message>",
                 cases[i].from, cases[i].to);
        world_hear(&s->world, ROOM_LEG_NATIVE, xml);
        world_refuses(&s->world, cases[i].type, cases[i].condition);
        world_is_silent(&s->world);
    }
}

static void other_types_to_the_room(void **state)
{
    struct service_scene *s = *state;

    service_scene_send(s, ABHI, "chat", "<body>x</body>");
    world_refuses(&s->world, "modify", "bad-request");
    service_scene_send(s, ABHI, "chat",
                       "<displayed xmlns='" NS_MARKERS "' id='1'/>");
    world_is_silent(&s->world);
    service_scene_send(s, MAL, "normal", "<received xmlns='" NS_CARBONS "'/>");
    world_refuses(&s->world, "cancel", "not-acceptable");
    service_scene_send(s, ABHI, "normal",
                       "<x xmlns='" NS_MUC_USER "'><decline to='a@b'/></x>");
    world_is_silent(&s->world);
}

static void invites_are_refused(void **state)
{
    struct service_scene *s = *state;
    static const char invite[] =
        "<x xmlns='" NS_MUC_USER "'><invite to='c@example.org'/></x>";

    service_scene_send(s, ABHI, "normal", invite);
    world_refuses(&s->world, "auth", "forbidden");
    service_scene_send(s, MAL, "normal", invite);
    world_refuses(&s->world, "cancel", "not-acceptable");
}

static void too_long_and_too_big(void **state)
{
    struct service_scene *s = *state;
    char *xml = test_malloc(80 * 1024);
    size_t sizes[] = {17 * 1024, 70 * 1024};

    for (size_t i = 0; i < 2; i++) {
        int len = snprintf(xml, 1024,
                           "<message type='groupchat' from='" ABHI
                           "' to='" WORLD_ROOM "' id='big'><body>");

        memset(xml + len, 'A', sizes[i]);
        snprintf(xml + len + sizes[i], 64, "</body></message>");
        world_hear(&s->world, ROOM_LEG_NATIVE, xml);
        world_refuses(&s->world, "modify", "policy-violation");
        world_is_silent(&s->world);
    }
    test_free(xml);
    assert_int_equal(archived(s), 0);
}

static void x09_too_deep(void **state)
{
    struct service_scene *s = *state;
    char xml[2048] =
        "<message type='groupchat' from='" ABHI "' to='" WORLD_ROOM "' id='d'>";

    for (int i = 0; i < 60; i++)
        memcpy(xml + strlen(xml), "<a>", 4);
    for (int i = 0; i < 60; i++)
        memcpy(xml + strlen(xml), "</a>", 5);
    memcpy(xml + strlen(xml), "</message>", 11);
    world_hear(&s->world, ROOM_LEG_NATIVE, xml);
    world_refuses(&s->world, "modify", "policy-violation");
    say(s, "<body>still here</body>");
    assert_int_equal(s->world.out_count, 2);
}

static void retraction_of_own_and_foreign(void **state)
{
    struct service_scene *s = *state;
    char inside[512];
    struct span id;

    say(s, "<body>secret</body>");
    id = world_next_id(&s->world);
    snprintf(inside, sizeof(inside),
             "<retract xmlns='" NS_RETRACT "' id='%.*s'/>", (int)id.len, id.at);
    service_scene_say(s, ANNY, inside);
    world_refuses(&s->world, "auth", "forbidden");
    assert_int_equal(s->world.said[0].payload.len > 0, 1);
    say(s, inside);
    assert_int_equal(s->world.out_count, 2);
    assert_int_equal(s->world.said[0].payload.len, 0);
}

static void correction_of_own_and_foreign(void **state)
{
    struct service_scene *s = *state;

    say(s, "<body>tpyo</body><origin-id xmlns='" NS_SID "' id='o1'/>");
    say(s, "<body>typo</body><origin-id xmlns='" NS_SID
           "' id='o2'/><replace xmlns='" NS_CORRECT "' id='o1'/>");
    assert_int_equal(s->world.out_count, 2);
    service_scene_say(s, ANNY,
                      "<body>forged</body><replace xmlns='" NS_CORRECT
                      "' id='o1'/>");
    world_refuses(&s->world, "auth", "forbidden");
    world_is_silent(&s->world);
    assert_int_equal(archived(s), 2);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, set_up, service_scene_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(stranger),
        TEST(x01_namespaced_from),
        TEST(groupchat_to_an_occupant),
        TEST(private_messages_are_refused),
        TEST(other_types_to_the_room),
        TEST(invites_are_refused),
        TEST(too_long_and_too_big),
        TEST(x09_too_deep),
        TEST(retraction_of_own_and_foreign),
        TEST(correction_of_own_and_foreign),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

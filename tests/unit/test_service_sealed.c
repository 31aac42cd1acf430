/* What rooms that the server cannot read take. */
#include "support/check.h"
#include "support/service_scene.h"
#include "wire/ns.h"

static int set_up_link(void **state)
{
    return service_scene_open(state, "link", 2);
}

static int set_up_omemo(void **state)
{
    return service_scene_open(state, "omemo", 2);
}

static void link_room_hides_the_body(void **state)
{
    struct service_scene *s = *state;

    world_hear(&s->world, ROOM_LEG_GUEST,
               "<message type='groupchat' from='" ABHI "' to='" WORLD_ROOM
               "' id='m'><body>plain</body></message>");
    world_refuses(&s->world, "modify", "policy-violation");
    world_hear(&s->world, ROOM_LEG_GUEST,
               "<message type='groupchat' from='" ABHI "' to='" WORLD_ROOM
               "' id='m'><body>plain</body><body xml:lang='de'>klar</body>"
               "<encrypted xmlns='" NS_LINK "'>AAAA</encrypted></message>");
    world_says_file(&s->world, "message-link");
}

#define SEALED "<encrypted xmlns='" NS_LINK "'>AAAA</encrypted>"

static void link_room_takes_nothing_readable_beside(void **state)
{
    static const char *const beside[] = {
        SEALED "<reactions xmlns='" NS_REACTIONS "' id='1'/>",
        SEALED "<replace xmlns='" NS_CORRECT "' id='1'/>",
        SEALED "<reply xmlns='urn:xmpp:reply:0' id='1'/>",
        SEALED "<x xmlns='jabber:x:oob'><url>https://x.example</url></x>",
        SEALED "<thread>t</thread>",
        SEALED "<note xmlns='urn:example'>words</note>",
        "<note xmlns='urn:example'>words</note>",
        "<store xmlns='urn:xmpp:hints'/>",
        "<encryption xmlns='urn:xmpp:eme:0'/><body>plain</body>",
    };
    struct service_scene *s = *state;

    for (size_t i = 0; i < sizeof(beside) / sizeof(*beside); i++) {
        service_scene_say(s, ABHI, beside[i]);
        world_refuses(&s->world, "modify", "policy-violation");
    }
    service_scene_say(s, ABHI,
                      SEALED
                      "<origin-id xmlns='urn:xmpp:sid:0' id='m'/>"
                      "<encryption xmlns='urn:xmpp:eme:0'/>"
                      "<request xmlns='urn:xmpp:receipts'/>"
                      "<markable xmlns='urn:xmpp:chat-markers:0'/>"
                      "<active xmlns='http://jabber.org/protocol/chatstates'/>"
                      "<store xmlns='urn:xmpp:hints'/>");
    assert_int_equal(s->world.out_count, 2);
}

static void omemo_room_wants_omemo(void **state)
{
    struct service_scene *s = *state;

    service_scene_say(s, ABHI, "<body>plain</body>");
    world_refuses(&s->world, "modify", "policy-violation");
    service_scene_say(
        s, ABHI,
        "<body>This is OMEMO</body><encrypted xmlns='" NS_OMEMO_OLD
        "'><header sid='1'/></encrypted>");
    assert_int_equal(s->world.out_count, 2);
    service_scene_say(s, ABHI, "<body>!status</body>");
    assert_int_equal(s->world.out_count, 1);
}

#define TEST(name, set_up)                                                     \
    cmocka_unit_test_setup_teardown(name, set_up, service_scene_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(link_room_hides_the_body, set_up_link),
        TEST(link_room_takes_nothing_readable_beside, set_up_link),
        TEST(omemo_room_wants_omemo, set_up_omemo),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

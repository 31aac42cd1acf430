/* Stanzas in whose handling the n-th allocation fails, for every n: an error
 * and nothing else, no leak, and nobody is told half a thing. */
#include <string.h>

#include "support/check.h"
#include "support/fail_alloc.h"
#include "support/service_scene.h"
#include "wire/ns.h"

#define TO_ROOM " from='" ABHI "' to='" WORLD_ROOM "' id='q'>"
#define TO_DOMAIN " from='" ABHI "' to='" WORLD_DOMAIN "' id='q'>"

enum { ALLOCATIONS_MAX = 500 };

static const char *const stanzas[] = {
    "<presence from='" ANNY "' to='" WORLD_ROOM "/x' id='j'><x xmlns='" NS_MUC
    "'><password>RV6X9-PZ2X7</password></x><show>away</show></presence>",
    "<presence from='" GUEST "' to='" WORLD_ROOM "/x' id='j'><x xmlns='" NS_MUC
    "'><password>RV6X9-PZ2X7</password></x></presence>",
    "<presence from='" GUEST "' to='" WORLD_ROOM "/x' id='j'><x xmlns='" NS_MUC
    "'><password>0123456789abcdef0123456789abcdef0123456789abcdef0123456789abc"
    "def</password></x></presence>",
    "<presence from='" ABHI "' to='" WORLD_ROOM "/Abhi'><show>dnd</show>"
    "</presence>",
    "<presence type='unavailable' from='" ABHI "' to='" WORLD_ROOM "/Abhi'/>",
    "<message type='groupchat'" TO_ROOM
    "<body>hello</body><stanza-id xmlns='" NS_SID
    "' by='RM7q2k9d4xw3c5v8@chat.example.org' id='1'/><origin-id "
    "xmlns='" NS_SID "' id='o'/></message>",
    "<message type='error'" TO_ROOM "</message>",
    "<message type='chat'" TO_DOMAIN "<body>new A B</body></message>",
    "<iq type='get'" TO_ROOM "<query xmlns='" NS_DISCO_INFO "'/></iq>",
    "<iq type='get'" TO_ROOM "<ping xmlns='" NS_PING "'/></iq>",
    "<iq type='set'" TO_ROOM "<query xmlns='" NS_MAM
    "' queryid='1'><set xmlns='" NS_RSM "'><before/></set></query></iq>",
    "<iq type='get'" TO_ROOM "<metadata xmlns='" NS_MAM "'/></iq>",
    "<iq type='set'" TO_ROOM "<query xmlns='" NS_MUC_OWNER
    "'><destroy/></query>"
    "</iq>",
    "<iq type='set'" TO_DOMAIN "<command xmlns='" NS_COMMANDS
    "' node='create-chat'/></iq>",
    "<iq type='set'" TO_DOMAIN "<command xmlns='" NS_COMMANDS
    "' node='create-chat'><x xmlns='" NS_DATA "' type='submit'><field "
    "var='your-name'><value>C</value></field><field var='peer-name'><value>D"
    "</value></field><field var='invite-jid'><value>d@example.org</value>"
    "</field></x></command></iq>",
};

static void begin(struct service_world *world)
{
    char codes[2][CODE_CHARS + 2];

    world_open(world);
    world_make(world, "server", codes);
    assert_string_equal(codes[1], "RV6X9-PZ2X7");
    world_join(world, ROOM_LEG_NATIVE, ABHI, codes[0]);
    world_hear(world, ROOM_LEG_NATIVE,
               "<message type='groupchat'" TO_ROOM "<body>1</body></message>");
}

static enum room_leg leg_of(const char *stanza)
{
    return strstr(stanza, GUEST) != NULL ? ROOM_LEG_GUEST : ROOM_LEG_NATIVE;
}

static void every_allocation(void **state)
{
    struct service_world *world = test_malloc(sizeof(*world));

    (void)state;
    for (size_t i = 0; i < sizeof(stanzas) / sizeof(*stanzas); i++) {
        uint64_t nth = 0;

        do {
            assert_true(++nth < ALLOCATIONS_MAX);
            begin(world);
            world->fail_in = nth;
            world_hear(world, leg_of(stanzas[i]), stanzas[i]);
            if (world->has_failed)
                check_err(world->rc, ERR_NOMEM);
            else
                check_ok(world->rc);
            world_close(world);
        } while (world->has_failed);
    }
    test_free(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_allocation)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "support/service_scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/check.h"
#include "support/service_said.h"
#include "wire/ns.h"

void world_make(struct service_world *world, const char *protection,
                char codes[2][CODE_CHARS + 2])
{
    static const char *const vars[] = {"seat1-code", "seat2-code"};
    const struct xml_node *made;
    char xml[1024];

    snprintf(xml, sizeof(xml),
             "<iq type='set' id='new' from='ctl." WORLD_DOMAIN
             "/1' to='" WORLD_DOMAIN "'><command xmlns='" NS_COMMANDS
             "' node='create-chat' action='execute'><x xmlns='" NS_DATA
             "' type='submit'><field var='your-name'><value>Abhi</value>"
             "</field><field var='peer-name'><value>Anny</value></field>"
             "<field var='protection'><value>%s</value></field></x></command>"
             "</iq>",
             protection);
    world_hear(world, ROOM_LEG_CONTROL, xml);
    made = world_next(world);
    for (size_t i = 0; i < 2; i++) {
        struct span code = world_field(made, vars[i]);

        if (code.at == NULL)
            abort();
        assert_int_equal(code.len, CODE_CHARS + 1);
        memcpy(codes[i], code.at, CODE_CHARS + 1);
        codes[i][CODE_CHARS + 1] = '\0';
    }
}

void world_join(struct service_world *world, enum room_leg leg, const char *jid,
                const char *code)
{
    char xml[1024];

    snprintf(xml, sizeof(xml),
             "<presence id='j' from='%s' to='" WORLD_ROOM
             "/me'><x xmlns='" NS_MUC
             "'><history maxchars='0'/>%s%s%s</x></presence>",
             jid, code != NULL ? "<password>" : "", code != NULL ? code : "",
             code != NULL ? "</password>" : "");
    world_hear(world, leg, xml);
    assert_true(world->out_count > 0);
    assert_false(span_is(xml_attr(world->outs[0], "type"), "error"));
    world_forget(world);
}

void service_scene_begin(struct service_scene *scene, const char *protection,
                         int joined)
{
    bool is_link = strcmp(protection, "link") == 0;
    enum room_leg leg = is_link ? ROOM_LEG_GUEST : ROOM_LEG_NATIVE;

    world_open(&scene->world);
    world_make(&scene->world, protection, scene->codes);
    if (joined > 0)
        world_join(&scene->world, leg, ABHI, scene->codes[0]);
    if (joined > 1)
        world_join(&scene->world, leg, ANNY, scene->codes[1]);
}

int service_scene_open(void **state, const char *protection, int joined)
{
    struct service_scene *scene = test_malloc(sizeof(*scene));

    service_scene_begin(scene, protection, joined);
    *state = scene;
    return 0;
}

int service_scene_close(void **state)
{
    struct service_scene *scene = *state;

    world_close(&scene->world);
    test_free(scene);
    return 0;
}

void service_scene_send(struct service_scene *scene, const char *from,
                        const char *type, const char *inside)
{
    char xml[4096];

    snprintf(xml, sizeof(xml),
             "<message type='%s' from='%s' to='" WORLD_ROOM "' id='m'>%s"
             "</message>",
             type, from, inside);
    world_hear(&scene->world, ROOM_LEG_NATIVE, xml);
}

void service_scene_say(struct service_scene *scene, const char *from,
                       const char *inside)
{
    service_scene_send(scene, from, "groupchat", inside);
}

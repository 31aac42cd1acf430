#include "support/service_talk.h"

#include <stdio.h>
#include <string.h>

#include "support/check.h"
#include "wire/ns.h"

void talk_say(struct talk *talk, const char *from, const char *inside,
              char id[TALK_ID_BYTES])
{
    struct span got;

    service_scene_say(&talk->scene, from, inside);
    got = world_next_id(&talk->scene.world);
    snprintf(id, TALK_ID_BYTES, "%.*s", (int)got.len, got.at);
}

int talk_open(void **state, const char *protection)
{
    struct talk *talk = test_malloc(sizeof(*talk));
    bool is_omemo = strcmp(protection, "omemo") == 0;

    service_scene_begin(&talk->scene, protection, 2);
    for (int i = 0; i < TALK_SAID; i++) {
        char inside[256];

        snprintf(inside, sizeof(inside), "<body>m%d</body>%s", i,
                 is_omemo ? "<encrypted xmlns='" NS_OMEMO_OLD "'/>" : "");
        talk_say(talk, i % 2 == 0 ? ABHI : ANNY, inside, talk->ids[i]);
        talk->scene.world.now_ms += 60000;
    }
    *state = talk;
    return 0;
}

void talk_ask(struct talk *talk, const char *from, const char *inside)
{
    char xml[8192];

    snprintf(xml, sizeof(xml),
             "<iq type='set' id='q' from='%s' to='" WORLD_ROOM
             "'><query xmlns='" NS_MAM "' queryid='q1'>%s</query></iq>",
             from, inside);
    world_hear(&talk->scene.world, ROOM_LEG_NATIVE, xml);
}

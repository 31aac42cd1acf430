/* service_scene.h - a room of Abhi and Anny, for tests of the service. */
#ifndef SUPPORT_SERVICE_SCENE_H
#define SUPPORT_SERVICE_SCENE_H

#include "support/service_said.h"
#include "support/service_world.h"

#define ABHI "abhi@example.org/phone"
#define ANNY "anny@example.net/desk"
#define MAL "mal@evil.example/x"
#define GUEST "4f2a@guests.chat.example.org/tab"

struct service_scene {
    struct service_world world;
    char codes[2][CODE_CHARS + 2];
};

/* Opens a world in which a room of that protection has been made, and ABHI is
 * in it (joined 1), or ABHI and ANNY are (2).  To a room of browsers they come
 * as guests.  service_scene_close gives it back. */
void service_scene_begin(struct service_scene *scene, const char *protection,
                         int joined);
/* The same as a state of cmocka. */
int service_scene_open(void **state, const char *protection, int joined);
/* Of a state that begins with a scene. */
int service_scene_close(void **state);

/* Says something to the room, in a message of that type with the id `m`. */
void service_scene_send(struct service_scene *scene, const char *from,
                        const char *type, const char *inside);
/* The same as what people say: of the type groupchat. */
void service_scene_say(struct service_scene *scene, const char *from,
                       const char *inside);

/* Makes a room of that protection for Abhi and Anny by duologuectl; codes
 * shown are in `codes`.  The first is WORLD_ROOM. */
void world_make(struct service_world *world, const char *protection,
                char codes[2][CODE_CHARS + 2]);
/* Joins with a code (NULL: none) and forgets what was said. */
void world_join(struct service_world *world, enum room_leg leg, const char *jid,
                const char *code);

#endif

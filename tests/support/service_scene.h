/* service_scene.h - a room of Abhi and Anny, for tests of the service. */
#ifndef SUPPORT_SERVICE_SCENE_H
#define SUPPORT_SERVICE_SCENE_H

#include "support/service_said.h"
#include "support/service_world.h"

/* Makes a room of that protection for Abhi and Anny by duologuectl; codes
 * shown are in `codes`.  The first is WORLD_ROOM. */
void world_make(struct service_world *world, const char *protection,
                char codes[2][CODE_CHARS + 2]);
/* Joins with a code (NULL: none) and forgets what was said. */
void world_join(struct service_world *world, enum room_leg leg, const char *jid,
                const char *code);

#endif

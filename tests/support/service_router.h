/* service_router.h - what the router and the store are to a service in tests.
 */
#ifndef SUPPORT_SERVICE_ROUTER_H
#define SUPPORT_SERVICE_ROUTER_H

#include "support/service_world.h"

struct service_port service_router_port(struct service_world *world);
/* Everything that is said goes to world->door. */
struct service_speaker service_router_speaker(struct service_world *world);

void service_router_find(const struct service_world *world, struct span local,
                         struct service_found *out);
/* The made-up store keeps what the effect says. */
void service_router_commit(struct service_world *world,
                           const struct room_effect *effect);
/* Who asked waits for world_erased. */
void service_router_promise(struct service_world *world,
                            const struct room_request *request);

#endif

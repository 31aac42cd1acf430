/* service_said.h - what a service said, looked at by tests. */
#ifndef SUPPORT_SERVICE_SAID_H
#define SUPPORT_SERVICE_SAID_H

#include "support/service_world.h"

/* The next stanza that was said.  Fails when there is none. */
const struct xml_node *world_next(struct service_world *world);
/* The next one is as in schema/stanza/NAME.xml. */
void world_says_file(struct service_world *world, const char *name);
/* The next one is like `xml`: same tree, where "*" in `xml` is any value. */
void world_says(struct service_world *world, const char *xml);
/* Nothing further was said. */
void world_is_silent(struct service_world *world);
/* The next one is an error of that type and condition. */
const struct xml_node *world_refuses(struct service_world *world,
                                     const char *type, const char *condition);

/* The next one is what somebody said; gives the stanza-id it has. */
struct span world_next_id(struct service_world *world);

/* True when `text` is somewhere in what was said. */
bool world_has(const struct service_world *world, const char *text);
/* The value of a field of a form anywhere in `node`. */
struct span world_field(const struct xml_node *node, const char *var);
/* The first element of that name at any depth, or NULL. */
const struct xml_node *world_find(const struct xml_node *node, const char *name,
                                  const char *ns);

#endif

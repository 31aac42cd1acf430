/* map.h - finds things by their bytes.
 *
 * A hash table from a borrowed key to a borrowed value.  The hash is keyed
 * (SipHash-2-4), so that a stranger cannot choose keys that collide. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stdint.h>

#include "base/err.h"
#include "base/span.h"

struct map_slot;

struct map {
    struct map_slot *slots;
    size_t count; /* entries in use */
    size_t cap;   /* slots, a power of two, or 0 */
    uint64_t seed[2];
};

/* Starts an empty map.  `seed` should be random in a program that meets
 * strangers; any fixed value will do in a test. */
void map_init(struct map *map, const uint64_t seed[2]);

/* Frees the table, not the values. */
void map_clear(struct map *map);

/* Puts `value` (not NULL) under `key`, in place of a former one.
 *
 * Owner:  `key` must live, unchanged, as long as it is in the map; it is
 *         usually part of `value`.
 * Errors: ERR_NOMEM.  The map is as before the call. */
enum err map_put(struct map *map, struct span key, void *value) MUST_CHECK;

/* The value under `key`, or NULL.  Borrowed. */
void *map_get(const struct map *map, struct span key);

/* Removes `key` and gives back its value, or NULL when it was not there. */
void *map_remove(struct map *map, struct span key);

/* Walks the map: start with `*at` = 0 and call until NULL.  Nothing may be
 * put meanwhile; the entry just returned may be removed only when the walk
 * ends there. */
void *map_next(const struct map *map, size_t *at);

#endif

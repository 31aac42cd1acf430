/* arena.h - many small things that go at once. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/err.h"
#include "base/span.h"

struct arena_block;

struct arena {
    struct arena_block *first;
    struct arena_block *last;
    size_t used_bytes; /* in all blocks, since the last reset */
    size_t max_bytes;  /* passing it makes arena_alloc return NULL */
};

#define ARENA_EMPTY(max) ((struct arena){NULL, NULL, 0, (max)})

/* Gives `size` zeroed bytes, aligned for anything, good until the arena is
 * reset or cleared.  NULL when memory runs out or the ceiling is met. */
void *arena_alloc(struct arena *arena, size_t size) MUST_CHECK;

/* Copies `bytes` into the arena, with a NUL behind them that is not counted.
 * Errors: ERR_NOMEM. */
enum err arena_copy(struct arena *arena, struct span bytes,
                    struct span *out) MUST_CHECK;

/* Forgets everything but keeps one block for the next round.  The bytes that
 * were in use are overwritten: arenas carry bodies and codes. */
void arena_reset(struct arena *arena);

/* Overwrites what was in use and gives all memory back. */
void arena_clear(struct arena *arena);

#endif

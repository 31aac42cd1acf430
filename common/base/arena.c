#include "base/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_BLOCK_BYTES = 16 * 1024 };

struct arena_block {
    struct arena_block *next;
    size_t used;
    size_t cap;
    alignas(max_align_t) char at[];
};

static struct arena_block *block_new(size_t size)
{
    size_t cap = size > ARENA_BLOCK_BYTES ? size : ARENA_BLOCK_BYTES;
    struct arena_block *block = malloc(sizeof(*block) + cap);

    if (block == NULL)
        return NULL;
    block->next = NULL;
    block->used = 0;
    block->cap = cap;
    return block;
}

static struct arena_block *block_with_room(struct arena *arena, size_t size)
{
    struct arena_block *block = arena->last;

    if (block != NULL && size <= block->cap - block->used)
        return block;
    block = block_new(size);
    if (block == NULL)
        return NULL;
    if (arena->last != NULL)
        arena->last->next = block;
    else
        arena->first = block;
    arena->last = block;
    return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    const size_t align = alignof(max_align_t);
    struct arena_block *block;
    void *at;

    if (size > arena->max_bytes - arena->used_bytes)
        return NULL;
    size = (size + align - 1) / align * align;
    if (size > arena->max_bytes - arena->used_bytes)
        return NULL;
    block = block_with_room(arena, size);
    if (block == NULL)
        return NULL;
    at = block->at + block->used;
    block->used += size;
    arena->used_bytes += size;
    memset(at, 0, size);
    return at;
}

enum err arena_copy(struct arena *arena, struct span bytes, struct span *out)
{
    char *at = arena_alloc(arena, bytes.len + 1);

    if (at == NULL)
        return ERR_NOMEM;
    if (bytes.len > 0)
        memcpy(at, bytes.at, bytes.len);
    *out = (struct span){at, bytes.len};
    return ERR_OK;
}

static void free_blocks(struct arena_block *block)
{
    while (block != NULL) {
        struct arena_block *next = block->next;

        explicit_bzero(block->at, block->used);
        free(block);
        block = next;
    }
}

void arena_reset(struct arena *arena)
{
    struct arena_block *keep = arena->first;

    if (keep == NULL)
        return;
    if (keep->cap > ARENA_BLOCK_BYTES) {
        arena_clear(arena);
        return;
    }
    free_blocks(keep->next);
    explicit_bzero(keep->at, keep->used);
    keep->next = NULL;
    keep->used = 0;
    arena->last = keep;
    arena->used_bytes = 0;
}

void arena_clear(struct arena *arena)
{
    free_blocks(arena->first);
    arena->first = NULL;
    arena->last = NULL;
    arena->used_bytes = 0;
}

#include "base/heap.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of a block, and the block as the compiler has never seen it: what
 * malloc gave may be more than what was asked for, and hardened builds end at
 * whoever touches the rest. */
static size_t measure(void **at)
{
    void *seen = *at;

    __asm__ volatile("" : "+r"(seen));
    *at = seen;
    return malloc_usable_size(seen);
}

char *heap_copy(struct span text)
{
    char *copy = malloc(text.len + 1);

    if (copy == NULL)
        return NULL;
    if (text.len > 0)
        memcpy(copy, text.at, text.len);
    copy[text.len] = '\0';
    return copy;
}

void heap_free(void *at)
{
    size_t size;

    if (at == NULL)
        return;
    size = measure(&at);
    explicit_bzero(at, size);
    free(at);
}

void *heap_realloc(void *at, size_t size)
{
    size_t old_size = at != NULL ? measure(&at) : 0;
    void *moved;

    if (at == NULL)
        return malloc(size);
    if (size == 0) {
        heap_free(at);
        return NULL;
    }
    moved = malloc(size);
    if (moved == NULL)
        return NULL;
    memcpy(moved, at, old_size < size ? old_size : size);
    heap_free(at);
    return moved;
}

#include "base/heap.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

void heap_free(void *at)
{
    if (at == NULL)
        return;
    explicit_bzero(at, malloc_usable_size(at));
    free(at);
}

void *heap_realloc(void *at, size_t size)
{
    size_t old_size = at != NULL ? malloc_usable_size(at) : 0;
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

/* heap.h - copies, and giving memory back without what stood in it.
 *
 * What people said must not outlive its chat in freed memory. */
#ifndef BASE_HEAP_H
#define BASE_HEAP_H

#include "base/span.h"

/* A terminated copy in a block of malloc.  NULL only when memory runs out. */
char *heap_copy(struct span text);

/* Overwrites a block of malloc and frees it.  NULL is fine. */
void heap_free(void *at);

/* As realloc, but a block that moves leaves nothing behind. */
void *heap_realloc(void *at, size_t size);

#endif

/* heap.h - giving memory back without what stood in it.
 *
 * What people said must not outlive its chat in freed memory. */
#ifndef BASE_HEAP_H
#define BASE_HEAP_H

#include <stddef.h>

/* Overwrites a block of malloc and frees it.  NULL is fine. */
void heap_free(void *at);

/* As realloc, but a block that moves leaves nothing behind. */
void *heap_realloc(void *at, size_t size);

#endif

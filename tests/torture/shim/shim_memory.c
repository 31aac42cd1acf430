/* shim_memory.c - every allocation of the process, whoever asks: our own code,
 * SQLite, expat, OpenSSL, libuv. */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#include "torture/shim/shim.h"

/* What glibc calls its own, whatever stands before it. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *at, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *at);

static bool may_allocate(void)
{
    struct shim_page *page = shim_page();

    if (page == NULL || page->is_on == 0)
        return true;
    __atomic_add_fetch(&page->alloc_seen, 1, __ATOMIC_RELAXED);
    if (page->alloc_at == 0)
        return true;
    if (page->alloc_at > 1) {
        page->alloc_at--;
        return true;
    }
    page->alloc_failed++;
    if (--page->alloc_count == 0)
        page->alloc_at = 0;
    errno = ENOMEM;
    return false;
}

static void *count(void *at)
{
    struct shim_page *page = shim_page();

    if (at != NULL && page != NULL)
        __atomic_add_fetch(&page->alloc_live, 1, __ATOMIC_RELAXED);
    return at;
}

void *malloc(size_t size)
{
    return may_allocate() ? count(__libc_malloc(size)) : NULL;
}

void *calloc(size_t number, size_t size)
{
    return may_allocate() ? count(__libc_calloc(number, size)) : NULL;
}

void *realloc(void *at, size_t size)
{
    if (!may_allocate())
        return NULL;
    return at == NULL ? count(__libc_realloc(at, size))
                      : __libc_realloc(at, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return may_allocate() ? count(__libc_memalign(alignment, size)) : NULL;
}

void free(void *at)
{
    struct shim_page *page = shim_page();

    if (at != NULL && page != NULL)
        __atomic_sub_fetch(&page->alloc_live, 1, __ATOMIC_RELAXED);
    __libc_free(at);
}

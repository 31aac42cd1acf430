#include "support/fail_alloc.h"

#include <stddef.h>

/* The linker's --wrap gives these names. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *at, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *at, size_t size);

static uint64_t seen;
static uint64_t fails_at; /* value of `seen`; 0: never */
static int has_failed;

static int fails_now(void)
{
    seen++;
    if (fails_at == 0 || seen != fails_at)
        return 0;
    fails_at = 0;
    has_failed = 1;
    return 1;
}

void *__wrap_malloc(size_t size)
{
    return fails_now() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails_now() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *at, size_t size)
{
    return fails_now() ? NULL : __real_realloc(at, size);
}

void fail_alloc_at(uint64_t nth)
{
    fails_at = seen + nth;
    has_failed = 0;
}

int fail_alloc_has_failed(void)
{
    return has_failed;
}

int fail_alloc_stop(void)
{
    int happened = has_failed;

    fails_at = 0;
    has_failed = 0;
    return happened;
}

uint64_t fail_alloc_count(void)
{
    return seen;
}

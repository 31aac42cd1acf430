/* fail_alloc.h - makes an allocation of the code under test fail.
 *
 * The test programs are linked so that malloc, calloc and realloc of our own
 * objects come here first.  Libraries of other people are not touched. */
#ifndef SUPPORT_FAIL_ALLOC_H
#define SUPPORT_FAIL_ALLOC_H

#include <stdint.h>

/* The `nth` allocation from now on fails, once; 1 is the next one. */
void fail_alloc_at(uint64_t nth);

/* 1 when the failure asked for has happened. */
int fail_alloc_has_failed(void);

/* Nothing fails any more.  True when the failure asked for has happened: the
 * loop over n is over when it has not. */
int fail_alloc_stop(void);

/* Allocations seen since the program began. */
uint64_t fail_alloc_count(void);

#endif

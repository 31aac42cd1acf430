/* queue.h - byte strings that wait, first in, first out. */
#ifndef GATEWAY_QUEUE_H
#define GATEWAY_QUEUE_H

#include <stdint.h>

#include "base/err.h"
#include "base/span.h"

struct queue_item {
    struct queue_item *next;
    size_t len;
    char at[];
};

struct queue {
    struct queue_item *first;
    struct queue_item *last;
    size_t count;
    size_t bytes;
    size_t max_count; /* 0: as many as fit in max_bytes */
    size_t max_bytes;
};

#define QUEUE_EMPTY(count_limit, bytes_limit)                                  \
    ((struct queue){.max_count = (count_limit), .max_bytes = (bytes_limit)})

/* Appends a copy.
 * Errors: ERR_NOMEM, ERR_LIMIT.  The queue is as before the call. */
enum err queue_push(struct queue *queue, struct span bytes) MUST_CHECK;

/* Borrows the oldest, or an empty span with `at` NULL. */
struct span queue_front(const struct queue *queue);

/* Overwrites and drops the oldest, which is there. */
void queue_pull(struct queue *queue);

/* Overwrites and drops all. */
void queue_clear(struct queue *queue);

#endif

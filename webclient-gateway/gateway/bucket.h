/* bucket.h - how much of something may happen: so much at once, so much a
 * second. */
#ifndef GATEWAY_BUCKET_H
#define GATEWAY_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

struct bucket {
    int64_t per_second;
    int64_t burst;
    int64_t left_milli; /* thousandths; below 0 when more was taken */
    int64_t at_ms;      /* when that was true */
};

/* Starts full. */
void bucket_init(struct bucket *bucket, int64_t per_second, int64_t burst,
                 int64_t now_ms);

/* Takes `amount`, whether it is there or not. */
void bucket_take(struct bucket *bucket, int64_t amount, int64_t now_ms);

/* True when something is left. */
bool bucket_has(struct bucket *bucket, int64_t now_ms);

/* True when it is as bucket_init made it, and may be forgotten. */
bool bucket_is_full(struct bucket *bucket, int64_t now_ms);

#endif

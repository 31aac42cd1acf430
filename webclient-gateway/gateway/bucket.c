#include "gateway/bucket.h"

enum { MILLI = 1000 };

static void fill(struct bucket *bucket, int64_t now_ms)
{
    int64_t most = bucket->burst * MILLI;
    int64_t missing = most - bucket->left_milli;
    int64_t passed_ms = now_ms > bucket->at_ms ? now_ms - bucket->at_ms : 0;

    bucket->at_ms = now_ms;
    if (passed_ms >= missing / bucket->per_second)
        bucket->left_milli = most;
    else
        bucket->left_milli += passed_ms * bucket->per_second;
}

void bucket_init(struct bucket *bucket, int64_t per_second, int64_t burst,
                 int64_t now_ms)
{
    *bucket = (struct bucket){per_second, burst, burst * MILLI, now_ms};
}

void bucket_take(struct bucket *bucket, int64_t amount, int64_t now_ms)
{
    fill(bucket, now_ms);
    bucket->left_milli -= amount * MILLI;
}

bool bucket_has(struct bucket *bucket, int64_t now_ms)
{
    fill(bucket, now_ms);
    return bucket->left_milli >= MILLI;
}

bool bucket_is_full(struct bucket *bucket, int64_t now_ms)
{
    fill(bucket, now_ms);
    return bucket->left_milli == bucket->burst * MILLI;
}

#include "room/room_state.h"

void room__bucket_fill(struct room_bucket *bucket, const struct room_flow *flow,
                       int64_t now_ms)
{
    int64_t elapsed_ms = now_ms - bucket->at_ms;
    int64_t missing = flow->max_milli - bucket->level_milli;
    int64_t gained;

    if (missing <= 0 || elapsed_ms > missing * flow->per_ms / flow->milli) {
        bucket->level_milli = flow->max_milli;
        bucket->at_ms = now_ms;
        return;
    }
    if (elapsed_ms <= 0) {
        /* Before we were started again the clock was ahead. */
        bucket->at_ms = now_ms;
        return;
    }
    gained = elapsed_ms * flow->milli / flow->per_ms;
    bucket->level_milli += gained;
    /* What did not make a whole thousandth counts the next time. */
    bucket->at_ms += gained * flow->per_ms / flow->milli;
}

bool room__bucket_take(struct room_bucket *bucket)
{
    if (bucket->level_milli < 1000)
        return false;
    bucket->level_milli -= 1000;
    return true;
}

int64_t room__bucket_wait_ms(const struct room_bucket *bucket,
                             const struct room_flow *flow, int64_t now_ms)
{
    int64_t missing = 1000 - bucket->level_milli;

    if (missing <= 0)
        return 0;
    return bucket->at_ms +
           (missing * flow->per_ms + flow->milli - 1) / flow->milli - now_ms;
}

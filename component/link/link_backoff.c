#include "link/link_backoff.h"

uint64_t link__backoff_next(struct link_backoff *backoff, uint64_t random)
{
    uint64_t ceiling = backoff->ceiling_ms;

    ceiling = ceiling == 0 ? 2 * backoff->min_ms : 2 * ceiling;
    if (ceiling > backoff->max_ms)
        ceiling = backoff->max_ms;
    if (ceiling < backoff->min_ms)
        ceiling = backoff->min_ms;
    backoff->ceiling_ms = ceiling;
    return backoff->min_ms + random % (ceiling - backoff->min_ms + 1);
}

void link__backoff_reset(struct link_backoff *backoff)
{
    backoff->ceiling_ms = 0;
}

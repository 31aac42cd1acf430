/* link_backoff.h - how long to wait before the next attempt.  Pure. */
#ifndef LINK_LINK_BACKOFF_H
#define LINK_LINK_BACKOFF_H

#include <stdint.h>

struct link_backoff {
    uint64_t min_ms;
    uint64_t max_ms;
    uint64_t ceiling_ms; /* of the last wait; 0: none yet */
};

/* The next wait: anything from min_ms to a ceiling that doubles each time, up
 * to max_ms.  `random` is 64 random bits. */
uint64_t link__backoff_next(struct link_backoff *backoff, uint64_t random);

void link__backoff_reset(struct link_backoff *backoff);

#endif

/* main_clock.h - the one clock: Unix time in ms that never goes back.
 *
 * It starts at the wall clock and runs with CLOCK_BOOTTIME, which goes on
 * while the machine sleeps.  Corrections of the wall clock up to an hour are
 * followed: forward at once, backward by running at half speed.  A greater
 * jump is no correction: it is ignored and told in the log, so that no room
 * ends because somebody set a clock. */
#ifndef MAIN_MAIN_CLOCK_H
#define MAIN_MAIN_CLOCK_H

#include <stdint.h>

#include "base/log.h"

enum { MAIN_CLOCK_JUMP_MS = 60 * 60 * 1000 };

struct main_clock {
    const struct log *log; /* NULL: jumps are ignored silently */
    int64_t now_ms;
    int64_t boot_ms;  /* when now_ms was true */
    int64_t gap_ms;   /* wall clock minus CLOCK_BOOTTIME, as seen last */
    int64_t ahead_ms; /* how far now_ms is ahead of the time to follow */
    int64_t carry_ms; /* 0 or 1, of running at half speed */
};

/* Sets the clock by what the system says now. */
void main_clock_init(struct main_clock *clock);

/* Unix time in ms.  `self` is the clock. */
int64_t main_clock_now_ms(void *self);

/* The same with both readings given: what main_clock_init and
 * main_clock_now_ms do once they have looked.
 *
 * Time: Unix time and CLOCK_BOOTTIME, both in ms. */
void main_clock_set(struct main_clock *clock, int64_t wall_ms, int64_t boot_ms);
int64_t main_clock_advance(struct main_clock *clock, int64_t wall_ms,
                           int64_t boot_ms);

#endif

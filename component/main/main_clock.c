#include "main/main_clock.h"

#include <inttypes.h>
#include <stdbool.h>
#include <time.h>

static int64_t read_ms(clockid_t id)
{
    struct timespec now;

    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void main_clock_set(struct main_clock *clock, int64_t wall_ms, int64_t boot_ms)
{
    clock->now_ms = wall_ms;
    clock->boot_ms = boot_ms;
    clock->gap_ms = wall_ms - boot_ms;
    clock->ahead_ms = 0;
    clock->carry_ms = 0;
}

static bool is_jump(int64_t change_ms)
{
    return change_ms > MAIN_CLOCK_JUMP_MS || change_ms < -MAIN_CLOCK_JUMP_MS;
}

static void go_on(struct main_clock *clock, int64_t elapsed_ms, int64_t true_ms)
{
    int64_t half;

    if (true_ms >= clock->now_ms) {
        clock->now_ms = true_ms;
        clock->ahead_ms = 0;
        return;
    }
    /* Too far ahead: half speed until the true time has caught up. */
    half = elapsed_ms + clock->carry_ms;
    clock->now_ms += half / 2;
    clock->carry_ms = half % 2;
    clock->ahead_ms = clock->now_ms > true_ms ? clock->now_ms - true_ms : 0;
}

int64_t main_clock_advance(struct main_clock *clock, int64_t wall_ms,
                           int64_t boot_ms)
{
    int64_t elapsed_ms = boot_ms - clock->boot_ms;
    int64_t gap_ms = wall_ms - boot_ms;
    int64_t change_ms = gap_ms - clock->gap_ms;
    int64_t true_ms = clock->now_ms - clock->ahead_ms + elapsed_ms;

    clock->boot_ms = boot_ms;
    clock->gap_ms = gap_ms;
    if (!is_jump(change_ms))
        true_ms += change_ms;
    go_on(clock, elapsed_ms, true_ms);
    if (is_jump(change_ms))
        log_error(clock->log, "clock_jump",
                  "seconds=%" PRId64 " advice=\"we go on by the old time; "
                  "if the new one is right, restart\"",
                  change_ms / 1000);
    return clock->now_ms;
}

void main_clock_init(struct main_clock *clock)
{
    main_clock_set(clock, read_ms(CLOCK_REALTIME), read_ms(CLOCK_BOOTTIME));
}

int64_t main_clock_now_ms(void *self)
{
    return main_clock_advance(self, read_ms(CLOCK_REALTIME),
                              read_ms(CLOCK_BOOTTIME));
}

/* shim_time.c - clocks that somebody else sets.
 *
 * skip_ms passes for all clocks, as time does; wall_ms is what an
 * administrator, or a broken battery, did to the wall clock alone. */
#include <signal.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "torture/shim/shim.h"

static void add_ms(struct timespec *time, int64_t ms)
{
    int64_t ns = time->tv_nsec + ms % 1000 * 1000000;

    time->tv_sec += ms / 1000 + ns / 1000000000;
    time->tv_nsec = ns % 1000000000;
    if (time->tv_nsec < 0) {
        time->tv_nsec += 1000000000;
        time->tv_sec--;
    }
}

static bool is_watch(clockid_t id)
{
    return id == CLOCK_MONOTONIC || id == CLOCK_MONOTONIC_COARSE ||
           id == CLOCK_MONOTONIC_RAW || id == CLOCK_BOOTTIME;
}

static bool is_wall(clockid_t id)
{
    return id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE;
}

int clock_gettime(clockid_t id, struct timespec *out)
{
    const struct shim_page *page = shim_page();
    int rc = (int)syscall(SYS_clock_gettime, id, out);

    if (rc != 0 || page == NULL || page->is_on == 0)
        return rc;
    if (is_watch(id) || is_wall(id))
        add_ms(out, page->skip_ms);
    if (is_wall(id))
        add_ms(out, page->wall_ms);
    return 0;
}

/* Whoever sleeps must look at the clock now and then. */
static int nap(int timeout_ms)
{
    const struct shim_page *page = shim_page();

    if (page == NULL || page->is_on == 0 || page->nap_ms == 0)
        return timeout_ms;
    if (timeout_ms < 0 || timeout_ms > (int)page->nap_ms)
        return (int)page->nap_ms;
    return timeout_ms;
}

int epoll_pwait(int fd, struct epoll_event *events, int count, int timeout_ms,
                const sigset_t *mask)
{
    return (int)syscall(SYS_epoll_pwait, fd, events, count, nap(timeout_ms),
                        mask, _NSIG / 8);
}

int epoll_wait(int fd, struct epoll_event *events, int count, int timeout_ms)
{
    return epoll_pwait(fd, events, count, timeout_ms, NULL);
}

/* load_figures.c - how much, how fast, and at what cost. */
#include <stdlib.h>
#include <sys/resource.h>

#include "load/load.h"

static int64_t own_cpu_us(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
           usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

void load_begin(struct load_figures *figures, pid_t pid)
{
    figures->cpu_us = -load_cpu_us(pid);
    figures->own_cpu_us = -own_cpu_us();
    figures->start_us = load_now_us();
}

void load_end(struct load_figures *figures, pid_t pid)
{
    figures->seconds = (double)(load_now_us() - figures->start_us) / 1e6;
    figures->cpu_us += load_cpu_us(pid);
    figures->own_cpu_us += own_cpu_us();
}

static int by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

void load_take_samples(struct load_figures *figures, uint32_t *samples,
                       size_t count)
{
    if (count == 0)
        return;
    qsort(samples, count, sizeof(*samples), by_size);
    figures->p50_us = samples[count / 2];
    figures->p99_us = samples[count * 99 / 100];
    figures->max_us = samples[count - 1];
}

void load_print_speed(const struct load_figures *figures)
{
    printf("  %.0f messages/s  %.2f us CPU a message  (%.0f %% of a core; "
           "driver %.0f %%)\n",
           (double)figures->messages / figures->seconds,
           (double)figures->cpu_us / (double)figures->messages,
           (double)figures->cpu_us / 1e4 / figures->seconds,
           (double)figures->own_cpu_us / 1e4 / figures->seconds);
}

/* bench_gateway.c - what a guest costs the gateway, idle and talking.
 *
 * A crowd of browsers on loopback and a made-up component that reflects; each
 * talker has one message under way.  --baseline puts a bare echo on the same
 * library and loop in the gateway's place, so that figures from noisy machines
 * can be compared as ratios. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "gateway/web.h"

enum { IDLE_MS = 12 * 1000 /* a ping of every guest is in it */ };

static int show_usage(void)
{
    fputs("Usage: bench_gateway [--program GATEWAY] [--dir FOLDER] "
          "[--guests N]\n"
          "         [--talkers N] [--seconds S] [--body BYTES] [--baseline] "
          "[--json]\n",
          stderr);
    return 2;
}

static void measure(struct web *web, struct web_result *out)
{
    const struct web_options *options = web->options;

    web_idle(web, 200);
    out->rss_empty_kib = load_rss_kib(web->child.pid);
    while (web->count < options->guests) {
        web_enter(web);
        if (web->count % 50 == 0)
            web_idle(web, 0);
    }
    web_idle(web, 500);
    out->rss_full_kib = load_rss_kib(web->child.pid);
    out->idle_cpu_us = -load_cpu_us(web->child.pid);
    web_idle(web, IDLE_MS);
    out->idle_cpu_us += load_cpu_us(web->child.pid);
    out->idle_seconds = IDLE_MS / 1e3;
    web_talk(web, out);
}

static void print_json(const struct web_options *options,
                       const struct web_result *r)
{
    const struct load_figures *load = &r->load;

    printf("{\"bench\":\"%s\",\"guests\":%d,\"talkers\":%d,"
           "\"rss_empty_kib\":%llu,\"rss_full_kib\":%llu,"
           "\"idle_cpu_percent\":%.3f,\"messages_per_second\":%.0f,"
           "\"cpu_us_per_message\":%.2f,\"driver_share\":%.2f,"
           "\"p50_us\":%u,\"p99_us\":%u}\n",
           options->load.is_baseline ? "web-echo" : "gateway", options->guests,
           options->talkers, (unsigned long long)r->rss_empty_kib,
           (unsigned long long)r->rss_full_kib,
           (double)r->idle_cpu_us / 1e4 / r->idle_seconds,
           (double)load->messages / load->seconds,
           (double)load->cpu_us / (double)load->messages,
           (double)load->own_cpu_us / 1e6 / load->seconds, load->p50_us,
           load->p99_us);
}

static void print_text(const struct web_options *options,
                       const struct web_result *r)
{
    const struct load_figures *load = &r->load;

    printf("%s: %d guests, %d of them talk\n",
           options->load.is_baseline ? "bare echo" : "gateway", options->guests,
           options->talkers);
    printf("  %.1f MiB empty, %.2f KiB a guest; idle %.2f %% of a core\n",
           (double)r->rss_empty_kib / 1024.0,
           (double)(r->rss_full_kib - r->rss_empty_kib) /
               (double)options->guests,
           (double)r->idle_cpu_us / 1e4 / r->idle_seconds);
    load_print_speed(load);
    printf("  latency p50 %.2f ms, p99 %.2f ms\n", (double)load->p50_us / 1e3,
           (double)load->p99_us / 1e3);
}

static void raise_descriptors(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

int main(int argc, char **argv)
{
    struct web_options options = {
        .load = LOAD_OPTIONS_DEFAULT,
        .guests = 2000,
        .talkers = 1000,
    };
    const struct load_own_option own[] = {
        {"guests", WEB_GUESTS_MAX, &options.guests},
        {"talkers", WEB_GUESTS_MAX, &options.talkers},
        {NULL, 0, NULL},
    };
    struct web web = {.options = &options};
    struct web_result result = {0};

    if (!load_take_options(argc, argv, own, &options.load) ||
        options.talkers > options.guests)
        return show_usage();
    raise_descriptors();
    web.poll = epoll_create1(EPOLL_CLOEXEC);
    web.guests = calloc((size_t)options.guests, sizeof(*web.guests));
    if (web.poll < 0 || web.guests == NULL)
        load_die("no memory");
    web_start(&web);
    web_watch_link(&web);
    measure(&web, &result);
    if (options.load.is_json)
        print_json(&options, &result);
    else
        print_text(&options, &result);
    web_stop(&web);
    for (int i = 0; i < web.count; i++) {
        close(web.guests[i].fd);
        buf_clear(&web.guests[i].in);
    }
    free(web.guests);
    return result.load.messages > 0 ? 0 : 1;
}

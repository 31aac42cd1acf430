/* bench_component.c - how many messages a second the component takes.
 *
 * A made-up XMPP server on loopback, two people in each of N rooms; a message
 * counts when it has come back to both.  The component stores each before it
 * answers (synchronous=FULL, sealed), in a fresh folder of its own.
 * --baseline drives a bare expat echo instead, so that figures from noisy
 * machines can be compared as ratios. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "component/load.h"

static const struct option long_options[] = {
    {"program", required_argument, NULL, 'p'},
    {"dir", required_argument, NULL, 'd'},
    {"rooms", required_argument, NULL, 'n'},
    {"seconds", required_argument, NULL, 's'},
    {"window", required_argument, NULL, 'w'},
    {"rate", required_argument, NULL, 'r'},
    {"body", required_argument, NULL, 'b'},
    {"json", no_argument, NULL, 'j'},
    {"baseline", no_argument, NULL, 'B'},
    {NULL, 0, NULL, 0},
};

static void show_usage(void)
{
    fputs("Usage: bench_component [--program DUOLOGUE] [--dir FOLDER] "
          "[--rooms N]\n"
          "           [--seconds S] [--window MESSAGES] [--rate PER-SECOND]\n"
          "           [--body BYTES] [--baseline] [--json]\n",
          stderr);
    exit(2);
}

static int number(const char *text, int min, int max)
{
    uint64_t value;

    if (!span_to_u64(span_of(text), (uint64_t)max, &value) ||
        value < (uint64_t)min)
        show_usage();
    return (int)value;
}

static void take_option(int id, struct load_options *options)
{
    switch (id) {
    case 'p':
        options->program = optarg;
        break;
    case 'd':
        options->folder = optarg;
        break;
    case 'n':
        options->rooms = number(optarg, 1, 100000);
        break;
    case 's':
        options->seconds = number(optarg, 1, 3600);
        break;
    case 'w':
        options->window = number(optarg, 1, 500000);
        break;
    case 'r':
        options->rate = number(optarg, 1, 10000000);
        break;
    case 'b':
        options->body_bytes = number(optarg, 1, 3000);
        break;
    case 'j':
        options->is_json = true;
        break;
    case 'B':
        options->is_baseline = true;
        break;
    default:
        show_usage();
    }
}

static void print_json(const struct load_options *options,
                       const struct load_result *r)
{
    printf("{\"bench\":\"%s\",\"rooms\":%d,\"window\":%d,\"rate\":%d,"
           "\"stanza_bytes\":%zu,\"seconds\":%.2f,\"messages\":%llu,"
           "\"errors\":%llu,\"messages_per_second\":%.0f,"
           "\"cpu_us_per_message\":%.2f,\"cpu_share\":%.3f,"
           "\"driver_share\":%.3f,\"written_bytes_per_message\":%.0f,"
           "\"p50_us\":%u,\"p99_us\":%u,\"max_us\":%u,\"rss_kib\":%llu}\n",
           options->is_baseline ? "echo" : "component", options->rooms,
           options->window, options->rate, r->stanza_bytes, r->seconds,
           (unsigned long long)r->messages, (unsigned long long)r->errors,
           (double)r->messages / r->seconds,
           (double)r->cpu_us / (double)r->messages,
           (double)r->cpu_us / 1e6 / r->seconds,
           (double)r->own_cpu_us / 1e6 / r->seconds,
           (double)r->written_bytes / (double)r->messages, r->p50_us, r->p99_us,
           r->max_us, (unsigned long long)r->rss_kib);
}

static void print_text(const struct load_options *options,
                       const struct load_result *r)
{
    printf("%s: %d rooms, window %d, %zu bytes a message",
           options->is_baseline ? "bare echo" : "component", options->rooms,
           options->window, r->stanza_bytes);
    if (options->rate > 0)
        printf(", paced at %d/s", options->rate);
    printf("\n  %.0f messages/s  %.2f us CPU a message  (%.0f %% of a core; "
           "driver %.0f %%)\n",
           (double)r->messages / r->seconds,
           (double)r->cpu_us / (double)r->messages,
           (double)r->cpu_us / 1e4 / r->seconds,
           (double)r->own_cpu_us / 1e4 / r->seconds);
    printf("  latency p50 %.2f ms, p99 %.2f ms, max %.2f ms\n",
           (double)r->p50_us / 1e3, (double)r->p99_us / 1e3,
           (double)r->max_us / 1e3);
    printf("  resident %.1f MiB, %.0f bytes written a message, %llu errors\n",
           (double)r->rss_kib / 1024.0,
           (double)r->written_bytes / (double)r->messages,
           (unsigned long long)r->errors);
}

int main(int argc, char **argv)
{
    struct load_options options = {
        .folder = "/var/tmp",
        .rooms = 200,
        .seconds = 5,
        .window = 2000,
        .body_bytes = 100,
    };
    struct load_child child = {.pid = 0};
    struct load_result result;
    struct load_link link;
    struct load_room *rooms;
    uint16_t port;
    int listener;
    int id;

    while ((id = getopt_long(argc, argv, "", long_options, NULL)) != -1)
        take_option(id, &options);
    if (optind != argc)
        show_usage();
    prctl(PR_SET_TIMERSLACK, 1000UL); /* ns: --rate wakes often */
    listener = load_listen(&port);
    load_start(&options, port, &child);
    load_accept(listener, &link);
    rooms = load_rooms(&link, &options);
    load_drive(&link, &options, rooms, child.pid, &result);
    if (options.is_json)
        print_json(&options, &result);
    else
        print_text(&options, &result);
    load_stop(&child);
    load_close(&link);
    free(rooms);
    return result.errors == 0 && result.messages > 0 ? 0 : 1;
}

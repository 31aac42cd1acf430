/* bench_component.c - how many messages a second the component takes.
 *
 * A made-up XMPP server on loopback, two people in each of N rooms; a message
 * counts when it has come back to both.  The component stores each before it
 * answers (synchronous=FULL, sealed), in a fresh folder of its own.
 * --baseline drives a bare expat echo instead, so that figures from noisy
 * machines can be compared as ratios. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "component/crowd.h"

static int show_usage(void)
{
    fputs("Usage: bench_component [--program DUOLOGUE] [--dir FOLDER] "
          "[--rooms N]\n"
          "           [--seconds S] [--window MESSAGES] [--rate PER-SECOND]\n"
          "           [--body BYTES] [--baseline] [--json]\n",
          stderr);
    return 2;
}

static void write_config(const struct load_options *options, uint16_t port,
                         struct load_child *child)
{
    FILE *file = load_open_config(options, child);

    fprintf(file,
            "[component]\n"
            "domain = " LOAD_DOMAIN "\n"
            "server = 127.0.0.1:%u\n"
            "secret = bench\n"
            "data_dir = %s/data\n"
            "socket = %s/s\n"
            "[limits]\n"
            "messages_per_second = 0\n"
            "message_burst = 0\n"
            "creates_per_hour = 0\n"
            "[gateway]\n"
            "metrics =\n",
            port, child->folder, child->folder);
    fclose(file);
}

static void print_json(const struct crowd_options *options,
                       const struct crowd_result *r)
{
    const struct load_figures *load = &r->load;

    printf("{\"bench\":\"%s\",\"rooms\":%d,\"window\":%d,\"rate\":%d,"
           "\"stanza_bytes\":%zu,\"seconds\":%.2f,\"messages\":%llu,"
           "\"errors\":%llu,\"messages_per_second\":%.0f,"
           "\"cpu_us_per_message\":%.2f,\"cpu_share\":%.3f,"
           "\"driver_share\":%.3f,\"written_bytes_per_message\":%.0f,"
           "\"p50_us\":%u,\"p99_us\":%u,\"max_us\":%u,\"rss_kib\":%llu}\n",
           options->load.is_baseline ? "echo" : "component", options->rooms,
           options->window, options->rate, r->stanza_bytes, load->seconds,
           (unsigned long long)load->messages, (unsigned long long)r->errors,
           (double)load->messages / load->seconds,
           (double)load->cpu_us / (double)load->messages,
           (double)load->cpu_us / 1e6 / load->seconds,
           (double)load->own_cpu_us / 1e6 / load->seconds,
           (double)r->written_bytes / (double)load->messages, load->p50_us,
           load->p99_us, load->max_us, (unsigned long long)r->rss_kib);
}

static void print_text(const struct crowd_options *options,
                       const struct crowd_result *r)
{
    const struct load_figures *load = &r->load;

    printf("%s: %d rooms, window %d, %zu bytes a message",
           options->load.is_baseline ? "bare echo" : "component",
           options->rooms, options->window, r->stanza_bytes);
    if (options->rate > 0)
        printf(", paced at %d/s", options->rate);
    putchar('\n');
    load_print_speed(load);
    printf("  latency p50 %.2f ms, p99 %.2f ms, max %.2f ms\n",
           (double)load->p50_us / 1e3, (double)load->p99_us / 1e3,
           (double)load->max_us / 1e3);
    printf("  resident %.1f MiB, %.0f bytes written a message, %llu errors\n",
           (double)r->rss_kib / 1024.0,
           (double)r->written_bytes / (double)load->messages,
           (unsigned long long)r->errors);
}

int main(int argc, char **argv)
{
    struct crowd_options options = {
        .load = LOAD_OPTIONS_DEFAULT,
        .rooms = 200,
        .window = 2000,
    };
    const struct load_own_option own[] = {
        {"rooms", 100000, &options.rooms},
        {"window", 500000, &options.window},
        {"rate", 10000000, &options.rate},
        {NULL, 0, NULL},
    };
    struct load_child child = {.pid = 0};
    struct crowd_result result;
    struct load_link link;
    struct crowd_room *rooms;
    uint16_t port;
    int listener;

    if (!load_take_options(argc, argv, own, &options.load))
        return show_usage();
    prctl(PR_SET_TIMERSLACK, 1000UL); /* ns: --rate wakes often */
    listener = load_listen(&port);
    if (!options.load.is_baseline)
        write_config(&options.load, port, &child);
    load_start(&options.load, "duologue", crowd_echo, port, &child);
    load_accept(listener, &link);
    rooms = crowd_rooms(&link, &options);
    crowd_drive(&link, &options, rooms, child.pid, &result);
    if (options.load.is_json)
        print_json(&options, &result);
    else
        print_text(&options, &result);
    load_stop(&child);
    load_close(&link);
    free(rooms);
    return result.errors == 0 && result.load.messages > 0 ? 0 : 1;
}

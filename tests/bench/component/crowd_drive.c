/* crowd_drive.c - messages out, reflections in, and how long they took. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "component/crowd.h"

enum {
    BODY_MAX_BYTES = 3 * 1024,
    RING = 1 << 20,          /* messages that may be under way */
    SEND_AHEAD = 256 * 1024, /* bytes that wait for the socket */
    DRAIN_US = 30 * 1000 * 1000,
    WARM_UP_US = 500 * 1000,
};

struct drive {
    struct load_link *link;
    const struct crowd_options *options;
    const struct crowd_room *rooms;
    char body[BODY_MAX_BYTES + 1];
    uint64_t sent;
    uint64_t reflected; /* two for each message */
    uint64_t errors;
    int64_t *sent_us; /* by number, in a ring */
    int64_t start_us;
    uint32_t *samples;
    size_t sample_count;
    bool is_measuring;
};

static int64_t due_us(const struct drive *d)
{
    return d->start_us +
           (int64_t)((double)d->sent * 1e6 / (double)d->options->rate);
}

static size_t send_one(struct drive *d, int64_t at_us)
{
    size_t count = (size_t)d->options->rooms;
    const struct crowd_room *room = &d->rooms[d->sent % count];
    const struct crowd_seat *seat = &room->seats[d->sent / count % CROWD_SEATS];
    size_t before = d->link->out.len;

    load_put(d->link,
             "<message type='groupchat' from='%s' to='%s' id='m%llu'><body>%s"
             "</body><origin-id xmlns='urn:xmpp:sid:0' id='m%llu'/></message>",
             seat->person, room->jid, (unsigned long long)d->sent, d->body,
             (unsigned long long)d->sent);
    d->sent_us[d->sent % RING] = at_us;
    d->sent++;
    return d->link->out.len - before;
}

static uint64_t under_way(const struct drive *d)
{
    return d->sent - d->errors - d->reflected / CROWD_REFLECTIONS;
}

static void send_due(struct drive *d, int64_t now_us)
{
    while (under_way(d) < (uint64_t)d->options->window &&
           d->link->out.len < SEND_AHEAD) {
        int64_t at_us = now_us;

        /* Time runs from when it should have been sent: a component that
         * makes us late is not forgiven. */
        if (d->options->rate > 0 && (at_us = due_us(d)) > now_us)
            break;
        send_one(d, at_us);
    }
}

/* `m123`: the number. */
static bool number_of(struct span id, uint64_t *out)
{
    return id.len > 1 && id.at[0] == 'm' &&
           span_to_u64(span_slice(id, 1, id.len), UINT64_MAX, out);
}

static void take_sample(struct drive *d, uint64_t number, int64_t now_us)
{
    int64_t took_us = now_us - d->sent_us[number % RING];

    if (!d->is_measuring || d->sample_count == LOAD_SAMPLES_MAX)
        return;
    d->samples[d->sample_count++] =
        took_us < UINT32_MAX ? (uint32_t)took_us : UINT32_MAX;
}

static void take_stanza(struct drive *d, struct span stanza, int64_t now_us)
{
    uint64_t number;
    const struct crowd_room *room;
    size_t count = (size_t)d->options->rooms;

    if (!span_starts_with(stanza, SPAN("<message")) ||
        !number_of(load_attr(stanza, "id"), &number) || number >= d->sent)
        return;
    if (span_is(load_attr(stanza, "type"), "error")) {
        if (d->errors++ == 0)
            fprintf(stderr, "bench_component: first error: %.*s\n",
                    (int)stanza.len, stanza.at);
        return;
    }
    d->reflected++;
    room = &d->rooms[number % count];
    if (span_is(load_attr(stanza, "to"),
                room->seats[number / count % CROWD_SEATS].person))
        take_sample(d, number, now_us);
}

static void turn(struct drive *d, bool may_send)
{
    struct span stanza;
    int64_t now_us = load_now_us();
    int64_t wait_us = 10 * 1000;

    if (may_send)
        send_due(d, now_us);
    if (may_send && d->options->rate > 0) {
        wait_us = due_us(d) - now_us;
        wait_us = wait_us < 0 ? 0 : wait_us;
    }
    load_pump(d->link, wait_us);
    now_us = load_now_us();
    while (load_next(d->link, &stanza))
        take_stanza(d, stanza, now_us);
}

static void run_until(struct drive *d, int64_t until_us)
{
    while (load_now_us() < until_us)
        turn(d, true);
}

static void measure(struct drive *d, pid_t pid, struct crowd_result *out)
{
    uint64_t written_bytes = load_written_bytes(pid);
    uint64_t before = d->reflected;

    load_begin(&out->load, pid);
    d->is_measuring = true;
    run_until(d,
              out->load.start_us + (int64_t)(d->options->load.seconds * 1e6));
    d->is_measuring = false;
    load_end(&out->load, pid);
    out->load.messages = (d->reflected - before) / CROWD_REFLECTIONS;
    out->written_bytes = load_written_bytes(pid) - written_bytes;
    out->rss_kib = load_rss_kib(pid);
}

/* Everything sent must come back, also what was under way at the end. */
static void drain(struct drive *d)
{
    int64_t until_us = load_now_us() + DRAIN_US;

    while (under_way(d) > 0 && load_now_us() < until_us)
        turn(d, false);
    if (under_way(d) > 0)
        load_die("%llu messages never came back, of %llu",
                 (unsigned long long)under_way(d), (unsigned long long)d->sent);
}

void crowd_drive(struct load_link *link, const struct crowd_options *options,
                 const struct crowd_room *rooms, pid_t pid,
                 struct crowd_result *out)
{
    struct drive d = {.link = link, .options = options, .rooms = rooms};

    d.sent_us = calloc(RING, sizeof(*d.sent_us));
    d.samples = malloc(LOAD_SAMPLES_MAX * sizeof(*d.samples));
    if (d.sent_us == NULL || d.samples == NULL)
        load_die("out of memory");
    memset(d.body, 'x', (size_t)options->load.body_bytes);
    *out = (struct crowd_result){.stanza_bytes = 0};
    d.start_us = load_now_us();
    out->stanza_bytes = send_one(&d, d.start_us);
    run_until(&d, d.start_us + WARM_UP_US);
    measure(&d, pid, out);
    drain(&d);
    out->errors = d.errors;
    load_take_samples(&out->load, d.samples, d.sample_count);
    free(d.samples);
    free(d.sent_us);
}

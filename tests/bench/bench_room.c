/* What the engine alone costs: one message to four sessions in one of many
 * rooms, and to wake a room, new or full. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "room/room.h"
#include "room/room_effect.h"

enum {
    ROOMS = 10000,
    ROUNDS = 5,
    MESSAGES = 200 * 1000,
    TICK_MESSAGES = 200,
    WAKES = 2000,
};

struct bench {
    struct room_engine *engine;
    struct room_effects effects;
    int64_t now_ms;
    uint64_t made; /* messages so far */
};

static const char *const people[] = {
    "ann@x.example/Conversations.7hjf", "ann@x.example/laptop",
    "bob@y.example/gajim.QX3ZW1TK", "w7ab93kd0aa1@guests.chat.example/tab"};

static const char payload[] =
    "<body>Shall we meet at the station at half past nine?</body>"
    "<origin-id xmlns='urn:xmpp:sid:0' id='b1f0c7d2'/>"
    "<active xmlns='http://jabber.org/protocol/chatstates'/>";

static double now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void must(bool is_good)
{
    if (!is_good) {
        fputs("bench_room: out of memory\n", stderr);
        exit(1);
    }
}

static void name_room(size_t number, char name[24])
{
    snprintf(name, 24, "%016zx", number);
}

static void step(struct bench *bench, const struct room_event *event)
{
    must(room_step(bench->engine, event, &bench->effects) == ERR_OK);
}

static void load_room(struct bench *bench, size_t number,
                      const struct room_entry *entries, size_t count)
{
    struct room_session_image sessions[4];
    struct room_image image = {.number = (int64_t)number,
                               .idle_ms = 24 * 3600 * 1000,
                               .deadline_ms = bench->now_ms + 1000000,
                               .entries = entries,
                               .entry_count = count,
                               .sessions = sessions,
                               .session_count = 4};
    struct room *room;
    char name[24];

    name_room(number, name);
    image.local = span_of(name);
    image.seats[0].name = SPAN("Ann");
    image.seats[1].name = SPAN("Bob");
    for (size_t i = 0; i < 4; i++)
        sessions[i] = (struct room_session_image){
            .jid = span_of(people[i]),
            .bare = span_slice(span_of(people[i]), 0,
                               span_find(span_of(people[i]), '/')),
            .seat = (uint8_t)(1 + i / 2),
            .joined_ms = bench->now_ms,
        };
    must(room_load(bench->engine, &image, &room) == ERR_OK);
}

static void send_message(struct bench *bench, size_t room, size_t who)
{
    struct room_event event = {.kind = ROOM_EVENT_MESSAGE,
                               .now_ms = bench->now_ms,
                               .request.kind = ROOM_REQUEST_MESSAGE};
    struct room_message *message = &event.u.message;
    char name[24];

    name_room(room, name);
    event.room = span_of(name);
    event.actor.jid = span_of(people[who]);
    event.request.from = event.actor.jid;
    event.request.to = event.room;
    event.request.id = SPAN("b1f0");
    message->flags =
        ROOM_ENTRY_HISTORY | ROOM_ENTRY_ACTIVITY | ROOM_ENTRY_ORIGIN;
    message->is_archived = true;
    message->has_body = true;
    message->body_bytes = 50;
    bench->made++;
    memcpy(message->id_hash, &bench->made, sizeof(bench->made));
    message->id = SPAN("b1f0");
    message->payload = SPAN(payload);
    step(bench, &event);
}

static double measure_messages(struct bench *bench, size_t rooms)
{
    double start = now_us();

    for (size_t i = 0; i < MESSAGES; i++) {
        send_message(bench, i * 7919 % rooms, i % 4);
        if (i % TICK_MESSAGES == TICK_MESSAGES - 1) {
            room_effects_reset(&bench->effects);
            bench->now_ms += 10;
        }
    }
    return (now_us() - start) / MESSAGES;
}

static double measure_wakes(struct bench *bench, size_t entries)
{
    static struct room_entry list[ROOM_MESSAGES_MAX];
    struct room_event event = {.kind = ROOM_EVENT_TIME,
                               .now_ms = bench->now_ms};
    double start;

    for (size_t i = 0; i < entries; i++)
        list[i] = (struct room_entry){.seq = (uint32_t)i + 1, .seat = 1};
    start = now_us();
    for (size_t i = 0; i < WAKES; i++) {
        char name[24];

        load_room(bench, ROOMS + 1, list, entries);
        name_room(ROOMS + 1, name);
        event.room = span_of(name);
        step(bench, &event);
        room_effects_reset(&bench->effects);
        room_forget(bench->engine, room_find(bench->engine, event.room));
    }
    return (now_us() - start) / WAKES;
}

/* The best of some rounds: others use the machine too. */
static void run(size_t rooms)
{
    static const struct room_limits limits = {.idle_warning_ms = 600000};
    static const uint64_t seed[2] = {1, 2};
    double message_us = 1e9;
    double wake_us = 1e9;
    double full_us = 1e9;

    for (int round = 0; round < ROUNDS; round++) {
        struct bench bench = {.effects = ROOM_EFFECTS_EMPTY,
                              .now_ms = 1000000000};
        double us;

        bench.engine = room_engine_new(&limits, seed);
        must(bench.engine != NULL);
        for (size_t i = 0; i < rooms; i++)
            load_room(&bench, i, NULL, 0);
        us = measure_messages(&bench, rooms);
        message_us = us < message_us ? us : message_us;
        us = measure_wakes(&bench, 0);
        wake_us = us < wake_us ? us : wake_us;
        us = measure_wakes(&bench, ROOM_MESSAGES_MAX);
        full_us = us < full_us ? us : full_us;
        room_effects_clear(&bench.effects);
        room_engine_free(bench.engine);
    }
    printf("bench_room rooms=%zu message_us=%.3f wake_us=%.2f "
           "wake_full_us=%.2f\n",
           rooms, message_us, wake_us, full_us);
}

int main(void)
{
    run(100);
    run(ROOMS);
    return 0;
}

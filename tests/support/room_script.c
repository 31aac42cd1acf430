#include "support/room_script.h"

#include <stdlib.h>

#include "room/room_view.h"
#include "support/room_line.h"
#include "support/room_text.h"

enum { DUE_ROUNDS_MAX = 1000 };

static struct room *wake(struct room_script *script, struct span local)
{
    struct room *room = room_find(script->engine, local);
    struct room_image image;

    if (room != NULL)
        return room;
    if (room_disk_find(&script->disk, local) != ROOM_DISK_LIVE)
        return NULL;
    room_disk_image(&script->disk, local, &image);
    if (room_load(script->engine, &image, &room) != ERR_OK)
        abort();
    return room;
}

struct room *room_script_room(struct room_script *script, struct span local)
{
    return wake(script, local);
}

/* One tick with one event in it. */
static void step(struct room_script *script, const struct room_event *event)
{
    if (room_step(script->engine, event, &script->effects) != ERR_OK)
        abort();
    room_disk_commit(&script->disk, &script->effects);
}

static void show(struct room_script *script, struct buf *out)
{
    if (out != NULL)
        room_text_effects(out, &script->effects);
}

static void finish_tick(struct room_script *script)
{
    room_effects_reset(&script->effects);
    room_engine_sweep(script->engine, script->now_ms);
}

static const char *run_event(struct room_script *script,
                             const struct line_verb *verb,
                             const struct line *line, struct buf *out)
{
    uint64_t times = line_number(line, "times", 1);

    for (uint64_t i = 1; i <= times; i++) {
        struct line_made made = {.payload = BUF_EMPTY(LINE_PAYLOAD_MAX_BYTES),
                                 .to = BUF_EMPTY(4096),
                                 .nick = BUF_EMPTY(4096)};

        line_make(&made, verb, line, script->now_ms, script->next_number + 1);
        script->next_number += verb->kind == ROOM_EVENT_CREATE;
        if (wake(script, made.event.room) == NULL &&
            verb->kind != ROOM_EVENT_CREATE) {
            if (out != NULL)
                room_text_add(out, "  (the room is gone)\n");
        } else {
            step(script, &made.event);
            if (i == times)
                show(script, out);
        }
        finish_tick(script);
        line_made_clear(&made);
    }
    return NULL;
}

/* A room that is due, awake or on the disk. */
static struct room *next_due(struct room_script *script)
{
    struct room *room = room_engine_due(script->engine, script->now_ms);

    for (size_t i = 0; room == NULL && i < script->disk.room_count; i++) {
        struct span local = room_disk_local(&script->disk, i);

        if (room_disk_wake_ms(&script->disk, local) <= script->now_ms)
            room = wake(script, local);
    }
    return room;
}

/* Ends, for the engine must bring every room it is asked about forward. */
static const char *run_due(struct room_script *script, struct buf *out)
{
    for (int i = 0; i < DUE_ROUNDS_MAX; i++) {
        struct room *room = next_due(script);
        struct room_event event = {.kind = ROOM_EVENT_TIME,
                                   .now_ms = script->now_ms};

        if (room == NULL)
            return NULL;
        event.room = room_local(room);
        step(script, &event);
        show(script, out);
        finish_tick(script);
    }
    return "a room is due for ever";
}

static struct room_engine *new_engine(const struct room_script *script)
{
    static const uint64_t seed[2] = {1, 2};
    struct room_engine *engine = room_engine_new(&script->limits, seed);

    if (engine == NULL)
        abort();
    room_engine_set_run(engine, script->run);
    room_engine_set_linked(engine, script->is_linked);
    for (size_t i = 0; i < script->disk.limit_count; i++) {
        if (room_limit_load(engine, &script->disk.limits[i]) != ERR_OK)
            abort();
    }
    return engine;
}

static const char *run_restart(struct room_script *script)
{
    room_engine_free(script->engine);
    script->run++;
    script->engine = new_engine(script);
    return NULL;
}

static const char *run_limits(struct room_script *script,
                              const struct line *line)
{
    struct room_limits *limits = &script->limits;

    limits->body_max_bytes = line_number(line, "body", limits->body_max_bytes);
    limits->messages_per_second =
        (uint32_t)line_number(line, "rate", limits->messages_per_second);
    limits->message_burst =
        (uint32_t)line_number(line, "burst", limits->message_burst);
    limits->sessions_per_seat =
        (uint32_t)line_number(line, "sessions", limits->sessions_per_seat);
    limits->creates_per_hour =
        (uint32_t)line_number(line, "creates", limits->creates_per_hour);
    (void)line_duration(line_value(line, "warning"), &limits->idle_warning_ms);
    room_engine_set_limits(script->engine, limits);
    return NULL;
}

static const char *run_sleep(struct room_script *script,
                             const struct line *line)
{
    struct room *room =
        room_find(script->engine, line_value_or(line, "room", SPAN("tea")));

    if (room == NULL)
        return "it sleeps already";
    room_forget(script->engine, room);
    return NULL;
}

static const char *run_linked(struct room_script *script,
                              const struct line *line)
{
    script->is_linked = line_has(line, "yes");
    if (script->is_linked)
        room_engine_set_run(script->engine, ++script->run);
    room_engine_set_linked(script->engine, script->is_linked);
    return NULL;
}

static const char *run_setting(struct room_script *script,
                               const struct line *line, struct buf *out)
{
    if (span_is(line->verb, "due"))
        return run_due(script, out);
    if (span_is(line->verb, "restart"))
        return run_restart(script);
    if (span_is(line->verb, "limits"))
        return run_limits(script, line);
    if (span_is(line->verb, "sleep"))
        return run_sleep(script, line);
    if (span_is(line->verb, "linked"))
        return run_linked(script, line);
    if (!span_is(line->verb, "sweep"))
        return "no such verb";
    room_engine_sweep(script->engine, script->now_ms);
    return NULL;
}

static const char *run(struct room_script *script, const struct line *line,
                       struct buf *out)
{
    const struct line_verb *verb = line_verb(line);

    if (line->why != NULL)
        return line->why;
    if (verb != NULL)
        return run_event(script, verb, line, out);
    return run_setting(script, line, out);
}

bool room_script_line(struct room_script *script, struct span line,
                      struct buf *out)
{
    struct line read;
    const char *why;

    line_read(line, &script->now_ms, &read);
    if (read.verb.at == NULL && read.why == NULL)
        return true;
    why = run(script, &read, out);
    if (why == NULL)
        return true;
    if (out != NULL)
        room_text_add(out, "  ? %s\n", why);
    return false;
}

void room_script_init(struct room_script *script)
{
    *script = (struct room_script){
        .effects = ROOM_EFFECTS_EMPTY,
        .limits = {.body_max_bytes = 16 * 1024,
                   .messages_per_second = 10,
                   .message_burst = 20,
                   .sessions_per_seat = 5,
                   .creates_per_hour = 30,
                   .idle_warning_ms = 10 * 60 * 1000},
        .now_ms = ROOM_TEXT_START_MS,
        .run = 1,
        .is_linked = true,
    };
    room_disk_init(&script->disk);
    script->engine = new_engine(script);
}

void room_script_clear(struct room_script *script)
{
    room_engine_free(script->engine);
    room_effects_clear(&script->effects);
    room_disk_clear(&script->disk);
}

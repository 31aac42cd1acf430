#include "support/room_lives.h"

#include <stdlib.h>
#include <string.h>

#include "room/room_effect.h"
#include "room/room_view.h"
#include "support/room_disk.h"
#include "support/room_line.h"
#include "support/room_model.h"
#include "support/room_text.h"
#include "support/room_throw.h"

enum { EVENTS_OF_A_TICK_MAX = 3, DUE_ROUNDS_MAX = 100 };

/* A room, its store and what should be true of it. */
struct life {
    const struct life_options *options;
    struct dice *dice;
    struct room_engine *engine;
    struct room_effects effects;
    struct room_disk disk;
    struct model model;
    int64_t now_ms;
    uint64_t run;
    uint32_t pace; /* one in so many ticks comes much later */
    struct thrower thrower;
    const char *wrong;
};

static const struct span life_room = {"r", 1};

static void fail(struct life *life, const char *why)
{
    if (life->wrong == NULL)
        life->wrong = why;
}

static void new_engine(struct life *life)
{
    static const uint64_t seed[2] = {3, 4};

    room_engine_free(life->engine);
    life->engine = room_engine_new(&life->model.limits, seed);
    if (life->engine == NULL)
        abort();
    room_engine_set_run(life->engine, ++life->run);
    room_engine_set_linked(life->engine, life->model.is_linked);
    life->model.warned_ms = -1;
    model_forget_memory(&life->model);
}

static void reload_limits(struct life *life)
{
    room_limits_forget(life->engine);
    for (size_t i = 0; i < life->disk.limit_count; i++) {
        if (room_limit_load(life->engine, &life->disk.limits[i]) != ERR_OK)
            abort();
    }
}

static struct room *wake(struct life *life)
{
    struct room *room = room_find(life->engine, life_room);
    struct room_image image;

    if (room != NULL ||
        room_disk_find(&life->disk, life_room) != ROOM_DISK_LIVE)
        return room;
    room_disk_image(&life->disk, life_room, &image);
    if (room_load(life->engine, &image, &room) != ERR_OK)
        abort();
    return room;
}

/* --- ticks --- */

static void show(struct life *life)
{
    const struct room_effect *effect;

    for (effect = life->effects.first; effect != NULL; effect = effect->next) {
        bool is_stored = effect->kind <= ROOM_EFFECT_STORE_END;
        struct buf *out =
            is_stored ? life->options->stored : life->options->said;

        if (out != NULL)
            room_text_effect(out, effect);
    }
}

/* One event of a tick: its effects are checked apart, then committed. */
static void step(struct life *life, const struct thrown *thrown)
{
    const char *wrong;

    if (room_step(life->engine, &thrown->event, &life->effects) != ERR_OK)
        abort();
    wrong = model_check(&life->model, &thrown->event, thrown->who,
                        thrown->origin, &life->effects);
    if (wrong != NULL)
        fail(life, wrong);
}

static void commit(struct life *life)
{
    room_disk_commit(&life->disk, &life->effects);
    show(life);
    room_effects_reset(&life->effects);
}

static void finish_tick(struct life *life)
{
    const char *wrong =
        model_compare(&life->model, room_find(life->engine, life_room));

    if (wrong != NULL)
        fail(life, wrong);
    if (life->options->may_sleep || life->model.is_ended)
        room_engine_sweep(life->engine, life->now_ms);
}

/* The disk refused: whatever the events did is undone. */
static void failing_tick(struct life *life, struct thrown *thrown)
{
    struct model before = life->model;
    struct room *room = wake(life);

    if (room == NULL)
        return;
    step(life, thrown);
    room_effects_reset(&life->effects);
    room_forget(life->engine, room);
    reload_limits(life);
    life->model = before;
    model_forget_memory(&life->model);
}

static void tick(struct life *life)
{
    uint32_t count = 1 + dice_throw(life->dice, EVENTS_OF_A_TICK_MAX);
    struct thrown thrown;

    throw_event(&life->thrower, life_room, life->now_ms, &thrown);
    if (dice_is(life->dice, 25)) {
        failing_tick(life, &thrown);
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0)
            throw_event(&life->thrower, life_room, life->now_ms, &thrown);
        if (wake(life) == NULL)
            break;
        step(life, &thrown);
        commit(life);
    }
    finish_tick(life);
}

static bool is_due(struct life *life)
{
    return room_engine_due(life->engine, life->now_ms) != NULL ||
           room_disk_wake_ms(&life->disk, life_room) <= life->now_ms;
}

/* What the router does by itself. */
static void do_what_is_due(struct life *life)
{
    struct thrown thrown = {.who = MODEL_PEOPLE};
    int64_t wake_ms = 0;
    const char *wrong;

    for (int i = 0; is_due(life) && wake(life) != NULL; i++) {
        if (i == DUE_ROUNDS_MAX) {
            fail(life, "due for ever");
            return;
        }
        thrown.event = (struct room_event){
            .kind = ROOM_EVENT_TIME, .now_ms = life->now_ms, .room = life_room};
        step(life, &thrown);
        commit(life);
        finish_tick(life);
    }
    if (room_find(life->engine, life_room) == NULL)
        wake_ms = room_disk_wake_ms(&life->disk, life_room);
    wrong = model_check_silence(&life->model, life->now_ms, wake_ms);
    if (wrong != NULL)
        fail(life, wrong);
}

static void pass_time(struct life *life)
{
    static const int64_t spans_ms[] = {
        0,   0,   0,    0,    0,    1,    1,     50,    100,    250,
        500, 900, 1000, 1000, 2000, 5000, 20000, 60000, 120000, 300000};
    uint32_t count = sizeof(spans_ms) / sizeof(spans_ms[0]);

    if (dice_is(life->dice, life->pace))
        life->now_ms +=
            life->model.idle_ms / 32 * (1 + dice_throw(life->dice, 15));
    else
        life->now_ms += spans_ms[dice_throw(life->dice, count)];
}

/* The server link goes or comes, or we start anew. */
static void turn_of_fate(struct life *life)
{
    if (dice_is(life->dice, 3)) {
        new_engine(life);
        reload_limits(life);
        return;
    }
    life->model.is_linked = !life->model.is_linked;
    if (life->model.is_linked) {
        room_engine_set_run(life->engine, ++life->run);
        life->model.warned_ms = -1;
    }
    room_engine_set_linked(life->engine, life->model.is_linked);
}

static void begin(struct life *life)
{
    static const int64_t idles_ms[] = {600000, 3600000, 24 * 3600000};
    struct room_event event = {.kind = ROOM_EVENT_CREATE,
                               .now_ms = life->now_ms,
                               .room = life_room,
                               .actor.leg = ROOM_LEG_CONTROL};
    struct room_create *create = &event.u.create;

    create->number = 1;
    create->names[0] = SPAN("Ann");
    create->names[1] = SPAN("Bob");
    create->codes[0] = line_code(SPAN("one"));
    create->codes[1] = line_code(SPAN("two"));
    create->idle_ms = idles_ms[dice_throw(life->dice, 3)];
    create->protection = (enum room_protection)dice_throw(life->dice, 2 + 1);
    life->pace = dice_is(life->dice, 3) ? 4 : 30;
    life->model.idle_ms = create->idle_ms;
    life->model.protection = create->protection;
    life->model.active_ms = life->now_ms;
    if (room_step(life->engine, &event, &life->effects) != ERR_OK)
        abort();
    commit(life);
}

const char *life_run(struct dice *dice, const struct life_options *options)
{
    struct life life = {
        .options = options,
        .dice = dice,
        .effects = ROOM_EFFECTS_EMPTY,
        .now_ms = ROOM_TEXT_START_MS,
        .model = {.limits = {.body_max_bytes = 500,
                             .messages_per_second = 2,
                             .message_burst = 3,
                             .sessions_per_seat = options->has_eviction ? 2 : 0,
                             .idle_warning_ms = 600000},
                  .is_linked = true},
    };

    life.thrower = (struct thrower){.dice = dice, .model = &life.model};
    room_disk_init(&life.disk);
    new_engine(&life);
    begin(&life);
    for (int i = 0; i < options->steps && dice_has_more(dice) &&
                    life.wrong == NULL && !life.model.is_ended;
         i++) {
        pass_time(&life);
        do_what_is_due(&life);
        if (options->may_sleep)
            room_engine_sweep(life.engine, life.now_ms);
        if (dice_is(dice, 30))
            turn_of_fate(&life);
        if (!dice_is(dice, life.pace < 10 ? 2 : 20))
            tick(&life);
    }
    room_engine_free(life.engine);
    room_effects_clear(&life.effects);
    room_disk_clear(&life.disk);
    return life.wrong;
}

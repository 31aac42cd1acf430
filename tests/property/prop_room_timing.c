/* No wrong code takes longer to be refused than another: a statistical test
 * of two kinds of wrong code, one that differs from the right one at once and
 * one that differs in its last byte, thrown by the dice.  Welch's t below 4.5,
 * as dudect has it, is no difference; the control with a compare that stops
 * early must be far above. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "room/room_state.h"
#include "support/check.h"
#include "support/dice.h"
#include "support/room_script.h"

enum {
    SAMPLES = 100000,
    WARM_UP = 1000,
    ATTEMPTS_MILLI = ROOM_ATTEMPTS * 1000,
    ROUNDS_MAX = 5,
};

static const double leak_t = 4.5;

/* The linker's --wrap gives these names. */
bool __real_secret_equal(const struct secret *a, const struct secret *b);
bool __wrap_secret_equal(const struct secret *a, const struct secret *b);

static bool is_naive; /* the compare stops at the first difference */

bool __wrap_secret_equal(const struct secret *a, const struct secret *b)
{
    if (!is_naive)
        return __real_secret_equal(a, b);
    for (size_t i = 0; i < SECRET_BYTES; i++) {
        if (a->at[i] != b->at[i])
            return false;
    }
    return true;
}

struct sample {
    double ns;
    bool is_close;
};

struct sum {
    double count;
    double mean;
    double squares;
};

static double now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC_RAW, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* The limits are not what is measured: nobody has guessed yet. */
static void forgive(struct room_script *script, struct room *room)
{
    room->attempts.level_milli = ATTEMPTS_MILLI;
    script->engine->guesses.failures = 0;
    room_limits_forget(script->engine);
    room_effects_reset(&script->effects);
}

static struct room_event make_guess(const struct room *room, bool is_close)
{
    struct room_event event = {.kind = ROOM_EVENT_JOIN, .room = SPAN("tea")};

    event.request.kind = ROOM_REQUEST_PRESENCE;
    event.request.from = SPAN("g@guests/x");
    event.request.to = SPAN("tea/Ann");
    event.actor.jid = SPAN("g@guests/x");
    event.actor.bare = SPAN("g@guests");
    event.actor.leg = ROOM_LEG_GUEST;
    event.u.join.has_code = true;
    event.u.join.code = room->seats[0].code;
    event.u.join.code.at[is_close ? SECRET_BYTES - 1 : 0] ^= 1;
    return event;
}

static double time_guess(struct room_script *script, struct room *room,
                         bool is_close)
{
    struct room_event event = make_guess(room, is_close);
    double begin;
    double end;

    forgive(script, room);
    begin = now_ns();
    check_ok(room_step(script->engine, &event, &script->effects));
    end = now_ns();
    assert_int_equal(script->effects.first->kind, ROOM_EFFECT_STORE_LIMIT);
    return end - begin;
}

static int by_time(const void *a, const void *b)
{
    const struct sample *left = a;
    const struct sample *right = b;

    return (left->ns > right->ns) - (left->ns < right->ns);
}

static void add(struct sum *sum, double ns)
{
    double off = ns - sum->mean;

    sum->count++;
    sum->mean += off / sum->count;
    sum->squares += off * (ns - sum->mean);
}

/* Of the faster half: what the machine did meanwhile is in the other. */
static double welch_t(struct sample *samples)
{
    struct sum sums[2] = {{0, 0, 0}, {0, 0, 0}};
    double spread = 0;

    qsort(samples, SAMPLES, sizeof(*samples), by_time);
    for (int i = 0; i < SAMPLES / 2; i++)
        add(&sums[samples[i].is_close], samples[i].ns);
    for (int i = 0; i < 2; i++)
        spread += sums[i].squares / (sums[i].count - 1) / sums[i].count;
    return fabs(sums[1].mean - sums[0].mean) / sqrt(spread);
}

static double measure(struct room_script *script, uint64_t seed)
{
    struct room *room = room_script_room(script, SPAN("tea"));
    struct sample *samples = calloc(SAMPLES, sizeof(*samples));
    struct dice dice = dice_of_seed(seed);
    double t;

    assert_non_null(samples);
    for (int i = 0; i < WARM_UP; i++)
        (void)time_guess(script, room, dice_is(&dice, 2));
    for (int i = 0; i < SAMPLES; i++) {
        samples[i].is_close = dice_is(&dice, 2);
        samples[i].ns = time_guess(script, room, samples[i].is_close);
    }
    t = welch_t(samples);
    free(samples);
    return t;
}

static void init(struct room_script *script)
{
    room_script_init(script);
    assert_true(room_script_line(
        script, SPAN("00:00:00 create from=host@ctl/h idle=168h"), NULL));
}

/* A leak shows in every round; chance, and a busy machine, do not. */
static void prop_no_wrong_code_takes_longer(void **state)
{
    struct room_script script;
    double t = leak_t;

    (void)state;
    init(&script);
    is_naive = false;
    for (uint64_t round = 1; round <= ROUNDS_MAX && t >= leak_t; round++) {
        t = measure(&script, round);
        print_message("t = %.1f over %d guesses\n", t, SAMPLES);
    }
    assert_true(t < leak_t);
    room_script_clear(&script);
}

static void prop_a_naive_compare_would_be_seen(void **state)
{
    struct room_script script;
    double t = 0;

    (void)state;
    init(&script);
    is_naive = true;
    for (uint64_t round = 1; round <= ROUNDS_MAX && t < 2 * leak_t; round++) {
        t = measure(&script, round);
        print_message("t = %.1f with a naive compare\n", t);
    }
    assert_true(t >= 2 * leak_t);
    is_naive = false;
    room_script_clear(&script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prop_no_wrong_code_takes_longer),
        cmocka_unit_test(prop_a_naive_compare_would_be_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

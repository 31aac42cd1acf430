/* Random lives of rooms.  Every life is told by its seed; a failing one says
 *     ROOM_LIVES_SEED=N build/dev/tests/prop_room_lives
 * ROOM_LIVES=N asks for more of them. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "support/check.h"
#include "support/room_lives.h"

enum { LIVES = 1000, STEPS = 120, TEXT_MAX_BYTES = 16 * 1024 * 1024 };

static uint64_t number_from(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);

    return text != NULL ? strtoull(text, NULL, 10) : otherwise;
}

static void complain(uint64_t seed, const char *wrong)
{
    if (wrong == NULL)
        return;
    print_message("seed %" PRIu64 ": %s\n", seed, wrong);
    fail();
}

static const char *live(uint64_t seed, const struct life_options *options)
{
    struct dice dice = dice_of_seed(seed);

    return life_run(&dice, options);
}

static void each_seed(void (*check)(uint64_t seed))
{
    uint64_t lives = number_from("ROOM_LIVES", LIVES);
    uint64_t seed = number_from("ROOM_LIVES_SEED", 0);

    if (seed != 0) {
        check(seed);
        return;
    }
    for (seed = 1; seed <= lives; seed++)
        check(seed);
}

static void check_rules(uint64_t seed)
{
    const struct life_options options = {
        .steps = STEPS, .may_sleep = true, .has_eviction = true};

    complain(seed, live(seed, &options));
}

/* Never three seats, nobody in without a code, a token or a binding, one
 * answer for each request, no gap in the numbers, silence neither early nor
 * late: see room_model.h. */
static void prop_rules_hold(void **state)
{
    (void)state;
    each_seed(check_rules);
}

static void check_same(uint64_t seed)
{
    struct buf text[2] = {BUF_EMPTY(TEXT_MAX_BYTES), BUF_EMPTY(TEXT_MAX_BYTES)};
    const char *wrong = NULL;

    for (int i = 0; i < 2 && wrong == NULL; i++) {
        const struct life_options options = {.steps = STEPS,
                                             .may_sleep = true,
                                             .has_eviction = true,
                                             .said = &text[i],
                                             .stored = &text[i]};

        wrong = live(seed, &options);
    }
    if (wrong == NULL && !span_equal(buf_span(&text[0]), buf_span(&text[1])))
        wrong = "the same events had other effects";
    buf_clear(&text[0]);
    buf_clear(&text[1]);
    complain(seed, wrong);
}

static void prop_same_events_give_same_effects(void **state)
{
    (void)state;
    each_seed(check_same);
}

static void check_sleep(uint64_t seed)
{
    struct buf said[2] = {BUF_EMPTY(TEXT_MAX_BYTES), BUF_EMPTY(TEXT_MAX_BYTES)};
    const char *wrong = NULL;

    for (int i = 0; i < 2 && wrong == NULL; i++) {
        const struct life_options options = {
            .steps = STEPS, .may_sleep = i == 0, .said = &said[i]};

        wrong = live(seed, &options);
    }
    if (wrong == NULL && !span_equal(buf_span(&said[0]), buf_span(&said[1])))
        wrong = "a room that slept behaves otherwise";
    buf_clear(&said[0]);
    buf_clear(&said[1]);
    complain(seed, wrong);
}

/* Which session was silent the longest is not kept, so no eviction here. */
static void prop_sleep_changes_nothing(void **state)
{
    (void)state;
    each_seed(check_sleep);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prop_rules_hold),
        cmocka_unit_test(prop_same_events_give_same_effects),
        cmocka_unit_test(prop_sleep_changes_nothing),
    };

    return cmocka_run_group_tests_name("room_lives", tests, NULL, NULL);
}

#include <string.h>

#include "room/room_state.h"
#include "support/room_check.h"

static const uint8_t one[ROOM_SOURCE_BYTES] = {1};
static const uint8_t two[ROOM_SOURCE_BYTES] = {2};

static struct room_turn turn_of(struct room_script *script, int64_t now_ms)
{
    return (struct room_turn){
        .engine = script->engine, .now_ms = now_ms, .out = &script->effects};
}

static struct room_limit *touch(struct room_script *script,
                                enum room_limit_kind kind,
                                const uint8_t *source, int64_t now_ms)
{
    struct room_turn turn = turn_of(script, now_ms);
    struct room_limit *limit;

    check_ok(room__limit_touch(&turn, kind, source, &limit));
    return limit;
}

static void kinds_and_sources_are_apart(void **state)
{
    struct room_script *script = *state;
    struct room_limit *limit = touch(script, ROOM_LIMIT_ATTEMPTS, one, 0);

    assert_ptr_equal(touch(script, ROOM_LIMIT_ATTEMPTS, one, 1), limit);
    assert_ptr_not_equal(touch(script, ROOM_LIMIT_ATTEMPTS, two, 1), limit);
    assert_ptr_not_equal(touch(script, ROOM_LIMIT_DOMAIN, one, 1), limit);
    assert_int_equal(limit->image.kind, ROOM_LIMIT_ATTEMPTS);
    assert_memory_equal(limit->image.source, one, ROOM_SOURCE_BYTES);
}

static void attempts_are_forgotten_after_a_day(void **state)
{
    const int64_t day_ms = 24 * 3600 * 1000;
    struct room_script *script = *state;
    struct room_limit *limit = touch(script, ROOM_LIMIT_ATTEMPTS, one, 0);

    limit->image.failures = 7;
    limit->image.at_ms = 1000;
    assert_non_null(room__limit_get(script->engine, ROOM_LIMIT_ATTEMPTS, one,
                                    1000 + day_ms - 1));
    assert_null(room__limit_get(script->engine, ROOM_LIMIT_ATTEMPTS, one,
                                1000 + day_ms));
    limit = touch(script, ROOM_LIMIT_ATTEMPTS, one, 1000 + day_ms);
    assert_int_equal(limit->image.failures, 0);
}

static void an_hour_is_counted_from_its_first(void **state)
{
    struct room_script *script = *state;
    struct room_limit *limit = touch(script, ROOM_LIMIT_CREATES, one, 0);

    room__limit_count_hour(limit, 1000);
    room__limit_count_hour(limit, 2000);
    assert_int_equal(limit->image.failures, 2);
    assert_int_equal(limit->image.at_ms, 2000);
    assert_non_null(room__limit_get(script->engine, ROOM_LIMIT_CREATES, one,
                                    1000 + 3600000 - 1));
    assert_null(room__limit_get(script->engine, ROOM_LIMIT_CREATES, one,
                                1000 + 3600000));
    limit->image.failures = UINT32_MAX;
    room__limit_count_hour(limit, 3000);
    assert_true(limit->image.failures == UINT32_MAX);
}

static void a_dropped_one_is_gone_from_disk_too(void **state)
{
    struct room_script *script = *state;
    struct room_turn turn = turn_of(script, 10);
    struct room_limit *first = touch(script, ROOM_LIMIT_ATTEMPTS, one, 0);
    struct room_limit *second = touch(script, ROOM_LIMIT_ATTEMPTS, two, 0);

    first->image.failures = 3;
    check_ok(room__limit_drop(&turn, first));
    assert_int_equal(script->effects.last->kind, ROOM_EFFECT_STORE_LIMIT);
    assert_int_equal(script->effects.last->u.limit.failures, 0);
    assert_null(script->effects.last->room);
    assert_null(room__limit_get(script->engine, ROOM_LIMIT_ATTEMPTS, one, 10));
    check_ok(room__limit_drop(&turn, second));
    assert_null(script->engine->limits_used.first);
    assert_null(script->engine->limits_used.last);
}

static void old_ones_make_place_for_new_ones(void **state)
{
    struct room_script *script = *state;

    touch(script, ROOM_LIMIT_ATTEMPTS, one, 0)->image.at_ms = 0;
    touch(script, ROOM_LIMIT_ATTEMPTS, two, 0)->image.at_ms = 0;
    touch(script, ROOM_LIMIT_DOMAIN, one, 25 * 3600 * 1000);
    assert_int_equal(script->engine->sources.count, 1);
}

static void there_are_never_too_many(void **state)
{
    struct room_script *script = *state;
    struct room_limit_image image = {.kind = ROOM_LIMIT_ATTEMPTS,
                                     .failures = 1};

    for (uint32_t i = 0; i < ROOM_SOURCES_MAX + 5; i++) {
        memcpy(image.source, &i, sizeof(i));
        check_ok(room_limit_load(script->engine, &image));
    }
    assert_int_equal(script->engine->sources.count, ROOM_SOURCES_MAX);
    memset(image.source, 0xff, sizeof(image.source));
    touch(script, ROOM_LIMIT_ATTEMPTS, image.source, 5);
    assert_true(script->engine->sources.count <= ROOM_SOURCES_MAX);
    assert_null(script->engine->limits_used.last->next);
}

static void loading_replaces(void **state)
{
    struct room_script *script = *state;
    struct room_limit_image image = {
        .kind = ROOM_LIMIT_ATTEMPTS, .failures = 1, .at_ms = 100};

    check_ok(room_limit_load(script->engine, &image));
    image.failures = 4;
    check_ok(room_limit_load(script->engine, &image));
    assert_int_equal(script->engine->sources.count, 1);
    assert_int_equal(
        room__limit_get(script->engine, ROOM_LIMIT_ATTEMPTS, image.source, 100)
            ->image.failures,
        4);
    room_limits_forget(script->engine);
    assert_int_equal(script->engine->sources.count, 0);
    assert_null(script->engine->limits_used.first);
}

/* Stored by a clock that was a year ahead. */
static void a_clock_that_was_ahead_holds_up_nobody(void **state)
{
    const int64_t year_ms = 365 * (int64_t)24 * 3600 * 1000;
    struct room_script *script = *state;
    struct room_limit_image image = {.kind = ROOM_LIMIT_ATTEMPTS,
                                     .failures = 6,
                                     .at_ms = year_ms,
                                     .blocked_until_ms = year_ms + 60000};
    const struct room_limit *limit;

    check_ok(room_limit_load(script->engine, &image));
    limit = room__limit_get(script->engine, ROOM_LIMIT_ATTEMPTS, image.source,
                            1000);
    assert_non_null(limit);
    assert_int_equal(limit->image.failures, 6);
    assert_int_equal(limit->image.blocked_until_ms, 61000);
    image.kind = ROOM_LIMIT_CREATES;
    check_ok(room_limit_load(script->engine, &image));
    assert_non_null(
        room__limit_get(script->engine, image.kind, image.source, 1000));
    assert_null(
        room__limit_get(script->engine, image.kind, image.source, 61000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        room_test(kinds_and_sources_are_apart),
        room_test(attempts_are_forgotten_after_a_day),
        room_test(an_hour_is_counted_from_its_first),
        room_test(a_dropped_one_is_gone_from_disk_too),
        room_test(old_ones_make_place_for_new_ones),
        room_test(there_are_never_too_many),
        room_test(loading_replaces),
        room_test(a_clock_that_was_ahead_holds_up_nobody),
    };

    return cmocka_run_group_tests_name("room_source", tests, NULL, NULL);
}

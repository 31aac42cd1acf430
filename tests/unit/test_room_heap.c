#include <stdio.h>
#include <stdlib.h>

#include "room/room_state.h"
#include "room/room_view.h"
#include "support/check.h"

enum { ROOMS = 200, START_MS = 1000000 };

static const struct room_limits limits = {.idle_warning_ms = 0};

struct heap_case {
    struct room_engine *engine;
    struct room *rooms[ROOMS];
    char names[ROOMS][16];
};

/* Deadlines in no order; without a warning they are the rooms' times. */
static int setup(void **state)
{
    static const uint64_t seed[2] = {1, 2};
    struct heap_case *c = calloc(1, sizeof(*c));

    assert_non_null(c);
    c->engine = room_engine_new(&limits, seed);
    assert_non_null(c->engine);
    for (int i = 0; i < ROOMS; i++) {
        struct room_image image = {.number = i + 1,
                                   .idle_ms = 1000,
                                   .deadline_ms = START_MS + i * 37 % ROOMS};

        snprintf(c->names[i], sizeof(c->names[i]), "r%d", i);
        image.local = span_of(c->names[i]);
        check_ok(room_load(c->engine, &image, &c->rooms[i]));
    }
    *state = c;
    return 0;
}

static int teardown(void **state)
{
    struct heap_case *c = *state;

    room_engine_free(c->engine);
    free(c);
    return 0;
}

static void nobody_is_due_before_the_first(void **state)
{
    struct heap_case *c = *state;

    assert_int_equal(room_engine_next_ms(c->engine), START_MS);
    assert_null(room_engine_due(c->engine, START_MS - 1));
    assert_non_null(room_engine_due(c->engine, START_MS));
}

static void they_come_in_the_order_of_their_times(void **state)
{
    struct heap_case *c = *state;
    int64_t last_ms = 0;

    for (int i = 0; i < ROOMS; i++) {
        struct room *room = room_engine_due(c->engine, INT64_MAX - 1);

        assert_non_null(room);
        assert_true(room_deadline_ms(room) >= last_ms);
        last_ms = room_deadline_ms(room);
        room_forget(c->engine, room);
    }
    assert_null(room_engine_due(c->engine, INT64_MAX - 1));
    assert_int_equal(room_engine_next_ms(c->engine), INT64_MAX);
}

/* The key lags behind on purpose: it may be early, never late. */
static void a_room_that_moved_on_is_not_due(void **state)
{
    struct heap_case *c = *state;
    struct room *first = room_engine_due(c->engine, START_MS);

    first->deadline_ms = START_MS + 5000;
    assert_int_equal(room_engine_next_ms(c->engine), START_MS);
    assert_null(room_engine_due(c->engine, START_MS));
    assert_int_equal(room_engine_next_ms(c->engine), START_MS + 1);
    assert_true(room_engine_due(c->engine, START_MS + 4999) != first);
}

static void a_nearer_time_comes_up(void **state)
{
    struct heap_case *c = *state;
    struct room *late = c->rooms[ROOMS - 1];

    late->deadline_ms = START_MS - 10;
    room__heap_nearer(c->engine, late);
    assert_int_equal(room_engine_next_ms(c->engine), START_MS - 10);
    assert_ptr_equal(room_engine_due(c->engine, START_MS - 10), late);
    late->deadline_ms = START_MS + 10; /* not nearer: nothing happens */
    room__heap_nearer(c->engine, late);
    assert_int_equal(room_engine_next_ms(c->engine), START_MS - 10);
}

static void any_may_be_taken_out(void **state)
{
    struct heap_case *c = *state;
    int64_t last_ms = 0;

    for (int i = 0; i < ROOMS; i += 2)
        room_forget(c->engine, c->rooms[i]);
    for (int i = 1; i < ROOMS; i += 2) {
        struct room *room = room_engine_due(c->engine, INT64_MAX - 1);

        assert_true(room_deadline_ms(room) >= last_ms);
        last_ms = room_deadline_ms(room);
        room_forget(c->engine, room);
    }
    assert_int_equal(room_engine_awake_count(c->engine), 0);
}

static void check_order(const struct room_engine *engine)
{
    for (size_t i = 1; i < engine->heap_count; i++) {
        assert_true(engine->heap[(i - 1) / 2]->due_ms <=
                    engine->heap[i]->due_ms);
        assert_int_equal(engine->heap[i]->heap_at, i);
    }
}

/* The room that fills the hole may belong above it or below. */
static void it_stays_a_heap(void **state)
{
    struct heap_case *c = *state;
    uint64_t dice = 1;

    for (int left = ROOMS; left > 0; left--) {
        dice = dice * 6364136223846793005U + 1442695040888963407U;
        room_forget(c->engine, c->engine->heap[(dice >> 33) % (unsigned)left]);
        check_order(c->engine);
    }
}

static void new_limits_give_all_a_new_time(void **state)
{
    const struct room_limits wider = {.idle_warning_ms = 50};
    struct heap_case *c = *state;

    room_engine_set_limits(c->engine, &wider);
    assert_int_equal(room_engine_next_ms(c->engine), START_MS - 50);
    room_engine_set_limits(c->engine, &limits);
    assert_int_equal(room_engine_next_ms(c->engine), START_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nobody_is_due_before_the_first, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(they_come_in_the_order_of_their_times,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_room_that_moved_on_is_not_due, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_nearer_time_comes_up, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(any_may_be_taken_out, setup, teardown),
        cmocka_unit_test_setup_teardown(it_stays_a_heap, setup, teardown),
        cmocka_unit_test_setup_teardown(new_limits_give_all_a_new_time, setup,
                                        teardown),
    };

    return cmocka_run_group_tests_name("room_heap", tests, NULL, NULL);
}

#include "room/room_state.h"
#include "support/check.h"

static const struct room_flow slow = {
    .max_milli = 10000, .milli = 1000, .per_ms = 300000};
static const struct room_flow fast = {
    .max_milli = 3000, .milli = 2, .per_ms = 1};

static void an_empty_bucket_gives_nothing(void **state)
{
    struct room_bucket bucket = {1000, 0};

    (void)state;
    assert_true(room__bucket_take(&bucket));
    assert_false(room__bucket_take(&bucket));
    assert_int_equal(bucket.level_milli, 0);
}

static void it_fills_with_time(void **state)
{
    struct room_bucket bucket = {0, 1000};

    (void)state;
    room__bucket_fill(&bucket, &slow, 1000 + 299999);
    assert_false(room__bucket_take(&bucket));
    room__bucket_fill(&bucket, &slow, 1000 + 300000);
    assert_true(room__bucket_take(&bucket));
    assert_false(room__bucket_take(&bucket));
}

/* Asking often must not lose the parts of a thousandth. */
static void nothing_is_lost_by_asking_often(void **state)
{
    struct room_bucket bucket = {0, 0};

    (void)state;
    for (int64_t ms = 1; ms < 300000; ms += 7)
        room__bucket_fill(&bucket, &slow, ms);
    room__bucket_fill(&bucket, &slow, 300000);
    assert_int_equal(bucket.level_milli, 1000);
}

static void it_never_holds_more_than_it_may(void **state)
{
    struct room_bucket bucket = {0, 0};

    (void)state;
    room__bucket_fill(&bucket, &fast, INT64_MAX);
    assert_int_equal(bucket.level_milli, 3000);
    assert_int_equal(bucket.at_ms, INT64_MAX);
    bucket.level_milli = 9000; /* the limit was lowered */
    room__bucket_fill(&bucket, &fast, INT64_MAX);
    assert_int_equal(bucket.level_milli, 3000);
}

/* As one that was set right between two starts. */
static void a_clock_that_goes_back_holds_up_nobody(void **state)
{
    struct room_bucket bucket = {500, 1000};

    (void)state;
    room__bucket_fill(&bucket, &fast, 10);
    assert_int_equal(bucket.level_milli, 500);
    assert_int_equal(bucket.at_ms, 10);
    room__bucket_fill(&bucket, &fast, 260);
    assert_int_equal(bucket.level_milli, 1000);
}

static void the_wait_is_exact(void **state)
{
    struct room_bucket bucket = {0, 0};

    (void)state;
    room__bucket_fill(&bucket, &slow, 100000);
    assert_int_equal(room__bucket_wait_ms(&bucket, &slow, 100000), 200000);
    room__bucket_fill(&bucket, &slow, 299999);
    assert_int_equal(room__bucket_wait_ms(&bucket, &slow, 299999), 1);
    room__bucket_fill(&bucket, &slow, 300000);
    assert_int_equal(room__bucket_wait_ms(&bucket, &slow, 300000), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_bucket_gives_nothing),
        cmocka_unit_test(it_fills_with_time),
        cmocka_unit_test(nothing_is_lost_by_asking_often),
        cmocka_unit_test(it_never_holds_more_than_it_may),
        cmocka_unit_test(a_clock_that_goes_back_holds_up_nobody),
        cmocka_unit_test(the_wait_is_exact),
    };

    return cmocka_run_group_tests_name("room_bucket", tests, NULL, NULL);
}

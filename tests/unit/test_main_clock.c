#include "main/main_clock.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "support/check.h"

enum { START_MS = 1000 * 1000, HOUR_MS = 3600 * 1000 };

static const int64_t wall = INT64_C(1800000000000);

static void time_runs_with_the_boot_clock(void **state)
{
    struct main_clock clock = {.log = NULL};

    (void)state;
    main_clock_set(&clock, wall, START_MS);
    for (int64_t t = 0; t <= 5000; t += 7)
        assert_int_equal(main_clock_advance(&clock, wall + t, START_MS + t),
                         wall + t);
    /* The machine slept for a day. */
    assert_int_equal(main_clock_advance(&clock, wall + 24 * HOUR_MS,
                                        START_MS + 24 * HOUR_MS),
                     wall + 24 * HOUR_MS);
}

static void small_steps_forward_are_followed(void **state)
{
    struct main_clock clock = {.log = NULL};

    (void)state;
    main_clock_set(&clock, wall, START_MS);
    assert_int_equal(
        main_clock_advance(&clock, wall + 10 + 60000, START_MS + 10),
        wall + 10 + 60000);
    assert_int_equal(
        main_clock_advance(&clock, wall + 20 + HOUR_MS + 60000, START_MS + 20),
        wall + 20 + HOUR_MS + 60000);
}

static void small_steps_back_never_go_back(void **state)
{
    struct main_clock clock = {.log = NULL};
    int64_t last = wall;

    (void)state;
    main_clock_set(&clock, wall, START_MS);
    for (int64_t t = 1; t <= 30000; t++) {
        /* Ten seconds back at the first look. */
        int64_t now =
            main_clock_advance(&clock, wall + t - 10000, START_MS + t);

        assert_true(now >= last);
        assert_true(now - last <= 1);
        if (t < 19990) /* half speed */
            assert_int_equal(now, wall + t / 2);
        else
            assert_in_range(now, wall + t - 10000, wall + t - 9990);
        last = now;
    }
}

static void rounding_is_no_step(void **state)
{
    struct main_clock clock = {.log = NULL};
    int64_t last = wall;

    (void)state;
    main_clock_set(&clock, wall, START_MS);
    for (int64_t t = 1; t <= 100000; t++) {
        int64_t now =
            main_clock_advance(&clock, wall + t - t % 2, START_MS + t);

        assert_true(now >= last);
        assert_in_range(now, wall + t - 2, wall + t);
        last = now;
    }
}

static void check_jump(int64_t jump_ms, const char *seconds)
{
    struct log log = {memfd_create("log", 0), NULL, NULL};
    struct main_clock clock = {.log = &log};
    char text[1000] = "";
    const char *first;

    main_clock_set(&clock, wall, START_MS);
    for (int64_t t = 0; t < 3000; t += 1000)
        assert_int_equal(
            main_clock_advance(&clock, wall + t + jump_ms, START_MS + t),
            wall + t);
    /* Corrections from there on are followed again. */
    assert_int_equal(
        main_clock_advance(&clock, wall + 4500 + jump_ms, START_MS + 4000),
        wall + 4500);
    assert_true(pread(log.fd, text, sizeof(text) - 1, 0) > 0);
    first = strstr(text, "event=clock_jump");
    assert_non_null(first);
    assert_non_null(strstr(text, seconds));
    assert_null(strstr(first + 1, "event=clock_jump"));
    close(log.fd);
}

static void jumps_are_ignored_and_told_once(void **state)
{
    (void)state;
    check_jump(2 * HOUR_MS, "seconds=7200 ");
    check_jump(-2 * HOUR_MS, "seconds=-7200 ");
    check_jump(INT64_C(10) * 365 * 24 * HOUR_MS, "seconds=315360000 ");
}

static void system_clock_is_read(void **state)
{
    struct log log = {memfd_create("log", 0), NULL, NULL};
    struct main_clock clock = {.log = &log};
    char text[200] = "";
    int64_t first;
    int64_t second;

    (void)state;
    main_clock_init(&clock);
    first = main_clock_now_ms(&clock);
    usleep(20000);
    second = main_clock_now_ms(&clock);
    assert_in_range(second - first, 15, 5000);
    assert_true(first > INT64_C(1700000000000));
    assert_int_equal(pread(log.fd, text, sizeof(text), 0), 0);
    close(log.fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_runs_with_the_boot_clock),
        cmocka_unit_test(small_steps_forward_are_followed),
        cmocka_unit_test(small_steps_back_never_go_back),
        cmocka_unit_test(rounding_is_no_step),
        cmocka_unit_test(jumps_are_ignored_and_told_once),
        cmocka_unit_test(system_clock_is_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "link/link_backoff.h"

#include "support/check.h"

static void waits_stay_between_floor_and_ceiling(void **state)
{
    static const uint64_t ceilings[] = {2000,  4000,  8000, 16000,
                                        32000, 60000, 60000};
    struct link_backoff low = {1000, 60000, 0};
    struct link_backoff high = {1000, 60000, 0};

    (void)state;
    for (size_t i = 0; i < sizeof(ceilings) / sizeof(ceilings[0]); i++) {
        uint64_t span = ceilings[i] - 1000 + 1;

        assert_int_equal(link__backoff_next(&low, 0), 1000);
        assert_int_equal(link__backoff_next(&high, 5 * span - 1), ceilings[i]);
    }
}

static void waits_are_spread(void **state)
{
    struct link_backoff backoff = {1000, 60000, 60000};
    int early = 0;

    (void)state;
    for (uint64_t i = 0; i < 1000; i++) {
        uint64_t wait =
            link__backoff_next(&backoff, i * UINT64_C(0x9e3779b97f4a7c15));

        assert_true(wait >= 1000 && wait <= 60000);
        early += wait < 30500;
    }
    assert_in_range(early, 400, 600);
}

static void reset_begins_anew(void **state)
{
    struct link_backoff backoff = {1000, 60000, 0};

    (void)state;
    for (int i = 0; i < 10; i++)
        link__backoff_next(&backoff, 1);
    link__backoff_reset(&backoff);
    assert_int_equal(link__backoff_next(&backoff, 1000), 2000);
}

static void equal_limits_are_fine(void **state)
{
    struct link_backoff backoff = {50, 50, 0};

    (void)state;
    assert_int_equal(link__backoff_next(&backoff, UINT64_MAX), 50);
    assert_int_equal(link__backoff_next(&backoff, UINT64_MAX), 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_stay_between_floor_and_ceiling),
        cmocka_unit_test(waits_are_spread),
        cmocka_unit_test(reset_begins_anew),
        cmocka_unit_test(equal_limits_are_fine),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

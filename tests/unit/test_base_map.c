#include "base/map.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "support/check.h"
#include "support/fail_alloc.h"

enum { KEYS = 200 };

struct thing {
    char name[16];
    struct span key;
    bool is_in; /* what the map should say */
};

static const uint64_t seed[2] = {1, 2};

static void name_things(struct thing *things, int count)
{
    for (int i = 0; i < count; i++) {
        snprintf(things[i].name, sizeof(things[i].name), "key %d", i);
        things[i].key = span_of(things[i].name);
        things[i].is_in = false;
    }
}

/* The map and the plain table say the same of every key. */
static void check_all(const struct map *map, const struct thing *things)
{
    size_t count = 0;
    size_t walked = 0;
    size_t at = 0;
    const struct thing *thing;

    for (int i = 0; i < KEYS; i++) {
        assert_ptr_equal(map_get(map, things[i].key),
                         things[i].is_in ? &things[i] : NULL);
        count += things[i].is_in;
    }
    while ((thing = map_next(map, &at)) != NULL) {
        assert_true(thing->is_in);
        walked++;
    }
    assert_int_equal(map->count, count);
    assert_int_equal(walked, count);
}

static void empty_map_has_nothing(void **state)
{
    struct map map;
    size_t at = 0;

    (void)state;
    map_init(&map, seed);
    assert_null(map_get(&map, SPAN("tea")));
    assert_null(map_remove(&map, SPAN("tea")));
    assert_null(map_next(&map, &at));
    map_clear(&map);
}

static void latest_value_wins(void **state)
{
    struct map map;
    int first = 1;
    int second = 2;

    (void)state;
    map_init(&map, seed);
    check_ok(map_put(&map, SPAN("tea"), &first));
    check_ok(map_put(&map, SPAN("tea"), &second));
    assert_int_equal(map.count, 1);
    assert_ptr_equal(map_get(&map, SPAN("tea")), &second);
    assert_ptr_equal(map_remove(&map, SPAN("tea")), &second);
    assert_null(map_remove(&map, SPAN("tea")));
    assert_null(map_get(&map, SPAN("tea")));
    map_clear(&map);
    assert_int_equal(map.cap, 0);
    assert_int_equal(map.count, 0);
}

static void keys_are_bytes(void **state)
{
    struct map map;
    int a = 1;
    int b = 2;
    int none = 3;

    (void)state;
    map_init(&map, seed);
    check_ok(map_put(&map, SPAN("a\0b"), &a));
    check_ok(map_put(&map, SPAN("a\0c"), &b));
    check_ok(map_put(&map, SPAN_EMPTY, &none));
    assert_ptr_equal(map_get(&map, SPAN("a\0b")), &a);
    assert_ptr_equal(map_get(&map, SPAN("a\0c")), &b);
    assert_ptr_equal(map_get(&map, SPAN_EMPTY), &none);
    assert_null(map_get(&map, SPAN("a")));
    map_clear(&map);
}

/* Small tables and many removals: runs that wrap around the end of the table
 * and holes in the middle of them happen many times. */
static void random_life_agrees_with_a_plain_table(void **state)
{
    static struct thing things[KEYS];

    (void)state;
    name_things(things, KEYS);
    for (uint64_t life = 0; life < 200; life++) {
        const uint64_t life_seed[2] = {life, ~life};
        uint32_t chance = (uint32_t)life * 2654435761U + 1;
        uint32_t keys = life % 2 == 0 ? 12 : KEYS;
        struct map map;

        map_init(&map, life_seed);
        for (int step = 0; step < 300; step++) {
            struct thing *thing;

            chance = chance * 1664525U + 1013904223U;
            thing = &things[(chance >> 16) % keys];
            if (((chance >> 8) & 7) < 4) {
                check_ok(map_put(&map, thing->key, thing));
                thing->is_in = true;
            } else {
                assert_ptr_equal(map_remove(&map, thing->key),
                                 thing->is_in ? thing : NULL);
                thing->is_in = false;
            }
        }
        check_all(&map, things);
        for (int i = 0; i < KEYS; i++) {
            map_remove(&map, things[i].key);
            things[i].is_in = false;
            if (i % 16 == 0)
                check_all(&map, things);
        }
        map_clear(&map);
    }
}

/* Twelve entries in sixteen slots are nearly all one run: each removal must
 * leave the other eleven findable, whatever the hashes. */
static void every_removal_from_a_run_keeps_the_rest(void **state)
{
    static struct thing things[KEYS];

    (void)state;
    name_things(things, KEYS);
    for (uint64_t i = 0; i < 64 * 12; i++) {
        const uint64_t life_seed[2] = {i / 12, 7};
        struct thing *gone = &things[i % 12];
        struct map map;

        map_init(&map, life_seed);
        for (int k = 0; k < 12; k++) {
            check_ok(map_put(&map, things[k].key, &things[k]));
            things[k].is_in = true;
        }
        assert_int_equal(map.cap, 16);
        assert_ptr_equal(map_remove(&map, gone->key), gone);
        gone->is_in = false;
        check_all(&map, things);
        map_clear(&map);
    }
}

static void failed_growth_changes_nothing(void **state)
{
    static struct thing things[KEYS];
    struct map map;

    (void)state;
    name_things(things, KEYS);
    map_init(&map, seed);
    for (int i = 0; i < KEYS; i++) {
        enum err rc;

        fail_alloc_at(1);
        rc = map_put(&map, things[i].key, &things[i]);
        if (fail_alloc_stop()) {
            check_err(rc, ERR_NOMEM);
            check_all(&map, things);
            rc = map_put(&map, things[i].key, &things[i]);
        }
        check_ok(rc);
        things[i].is_in = true;
    }
    check_all(&map, things);
    map_clear(&map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_map_has_nothing),
        cmocka_unit_test(latest_value_wins),
        cmocka_unit_test(keys_are_bytes),
        cmocka_unit_test(random_life_agrees_with_a_plain_table),
        cmocka_unit_test(every_removal_from_a_run_keeps_the_rest),
        cmocka_unit_test(failed_growth_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "base/arena.h"

#include <stdalign.h>
#include <string.h>

#include "support/check.h"
#include "support/fail_alloc.h"

static void bytes_are_zeroed_and_aligned(void **state)
{
    struct arena arena = ARENA_EMPTY(100 * 1000);

    (void)state;
    for (size_t size = 1; size < 200; size++) {
        char *at = arena_alloc(&arena, size);

        assert_non_null(at);
        assert_int_equal((uintptr_t)at % alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(at[i], 0);
        memset(at, 0xaa, size);
    }
    arena_clear(&arena);
}

static void things_do_not_overlap(void **state)
{
    struct arena arena = ARENA_EMPTY(1000 * 1000);
    char *things[500];

    (void)state;
    for (int i = 0; i < 500; i++) {
        things[i] = arena_alloc(&arena, 100);
        assert_non_null(things[i]);
        memset(things[i], i % 127, 100);
    }
    for (int i = 0; i < 500; i++)
        for (int j = 0; j < 100; j++)
            assert_int_equal(things[i][j], i % 127);
    assert_true(arena.first != arena.last);
    arena_clear(&arena);
}

static void ceiling_is_kept(void **state)
{
    struct arena arena = ARENA_EMPTY(100);

    (void)state;
    assert_null(arena_alloc(&arena, 101));
    assert_null(arena_alloc(&arena, 100)); /* 112 with its alignment */
    assert_non_null(arena_alloc(&arena, 96));
    assert_null(arena_alloc(&arena, 5));
    assert_null(arena_alloc(&arena, 4)); /* 16 with its alignment */
    assert_null(arena_alloc(&arena, SIZE_MAX - 3));
    assert_int_equal(arena.used_bytes, 96);
    arena_reset(&arena);
    assert_non_null(arena_alloc(&arena, 96));
    arena_clear(&arena);
}

static void copy_is_terminated(void **state)
{
    struct arena arena = ARENA_EMPTY(1000);
    struct span copy = SPAN_EMPTY;
    char text[] = "tea";

    (void)state;
    check_ok(arena_copy(&arena, span_of(text), &copy));
    text[0] = 's';
    check_span(copy, "tea");
    assert_int_equal(copy.at[3], 0);
    check_ok(arena_copy(&arena, SPAN_EMPTY, &copy));
    check_span(copy, "");
    assert_non_null(copy.at);
    arena_clear(&arena);
}

static void copy_refused_leaves_out_alone(void **state)
{
    struct arena arena = ARENA_EMPTY(8);
    struct span copy = SPAN("before");

    (void)state;
    check_err(arena_copy(&arena, SPAN("far too long"), &copy), ERR_NOMEM);
    check_span(copy, "before");
    arena_clear(&arena);
}

static void no_memory_is_null(void **state)
{
    struct arena arena = ARENA_EMPTY(1000);

    (void)state;
    fail_alloc_at(1);
    assert_null(arena_alloc(&arena, 8));
    assert_true(fail_alloc_stop());
    assert_int_equal(arena.used_bytes, 0);
    assert_non_null(arena_alloc(&arena, 8));
    arena_clear(&arena);
}

static void no_memory_for_a_further_block_harms_nothing(void **state)
{
    struct arena arena = ARENA_EMPTY(1000 * 1000);
    char *first;

    (void)state;
    first = arena_alloc(&arena, 16);
    assert_non_null(first);
    fail_alloc_at(1);
    assert_null(arena_alloc(&arena, 500 * 1000));
    assert_true(fail_alloc_stop());
    assert_ptr_equal(arena_alloc(&arena, 16), first + 16);
    arena_clear(&arena);
}

static void reset_keeps_one_block_and_wipes_it(void **state)
{
    struct arena arena = ARENA_EMPTY(1000 * 1000);
    char *first;

    (void)state;
    arena_reset(&arena);
    assert_null(arena.first);
    first = arena_alloc(&arena, 10);
    assert_non_null(first);
    memcpy(first, "secret", 6);
    for (int i = 0; i < 100; i++)
        assert_non_null(arena_alloc(&arena, 1000));
    arena_reset(&arena);
    assert_true(arena.first == arena.last);
    assert_int_equal(arena.used_bytes, 0);
    for (int i = 0; i < 10; i++)
        assert_int_equal(first[i], 0);
    assert_ptr_equal(arena_alloc(&arena, 10), first);
    arena_clear(&arena);
}

static void reset_gives_back_a_big_block(void **state)
{
    struct arena arena = ARENA_EMPTY(1000 * 1000);

    (void)state;
    assert_non_null(arena_alloc(&arena, 500 * 1000));
    arena_reset(&arena);
    assert_null(arena.first);
    assert_null(arena.last);
    assert_int_equal(arena.used_bytes, 0);
}

static void clear_twice_is_fine(void **state)
{
    struct arena arena = ARENA_EMPTY(1000);

    (void)state;
    assert_non_null(arena_alloc(&arena, 1));
    arena_clear(&arena);
    arena_clear(&arena);
    assert_null(arena.first);
    assert_int_equal(arena.max_bytes, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_zeroed_and_aligned),
        cmocka_unit_test(things_do_not_overlap),
        cmocka_unit_test(ceiling_is_kept),
        cmocka_unit_test(copy_is_terminated),
        cmocka_unit_test(copy_refused_leaves_out_alone),
        cmocka_unit_test(no_memory_is_null),
        cmocka_unit_test(no_memory_for_a_further_block_harms_nothing),
        cmocka_unit_test(reset_keeps_one_block_and_wipes_it),
        cmocka_unit_test(reset_gives_back_a_big_block),
        cmocka_unit_test(clear_twice_is_fine),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

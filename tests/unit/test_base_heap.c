#include "base/heap.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "support/check.h"

static void a_moved_block_keeps_its_bytes(void **state)
{
    char *at = heap_realloc(NULL, 4);

    (void)state;
    assert_non_null(at);
    memcpy(at, "tea", 4);
    at = heap_realloc(at, 100000);
    assert_non_null(at);
    assert_string_equal(at, "tea");
    at = heap_realloc(at, 2);
    assert_non_null(at);
    assert_memory_equal(at, "te", 2);
    assert_null(heap_realloc(at, 0));
}

static void a_copy_is_terminated(void **state)
{
    char *copy = heap_copy(SPAN("teapot"));
    char *empty = heap_copy(SPAN_EMPTY);

    (void)state;
    assert_string_equal(copy, "teapot");
    assert_string_equal(empty, "");
    heap_free(copy);
    heap_free(empty);
}

static void nothing_is_freed(void **state)
{
    (void)state;
    heap_free(NULL);
    heap_free(malloc(10));
}

static bool is_clean(const char *at, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (at[i] != '\0')
            return false;
    return true;
}

/* What a buffer no longer holds is not behind its end either. */
static void a_cut_buffer_forgets(void **state)
{
    struct buf buf = BUF_EMPTY(1000);

    (void)state;
    check_ok(buf_append(&buf, SPAN("one two three")));
    buf_consume(&buf, 4);
    check_span(buf_span(&buf), "two three");
    assert_true(is_clean(buf.at + 9, 4));
    buf_truncate(&buf, 3);
    check_span(buf_span(&buf), "two");
    assert_true(is_clean(buf.at + 3, 10));
    buf_consume(&buf, 3);
    assert_true(is_clean(buf.at, 13));
    buf_clear(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_moved_block_keeps_its_bytes),
        cmocka_unit_test(a_copy_is_terminated),
        cmocka_unit_test(nothing_is_freed),
        cmocka_unit_test(a_cut_buffer_forgets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

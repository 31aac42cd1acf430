#include "base/buf.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "support/check.h"
#include "support/child.h"
#include "support/fail_alloc.h"

static void bytes_are_appended(void **state)
{
    struct buf buf = BUF_EMPTY(1000);

    (void)state;
    check_span(buf_span(&buf), "");
    check_ok(buf_append(&buf, SPAN("tea")));
    check_ok(buf_append(&buf, SPAN_EMPTY));
    check_ok(buf_append_byte(&buf, '!'));
    check_ok(buf_printf(&buf, " %d %s", 42, "cups"));
    check_span(buf_span(&buf), "tea! 42 cups");
    buf_clear(&buf);
    assert_null(buf.at);
    assert_int_equal(buf.cap, 0);
    assert_int_equal(buf.max, 1000);
}

static void growth_keeps_what_is_there(void **state)
{
    struct buf buf = BUF_EMPTY(100 * 1000);

    (void)state;
    for (int i = 0; i < 100 * 1000; i++)
        check_ok(buf_append_byte(&buf, (char)(i % 251)));
    assert_int_equal(buf.len, 100 * 1000);
    for (int i = 0; i < 100 * 1000; i++)
        assert_int_equal(buf.at[i], (char)(i % 251));
    assert_true(buf.cap <= buf.max);
    buf_clear(&buf);
}

static void ceiling_is_exact(void **state)
{
    struct buf buf = BUF_EMPTY(5);

    (void)state;
    check_err(buf_append(&buf, SPAN("123456")), ERR_LIMIT);
    check_ok(buf_append(&buf, SPAN("1234")));
    check_err(buf_append(&buf, SPAN("56")), ERR_LIMIT);
    check_err(buf_printf(&buf, "%d", 56), ERR_LIMIT);
    check_span(buf_span(&buf), "1234");
    check_ok(buf_printf(&buf, "%d", 5));
    check_span(buf_span(&buf), "12345");
    check_err(buf_append_byte(&buf, '6'), ERR_LIMIT);
    check_ok(buf_append(&buf, SPAN_EMPTY));
    assert_int_equal(buf.max, 5);
    buf_clear(&buf);
}

static void failed_allocation_changes_nothing(void **state)
{
    struct buf buf = BUF_EMPTY(1000);

    (void)state;
    check_ok(buf_append(&buf, SPAN("tea")));
    fail_alloc_at(1);
    check_err(buf_reserve(&buf, 900), ERR_NOMEM);
    fail_alloc_at(1);
    check_err(buf_printf(&buf, "%900d", 1), ERR_NOMEM);
    assert_true(fail_alloc_stop());
    check_span(buf_span(&buf), "tea");
    assert_int_equal(buf.max, 1000);
    buf_clear(&buf);
}

static void reserved_room_is_written_then_counted(void **state)
{
    struct buf buf = BUF_EMPTY(1000);

    (void)state;
    check_ok(buf_reserve(&buf, 600));
    memcpy(buf.at + buf.len, "tea", 3);
    buf_grew(&buf, 3);
    check_span(buf_span(&buf), "tea");
    buf_clear(&buf);
}

static void front_and_back_are_cut(void **state)
{
    struct buf buf = BUF_EMPTY(1000);

    (void)state;
    buf_consume(&buf, 0);
    check_ok(buf_append(&buf, SPAN("green tea leaf")));
    buf_consume(&buf, 6);
    check_span(buf_span(&buf), "tea leaf");
    buf_truncate(&buf, 3);
    check_span(buf_span(&buf), "tea");
    buf_consume(&buf, 3);
    check_span(buf_span(&buf), "");
    buf_clear(&buf);
}

/* The address sanitizer sees a move that takes too much. */
static void full_buffer_is_consumed(void **state)
{
    struct buf buf = BUF_EMPTY(256);

    (void)state;
    for (int i = 0; i < 256; i++)
        check_ok(buf_append_byte(&buf, (char)('a' + i % 26)));
    buf_consume(&buf, 250);
    check_span(buf_span(&buf), "qrstuv");
    buf_clear(&buf);
}

static void wiped_buffer_is_empty(void **state)
{
    struct buf buf = BUF_EMPTY(1000);

    (void)state;
    buf_clear(&buf);
    check_ok(buf_append(&buf, SPAN("secret")));
    buf_clear(&buf);
    assert_null(buf.at);
    assert_int_equal(buf.len, 0);
}

static void grow_too_far(void *self)
{
    buf_grew(self, 256 - 3 + 1); /* one more than was allocated */
}

static void consume_too_much(void *self)
{
    buf_consume(self, 4);
}

static void truncate_upwards(void *self)
{
    buf_truncate(self, 4);
}

static void misuse_is_a_bug(void **state)
{
    void (*const misuse[])(void *self) = {grow_too_far, consume_too_much,
                                          truncate_upwards};
    struct buf buf = BUF_EMPTY(1000);

    (void)state;
    check_ok(buf_append(&buf, SPAN("tea")));
    for (size_t i = 0; i < sizeof(misuse) / sizeof(misuse[0]); i++) {
        struct child_result result;

        child_run(misuse[i], &buf, &result);
        assert_true(WIFSIGNALED(result.status));
        assert_int_equal(WTERMSIG(result.status), SIGABRT);
    }
    buf_clear(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_appended),
        cmocka_unit_test(growth_keeps_what_is_there),
        cmocka_unit_test(ceiling_is_exact),
        cmocka_unit_test(failed_allocation_changes_nothing),
        cmocka_unit_test(reserved_room_is_written_then_counted),
        cmocka_unit_test(front_and_back_are_cut),
        cmocka_unit_test(full_buffer_is_consumed),
        cmocka_unit_test(wiped_buffer_is_empty),
        cmocka_unit_test(misuse_is_a_bug),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

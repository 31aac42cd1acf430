/* A test of the tests: a check that fails makes its program fail. */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "support/check.h"
#include "support/child.h"
#include "support/fail_alloc.h"

static void number_is_right(void **state)
{
    (void)state;
    assert_int_equal(1, 1);
}

static void number_is_wrong(void **state)
{
    (void)state;
    assert_int_equal(1, 2);
}

static void span_is_wrong(void **state)
{
    (void)state;
    check_span(SPAN("tea"), "coffee");
}

static void error_is_wrong(void **state)
{
    (void)state;
    check_ok(ERR_LIMIT);
}

static void run_group(void *self)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(number_is_right),
        {"inner", *(CMUnitTestFunction *)self, NULL, NULL, NULL},
    };

    exit(cmocka_run_group_tests(tests, NULL, NULL));
}

static int exit_status_of(CMUnitTestFunction check, char *output)
{
    struct child_result result;

    child_run(run_group, &check, &result);
    memcpy(output, result.output, sizeof(result.output));
    assert_true(WIFEXITED(result.status));
    return WEXITSTATUS(result.status);
}

static void failing_check_fails(void **state)
{
    static const CMUnitTestFunction wrong[] = {number_is_wrong, span_is_wrong,
                                               error_is_wrong};
    char output[sizeof(((struct child_result *)0)->output)];

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_int_equal(exit_status_of(wrong[i], output), 1);
        assert_non_null(strstr(output, "FAILED"));
    }
}

static void passing_check_passes(void **state)
{
    char output[sizeof(((struct child_result *)0)->output)];

    (void)state;
    assert_int_equal(exit_status_of(number_is_right, output), 0);
}

static void chosen_allocation_fails_once(void **state)
{
    void *volatile first; /* or the compiler drops the call */
    void *volatile second;
    void *volatile third;

    (void)state;
    fail_alloc_at(2);
    first = malloc(1);
    second = malloc(1);
    third = malloc(1);
    assert_non_null(first);
    assert_null(second);
    assert_non_null(third);
    assert_true(fail_alloc_stop());
    assert_false(fail_alloc_stop());
    free(first);
    free(third);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(failing_check_fails),
        cmocka_unit_test(passing_check_passes),
        cmocka_unit_test(chosen_allocation_fails_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

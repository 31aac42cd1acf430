/* The macro that everything else leans on comes first. */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "base/bug.h"
#include "support/check.h"
#include "support/child.h"

static void find_bug(void *self)
{
    const int *number = self;

    BUG_IF(*number == 1);
}

static void bug_aborts_and_says_where(void **state)
{
    struct child_result result;
    int number = 1;

    (void)state;
    child_run(find_bug, &number, &result);
    assert_true(WIFSIGNALED(result.status));
    assert_int_equal(WTERMSIG(result.status), SIGABRT);
    assert_non_null(strstr(result.output, "event=bug at="));
    assert_non_null(strstr(result.output, "test_base_bug.c:"));
    assert_non_null(strstr(result.output, "condition=\"*number == 1\""));
}

static void no_bug_goes_on(void **state)
{
    struct child_result result;
    int number = 2;

    (void)state;
    child_run(find_bug, &number, &result);
    assert_true(WIFEXITED(result.status));
    assert_int_equal(WEXITSTATUS(result.status), 0);
    assert_string_equal(result.output, "");
}

static void condition_is_evaluated_once(void **state)
{
    int count = 0;

    (void)state;
    BUG_IF(count++ > 0);
    assert_int_equal(count, 1);
}

static void abort_at_given_place(void *self)
{
    (void)self;
    bug_abort("some.c", 7, "x > y");
}

static void line_is_as_promised(void **state)
{
    struct child_result result;

    (void)state;
    child_run(abort_at_given_place, NULL, &result);
    assert_non_null(
        strstr(result.output,
               "level=error event=bug at=some.c:7 condition=\"x > y\"\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bug_aborts_and_says_where),
        cmocka_unit_test(no_bug_goes_on),
        cmocka_unit_test(condition_is_evaluated_once),
        cmocka_unit_test(line_is_as_promised),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

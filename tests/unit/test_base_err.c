#include <string.h>

#include "support/check.h"

static void every_code_has_its_own_text(void **state)
{
    (void)state;
    for (int i = 0; i < ERR_COUNT; i++) {
        assert_non_null(err_text((enum err)i));
        for (int j = 0; j < i; j++)
            assert_string_not_equal(err_text((enum err)i),
                                    err_text((enum err)j));
    }
}

static void success_is_zero(void **state)
{
    (void)state;
    assert_int_equal(ERR_OK, 0);
    assert_string_equal(err_text(ERR_OK), "success");
}

static void strange_code_is_survived(void **state)
{
    (void)state;
    assert_string_equal(err_text(ERR_COUNT), "unknown error");
    assert_string_equal(err_text((enum err)(ERR_COUNT + 3)), "unknown error");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_its_own_text),
        cmocka_unit_test(success_is_zero),
        cmocka_unit_test(strange_code_is_survived),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

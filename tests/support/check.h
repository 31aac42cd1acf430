/* check.h - what every unit test includes: cmocka and the headers it forgets,
 * and a few checks that speak of our own types. */
#ifndef SUPPORT_CHECK_H
#define SUPPORT_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/span.h"

#define check_ok(call) assert_string_equal(err_text(call), err_text(ERR_OK))
#define check_err(call, code)                                                  \
    assert_string_equal(err_text(call), err_text(code))

/* A span holds exactly `text`. */
#define check_span(given, text)                                                \
    do {                                                                       \
        struct span check_span_ = (given);                                     \
        assert_int_equal(check_span_.len, sizeof(text) - 1);                   \
        if (check_span_.len > 0)                                               \
            assert_memory_equal(check_span_.at, text, sizeof(text) - 1);       \
    } while (0)

#endif

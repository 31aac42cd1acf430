/* room_check.h - unit tests of rooms: a fresh room script for each test, and
 * one line with what must follow from it. */
#ifndef SUPPORT_ROOM_CHECK_H
#define SUPPORT_ROOM_CHECK_H

#include "support/check.h"
#include "support/room_script.h"

/* For cmocka_unit_test_setup_teardown; *state is a struct room_script. */
int room_check_setup(void **state);
int room_check_teardown(void **state);

#define room_test(name)                                                        \
    cmocka_unit_test_setup_teardown(name, room_check_setup, room_check_teardown)

/* Runs lines, whatever follows. */
void room_do(struct room_script *script, const char *lines);

/* Runs one line; what follows is exactly `text`, lines without indent. */
void room_expect(struct room_script *script, const char *line,
                 const char *text);

/* Runs one line; `part` is in what follows, or is not. */
void room_expect_part(struct room_script *script, const char *line,
                      const char *part);
void room_expect_no_part(struct room_script *script, const char *line,
                         const char *part);

/* A room `tea` of Ann and Bob with Ann's phone and Bob's desk in it. */
void room_do_begin(struct room_script *script);

struct room *room_tea(struct room_script *script);

#endif

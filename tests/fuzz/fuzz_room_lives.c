/* Bytes choose what happens to a room; the model of room_model.h judges. */
#include <stdio.h>
#include <stdlib.h>

#include "support/room_lives.h"

enum { STEPS_MAX = 300 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct life_options options = {.steps = STEPS_MAX};
    struct dice dice = dice_of_bytes(data, size);
    const char *wrong;

    options.may_sleep = dice_throw(&dice, 2) == 0;
    options.has_eviction = dice_throw(&dice, 2) == 0;
    wrong = life_run(&dice, &options);
    if (wrong != NULL) {
        fprintf(stderr, "%s\n", wrong);
        abort();
    }
    return 0;
}

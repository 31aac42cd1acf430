/* dice.h - chance that can be told again: from a seed, or from a fuzzer. */
#ifndef SUPPORT_DICE_H
#define SUPPORT_DICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dice {
    const uint8_t *bytes; /* NULL: made from `state` */
    size_t len;
    size_t at;
    uint64_t state;
};

struct dice dice_of_seed(uint64_t seed);
struct dice dice_of_bytes(const uint8_t *bytes, size_t len);

/* 0 .. sides - 1. */
uint32_t dice_throw(struct dice *dice, uint32_t sides);

/* False when the bytes are used up. */
bool dice_has_more(const struct dice *dice);

/* True one time in so many. */
bool dice_is(struct dice *dice, uint32_t one_in);

#endif

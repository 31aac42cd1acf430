#include "support/dice.h"

struct dice dice_of_seed(uint64_t seed)
{
    return (struct dice){.state = seed * 0x9e3779b97f4a7c15U + 1};
}

struct dice dice_of_bytes(const uint8_t *bytes, size_t len)
{
    static const uint8_t none[1] = {0};

    return (struct dice){.bytes = len > 0 ? bytes : none, .len = len};
}

bool dice_has_more(const struct dice *dice)
{
    return dice->bytes == NULL || dice->at < dice->len;
}

uint32_t dice_throw(struct dice *dice, uint32_t sides)
{
    uint64_t x;

    if (dice->bytes != NULL)
        return dice->at < dice->len ? dice->bytes[dice->at++] % sides : 0;
    dice->state += 0x9e3779b97f4a7c15U; /* splitmix64 */
    x = dice->state;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    return (uint32_t)((x ^ (x >> 31)) % sides);
}

bool dice_is(struct dice *dice, uint32_t one_in)
{
    return dice_throw(dice, one_in) == 0;
}

#include "base/secret.h"

#include <string.h>

bool secret_equal(const struct secret *a, const struct secret *b)
{
    volatile uint8_t difference = 0;

    for (size_t i = 0; i < SECRET_BYTES; i++)
        difference = (uint8_t)(difference | (a->at[i] ^ b->at[i]));
    return difference == 0;
}

void secret_clear(struct secret *secret)
{
    explicit_bzero(secret->at, sizeof(secret->at));
}

/* secret.h - bytes that must never be seen.
 *
 * There is no function that prints one.  Only digests and keys of a fixed
 * size live here; a code or password becomes a digest at the door. */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SECRET_BYTES = 32 };

struct secret {
    uint8_t at[SECRET_BYTES];
};

/* Compares in a time that does not depend on the contents. */
bool secret_equal(const struct secret *a, const struct secret *b);

/* Overwrites it in a way the compiler keeps. */
void secret_clear(struct secret *secret);

#endif

/* base32.h - Crockford's base 32, for ids and codes that people type.
 *
 * The alphabet is 0123456789abcdefghjkmnpqrstvwxyz: no i, l, o, u. */
#ifndef BASE_BASE32_H
#define BASE_BASE32_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

enum { CODE_CHARS = 10, ID_CHARS = 16 };

/* Writes `chars` lower-case characters for the first 5 * chars bits of
 * `bytes`, without a NUL. */
void base32_encode(const uint8_t *bytes, char *out, size_t chars);

/* True when `text` is exactly `chars` lower-case characters of the
 * alphabet. */
bool base32_is_id(struct span text, size_t chars);

/* Brings a typed code into the one form that is digested: blanks, dashes
 * and line ends dropped, any case, O read as 0, I and L as 1.  False when what
 * is left is not exactly CODE_CHARS characters of the alphabet; `out` is then
 * filled with zeros.  No NUL is written. */
bool base32_normalise_code(struct span typed, char out[CODE_CHARS]);

/* Writes a code as shown, upper case and grouped 7K3M9-QXP2D, with a NUL. */
void base32_show_code(const char code[CODE_CHARS], char out[CODE_CHARS + 2]);

#endif

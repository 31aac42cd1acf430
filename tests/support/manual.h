/* manual.h - a man page and a program's own help say the same. */
#ifndef SUPPORT_MANUAL_H
#define SUPPORT_MANUAL_H

/* Fails unless docs/man/PAGE has the long options that `usage` has and no
 * other, and each command that begins a line of `usage`. */
void manual_fits(const char *page, const char *usage);

/* Fails unless docs/man/PAGE has these words, whatever lines they stand in. */
void manual_says(const char *page, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif

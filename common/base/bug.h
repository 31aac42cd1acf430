/* bug.h - stops the program when it finds itself broken.
 *
 * For states that no input can cause.  Bad input is never a bug: it is a
 * refusal or an `enum err`. */
#ifndef BASE_BUG_H
#define BASE_BUG_H

/* Aborts with file, line and the condition when `x` is true; also in release
 * builds. */
#define BUG_IF(x)                                                              \
    do {                                                                       \
        if (__builtin_expect(!!(x), 0))                                        \
            bug_abort(__FILE__, __LINE__, #x);                                 \
    } while (0)

/* Prints one line to standard error and aborts.  Does not return. */
void bug_abort(const char *file, int line, const char *condition)
    __attribute__((noreturn));

#endif

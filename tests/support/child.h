/* child.h - runs something in a child process and keeps what it wrote. */
#ifndef SUPPORT_CHILD_H
#define SUPPORT_CHILD_H

#include <stddef.h>

struct child_result {
    int status;        /* as from waitpid */
    char output[4096]; /* standard output and error, terminated, cut */
};

/* Runs `work(self)` in a child that then exits with 0. */
void child_run(void (*work)(void *self), void *self,
               struct child_result *result);

#endif

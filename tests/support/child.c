#include "support/child.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef DUOLOGUE_COVERAGE
#include <gcov.h>

/* A child that aborts has run its lines all the same. */
static void keep_counts(int number)
{
    __gcov_dump();
    signal(number, SIG_DFL);
    raise(number);
}
#endif

static void read_all(int fd, char *at, size_t size)
{
    size_t len = 0;
    ssize_t got;

    while ((got = read(fd, at + len, size - 1 - len)) > 0)
        len += (size_t)got;
    at[len] = '\0';
}

void child_run(void (*work)(void *self), void *self,
               struct child_result *result)
{
    int ends[2];
    pid_t pid;

    if (pipe(ends) != 0 || (pid = fork()) < 0)
        abort();
    if (pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
#ifdef DUOLOGUE_COVERAGE
        signal(SIGABRT, keep_counts);
#endif
        work(self);
        exit(0);
    }
    close(ends[1]);
    read_all(ends[0], result->output, sizeof(result->output));
    close(ends[0]);
    if (waitpid(pid, &result->status, 0) != pid)
        abort();
}

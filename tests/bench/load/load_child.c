/* load_child.c - starts what is measured, and looks at it from outside. */
#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "load/load.h"

FILE *load_open_config(const struct load_options *options,
                       struct load_child *child)
{
    char path[600];
    FILE *file;

    snprintf(child->folder, sizeof(child->folder), "%s/bench.XXXXXX",
             options->folder);
    if (mkdtemp(child->folder) == NULL)
        load_die("%s: %s", child->folder, strerror(errno));
    snprintf(path, sizeof(path), "%s/duologue.conf", child->folder);
    file = fopen(path, "w");
    if (file == NULL)
        load_die("%s: %s", path, strerror(errno));
    return file;
}

/* The release build puts us into tests/ and the program into bin/. */
static void find_program(const char *name, char out[PATH_MAX])
{
    char own[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", own, sizeof(own) - 1);

    if (len <= 0)
        load_die("/proc/self/exe: %s", strerror(errno));
    own[len] = '\0';
    if (snprintf(out, PATH_MAX, "%s/../bin/%s", dirname(own), name) >= PATH_MAX)
        load_die("a path that is too long");
}

static void run_program(const char *program, const char *folder)
{
    char path[600];

    snprintf(path, sizeof(path), "%s/log", folder);
    if (freopen(path, "w", stderr) == NULL)
        _exit(1);
    snprintf(path, sizeof(path), "%s/duologue.conf", folder);
    execl(program, program, "-c", path, (char *)NULL);
    _exit(1);
}

void load_start(const struct load_options *options, const char *name,
                void (*echo)(uint16_t port), uint16_t port,
                struct load_child *child)
{
    char program[PATH_MAX];

    if (options->program != NULL)
        snprintf(program, sizeof(program), "%s", options->program);
    else
        find_program(name, program);
    child->pid = fork();
    if (child->pid < 0)
        load_die("fork: %s", strerror(errno));
    if (child->pid > 0)
        return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (options->is_baseline)
        echo(port);
    run_program(program, child->folder);
}

static int remove_one(const char *path, const struct stat *st, int kind,
                      struct FTW *ftw)
{
    (void)st;
    (void)kind;
    (void)ftw;
    return remove(path);
}

void load_stop(struct load_child *child)
{
    int status = 0;

    kill(child->pid, SIGTERM);
    waitpid(child->pid, &status, 0);
    if (child->folder[0] == '\0')
        return;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fprintf(stderr, "%s: it ended badly (%d), see %s/log\n",
                program_invocation_short_name, status, child->folder);
    else
        nftw(child->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

int64_t load_cpu_us(pid_t pid)
{
    char path[64];
    char line[512];
    char *at = NULL;
    unsigned long ticks;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    file = fopen(path, "r");
    if (file != NULL && fgets(line, sizeof(line), file) != NULL)
        at = strrchr(line, ')'); /* of its name, the second field */
    for (int field = 2; at != NULL && field < 14; field++)
        at = strchr(at + 1, ' ');
    if (at == NULL)
        load_die("%s: cannot read it; has it ended?", path);
    fclose(file);
    ticks = strtoul(at, &at, 10); /* user, then system */
    ticks += strtoul(at, NULL, 10);
    return (int64_t)ticks * (1000000 / sysconf(_SC_CLK_TCK));
}

/* A number behind `name` in a file of /proc. */
static uint64_t read_number(pid_t pid, const char *where, const char *name)
{
    uint64_t number = 0;
    char path[64];
    char line[256];
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, where);
    file = fopen(path, "r");
    if (file == NULL)
        return 0;
    while (fgets(line, sizeof(line), file) != NULL)
        if (strncmp(line, name, strlen(name)) == 0)
            number = strtoull(line + strlen(name), NULL, 10);
    fclose(file);
    return number;
}

uint64_t load_written_bytes(pid_t pid)
{
    return read_number(pid, "io", "write_bytes:");
}

uint64_t load_rss_kib(pid_t pid)
{
    return read_number(pid, "status", "VmRSS:");
}

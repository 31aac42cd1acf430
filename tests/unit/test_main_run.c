/* The whole program in a child: start, signals, exit statuses. */
#include "main/main_run.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "process/process_harden.h"
#include "support/check.h"
#include "support/child.h"

enum { WAIT_MS = 15000 };

struct world {
    char dir[40];
    char file[60];
    char manager[60];
    int heard; /* what the service manager hears with */
};

static void write_config(const struct world *w, const char *limits)
{
    FILE *file = fopen(w->file, "w");

    assert_non_null(file);
    fprintf(file,
            "[component]\ndomain = duo.example\nserver =\n"
            "data_dir = %s/data\nsocket = %s/sock\n[limits]\n%s",
            w->dir, w->dir, limits);
    assert_int_equal(fclose(file), 0);
}

static void begin(struct world *w)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};

    snprintf(w->dir, sizeof(w->dir), "/tmp/duologue-run-XXXXXX");
    assert_non_null(mkdtemp(w->dir));
    snprintf(w->file, sizeof(w->file), "%s/conf", w->dir);
    snprintf(w->manager, sizeof(w->manager), "%s/notify", w->dir);
    write_config(w, "");
    w->heard = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    snprintf(at.sun_path, sizeof(at.sun_path), "%s", w->manager);
    assert_int_equal(bind(w->heard, (struct sockaddr *)&at, sizeof(at)), 0);
}

static void remove_in(const struct world *w, const char *name)
{
    char path[80];

    snprintf(path, sizeof(path), "%s/%s", w->dir, name);
    if (unlink(path) != 0)
        rmdir(path);
}

static void end(struct world *w)
{
    static const char *const names[] = {"data/duologue.db",
                                        "data/duologue.db-wal",
                                        "data/duologue.db-shm",
                                        "data/keys",
                                        "data/lock",
                                        "data/reserve",
                                        "data",
                                        "conf",
                                        "notify",
                                        "sock",
                                        "log"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        remove_in(w, names[i]);
    close(w->heard);
    rmdir(w->dir);
}

static pid_t start(const struct world *w)
{
    char log[60];
    pid_t pid = fork();
    int fd;

    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* of a test that failed */
    snprintf(log, sizeof(log), "%s/log", w->dir);
    fd = open(log, O_CREAT | O_WRONLY | O_APPEND, 0600);
    dup2(fd, STDERR_FILENO);
    setenv("NOTIFY_SOCKET", w->manager, 1);
    setenv("WATCHDOG_USEC", "40000", 1);
    exit((int)main_run(w->file));
}

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The beats of the watchdog go on: each wait ends, and all together. */
static void check_heard(const struct world *w, const char *text)
{
    struct pollfd ready = {.fd = w->heard, .events = POLLIN};
    int64_t end_ms = now_ms() + WAIT_MS;
    char got[200] = "";

    do {
        ssize_t len;

        if (now_ms() > end_ms)
            fail_msg("%s: not heard in %d ms", text, WAIT_MS);
        assert_int_equal(poll(&ready, 1, WAIT_MS), 1);
        len = recv(w->heard, got, sizeof(got) - 1, 0);
        got[len > 0 ? len : 0] = '\0';
    } while (strstr(got, text) == NULL);
}

static void check_exit(pid_t pid, int status)
{
    int got = -1;

    assert_int_equal(waitpid(pid, &got, 0), pid);
    assert_true(WIFEXITED(got));
    assert_int_equal(WEXITSTATUS(got), status);
}

static pid_t start_ready(const struct world *w)
{
    pid_t pid = start(w);

    check_heard(w, "READY=1");
    return pid;
}

static void stop(pid_t pid)
{
    kill(pid, SIGTERM);
    check_exit(pid, MAIN_GOOD);
}

static int count_in_log(const struct world *w, const char *text)
{
    char path[60];
    char all[8000];
    FILE *file;
    int count = 0;

    snprintf(path, sizeof(path), "%s/log", w->dir);
    file = fopen(path, "r");
    assert_non_null(file);
    all[fread(all, 1, sizeof(all) - 1, file)] = '\0';
    fclose(file);
    for (const char *at = all; (at = strstr(at, text)) != NULL; at++)
        count++;
    return count;
}

static void stop_with(int number)
{
    struct world w;
    char path[60];
    struct stat file;
    pid_t pid;

    begin(&w);
    pid = start_ready(&w);
    check_heard(&w, "WATCHDOG=1");
    snprintf(path, sizeof(path), "%s/sock", w.dir);
    assert_int_equal(stat(path, &file), 0);
    assert_int_equal(file.st_mode & 0777, 0600);
    kill(pid, number);
    check_heard(&w, "STOPPING=1");
    check_exit(pid, MAIN_GOOD);
    assert_int_not_equal(stat(path, &file), 0);
    assert_int_equal(count_in_log(&w, "event=started"), 1);
    assert_int_equal(count_in_log(&w, "event=stopped"), 1);
    end(&w);
}

static void terminate_stops_it_orderly(void **state)
{
    (void)state;
    stop_with(SIGTERM);
}

static void interrupt_stops_it_orderly(void **state)
{
    (void)state;
    stop_with(SIGINT);
}

static void hangup_reads_limits_again(void **state)
{
    struct world w;
    pid_t pid;

    (void)state;
    begin(&w);
    pid = start_ready(&w);
    kill(pid, SIGHUP);
    check_heard(&w, "RELOADING=1\nMONOTONIC_USEC=");
    check_heard(&w, "READY=1");
    assert_int_equal(count_in_log(&w, "event=limits_reloaded"), 1);
    write_config(&w, "message_burst = lots\n");
    kill(pid, SIGHUP);
    check_heard(&w, "RELOADING=1");
    check_heard(&w, "READY=1");
    assert_int_equal(count_in_log(&w, "event=reload_failed"), 1);
    assert_int_equal(count_in_log(&w, "message_burst"), 1);
    stop(pid);
    end(&w);
}

static void second_instance_fails(void **state)
{
    struct world w;
    pid_t first;

    (void)state;
    begin(&w);
    first = start_ready(&w);
    check_exit(start(&w), MAIN_FAILED);
    stop(first);
    end(&w);
}

static void wrong_configuration_is_another_status(void **state)
{
    struct world w;

    (void)state;
    begin(&w);
    write_config(&w, "message_burst = lots\n");
    check_exit(start(&w), MAIN_USAGE);
    assert_int_equal(count_in_log(&w, "conf:7: message_burst:"), 1);
    end(&w);
}

static void killed_one_can_start_again(void **state)
{
    struct world w;
    pid_t pid;

    (void)state;
    begin(&w);
    pid = start_ready(&w);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    pid = start_ready(&w);
    stop(pid);
    end(&w);
}

static void check_files(void *self)
{
    const struct world *w = self;

    assert_int_equal(main_check(w->file), MAIN_GOOD);
    write_config(w, "frob = 1\n");
    assert_int_equal(main_check(w->file), MAIN_USAGE);
}

static void check_says_one_line(void **state)
{
    struct child_result result;
    struct world w;
    char line[100];

    (void)state;
    begin(&w);
    child_run(check_files, &w, &result);
    assert_int_equal(result.status, 0);
    snprintf(line, sizeof(line), "%s: good\n", w.file);
    assert_non_null(strstr(result.output, line));
    assert_non_null(strstr(result.output, "conf:7: "));
    end(&w);
}

static void harden(void *self)
{
    struct rlimit limit;
    mode_t mask;

    (void)self;
    process_harden();
    mask = umask(0);
    assert_int_equal(mask, 077);
    assert_int_equal(getrlimit(RLIMIT_CORE, &limit), 0);
    assert_int_equal(limit.rlim_max, 0);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_int_equal(limit.rlim_cur, limit.rlim_max);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__clang__)
    assert_int_equal(prctl(PR_GET_DUMPABLE), 0);
#endif
    raise(SIGPIPE);
    puts("still here");
}

static void process_shows_nothing(void **state)
{
    struct child_result result;

    (void)state;
    child_run(harden, NULL, &result);
    assert_int_equal(result.status, 0);
    assert_non_null(strstr(result.output, "still here"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(terminate_stops_it_orderly),
        cmocka_unit_test(interrupt_stops_it_orderly),
        cmocka_unit_test(hangup_reads_limits_again),
        cmocka_unit_test(second_instance_fails),
        cmocka_unit_test(wrong_configuration_is_another_status),
        cmocka_unit_test(killed_one_can_start_again),
        cmocka_unit_test(check_says_one_line),
        cmocka_unit_test(process_shows_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

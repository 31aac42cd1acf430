/* web_child.c - starts the gateway, or the echo. */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/web.h"

/* Nobody listens there now; somebody else may in a moment. */
static uint16_t find_port(void)
{
    uint16_t port;

    close(load_listen(&port));
    return port;
}

static int listen_for_gateway(const char *folder)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(at.sun_path, sizeof(at.sun_path), "%.90s/s", folder);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0 ||
        listen(fd, 1) != 0)
        load_die("%s: %s", at.sun_path, strerror(errno));
    return fd;
}

static void write_config(const struct web *web)
{
    char path[600];
    FILE *file;

    snprintf(path, sizeof(path), "%s/duologue.conf", web->child.folder);
    file = fopen(path, "w");
    if (file == NULL)
        load_die("%s: %s", path, strerror(errno));
    fprintf(file,
            "[component]\n"
            "domain = " LOAD_DOMAIN "\n"
            "server =\n"
            "data_dir = %s\n"
            "socket = %s/s\n"
            "[gateway]\n"
            "listen = 127.0.0.1:%u\n"
            "public_url = http://bench.example\n"
            "metrics =\n",
            web->child.folder, web->child.folder, web->port);
    fclose(file);
}

static void run_gateway(const struct web *web)
{
    char own[PATH_MAX];
    char program[PATH_MAX];
    char path[600];
    ssize_t len = readlink("/proc/self/exe", own, sizeof(own) - 1);

    own[len > 0 ? len : 0] = '\0';
    if (snprintf(program, sizeof(program), "%s/../bin/duologue-gateway",
                 dirname(own)) >= PATH_MAX)
        _exit(1);
    snprintf(path, sizeof(path), "%s/log", web->child.folder);
    if (freopen(path, "w", stderr) == NULL)
        _exit(1);
    snprintf(path, sizeof(path), "%s/duologue.conf", web->child.folder);
    if (web->options->program != NULL)
        execl(web->options->program, program, "-c", path, (char *)NULL);
    else
        execl(program, program, "-c", path, (char *)NULL);
    _exit(1);
}

static void wait_for_port(uint16_t port)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons(port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int64_t until_us = load_now_us() + LOAD_WAIT_MS * 1000;

    while (load_now_us() < until_us) {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        int rc = connect(fd, (struct sockaddr *)&at, sizeof(at));

        close(fd);
        if (rc == 0)
            return;
        usleep(20 * 1000);
    }
    load_die("nobody listens");
}

void web_start(struct web *web)
{
    bool is_echo = web->options->is_baseline;
    int listener = -1;

    web->port = find_port();
    if (!is_echo) {
        snprintf(web->child.folder, sizeof(web->child.folder),
                 "%s/bench.XXXXXX", web->options->folder);
        if (mkdtemp(web->child.folder) == NULL)
            load_die("%s: %s", web->child.folder, strerror(errno));
        write_config(web);
        listener = listen_for_gateway(web->child.folder);
    }
    web->child.pid = fork();
    if (web->child.pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (is_echo)
            web_echo(web->port);
        run_gateway(web);
    }
    if (!is_echo)
        load_accept(listener, &web->link);
    wait_for_port(web->port);
}

void web_stop(struct web *web)
{
    if (web->options->is_baseline)
        kill(web->child.pid, SIGKILL); /* the library keeps SIGTERM to itself */
    else
        load_close(&web->link);
    load_stop(&web->child);
}

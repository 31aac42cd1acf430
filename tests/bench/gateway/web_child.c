/* web_child.c - starts the gateway, or the echo. */
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
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

static void write_config(struct web *web)
{
    FILE *file = load_open_config(&web->options->load, &web->child);

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
    bool is_echo = web->options->load.is_baseline;
    int listener = -1;

    web->port = find_port();
    if (!is_echo) {
        write_config(web);
        listener = listen_for_gateway(web->child.folder);
    }
    load_start(&web->options->load, "duologue-gateway", web_echo, web->port,
               &web->child);
    if (!is_echo)
        load_accept(listener, &web->link);
    wait_for_port(web->port);
}

void web_stop(struct web *web)
{
    if (web->options->load.is_baseline)
        kill(web->child.pid, SIGKILL); /* the library keeps SIGTERM to itself */
    else
        load_close(&web->link);
    load_stop(&web->child);
}

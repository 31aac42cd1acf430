#include "support/fake_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bug.h"

enum { HEARD_MAX_BYTES = 16 * 1024 };

struct fake_server {
    const struct fake_line *lines;
    int listener;
    uint16_t port;
    pthread_t thread;
};

static int listen_somewhere(uint16_t *port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    socklen_t len = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    BUG_IF(fd < 0 || bind(fd, (struct sockaddr *)&address, len) != 0 ||
           getsockname(fd, (struct sockaddr *)&address, &len) != 0);
    *port = ntohs(address.sin_port);
    return fd;
}

/* False when the client is gone. */
static bool wait_for(int fd, const char *words)
{
    char bytes[HEARD_MAX_BYTES + 1];
    size_t len = 0;

    do {
        ssize_t got = recv(fd, bytes + len, HEARD_MAX_BYTES - len, 0);

        if (got <= 0)
            return false;
        len += (size_t)got;
        bytes[len] = '\0';
    } while (strstr(bytes, words) == NULL);
    return true;
}

static void serve(const struct fake_server *server, int fd)
{
    for (const struct fake_line *line = server->lines; line->say != NULL;
         line++)
        if (!wait_for(fd, line->after) ||
            send(fd, line->say, strlen(line->say), MSG_NOSIGNAL) < 0)
            break;
}

static void *run(void *self)
{
    const struct fake_server *server = self;
    int fd;

    while ((fd = accept(server->listener, NULL, NULL)) >= 0) {
        serve(server, fd);
        close(fd);
    }
    return NULL;
}

struct fake_server *fake_server_start(const struct fake_line *lines)
{
    struct fake_server *server = calloc(1, sizeof(*server));

    BUG_IF(server == NULL);
    server->lines = lines;
    server->listener = listen_somewhere(&server->port);
    BUG_IF(listen(server->listener, 1) != 0 ||
           pthread_create(&server->thread, NULL, run, server) != 0);
    return server;
}

uint16_t fake_server_port(const struct fake_server *server)
{
    return server->port;
}

void fake_server_stop(struct fake_server *server)
{
    /* Wakes an accept that nobody came to. */
    shutdown(server->listener, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    close(server->listener);
    free(server);
}

uint16_t fake_server_dead_port(void)
{
    uint16_t port;

    close(listen_somewhere(&port));
    return port;
}

/* link_socket.c - the socket file that local peers find us by. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "link/link_internal.h"

enum {
    BACKLOG = 64,
    MODE_OURS = 0600,
    MODE_SHARED = 0660,
    UMASK_OURS = 0177, /* leaves MODE_OURS, from the first moment */
};

static enum err refuse(struct buf *error, const char *path, const char *why)
{
    /* Without memory the line is lost, the code is not. */
    return buf_printf(error, "socket %s: %s", path, why) == ERR_OK ? ERR_SYSTEM
                                                                   : ERR_NOMEM;
}

static enum err refuse_errno(struct buf *error, const char *path, int why)
{
    char text[160];

    snprintf(text, sizeof(text), "%s; check its folder and who may write there",
             strerror(why));
    return refuse(error, path, text);
}

static enum err make_address(const char *path, struct sockaddr_un *out,
                             struct buf *error)
{
    size_t len = strlen(path);

    *out = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (len == 0 || len >= sizeof(out->sun_path))
        return refuse(error, path,
                      "the path must have 1 to 107 bytes; change socket");
    memcpy(out->sun_path, path, len);
    return ERR_OK;
}

static int new_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

/* What connecting to the address gives: 0 or errno. */
static int knock(const struct sockaddr_un *address)
{
    int fd = new_socket();
    int answer = 0;

    if (fd < 0)
        return errno;
    if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) != 0)
        answer = errno;
    close(fd);
    return answer;
}

/* Removes a socket file that nobody answers at. */
static enum err remove_stale(const struct sockaddr_un *address,
                             struct buf *error)
{
    const char *path = address->sun_path;
    struct stat file;
    int answer;

    if (lstat(path, &file) != 0)
        return errno == ENOENT ? ERR_OK : refuse_errno(error, path, errno);
    if (!S_ISSOCK(file.st_mode))
        return refuse(error, path,
                      "is there and is no socket; remove it or "
                      "change socket");
    answer = knock(address);
    if (answer == 0 || answer == EAGAIN) {
        if (buf_printf(error,
                       "socket %s: another process answers there; stop it or "
                       "change socket",
                       path) != ERR_OK)
            return ERR_NOMEM;
        return ERR_AGAIN;
    }
    if (answer != ECONNREFUSED && answer != ENOENT)
        return refuse_errno(error, path, answer);
    if (unlink(path) != 0 && errno != ENOENT)
        return refuse_errno(error, path, errno);
    return ERR_OK;
}

static int bind_privately(int fd, const struct sockaddr_un *address)
{
    mode_t usual = umask(UMASK_OURS);
    int result =
        bind(fd, (const struct sockaddr *)address, sizeof(*address)) == 0
            ? 0
            : errno;

    umask(usual);
    return result;
}

/* The group first and the mode then: never open to another group. */
static void share(const struct link_socket *socket)
{
    if (!socket->is_shared)
        return;
    if (chown(socket->path, (uid_t)-1, socket->gid) != 0 ||
        chmod(socket->path, MODE_SHARED) != 0)
        log_warn(socket->log, "socket_not_shared",
                 "why=\"%s\" advice=\"add our user to the gateway user's "
                 "group, or start us as root\"",
                 strerror(errno));
}

enum err link__socket_open(const struct link_socket *socket, int *fd,
                           struct stat *file, struct buf *error)
{
    struct sockaddr_un address;
    int result = 0;
    int made;
    enum err rc = make_address(socket->path, &address, error);

    if (rc == ERR_OK)
        rc = remove_stale(&address, error);
    if (rc != ERR_OK)
        return rc;
    made = new_socket();
    if (made < 0)
        return refuse_errno(error, socket->path, errno);
    result = bind_privately(made, &address);
    if (result == 0)
        share(socket);
    if (result == 0 &&
        (listen(made, BACKLOG) != 0 || lstat(socket->path, file) != 0)) {
        result = errno;
        unlink(socket->path);
    }
    if (result != 0) {
        close(made);
        return refuse_errno(error, socket->path, result);
    }
    *fd = made;
    return ERR_OK;
}

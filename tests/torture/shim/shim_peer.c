/* shim_peer.c - calls that go to other processes. */
#include <errno.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "torture/shim/shim.h"

int socket(int domain, int type, int protocol)
{
    bool is_short;
    int fd;

    if ((type & 0xf) == SOCK_STREAM &&
        !shim_may(SHIM_SOCKET, SHIM_PEER, &is_short))
        return -1;
    fd = (int)syscall(SYS_socket, domain, type, protocol);
    if ((type & 0xf) == SOCK_STREAM)
        shim_set_kind(fd, SHIM_PEER);
    return fd;
}

int accept4(int fd, struct sockaddr *address, socklen_t *len, int flags)
{
    bool is_short;
    int got;

    if (!shim_may(SHIM_ACCEPT, SHIM_PEER, &is_short))
        return -1;
    got = (int)syscall(SYS_accept4, fd, address, len, flags);
    shim_set_kind(got, SHIM_PEER);
    return got;
}

int accept(int fd, struct sockaddr *address, socklen_t *len)
{
    return accept4(fd, address, len, 0);
}

int connect(int fd, const struct sockaddr *address, socklen_t len)
{
    bool is_short;

    if (shim_kind(fd) == SHIM_PEER &&
        !shim_may(SHIM_CONNECT, SHIM_PEER, &is_short))
        return -1;
    return (int)syscall(SYS_connect, fd, address, len);
}

static ssize_t send_watched(int fd, const struct iovec *parts, size_t count)
{
    enum shim_file file = shim_kind(fd);
    struct iovec half = parts[0];
    bool is_short;
    bool is_last;
    ssize_t done;

    if (file != SHIM_PEER)
        return syscall(SYS_writev, fd, parts, count);
    if (!shim_begin(SHIM_SEND, file, &is_short, &is_last))
        return -1;
    if (is_short) {
        half.iov_len = half.iov_len > 1 ? half.iov_len / 2 : half.iov_len;
        parts = &half;
        count = 1;
    }
    done = syscall(SYS_writev, fd, parts, count);
    shim_end((struct shim_record){SHIM_SEND, file, (uint64_t)fd, 0}, parts,
             count, done);
    if (is_last)
        shim_die();
    return done;
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    return send_watched(fd, parts, (size_t)count);
}

ssize_t write(int fd, const void *at, size_t len)
{
    struct iovec part = {(void *)(uintptr_t)at, len};

    return send_watched(fd, &part, 1);
}

/* Of flags there is but one that says that no signal is wanted, and the
 * programs ignore it anyway. */
ssize_t send(int fd, const void *at, size_t len, int flags)
{
    struct iovec part = {(void *)(uintptr_t)at, len};

    if (shim_kind(fd) != SHIM_PEER)
        return syscall(SYS_sendto, fd, at, len, flags, NULL, 0);
    return send_watched(fd, &part, 1);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    if (shim_kind(fd) != SHIM_PEER || message->msg_controllen > 0)
        return syscall(SYS_sendmsg, fd, message, flags);
    return send_watched(fd, message->msg_iov, message->msg_iovlen);
}

/* Half of a large buffer would hold all that came. */
static size_t read_bytes(size_t len, bool is_short)
{
    return is_short && len > 1 ? 1 : len;
}

ssize_t read(int fd, void *at, size_t len)
{
    bool is_short = false;

    if (shim_kind(fd) == SHIM_PEER &&
        !shim_may(SHIM_RECV, SHIM_PEER, &is_short))
        return -1;
    return syscall(SYS_read, fd, at, read_bytes(len, is_short));
}

ssize_t recv(int fd, void *at, size_t len, int flags)
{
    bool is_short = false;

    if (shim_kind(fd) == SHIM_PEER &&
        !shim_may(SHIM_RECV, SHIM_PEER, &is_short))
        return -1;
    return syscall(SYS_recvfrom, fd, at, read_bytes(len, is_short), flags, NULL,
                   NULL);
}

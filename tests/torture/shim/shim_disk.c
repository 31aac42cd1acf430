/* shim_disk.c - calls that go to files. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "torture/shim/shim.h"

static int open_watched(int folder_fd, const char *path, int flags, mode_t mode)
{
    enum shim_file file = shim_kind_of_path(path);
    bool is_new = false;
    bool is_last = false;
    bool is_short;
    int fd;

    if (file != SHIM_NOTHING && (flags & O_CREAT) != 0)
        is_new = syscall(SYS_faccessat, folder_fd, path, F_OK) != 0;
    if (is_new && !shim_begin(SHIM_OPEN, file, &is_short, &is_last))
        return -1;
    if (!is_new && file != SHIM_NOTHING &&
        !shim_may(SHIM_OPEN, file, &is_short))
        return -1;
    fd = (int)syscall(SYS_openat, folder_fd, path, flags, mode);
    if (fd >= 0 && is_new)
        shim_end((struct shim_record){SHIM_OPEN, file, 0, 0}, NULL, 0, 0);
    if (fd >= 0 && !is_new && (flags & O_TRUNC) != 0)
        shim_end((struct shim_record){SHIM_CUT, file, 0, 0}, NULL, 0, 0);
    if (is_last)
        shim_die();
    shim_set_kind(fd, file);
    return fd;
}

#define OPEN_BODY(folder_fd)                                                   \
    mode_t mode = 0;                                                           \
    va_list args;                                                              \
                                                                               \
    va_start(args, flags);                                                     \
    if ((flags & O_CREAT) != 0)                                                \
        mode = va_arg(args, mode_t);                                           \
    va_end(args);                                                              \
    return open_watched(folder_fd, path, flags, mode)

int open(const char *path, int flags, ...)
{
    OPEN_BODY(AT_FDCWD);
}

int open64(const char *path, int flags, ...)
{
    OPEN_BODY(AT_FDCWD);
}

int openat(int folder_fd, const char *path, int flags, ...)
{
    OPEN_BODY(folder_fd);
}

int close(int fd)
{
    shim_set_kind(fd, SHIM_NOTHING);
    return (int)syscall(SYS_close, fd);
}

static ssize_t write_watched(int fd, const void *at, size_t len, off_t offset)
{
    enum shim_file file = shim_kind(fd);
    struct iovec part = {(void *)(uintptr_t)at, len};
    bool is_short;
    bool is_last;
    ssize_t done;

    if (!shim_begin(SHIM_WRITE, file, &is_short, &is_last))
        return -1;
    if (is_short && len > 1)
        len /= 2;
    done = syscall(SYS_pwrite64, fd, at, len, offset);
    shim_end((struct shim_record){SHIM_WRITE, file, (uint64_t)offset, 0}, &part,
             1, done);
    if (is_last)
        shim_die();
    return done;
}

ssize_t pwrite(int fd, const void *at, size_t len, off_t offset)
{
    return write_watched(fd, at, len, offset);
}

ssize_t pwrite64(int fd, const void *at, size_t len, off_t offset)
{
    return write_watched(fd, at, len, offset);
}

static ssize_t read_watched(int fd, void *at, size_t len, off_t offset)
{
    enum shim_file file = shim_kind(fd);
    bool is_short = false;

    if (file != SHIM_NOTHING && !shim_may(SHIM_READ, file, &is_short))
        return -1;
    return syscall(SYS_pread64, fd, at, is_short && len > 1 ? len / 2 : len,
                   offset);
}

ssize_t pread(int fd, void *at, size_t len, off_t offset)
{
    return read_watched(fd, at, len, offset);
}

ssize_t pread64(int fd, void *at, size_t len, off_t offset)
{
    return read_watched(fd, at, len, offset);
}

/* A change without bytes: `number` is the call's, with its arguments. */
static int change(enum shim_op op, enum shim_file file, uint64_t offset,
                  long number, const long arguments[4])
{
    bool is_short;
    bool is_last;
    int rc;

    if (!shim_begin(op, file, &is_short, &is_last))
        return -1;
    rc = (int)syscall(number, arguments[0], arguments[1], arguments[2],
                      arguments[3]);
    shim_end((struct shim_record){op, file, offset, 0}, NULL, 0, rc);
    if (is_last)
        shim_die();
    return rc;
}

int fsync(int fd)
{
    return change(SHIM_SYNC, shim_kind(fd), 0, SYS_fsync, (long[4]){fd});
}

int fdatasync(int fd)
{
    return change(SHIM_SYNC, shim_kind(fd), 0, SYS_fdatasync, (long[4]){fd});
}

int ftruncate(int fd, off_t len)
{
    return change(SHIM_CUT, shim_kind(fd), (uint64_t)len, SYS_ftruncate,
                  (long[4]){fd, (long)len});
}

int ftruncate64(int fd, off_t len)
{
    return ftruncate(fd, len);
}

int unlink(const char *path)
{
    return change(SHIM_UNLINK, shim_kind_of_path(path), 0, SYS_unlinkat,
                  (long[4]){AT_FDCWD, (long)(uintptr_t)path});
}

int renameat(int old_fd, const char *old_path, int new_fd, const char *new_path)
{
    enum shim_file from = shim_kind_of_path(old_path);
    enum shim_file to = shim_kind_of_path(new_path);
    int rc = change(SHIM_RENAME, from, (uint64_t)to, SYS_renameat,
                    (long[4]){old_fd, (long)(uintptr_t)old_path, new_fd,
                              (long)(uintptr_t)new_path});

    /* Descriptors of the old name now write under the new one. */
    for (int fd = 0; rc == 0 && fd < SHIM_FDS; fd++)
        if (from != SHIM_NOTHING && shim_kind(fd) == from)
            shim_set_kind(fd, to);
    return rc;
}

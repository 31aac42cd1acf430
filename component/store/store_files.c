#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "store/store_internal.h"

enum { DIR_MODE = 0700, FILE_MODE = 0600 };

void store__say(struct buf *error, const char *format, ...)
{
    char line[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    /* Without memory the code alone must do. */
    if (buf_append(error, span_of(line)) != ERR_OK)
        buf_truncate(error, 0);
}

enum err store__errno_err(void)
{
    if (errno == ENOSPC || errno == EDQUOT)
        return ERR_FULL;
    return errno == ENOMEM ? ERR_NOMEM : ERR_SYSTEM;
}

enum err store__write_all(int fd, struct span bytes, off_t at)
{
    while (bytes.len > 0) {
        ssize_t done = pwrite(fd, bytes.at, bytes.len, at);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return store__errno_err();
        bytes = span_slice(bytes, (size_t)done, bytes.len);
        at += done;
    }
    return ERR_OK;
}

enum err store__file_open(int dir_fd, const char *name, int flags, int *fd)
{
    int got = openat(dir_fd, name, flags | O_RDWR | O_CLOEXEC | O_NOFOLLOW,
                     FILE_MODE);

    if (got < 0)
        return errno == ENOENT ? ERR_NOTFOUND : store__errno_err();
    /* The umask may have taken bits away, an administrator added some. */
    if (fchmod(got, FILE_MODE) != 0) {
        close(got);
        return ERR_SYSTEM;
    }
    *fd = got;
    return ERR_OK;
}

/* A store is in it, or nothing at all; a new file system has its own folder. */
static bool is_ours(const char *data_dir)
{
    bool has_store = false, has_others = false;
    const struct dirent *entry;
    DIR *dir = opendir(data_dir);

    if (dir == NULL)
        return false;
    while ((entry = readdir(dir)) != NULL) {
        const char *name = entry->d_name;

        if (strcmp(name, "duologue.db") == 0 || strcmp(name, "keys") == 0)
            has_store = true;
        else if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
                 strcmp(name, "lost+found") != 0)
            has_others = true;
    }
    closedir(dir);
    return has_store || !has_others;
}

/* Whoever wrote /var/lib or /home by mistake keeps a system that works. */
static enum err close_to_others(const struct store *store, const char *data_dir,
                                struct buf *error)
{
    struct stat about;

    if (fstat(store->dir_fd, &about) == 0 &&
        (about.st_mode & 07777) == DIR_MODE)
        return ERR_OK;
    if (!is_ours(data_dir)) {
        store__say(error,
                   "%s is open to others and holds other things than chats; "
                   "give data_dir a folder of its own",
                   data_dir);
        return ERR_SYSTEM;
    }
    if (fchmod(store->dir_fd, DIR_MODE) == 0)
        return ERR_OK;
    store__say(error, "%s cannot be closed to others: %s; check who owns it",
               data_dir, strerror(errno));
    return ERR_SYSTEM;
}

static enum err open_dir(struct store *store, const char *data_dir,
                         struct buf *error)
{
    if (mkdir(data_dir, DIR_MODE) != 0 && errno != EEXIST) {
        store__say(error,
                   "%s cannot be made: %s; make it by hand or change "
                   "data_dir",
                   data_dir, strerror(errno));
        return ERR_SYSTEM;
    }
    store->dir_fd = open(data_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (store->dir_fd < 0) {
        store__say(error,
                   "%s cannot be used: %s; check data_dir and who owns "
                   "the folder",
                   data_dir, strerror(errno));
        return ERR_SYSTEM;
    }
    return close_to_others(store, data_dir, error);
}

static enum err take_lock(struct store *store, const char *data_dir,
                          struct buf *error)
{
    enum err rc;

    rc = store__file_open(store->dir_fd, "lock", O_CREAT, &store->lock_fd);
    if (rc != ERR_OK) {
        store__say(error,
                   "%s/lock cannot be opened: %s; check data_dir and who owns "
                   "the folder",
                   data_dir, strerror(errno));
        return rc;
    }
    if (flock(store->lock_fd, LOCK_EX | LOCK_NB) == 0)
        return ERR_OK;
    if (errno != EWOULDBLOCK) {
        store__say(error, "%s/lock cannot be locked: %s", data_dir,
                   strerror(errno));
        return ERR_SYSTEM;
    }
    store__say(error,
               "%s is in use by another duologue; stop that one or use "
               "another data_dir",
               data_dir);
    return ERR_AGAIN;
}

const char *store__weak_filesystem(uint32_t magic)
{
    static const struct {
        uint32_t magic;
        const char *name;
    } kinds[] = {
        {0x794c7630, "overlayfs"}, {0x9123683e, "btrfs"}, {0x2fc12fc1, "zfs"},
        {0xca451a4e, "bcachefs"},  {0xf2f52010, "f2fs"},  {0x00003434, "nilfs"},
        {0x00006969, "nfs"},       {0x65735546, "fuse"},
    };

    for (size_t i = 0; i < STORE_COUNT(kinds); i++)
        if (magic == kinds[i].magic)
            return kinds[i].name;
    return NULL;
}

static void warn_of_filesystem(const struct store *store)
{
    const char *weak = NULL;
    struct statfs about;

    if (fstatfs(store->dir_fd, &about) == 0)
        weak = store__weak_filesystem((uint32_t)about.f_type);
    if (weak != NULL)
        log_warn(store->log, "store_weak_erasure",
                 "filesystem=%s hint=\"it does not overwrite in place: keys of "
                 "ended chats may stay on the disk; use ext4 or xfs\"",
                 weak);
}

enum err store__files_open(struct store *store, const char *data_dir,
                           struct buf *error)
{
    enum err rc = open_dir(store, data_dir, error);

    if (rc == ERR_OK)
        rc = take_lock(store, data_dir, error);
    if (rc == ERR_OK)
        warn_of_filesystem(store);
    return rc;
}

int64_t store__journal_left_ms(int dir_fd)
{
    struct stat about;

    if (fstatat(dir_fd, "duologue.db-wal", &about, AT_SYMLINK_NOFOLLOW) != 0)
        return 0;
    return (int64_t)about.st_mtim.tv_sec * 1000 +
           about.st_mtim.tv_nsec / 1000000;
}

static enum err fill_reserve(int fd)
{
    static const char zeros[STORE_SLOT_BYTES];
    enum err rc = ERR_OK;

    for (off_t at = 0; at < STORE_RESERVE_BYTES && rc == ERR_OK;
         at += STORE_SLOT_BYTES)
        rc = store__write_all(fd, (struct span){zeros, sizeof(zeros)}, at);
    if (rc == ERR_OK && fdatasync(fd) != 0)
        rc = store__errno_err();
    /* A part of it would only be in the way. */
    if (rc != ERR_OK && ftruncate(fd, 0) != 0)
        rc = ERR_SYSTEM;
    return rc;
}

void store__reserve_keep(struct store *store)
{
    struct stat about;
    int fd;

    if (store__file_open(store->dir_fd, "reserve", O_CREAT, &fd) != ERR_OK)
        return;
    store->is_reserve_used =
        (fstat(fd, &about) != 0 || about.st_size != STORE_RESERVE_BYTES) &&
        fill_reserve(fd) != ERR_OK;
    close(fd);
}

bool store__reserve_use(struct store *store)
{
    bool is_given = false;
    int fd;

    if (store->is_reserve_used ||
        store__file_open(store->dir_fd, "reserve", 0, &fd) != ERR_OK)
        return false;
    is_given = ftruncate(fd, 0) == 0;
    close(fd);
    store->is_reserve_used = is_given;
    if (is_given)
        log_warn(store->log, "store_reserve_used",
                 "hint=\"the disk is full; make room\"");
    return is_given;
}

#include "support/disk.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static uint64_t seen;
static uint64_t dies_at; /* value of `seen`; 0: never */
static enum disk_death dies_how;
static uint64_t calls_seen[2];
static uint64_t refuses_from[2];
static uint64_t refuses_to[2];
static int refusal;
static bool has_refused;
static bool is_limited;
static bool lies;
static int64_t space;

static void die_if_due(enum disk_death how)
{
    if (dies_at != 0 && seen == dies_at && dies_how == how)
        _exit(DISK_DEATH_STATUS);
}

static bool refuses(enum disk_calls calls)
{
    uint64_t number = ++calls_seen[calls];

    if (number < refuses_from[calls] || number >= refuses_to[calls])
        return false;
    has_refused = true;
    errno = refusal;
    return true;
}

static int64_t size_of(int fd)
{
    struct stat about;

    return fstat(fd, &about) == 0 ? about.st_size : 0;
}

static bool is_full(int fd, size_t len, off_t at)
{
    int64_t growth = at + (int64_t)len - size_of(fd);

    if (!is_limited || growth <= 0)
        return false;
    if (growth > space) {
        errno = ENOSPC;
        has_refused = true;
        return true;
    }
    space -= growth;
    return false;
}

static ssize_t write_at(int fd, const void *bytes, size_t len, off_t at)
{
    ssize_t done;

    seen++;
    die_if_due(DISK_DIES_BEFORE);
    if (refuses(DISK_WRITES) || is_full(fd, len, at))
        return -1;
    if (dies_at == seen && dies_how == DISK_DIES_TORN)
        len /= 2;
    done = syscall(SYS_pwrite64, fd, bytes, len, at);
    die_if_due(DISK_DIES_TORN);
    return done;
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at)
{
    return write_at(fd, bytes, len, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t len, off_t at)
{
    return write_at(fd, bytes, len, at);
}

static ssize_t read_at(int fd, void *bytes, size_t len, off_t at)
{
    ssize_t done = syscall(SYS_pread64, fd, bytes, len, at);

    if (lies && done > 0)
        ((uint8_t *)bytes)[done / 2] ^= 1;
    return done;
}

ssize_t pread(int fd, void *bytes, size_t len, off_t at)
{
    return read_at(fd, bytes, len, at);
}

ssize_t pread64(int fd, void *bytes, size_t len, off_t at)
{
    return read_at(fd, bytes, len, at);
}

int fdatasync(int fd)
{
    int done;

    seen++;
    die_if_due(DISK_DIES_BEFORE);
    if (refuses(DISK_SYNCS))
        return -1;
    done = (int)syscall(SYS_fdatasync, fd);
    die_if_due(DISK_DIES_TORN);
    return done;
}

static int cut_at(int fd, off_t len)
{
    int64_t old = size_of(fd);
    int done;

    seen++;
    die_if_due(DISK_DIES_BEFORE);
    done = (int)syscall(SYS_ftruncate, fd, len);
    if (done == 0 && len < old)
        space += old - len;
    die_if_due(DISK_DIES_TORN);
    return done;
}

int ftruncate(int fd, off_t len)
{
    return cut_at(fd, len);
}

int ftruncate64(int fd, off_t len)
{
    return cut_at(fd, len);
}

int unlink(const char *path)
{
    int done;

    seen++;
    die_if_due(DISK_DIES_BEFORE);
    done = (int)syscall(SYS_unlinkat, -100, path, 0);
    die_if_due(DISK_DIES_TORN);
    return done;
}

void disk_die_at(uint64_t nth, enum disk_death how)
{
    dies_at = seen + nth;
    dies_how = how;
}

void disk_refuse_at(enum disk_calls calls, uint64_t nth, uint64_t count,
                    int error)
{
    refuses_from[calls] = calls_seen[calls] + nth;
    refuses_to[calls] = refuses_from[calls] + count;
    refusal = error;
    has_refused = false;
}

void disk_leave_bytes(int64_t bytes)
{
    is_limited = true;
    space = bytes;
}

void disk_lie(bool is_lying)
{
    lies = is_lying;
}

bool disk_heal(void)
{
    bool had = has_refused;

    dies_at = 0;
    for (int i = 0; i < 2; i++)
        refuses_from[i] = refuses_to[i] = 0;
    has_refused = false;
    is_limited = false;
    lies = false;
    return had;
}

uint64_t disk_count(void)
{
    return seen;
}

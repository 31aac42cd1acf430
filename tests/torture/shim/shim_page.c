/* shim_page.c - the page, the count, the recording and the end. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "torture/shim/shim.h"

static struct {
    bool is_open;
    struct shim_page *page;
    int record_fd;
    const char *folder; /* data_dir */
    uint8_t kinds[SHIM_FDS];
} shim = {.record_fd = -1};

static int open_raw(const char *path, int flags)
{
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC, 0600);
}

/* At the first call of all: some come before any constructor of ours. */
static void open_page(void)
{
    const char *path = getenv("TORTURE_PAGE");
    const char *record = getenv("TORTURE_RECORD");
    void *at;
    int fd;

    shim.is_open = true;
    shim.folder = getenv("TORTURE_DATA");
    if (path == NULL || (fd = open_raw(path, O_RDWR)) < 0)
        return;
    at = mmap(NULL, sizeof(*shim.page), PROT_READ | PROT_WRITE, MAP_SHARED, fd,
              0);
    syscall(SYS_close, fd);
    if (at == MAP_FAILED)
        return;
    if (record != NULL)
        shim.record_fd = open_raw(record, O_WRONLY | O_CREAT | O_APPEND);
    shim.page = at;
}

struct shim_page *shim_page(void)
{
    if (!shim.is_open)
        open_page();
    return shim.page;
}

enum shim_file shim_kind(int fd)
{
    if (fd < 0 || fd >= SHIM_FDS)
        return SHIM_NOTHING;
    return (enum shim_file)shim.kinds[fd];
}

void shim_set_kind(int fd, enum shim_file file)
{
    if (fd >= 0 && fd < SHIM_FDS)
        shim.kinds[fd] = (uint8_t)file;
}

enum shim_file shim_kind_of_path(const char *path)
{
    static const struct {
        const char *name;
        enum shim_file file;
    } names[] = {
        {"keys", SHIM_KEYS},
        {"keys.new", SHIM_NEW_KEYS},
        {"duologue.db", SHIM_DATABASE},
        {"duologue.db-wal", SHIM_JOURNAL},
        {"reserve", SHIM_RESERVE},
        {"lock", SHIM_LOCK},
    };
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;

    shim_page();
    if (shim.folder == NULL)
        return SHIM_NOTHING;
    if (strcmp(path, shim.folder) == 0)
        return SHIM_FOLDER;
    /* The store opens its files beside the folder's descriptor or below it. */
    if (slash != NULL && strncmp(path, shim.folder, strlen(shim.folder)) != 0)
        return SHIM_NOTHING;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(name, names[i].name) == 0)
            return names[i].file;
    return SHIM_NOTHING;
}

void shim_die(void)
{
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;)
        pause();
}

bool shim_may(enum shim_op op, enum shim_file file, bool *is_short)
{
    struct shim_page *page = shim_page();

    *is_short = false;
    if (page == NULL || page->is_on == 0 || page->fail_at == 0 ||
        (page->fail_ops >> op & 1) == 0 || (page->fail_files >> file & 1) == 0)
        return true;
    if (page->fail_at > 1) {
        page->fail_at--;
        return true;
    }
    page->failed++;
    if (--page->fail_count == 0)
        page->fail_at = 0;
    if (page->fail_errno == -1) {
        *is_short = true;
        return true;
    }
    errno = (int)page->fail_errno;
    return false;
}

/* At it or past it: the process goes on while another one writes the page. */
static bool is_its_last(const struct shim_page *page)
{
    return page->die_at != 0 && page->calls >= page->die_at;
}

bool shim_begin(enum shim_op op, enum shim_file file, bool *is_short,
                bool *is_last)
{
    struct shim_page *page = shim_page();

    *is_last = false;
    *is_short = false;
    if (page == NULL || page->is_on == 0 || file == SHIM_NOTHING)
        return true;
    page->calls++;
    page->trace[page->calls % SHIM_TRACE] =
        (uint16_t)((unsigned)op << 8 | (unsigned)file);
    if (is_its_last(page) ||
        page->die_code == (1U << 16 | (unsigned)op << 8 | (unsigned)file)) {
        if (page->die_how == SHIM_DIES_BEFORE)
            shim_die();
        *is_last = true;
        *is_short = page->die_how == SHIM_DIES_AMID;
        return true;
    }
    return shim_may(op, file, is_short);
}

/* Bytes of `parts`, at most `len`, behind the head of the record. */
static void put_record(const struct shim_record *head,
                       const struct iovec *parts, size_t count)
{
    uint64_t left = head->len;

    syscall(SYS_write, shim.record_fd, head, sizeof(*head));
    for (size_t i = 0; i < count && left > 0; i++) {
        size_t len = parts[i].iov_len < left ? parts[i].iov_len : left;

        syscall(SYS_write, shim.record_fd, parts[i].iov_base, len);
        left -= len;
    }
}

void shim_end(struct shim_record what, const struct iovec *parts, size_t count,
              ssize_t done)
{
    int saved = errno;

    what.len = done > 0 && count > 0 ? (uint64_t)done : 0;
    if (shim.record_fd >= 0 && what.file != SHIM_NOTHING && done >= 0)
        put_record(&what, parts, count);
    errno = saved;
}

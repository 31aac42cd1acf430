/* shim.h - what stands between a program under torture and its system.
 *
 * A shared library that is loaded before the C library (LD_PRELOAD) into an
 * unchanged release build.  It counts, records, refuses and kills at the calls
 * by which the program touches its disk and its peers, as a page of shared
 * memory tells it.  The other side of the page is torture/page.py. */
#ifndef SHIM_SHIM_H
#define SHIM_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

enum { SHIM_TRACE = 1 << 16, SHIM_FDS = 4096 };

enum shim_op {
    SHIM_OPEN,
    SHIM_READ,
    SHIM_WRITE,
    SHIM_SYNC,
    SHIM_CUT,
    SHIM_RENAME,
    SHIM_UNLINK,
    SHIM_SEND,
    SHIM_RECV,
    SHIM_ACCEPT,
    SHIM_CONNECT,
    SHIM_SOCKET,
};

enum shim_file {
    SHIM_NOTHING, /* not watched */
    SHIM_KEYS,
    SHIM_NEW_KEYS,
    SHIM_DATABASE,
    SHIM_JOURNAL,
    SHIM_RESERVE,
    SHIM_LOCK,
    SHIM_FOLDER,
    SHIM_PEER, /* a stream socket */
};

enum shim_death {
    SHIM_DIES_BEFORE, /* nothing of the call has happened */
    SHIM_DIES_AMID,   /* half of a write has, and all of another call */
    SHIM_DIES_AFTER,
};

/* The page; page.py knows the order and that all are 64 bits wide. */
struct shim_page {
    uint64_t is_on;    /* 0: all passes, nothing counts */
    uint64_t calls;    /* that change something, so far */
    uint64_t die_at;   /* the first call it may die at; 0: never */
    uint64_t die_how;  /* enum shim_death */
    uint64_t fail_ops; /* bits of enum shim_op */
    uint64_t fail_files;
    uint64_t fail_at; /* of the calls that fit, counting down to 1; 0: none */
    uint64_t fail_count;
    int64_t fail_errno; /* -1: half of a read or write is done */
    uint64_t failed;
    uint64_t alloc_seen;
    uint64_t alloc_at; /* the allocation that fails, counting down; 0: none */
    uint64_t alloc_count;
    uint64_t alloc_failed;
    int64_t alloc_live; /* blocks not given back */
    uint64_t
        die_code;    /* 1 << 16 | op << 8 | file: dies at the next such call */
    int64_t wall_ms; /* how far the wall clock is off */
    int64_t skip_ms; /* time that has passed in no time */
    uint64_t nap_ms; /* longest sleep; 0: any */
    uint16_t trace[SHIM_TRACE]; /* op << 8 | file, by number of call */
};

/* One call of the recording, before its bytes. */
struct shim_record {
    uint32_t op;
    uint32_t file;
    uint64_t offset; /* of a cut: the new length; of a rename: the new file */
    uint64_t len;    /* of the bytes that follow */
};

/* The page, or NULL when nobody tortures. */
struct shim_page *shim_page(void);

/* What a descriptor is. */
enum shim_file shim_kind(int fd);
void shim_set_kind(int fd, enum shim_file file);
enum shim_file shim_kind_of_path(const char *path);

/* A call is about to happen.  Returns false when it is to be refused: errno is
 * set, or *is_short tells that half of it may happen. */
bool shim_may(enum shim_op op, enum shim_file file, bool *is_short);

/* Like shim_may, for a call that changes the disk or is heard by a peer.
 * *is_last tells that the process dies in it: do half, and shim_die. */
bool shim_begin(enum shim_op op, enum shim_file file, bool *is_short,
                bool *is_last);

/* It has happened, `done` bytes of it; `what.len` need not be set. */
void shim_end(struct shim_record what, const struct iovec *parts, size_t count,
              ssize_t done);

void shim_die(void) __attribute__((noreturn));

#endif

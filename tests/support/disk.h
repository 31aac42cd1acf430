/* disk.h - a disk that is full, refuses, or whose machine dies.
 *
 * A program that calls one of these has its own pwrite, fdatasync, ftruncate
 * and unlink, which come before those of the C library for all libraries. */
#ifndef SUPPORT_DISK_H
#define SUPPORT_DISK_H

#include <stdbool.h>
#include <stdint.h>

/* How the machine dies at a call. */
enum disk_death {
    DISK_DIES_BEFORE, /* nothing of the call has happened */
    DISK_DIES_TORN,   /* a write was half done, another call wholly */
};

enum { DISK_DEATH_STATUS = 77 };

/* Which calls a refusal is meant for. */
enum disk_calls {
    DISK_WRITES,
    DISK_SYNCS,
};

/* The process ends at the `nth` call from now on; 1 is the next one. */
void disk_die_at(uint64_t nth, enum disk_death how);

/* The `nth` call of that kind from now on gives -1 and `error`, and `count - 1`
 * calls after it. */
void disk_refuse_at(enum disk_calls calls, uint64_t nth, uint64_t count,
                    int error);

/* Files may grow by so many bytes in sum; cutting one gives bytes back. */
void disk_leave_bytes(int64_t bytes);

/* Makes reading of files give other bytes than were written. */
void disk_lie(bool is_lying);

/* All is well again.  True when a refusal has happened. */
bool disk_heal(void);

/* Calls seen so far. */
uint64_t disk_count(void);

#endif

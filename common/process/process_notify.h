/* process_notify.h - tells the service manager how we are: sd_notify(3), in our
 * own words.  Everything here does nothing when nobody listens. */
#ifndef PROCESS_PROCESS_NOTIFY_H
#define PROCESS_PROCESS_NOTIFY_H

#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

struct process_notify {
    int fd; /* -1: nobody listens */
    struct sockaddr_un to;
    socklen_t to_len;
};

#define PROCESS_NOTIFY_NONE ((struct process_notify){.fd = -1})

/* Opens a socket towards `path`: NULL, a path, or @NAME in the abstract
 * namespace.  A path that cannot be one is as good as NULL. */
void process_notify_open(struct process_notify *notify, const char *path);
void process_notify_close(struct process_notify *notify);

/* Sends one datagram, such as "READY=1". */
void process_notify_send(const struct process_notify *notify, const char *text);

/* As the service manager wants it before a reload.
 * Time: CLOCK_MONOTONIC in us. */
void process_notify_reloading(const struct process_notify *notify,
                              uint64_t monotonic_us);

/* How often to send WATCHDOG=1: half of `usec`, in ms; 0: never.  `pid` is
 * for whom it is meant; NULL for whoever reads it.  Both as in the
 * environment. */
uint64_t process_notify_watchdog_ms(const char *usec, const char *pid,
                                    uint64_t own_pid);

#endif

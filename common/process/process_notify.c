#include "process/process_notify.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/span.h"

void process_notify_open(struct process_notify *notify, const char *path)
{
    size_t len = path != NULL ? strlen(path) : 0;

    *notify = PROCESS_NOTIFY_NONE;
    if (len < 2 || len > sizeof(notify->to.sun_path) ||
        (path[0] != '/' && path[0] != '@'))
        return;
    notify->to.sun_family = AF_UNIX;
    memcpy(notify->to.sun_path, path, len);
    /* An abstract name begins with a NUL and ends where its length says. */
    if (path[0] == '@')
        notify->to.sun_path[0] = '\0';
    notify->to_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
    notify->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

void process_notify_close(struct process_notify *notify)
{
    if (notify->fd >= 0)
        close(notify->fd);
    notify->fd = -1;
}

void process_notify_send(const struct process_notify *notify, const char *text)
{
    if (notify->fd < 0)
        return;
    /* A manager that does not listen loses by it, not we. */
    (void)sendto(notify->fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT,
                 (const struct sockaddr *)&notify->to, notify->to_len);
}

void process_notify_reloading(const struct process_notify *notify,
                              uint64_t monotonic_us)
{
    char text[80];

    snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
             monotonic_us);
    process_notify_send(notify, text);
}

uint64_t process_notify_watchdog_ms(const char *usec, const char *pid,
                                    uint64_t own_pid)
{
    uint64_t whole_us = 0;
    uint64_t meant = 0;

    if (usec == NULL || !span_to_u64(span_of(usec), UINT64_MAX, &whole_us))
        return 0;
    if (pid != NULL &&
        (!span_to_u64(span_of(pid), UINT64_MAX, &meant) || meant != own_pid))
        return 0;
    if (whole_us > 0 && whole_us < 2000)
        return 1;
    return whole_us / 2000;
}

#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/bug.h"

enum { LOG_LINE_BYTES = 1024 };

static size_t put_time(char *line, size_t size, int64_t now_ms)
{
    time_t seconds = (time_t)(now_ms / 1000);
    struct tm utc;
    size_t len;

    /* No number of milliseconds reaches a year that has no name. */
    BUG_IF(gmtime_r(&seconds, &utc) == NULL);
    len = strftime(line, size, "ts=%Y-%m-%dT%H:%M:%S", &utc);
    len += (size_t)snprintf(line + len, size - len, ".%03dZ ",
                            (int)(now_ms % 1000));
    return len;
}

__attribute__((format(printf, 4, 0))) static void write_line(
    const struct log *log, const char *level, const char *event,
    const char *format, va_list args)
{
    char line[LOG_LINE_BYTES];
    size_t len = 0;
    int more;

    if (log->now_ms != NULL)
        len = put_time(line, sizeof(line), log->now_ms(log->self));
    len +=
        (size_t)snprintf(line + len, sizeof(line) - len, "level=%s event=%s%s",
                         level, event, format[0] != '\0' ? " " : "");
    BUG_IF(len > sizeof(line) - 2); /* event names are short */
    more = vsnprintf(line + len, sizeof(line) - len - 1, format, args);
    if (more > 0)
        len += (size_t)more;
    if (len > sizeof(line) - 2)
        len = sizeof(line) - 2;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
            line[i] = '?';
    line[len++] = '\n';
    /* A log that cannot be written has nowhere to complain. */
    if (write(log->fd, line, len) < 0)
        return;
}

#define LOG_AT(name, level)                                                    \
    void name(const struct log *log, const char *event, const char *format,    \
              ...)                                                             \
    {                                                                          \
        va_list args;                                                          \
                                                                               \
        if (log == NULL || log->fd < 0)                                        \
            return;                                                            \
        va_start(args, format);                                                \
        write_line(log, (level), event, format, args);                         \
        va_end(args);                                                          \
    }

LOG_AT(log_error, "error")
LOG_AT(log_warn, "warn")
LOG_AT(log_info, "info")

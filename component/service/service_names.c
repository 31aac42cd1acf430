/* service_names.c - words for things, and back. */
#include <inttypes.h>
#include <stdio.h>

#include "base/bug.h"
#include "service/service_internal.h"

static const char *const protections[] = {
    [ROOM_PROTECTION_SERVER] = "server",
    [ROOM_PROTECTION_LINK] = "link",
    [ROOM_PROTECTION_OMEMO] = "omemo",
};

const char *service__protection_name(enum room_protection protection)
{
    BUG_IF((unsigned)protection > ROOM_PROTECTION_OMEMO);
    return protections[protection];
}

const char *service__protection_label(enum room_protection protection)
{
    static const char *const labels[] = {
        [ROOM_PROTECTION_SERVER] =
            "Encrypted on the way; the server can read this",
        [ROOM_PROTECTION_LINK] = "Only the two of you can read this",
        [ROOM_PROTECTION_OMEMO] = "Encrypted by your apps",
    };

    BUG_IF((unsigned)protection > ROOM_PROTECTION_OMEMO);
    return labels[protection];
}

bool service__parse_protection(struct span text, enum room_protection *out)
{
    for (int i = ROOM_PROTECTION_SERVER; i <= ROOM_PROTECTION_OMEMO; i++) {
        if (!span_is(text, protections[i]))
            continue;
        *out = (enum room_protection)i;
        return true;
    }
    return false;
}

const char *service_cause_name(enum room_cause cause)
{
    static const char *const names[] = {
        [ROOM_CAUSE_SEAT1] = "seat1",
        [ROOM_CAUSE_SEAT2] = "seat2",
        [ROOM_CAUSE_SILENCE] = "silence",
        [ROOM_CAUSE_ADMIN] = "admin",
    };

    BUG_IF((unsigned)cause > ROOM_CAUSE_ADMIN);
    return names[cause];
}

static const struct unit {
    int64_t ms;
    char letter;
    const char *name;
} units[] = {
    {24 * 60 * 60 * 1000, 'd', "day"},
    {60 * 60 * 1000, 'h', "hour"},
    {60 * 1000, 'm', "minute"},
    {1000, 's', "second"},
};

enum { UNITS = sizeof(units) / sizeof(units[0]) };

/* The greatest unit of which it is a whole number; one day is 24 hours. */
static const struct unit *unit_of(int64_t ms)
{
    for (size_t i = 0; i + 1 < UNITS; i++)
        if (ms >= units[i].ms && ms % units[i].ms == 0 && ms != units[0].ms)
            return &units[i];
    return ms == units[0].ms ? &units[1] : &units[UNITS - 1];
}

void service__format_span(int64_t ms, char *out, size_t size)
{
    const struct unit *unit = unit_of(ms);

    snprintf(out, size, "%" PRId64 "%c", ms / unit->ms, unit->letter);
}

/* Times left are seldom whole: people are told minutes, from ten on. */
static int64_t rounded(int64_t ms)
{
    if (ms < 0)
        return 0;
    if (ms >= 10 * units[2].ms)
        return (ms + units[2].ms / 2) / units[2].ms * units[2].ms;
    return (ms + 999) / 1000 * 1000;
}

void service__say_span(int64_t ms, char *out, size_t size)
{
    const struct unit *unit;
    int64_t count, rest;
    int len;

    ms = rounded(ms);
    unit = unit_of(ms);
    /* "125 minutes" is no answer to "how long": two units at most. */
    for (size_t i = 0; i + 1 < UNITS && ms >= 2 * units[1].ms; i++)
        if (ms >= units[i].ms && ms != units[0].ms) {
            unit = &units[i];
            break;
        }
    count = ms / unit->ms;
    rest = ms % unit->ms;
    len = snprintf(out, size, "%" PRId64 " %s%s", count, unit->name,
                   count == 1 ? "" : "s");
    if (rest == 0 || len < 0 || (size_t)len >= size)
        return;
    count = rest / unit[1].ms;
    if (count > 0)
        snprintf(out + len, size - (size_t)len, " %" PRId64 " %s%s", count,
                 unit[1].name, count == 1 ? "" : "s");
}

bool service__parse_span(struct span text, int64_t max_ms, int64_t *out)
{
    uint64_t number;

    text = span_trim(text);
    if (text.len < 2 || max_ms < 0)
        return false;
    for (size_t i = 0; i < UNITS; i++) {
        if (text.at[text.len - 1] != units[i].letter)
            continue;
        if (!span_to_u64(span_slice(text, 0, text.len - 1),
                         (uint64_t)(max_ms / units[i].ms), &number))
            return false;
        *out = (int64_t)number * units[i].ms;
        return true;
    }
    return false;
}

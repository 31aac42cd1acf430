#include "wire/stanza.h"

/* Days and dates by arithmetic: gmtime_r would look for a time zone file. */

enum {
    DAY_MS = 24 * 60 * 60 * 1000,
    HOUR_MS = 60 * 60 * 1000,
    MINUTE_MS = 60 * 1000,
    YEAR_MAX = 9999,
    OFFSET_HOURS_MAX = 14,
};

struct date {
    int64_t year;
    int64_t month; /* 1 to 12 */
    int64_t day;   /* 1 to 31 */
};

static bool is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Days in the years before `year`, counted from the year 0. */
static int64_t days_before_year(int64_t year)
{
    int64_t last = year - 1;

    if (year == 0)
        return 0;
    return year * 365 + last / 4 - last / 100 + last / 400 + 1;
}

static int64_t days_before_month(int64_t year, int64_t month)
{
    static const int64_t days[] = {0,   31,  59,  90,  120, 151, 181,
                                   212, 243, 273, 304, 334, 365};

    return days[month - 1] + (month > 2 && is_leap(year));
}

static int64_t days_in_month(int64_t year, int64_t month)
{
    static const int64_t days[] = {31, 28, 31, 30, 31, 30,
                                   31, 31, 30, 31, 30, 31};

    return days[month - 1] + (month == 2 && is_leap(year));
}

/* Days from 1970-01-01. */
static int64_t days_from_date(struct date date)
{
    return days_before_year(date.year) - days_before_year(1970) +
           days_before_month(date.year, date.month) + date.day - 1;
}

static struct date date_from_days(int64_t days)
{
    struct date date;

    days += days_before_year(1970);
    date.year = days * 400 / 146097;
    while (days_before_year(date.year + 1) <= days)
        date.year++;
    while (days_before_year(date.year) > days)
        date.year--;
    days -= days_before_year(date.year);
    date.month = days / 32 + 1;
    if (date.month < 12 && days_before_month(date.year, date.month + 1) <= days)
        date.month++;
    date.day = days - days_before_month(date.year, date.month) + 1;
    return date;
}

/* Writes `value` with `digits` digits and `after` behind it. */
static char *put_number(char *at, int64_t value, int digits, char after)
{
    for (int i = digits - 1; i >= 0; i--) {
        at[i] = (char)('0' + value % 10);
        value /= 10;
    }
    at[digits] = after;
    return at + digits + 1;
}

void stanza_format_time(int64_t at_ms, char out[STANZA_TIME_BYTES])
{
    const int64_t first_ms = days_from_date((struct date){0, 1, 1}) * DAY_MS;
    const int64_t end_ms =
        days_from_date((struct date){YEAR_MAX + 1, 1, 1}) * DAY_MS;
    struct date date;
    int64_t ms;

    if (at_ms < first_ms)
        at_ms = first_ms;
    if (at_ms >= end_ms)
        at_ms = end_ms - 1;
    /* From the year 0, so that the division never sees a negative. */
    ms = (at_ms - first_ms) % DAY_MS;
    date = date_from_days((at_ms - ms) / DAY_MS);
    out = put_number(out, date.year, 4, '-');
    out = put_number(out, date.month, 2, '-');
    out = put_number(out, date.day, 2, 'T');
    out = put_number(out, ms / HOUR_MS, 2, ':');
    out = put_number(out, ms / MINUTE_MS % 60, 2, ':');
    out = put_number(out, ms / 1000 % 60, 2, '.');
    out = put_number(out, ms % 1000, 3, 'Z');
    *out = '\0';
}

/* Takes `digits` digits off the front of `text`, and `after` behind them when
 * it is not NUL. */
static bool take_number(struct span *text, size_t digits, char after,
                        int64_t *out)
{
    size_t len = digits + (after != '\0');
    uint64_t value = 0;

    if (text->len < len || (after != '\0' && text->at[digits] != after) ||
        !span_to_u64(span_slice(*text, 0, digits), UINT32_MAX, &value))
        return false;
    *text = span_slice(*text, len, text->len);
    *out = (int64_t)value;
    return true;
}

/* A fraction of any length, cut to milliseconds. */
static bool take_fraction(struct span *text, int64_t *out_ms)
{
    int64_t unit = 100;
    size_t len = 1;

    *out_ms = 0;
    if (text->len == 0 || text->at[0] != '.')
        return true;
    for (; len < text->len; len++) {
        char c = text->at[len];

        if (c < '0' || c > '9')
            break;
        *out_ms += unit * (c - '0');
        unit /= 10;
    }
    *text = span_slice(*text, len, text->len);
    return len > 1;
}

static bool take_offset(struct span text, int64_t *out_ms)
{
    int64_t hours;
    int64_t minutes;
    int64_t sign;

    *out_ms = 0;
    if (span_is(text, "Z"))
        return true;
    if (text.len == 0 || (text.at[0] != '+' && text.at[0] != '-'))
        return false;
    sign = text.at[0] == '-' ? -1 : 1;
    text = span_slice(text, 1, text.len);
    if (!take_number(&text, 2, ':', &hours) ||
        !take_number(&text, 2, '\0', &minutes) || text.len > 0 ||
        hours > OFFSET_HOURS_MAX || minutes > 59)
        return false;
    *out_ms = sign * (hours * HOUR_MS + minutes * MINUTE_MS);
    return true;
}

static bool take_date(struct span *text, struct date *out)
{
    return take_number(text, 4, '-', &out->year) &&
           take_number(text, 2, '-', &out->month) &&
           take_number(text, 2, 'T', &out->day) && out->month >= 1 &&
           out->month <= 12 && out->day >= 1 &&
           out->day <= days_in_month(out->year, out->month);
}

bool stanza_parse_time(struct span text, int64_t *out_ms)
{
    struct date date;
    int64_t hour;
    int64_t minute;
    int64_t second;
    int64_t fraction_ms;
    int64_t offset_ms;

    if (!take_date(&text, &date) || !take_number(&text, 2, ':', &hour) ||
        !take_number(&text, 2, ':', &minute) ||
        !take_number(&text, 2, '\0', &second) ||
        !take_fraction(&text, &fraction_ms) || !take_offset(text, &offset_ms))
        return false;
    if (hour > 23 || minute > 59 || second > 59)
        return false;
    *out_ms = days_from_date(date) * DAY_MS + hour * HOUR_MS +
              minute * MINUTE_MS + second * 1000 + fraction_ms - offset_ms;
    return true;
}

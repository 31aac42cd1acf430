#include <inttypes.h>
#include <stdio.h>

#include "config/config_internal.h"

struct unit {
    const char *name; /* NULL ends a list */
    uint64_t factor;
};

static const struct unit durations[] = {
    {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}, {NULL, 0}};

static const struct unit sizes[] = {
    {"B", 1}, {"KiB", 1024}, {"MiB", 1024 * 1024}, {NULL, 0}};

enum { AMOUNT_TEXT_BYTES = 32 };

static struct span digits_of(struct span text)
{
    size_t len = 0;

    while (len < text.len && text.at[len] >= '0' && text.at[len] <= '9')
        len++;
    return span_slice(text, 0, len);
}

/* Reads a number with a unit.  ERR_SYNTAX when it is none. */
static enum err read_amount(struct span text, const struct unit *units,
                            uint64_t *out)
{
    struct span digits = digits_of(text);
    struct span suffix = span_slice(text, digits.len, text.len);
    uint64_t number;

    while (units->name != NULL && !span_is(suffix, units->name))
        units++;
    if (digits.len == 0 || units->name == NULL)
        return ERR_SYNTAX;
    if (!span_to_u64(digits, INT64_MAX / units->factor, &number))
        return ERR_LIMIT;
    *out = number * units->factor;
    return ERR_OK;
}

/* Writes `amount` in the greatest unit that needs no fraction. */
static const char *amount_text(uint64_t amount, const struct unit *units,
                               char text[AMOUNT_TEXT_BYTES])
{
    const struct unit *best = units;

    for (; units->name != NULL; units++)
        if (amount > 0 && amount % units->factor == 0)
            best = units;
    snprintf(text, AMOUNT_TEXT_BYTES, "%" PRIu64 "%s", amount / best->factor,
             best->name);
    return text;
}

static enum err refuse_range(const struct config_input *in,
                             const struct unit *units, const char *hint)
{
    char least[AMOUNT_TEXT_BYTES];
    char most[AMOUNT_TEXT_BYTES];

    return config__refuse_value(in, "is out of range; write %s to %s%s",
                                amount_text(in->key->least, units, least),
                                amount_text(in->key->most, units, most), hint);
}

static bool is_in_range(const struct config_input *in, uint64_t amount)
{
    return amount >= in->key->least && amount <= in->key->most;
}

enum err config__decode_duration(const struct config_input *in, int64_t *field)
{
    struct span digits = digits_of(in->value);
    uint64_t amount = 0;
    enum err rc = read_amount(in->value, durations, &amount);

    if (rc == ERR_SYNTAX && digits.len > 0 && digits.len == in->value.len) {
        int len = digits.len > 20 ? 20 : (int)digits.len;
        const char *at = digits.at;

        return config__refuse_value(
            in, "has no unit; write %.*ss, %.*sm, %.*sh or %.*sd", len, at, len,
            at, len, at, len, at);
    }
    if (rc == ERR_SYNTAX)
        return config__refuse_value(
            in, "is not a duration; write a whole number and s, m, h or d, "
                "such as 30m");
    if (rc == ERR_LIMIT || !is_in_range(in, amount))
        return refuse_range(in, durations, "");
    *field = (int64_t)amount;
    return ERR_OK;
}

enum err config__decode_size(const struct config_input *in, uint64_t *field)
{
    struct span digits = digits_of(in->value);
    uint64_t amount = 0;
    enum err rc = read_amount(in->value, sizes, &amount);

    /* No limit is no amount, so it needs no unit. */
    if (in->key->least == 0 && span_is(in->value, "0"))
        rc = ERR_OK;
    if (rc == ERR_SYNTAX && digits.len > 0 && digits.len == in->value.len) {
        int len = digits.len > 20 ? 20 : (int)digits.len;
        const char *at = digits.at;

        return config__refuse_value(
            in, "has no unit; write %.*sB, %.*sKiB or %.*sMiB", len, at, len,
            at, len, at);
    }
    if (rc == ERR_SYNTAX)
        return config__refuse_value(
            in, "is not a size; write a whole number and B, KiB or MiB, such "
                "as 16KiB");
    if (rc == ERR_LIMIT || !is_in_range(in, amount))
        return refuse_range(in, sizes,
                            in->key->least == 0 ? "; 0 is no limit" : "");
    *field = amount;
    return ERR_OK;
}

enum err config__decode_count(const struct config_input *in, uint32_t *field)
{
    const char *hint = in->key->least == 0 ? "; 0 is no limit" : "";
    struct span digits = digits_of(in->value);
    uint64_t amount;

    if (digits.len == 0 || digits.len != in->value.len)
        return config__refuse_value(
            in, "is not a whole number; write digits alone, such as %s",
            in->key->fallback);
    if (!span_to_u64(digits, UINT32_MAX, &amount) || !is_in_range(in, amount))
        return config__refuse_value(
            in, "is out of range; write %" PRIu64 " to %" PRIu64 "%s",
            in->key->least, in->key->most, hint);
    *field = (uint32_t)amount;
    return ERR_OK;
}

enum err config_decode_duration(struct span text, int64_t *out_ms)
{
    uint64_t amount = 0;
    enum err rc = read_amount(text, durations, &amount);

    if (rc == ERR_OK)
        *out_ms = (int64_t)amount;
    return rc;
}

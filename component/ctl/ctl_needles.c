#include "ctl/ctl_needles.h"

#include <stdlib.h>
#include <string.h>

enum { HEADS = 1 << 16, PREFIX_BYTES = 4 };

struct needle {
    struct needle *next; /* with the same hash */
    size_t len;
    size_t canary;
    enum ctl_shape shape;
    char at[];
};

struct ctl_needles {
    struct needle *heads[HEADS]; /* by a hash of the first bytes */
    size_t count;
};

struct ctl_needles *ctl_needles_new(void)
{
    return calloc(1, sizeof(struct ctl_needles));
}

void ctl_needles_free(struct ctl_needles *needles)
{
    if (needles == NULL)
        return;
    for (size_t i = 0; i < HEADS; i++)
        while (needles->heads[i] != NULL) {
            struct needle *next = needles->heads[i]->next;

            explicit_bzero(needles->heads[i]->at, needles->heads[i]->len);
            free(needles->heads[i]);
            needles->heads[i] = next;
        }
    free(needles);
}

size_t ctl_needles_count(const struct ctl_needles *needles)
{
    return needles->count;
}

const char *ctl_shape_name(enum ctl_shape shape)
{
    static const char *const names[] = {"it is", "UTF-16 (little endian)",
                                        "UTF-16 (big endian)", "hex", "base64"};

    return names[shape];
}

static uint16_t hash(const char *at)
{
    uint32_t prefix;

    memcpy(&prefix, at, PREFIX_BYTES);
    return (uint16_t)(prefix * 2654435761U >> 16);
}

static enum err add(struct ctl_needles *needles, struct span bytes,
                    enum ctl_shape shape)
{
    struct needle *needle = malloc(sizeof(*needle) + bytes.len);
    struct needle **head = &needles->heads[hash(bytes.at)];

    if (needle == NULL)
        return ERR_NOMEM;
    needle->len = bytes.len;
    needle->canary = needles->count;
    needle->shape = shape;
    memcpy(needle->at, bytes.at, bytes.len);
    needle->next = *head;
    *head = needle;
    return ERR_OK;
}

static enum err add_hex(struct ctl_needles *needles, struct span canary,
                        const char *digits)
{
    char text[CTL_NEEDLE_MAX_BYTES] = {0};

    for (size_t i = 0; i < canary.len; i++) {
        uint8_t byte = (uint8_t)canary.at[i];

        text[2 * i] = digits[byte >> 4];
        text[2 * i + 1] = digits[byte & 15];
    }
    return add(needles, (struct span){text, 2 * canary.len}, CTL_SHAPE_HEX);
}

/* What of the encoded text depends on the canary alone, when `before` bytes of
 * something else share its first group. */
static enum err add_base64(struct ctl_needles *needles, struct span canary,
                           size_t before, const char *alphabet)
{
    char text[CTL_NEEDLE_MAX_BYTES] = {0};
    size_t first = (before * 8 + 5) / 6;
    size_t last = (before + canary.len) * 8 / 6;

    for (size_t i = first; i < last; i++) {
        unsigned value = 0;

        for (size_t bit = 6 * i; bit < 6 * i + 6; bit++) {
            uint8_t byte = (uint8_t)canary.at[bit / 8 - before];

            value = value << 1 | (byte >> (7 - bit % 8) & 1);
        }
        text[i - first] = alphabet[value];
    }
    return add(needles, (struct span){text, last - first}, CTL_SHAPE_BASE64);
}

/* ASCII alone: a canary is planted by somebody who can choose. */
static enum err add_utf16(struct ctl_needles *needles, struct span canary,
                          enum ctl_shape shape)
{
    char text[CTL_NEEDLE_MAX_BYTES] = {0};

    for (size_t i = 0; i < canary.len; i++)
        text[2 * i + (shape == CTL_SHAPE_UTF16BE)] = canary.at[i];
    return add(needles, (struct span){text, 2 * canary.len}, shape);
}

static bool is_ascii(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((uint8_t)text.at[i] >= 0x80)
            return false;
    return true;
}

enum err ctl_needles_add(struct ctl_needles *needles, struct span canary,
                         bool is_text)
{
    static const char *const digits[] = {"0123456789abcdef",
                                         "0123456789ABCDEF"};
    static const char *const alphabets[] = {
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"};
    enum err rc;

    if (canary.len < CTL_CANARY_MIN_BYTES ||
        canary.len > CTL_CANARY_MAX_BYTES || needles->count == CTL_CANARIES_MAX)
        return ERR_LIMIT;
    needles->count++;
    rc = add(needles, canary, CTL_SHAPE_PLAIN);
    for (size_t i = 0; i < 2 && rc == ERR_OK; i++) {
        rc = add_hex(needles, canary, digits[i]);
        for (size_t before = 0; before < 3 && rc == ERR_OK; before++)
            rc = add_base64(needles, canary, before, alphabets[i]);
    }
    if (rc == ERR_OK && is_text && is_ascii(canary))
        rc = add_utf16(needles, canary, CTL_SHAPE_UTF16LE);
    if (rc == ERR_OK && is_text && is_ascii(canary))
        rc = add_utf16(needles, canary, CTL_SHAPE_UTF16BE);
    return rc;
}

bool ctl_needles_find(const struct ctl_needles *needles, struct span bytes,
                      size_t from, size_t to, struct ctl_trace *out)
{
    size_t end = bytes.len < PREFIX_BYTES ? 0 : bytes.len - PREFIX_BYTES + 1;

    for (size_t i = from; i < to && i < end; i++) {
        const struct needle *n = needles->heads[hash(bytes.at + i)];

        for (; n != NULL; n = n->next)
            if (n->len <= bytes.len - i &&
                memcmp(bytes.at + i, n->at, n->len) == 0) {
                *out = (struct ctl_trace){i, n->canary, n->shape};
                return true;
            }
    }
    return false;
}

#include "gateway/limits.h"

#include <stdlib.h>
#include <string.h>

void limits_init(struct limits *limits, const uint64_t seed[2])
{
    map_init(&limits->map, seed);
    limits->first = NULL;
}

void limits_clear(struct limits *limits)
{
    while (limits->first != NULL) {
        struct limits_entry *entry = limits->first;

        limits->first = entry->next;
        free(entry);
    }
    map_clear(&limits->map);
}

static struct span key_of(const struct limits_entry *entry)
{
    return (struct span){entry->key, entry->key_len};
}

static enum err add(struct limits *limits, struct span key, int64_t now_ms,
                    struct limits_entry **out)
{
    struct limits_entry *entry;
    enum err rc;

    if (limits->map.count >= LIMITS_ADDRESSES)
        return ERR_LIMIT;
    entry = calloc(1, sizeof(*entry));
    if (entry == NULL)
        return ERR_NOMEM;
    memcpy(entry->key, key.at, key.len);
    entry->key_len = key.len;
    bucket_init(&entry->fresh, LIMITS_PER_SECOND, LIMITS_BURST, now_ms);
    if ((rc = map_put(&limits->map, key_of(entry), entry)) != ERR_OK) {
        free(entry);
        return rc;
    }
    entry->next = limits->first;
    limits->first = entry;
    *out = entry;
    return ERR_OK;
}

/* The entry of `address`, which may be new. */
static enum err find(struct limits *limits, const struct address *address,
                     int64_t now_ms, struct limits_entry **out)
{
    char bytes[ADDRESS_KEY_BYTES];
    struct span key = address_key(address, bytes);
    struct limits_entry *entry = map_get(&limits->map, key);

    if (entry == NULL)
        return add(limits, key, now_ms, out);
    *out = entry;
    return ERR_OK;
}

bool limits_may_pick_up(const struct limits *limits,
                        const struct address *address)
{
    char bytes[ADDRESS_KEY_BYTES];
    const struct limits_entry *entry =
        map_get(&limits->map, address_key(address, bytes));

    if (entry == NULL)
        return limits->map.count < LIMITS_ADDRESSES;
    return entry->lines < LIMITS_LINES;
}

enum err limits_pick_up(struct limits *limits, const struct address *address,
                        int64_t now_ms, struct limits_entry **out)
{
    struct limits_entry *entry;
    enum err rc = find(limits, address, now_ms, &entry);

    if (rc != ERR_OK)
        return rc;
    if (entry->lines >= LIMITS_LINES)
        return ERR_LIMIT;
    entry->lines++;
    *out = entry;
    return ERR_OK;
}

void limits_hang_up(struct limits_entry *entry)
{
    if (entry != NULL)
        entry->lines--;
}

static bool has_room(struct limits_entry *entry, int64_t now_ms)
{
    return entry->count < LIMITS_CONNECTIONS &&
           bucket_has(&entry->fresh, now_ms);
}

bool limits_allows(const struct limits *limits, const struct address *address,
                   int64_t now_ms)
{
    char bytes[ADDRESS_KEY_BYTES];
    struct limits_entry *entry =
        map_get(&limits->map, address_key(address, bytes));

    if (entry == NULL)
        return limits->map.count < LIMITS_ADDRESSES;
    return has_room(entry, now_ms);
}

enum err limits_enter(struct limits *limits, const struct address *address,
                      int64_t now_ms, struct limits_entry **out)
{
    struct limits_entry *entry;
    enum err rc = find(limits, address, now_ms, &entry);

    if (rc != ERR_OK)
        return rc;
    if (!has_room(entry, now_ms))
        return ERR_LIMIT;
    bucket_take(&entry->fresh, 1, now_ms);
    entry->count++;
    *out = entry;
    return ERR_OK;
}

void limits_leave(struct limits_entry *entry)
{
    if (entry != NULL)
        entry->count--;
}

void limits_sweep(struct limits *limits, int64_t now_ms)
{
    struct limits_entry **at = &limits->first;

    while (*at != NULL) {
        struct limits_entry *entry = *at;

        if (entry->lines > 0 || entry->count > 0 ||
            !bucket_is_full(&entry->fresh, now_ms)) {
            at = &entry->next;
            continue;
        }
        *at = entry->next;
        map_remove(&limits->map, key_of(entry));
        free(entry);
    }
}

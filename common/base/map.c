#include "base/map.h"

#include <stdlib.h>
#include <string.h>

enum { MAP_FIRST_SLOTS = 16 };

struct map_slot {
    struct span key;
    uint64_t hash;
    void *value; /* NULL: empty */
};

static uint64_t rotate(uint64_t x, int bits)
{
    return (x << bits) | (x >> (64 - bits));
}

static void sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[0] = rotate(v[0], 32);
    v[2] += v[3];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[2] = rotate(v[2], 32);
}

static uint64_t sip_word(const char *at, size_t len)
{
    uint64_t word = 0;

    for (size_t i = 0; i < len; i++)
        word |= (uint64_t)(unsigned char)at[i] << (8 * i);
    return word;
}

static void sip_mix(uint64_t v[4], uint64_t word)
{
    v[3] ^= word;
    sip_round(v);
    sip_round(v);
    v[0] ^= word;
}

/* SipHash-2-4 (Aumasson and Bernstein, 2012). */
static uint64_t hash_key(const struct map *map, struct span key)
{
    uint64_t v[4] = {
        map->seed[0] ^ 0x736f6d6570736575U, map->seed[1] ^ 0x646f72616e646f6dU,
        map->seed[0] ^ 0x6c7967656e657261U, map->seed[1] ^ 0x7465646279746573U};
    size_t whole = key.len / 8 * 8;

    for (size_t i = 0; i < whole; i += 8)
        sip_mix(v, sip_word(key.at + i, 8));
    sip_mix(v,
            (key.len > whole ? sip_word(key.at + whole, key.len - whole) : 0) |
                (uint64_t)key.len << 56);
    v[2] ^= 0xff;
    for (int i = 0; i < 4; i++)
        sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

void map_init(struct map *map, const uint64_t seed[2])
{
    *map = (struct map){.seed = {seed[0], seed[1]}};
}

void map_clear(struct map *map)
{
    free(map->slots);
    map->slots = NULL;
    map->count = 0;
    map->cap = 0;
}

/* The slot that holds `key`, or the empty one where it would go. */
static size_t find_slot(const struct map *map, struct span key, uint64_t hash)
{
    size_t i = hash & (map->cap - 1);

    while (map->slots[i].value != NULL &&
           !(map->slots[i].hash == hash && span_equal(map->slots[i].key, key)))
        i = (i + 1) & (map->cap - 1);
    return i;
}

static enum err grow(struct map *map)
{
    struct map bigger = *map;

    bigger.cap = map->cap > 0 ? map->cap * 2 : MAP_FIRST_SLOTS;
    bigger.slots = calloc(bigger.cap, sizeof(*bigger.slots));
    if (bigger.slots == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < map->cap; i++) {
        struct map_slot *slot = &map->slots[i];

        if (slot->value != NULL)
            bigger.slots[find_slot(&bigger, slot->key, slot->hash)] = *slot;
    }
    free(map->slots);
    *map = bigger;
    return ERR_OK;
}

enum err map_put(struct map *map, struct span key, void *value)
{
    uint64_t hash = hash_key(map, key);
    size_t i;
    enum err rc;

    if (map->count + 1 > map->cap / 4 * 3 && (rc = grow(map)) != ERR_OK)
        return rc;
    i = find_slot(map, key, hash);
    if (map->slots[i].value == NULL)
        map->count++;
    map->slots[i] = (struct map_slot){key, hash, value};
    return ERR_OK;
}

void *map_get(const struct map *map, struct span key)
{
    if (map->count == 0)
        return NULL;
    return map->slots[find_slot(map, key, hash_key(map, key))].value;
}

/* Moves later entries of the same run back over the hole, so that look-ups
 * need no marks of deletion. */
static void close_hole(struct map *map, size_t hole)
{
    size_t mask = map->cap - 1;
    size_t i = hole;

    for (;;) {
        size_t home;

        i = (i + 1) & mask;
        if (map->slots[i].value == NULL)
            break;
        home = map->slots[i].hash & mask;
        if (((i - home) & mask) >= ((i - hole) & mask)) {
            map->slots[hole] = map->slots[i];
            hole = i;
        }
    }
    map->slots[hole].value = NULL;
}

void *map_remove(struct map *map, struct span key)
{
    size_t i;
    void *value;

    if (map->count == 0)
        return NULL;
    i = find_slot(map, key, hash_key(map, key));
    value = map->slots[i].value;
    if (value != NULL) {
        close_hole(map, i);
        map->count--;
    }
    return value;
}

void *map_next(const struct map *map, size_t *at)
{
    while (*at < map->cap) {
        void *value = map->slots[(*at)++].value;

        if (value != NULL)
            return value;
    }
    return NULL;
}

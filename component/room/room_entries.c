#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "room/room_state.h"
#include "room/room_view.h"

enum { ENTRIES_FIRST = 16, SLOTS_FIRST = 32 };

static enum err make_place(struct room *room)
{
    size_t cap = room->entry_cap > 0 ? room->entry_cap * 2 : ENTRIES_FIRST;
    struct room_entry *bigger;

    if (room->entry_count < room->entry_cap)
        return ERR_OK;
    bigger = realloc(room->entries, cap * sizeof(*bigger));
    if (bigger == NULL)
        return ERR_NOMEM;
    room->entries = bigger;
    room->entry_cap = cap;
    return ERR_OK;
}

/* Origins are hashes already; the seed keeps them from being chosen. */
static size_t home_of(const struct room_origins *origins, uint8_t seat,
                      const uint8_t origin[ROOM_ORIGIN_BYTES],
                      const uint64_t seed[2])
{
    uint64_t a;
    uint64_t b;

    memcpy(&a, origin, sizeof(a));
    memcpy(&b, origin + sizeof(a), sizeof(b));
    a = (a ^ seed[0]) * 0x9e3779b97f4a7c15U;
    a = (a ^ (a >> 32) ^ b ^ seed[1] ^ seat) * 0x9e3779b97f4a7c15U;
    return (size_t)(a ^ (a >> 32)) & (origins->cap - 1);
}

static bool is_from(const struct room_entry *entry, uint8_t seat,
                    const uint8_t origin[ROOM_ORIGIN_BYTES])
{
    return entry->seat == seat &&
           memcmp(entry->origin, origin, ROOM_ORIGIN_BYTES) == 0;
}

/* The slot of that origin, or the empty one where it would go. */
static size_t find_slot(const struct room *room, uint8_t seat,
                        const uint8_t origin[ROOM_ORIGIN_BYTES],
                        const uint64_t seed[2])
{
    const struct room_origins *origins = &room->origins;
    size_t i = home_of(origins, seat, origin, seed);

    while (origins->slots[i] != 0 &&
           !is_from(&room->entries[origins->slots[i] - 1], seat, origin))
        i = (i + 1) & (origins->cap - 1);
    return i;
}

static void fill_slots(struct room *room, const uint64_t seed[2])
{
    for (size_t i = 0; i < room->entry_count; i++) {
        const struct room_entry *entry = &room->entries[i];
        size_t slot;

        if ((entry->flags & ROOM_ENTRY_ORIGIN) == 0)
            continue;
        slot = find_slot(room, entry->seat, entry->origin, seed);
        if (room->origins.slots[slot] == 0) {
            room->origins.slots[slot] = (uint32_t)i + 1;
            room->origins.count++;
        }
    }
}

static size_t cap_for(size_t count)
{
    size_t cap = SLOTS_FIRST;

    while (cap / 4 * 3 < count)
        cap *= 2;
    return cap;
}

/* Makes the table, or one that holds another entry. */
static enum err renew_slots(struct room *room, const uint64_t seed[2])
{
    size_t known =
        room->origins.cap > 0 ? room->origins.count : room->entry_count;
    size_t cap = cap_for(known + 1);
    uint32_t *slots;

    if (cap <= room->origins.cap)
        return ERR_OK;
    slots = calloc(cap, sizeof(*slots));
    if (slots == NULL)
        return ERR_NOMEM;
    heap_free(room->origins.slots);
    room->origins = (struct room_origins){.slots = slots, .cap = cap};
    fill_slots(room, seed);
    return ERR_OK;
}

enum err room__origin_find(struct room *room, uint8_t seat,
                           const uint8_t origin[ROOM_ORIGIN_BYTES],
                           const uint64_t seed[2],
                           const struct room_entry **out)
{
    size_t slot;
    enum err rc;

    *out = NULL;
    if (room->origins.cap == 0 && (rc = renew_slots(room, seed)) != ERR_OK)
        return rc;
    slot = find_slot(room, seat, origin, seed);
    if (room->origins.slots[slot] != 0)
        *out = &room->entries[room->origins.slots[slot] - 1];
    return ERR_OK;
}

enum err room__entry_add(struct room *room, const struct room_entry *entry,
                         const uint64_t seed[2])
{
    enum err rc;

    if ((rc = make_place(room)) != ERR_OK)
        return rc;
    if ((entry->flags & ROOM_ENTRY_ORIGIN) != 0) {
        size_t slot;

        if ((rc = renew_slots(room, seed)) != ERR_OK)
            return rc;
        slot = find_slot(room, entry->seat, entry->origin, seed);
        if (room->origins.slots[slot] == 0) {
            room->origins.slots[slot] = (uint32_t)room->entry_count + 1;
            room->origins.count++;
        }
    }
    room->entries[room->entry_count++] = *entry;
    return ERR_OK;
}

/* Numbers have no gaps unless the disk was repaired by hand, so the first
 * guess is right; the search is for that case. */
struct room_entry *room__entry_get(const struct room *room, uint32_t seq)
{
    size_t low = 0;
    size_t high = room->entry_count;

    if (seq > 0 && seq <= high && room->entries[seq - 1].seq == seq)
        return &room->entries[seq - 1];
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (room->entries[middle].seq == seq)
            return &room->entries[middle];
        if (room->entries[middle].seq < seq)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

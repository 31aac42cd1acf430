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

/* They are hashes already; the seed keeps their places from being chosen. */
static size_t home_of(const struct room_ids *ids, uint8_t seat,
                      const uint8_t id_hash[ROOM_ID_HASH_BYTES],
                      const uint64_t seed[2])
{
    uint64_t a;
    uint64_t b;

    memcpy(&a, id_hash, sizeof(a));
    memcpy(&b, id_hash + sizeof(a), sizeof(b));
    a = (a ^ seed[0]) * 0x9e3779b97f4a7c15U;
    a = (a ^ (a >> 32) ^ b ^ seed[1] ^ seat) * 0x9e3779b97f4a7c15U;
    return (size_t)(a ^ (a >> 32)) & (ids->cap - 1);
}

static bool is_from(const struct room_entry *entry, uint8_t seat,
                    const uint8_t id_hash[ROOM_ID_HASH_BYTES])
{
    return entry->seat == seat &&
           memcmp(entry->id_hash, id_hash, ROOM_ID_HASH_BYTES) == 0;
}

/* The slot of that id, or the empty one where it would go. */
static size_t find_slot(const struct room *room, uint8_t seat,
                        const uint8_t id_hash[ROOM_ID_HASH_BYTES],
                        const uint64_t seed[2])
{
    const struct room_ids *ids = &room->ids;
    size_t i = home_of(ids, seat, id_hash, seed);

    while (ids->slots[i] != 0 &&
           !is_from(&room->entries[ids->slots[i] - 1], seat, id_hash))
        i = (i + 1) & (ids->cap - 1);
    return i;
}

static bool has_id(const struct room_entry *entry)
{
    return (entry->flags & (ROOM_ENTRY_ORIGIN | ROOM_ENTRY_ID)) != 0;
}

/* What has an origin-id keeps its slot: a message is not stored twice. */
static void put_in_slot(struct room *room, size_t i, const uint64_t seed[2])
{
    const struct room_entry *entry = &room->entries[i];
    uint32_t *slot =
        room->ids.slots + find_slot(room, entry->seat, entry->id_hash, seed);

    if (*slot == 0)
        room->ids.count++;
    else if ((room->entries[*slot - 1].flags & ROOM_ENTRY_ORIGIN) != 0)
        return;
    *slot = (uint32_t)i + 1;
}

static void fill_slots(struct room *room, const uint64_t seed[2])
{
    for (size_t i = 0; i < room->entry_count; i++) {
        if (has_id(&room->entries[i]))
            put_in_slot(room, i, seed);
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
    size_t known = room->ids.cap > 0 ? room->ids.count : room->entry_count;
    size_t cap = cap_for(known + 1);
    uint32_t *slots;

    if (cap <= room->ids.cap)
        return ERR_OK;
    slots = calloc(cap, sizeof(*slots));
    if (slots == NULL)
        return ERR_NOMEM;
    heap_free(room->ids.slots);
    room->ids = (struct room_ids){.slots = slots, .cap = cap};
    fill_slots(room, seed);
    return ERR_OK;
}

enum err room__id_find(struct room *room, uint8_t seat,
                       const uint8_t id_hash[ROOM_ID_HASH_BYTES],
                       const uint64_t seed[2], const struct room_entry **out)
{
    size_t slot;
    enum err rc;

    *out = NULL;
    if (room->ids.cap == 0 && (rc = renew_slots(room, seed)) != ERR_OK)
        return rc;
    slot = find_slot(room, seat, id_hash, seed);
    if (room->ids.slots[slot] != 0)
        *out = &room->entries[room->ids.slots[slot] - 1];
    return ERR_OK;
}

enum err room__entry_add(struct room *room, const struct room_entry *entry,
                         const uint64_t seed[2])
{
    enum err rc;

    if ((rc = make_place(room)) != ERR_OK)
        return rc;
    if (has_id(entry) && (rc = renew_slots(room, seed)) != ERR_OK)
        return rc;
    room->entries[room->entry_count++] = *entry;
    if (has_id(entry))
        put_in_slot(room, room->entry_count - 1, seed);
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

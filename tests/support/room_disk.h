/* room_disk.h - a store in memory: takes the STORE_ effects of a tick and gives
 * rooms back as the real one would after a restart. */
#ifndef SUPPORT_ROOM_DISK_H
#define SUPPORT_ROOM_DISK_H

#include "room/room.h"
#include "room/room_effect.h"

enum {
    ROOM_DISK_ROOMS_MAX = 64,
    ROOM_DISK_LIMITS_MAX = 4096,
};

struct room_disk_room;

struct room_disk {
    struct room_disk_room *rooms[ROOM_DISK_ROOMS_MAX];
    size_t room_count;
    struct room_limit_image limits[ROOM_DISK_LIMITS_MAX];
    size_t limit_count;
};

void room_disk_init(struct room_disk *disk);
void room_disk_clear(struct room_disk *disk);

/* Takes every STORE_ effect.  Aborts on one that fits to nothing. */
void room_disk_commit(struct room_disk *disk,
                      const struct room_effects *effects);

enum room_disk_fate { ROOM_DISK_LIVE, ROOM_DISK_ENDED, ROOM_DISK_UNKNOWN };

enum room_disk_fate room_disk_find(const struct room_disk *disk,
                                   struct span local);

/* The name of the n-th room ever stored. */
struct span room_disk_local(const struct room_disk *disk, size_t n);

/* Fills `out` for a live room; good until the next commit. */
void room_disk_image(struct room_disk *disk, struct span local,
                     struct room_image *out);

/* When the sleeping room asks for a TIME. */
int64_t room_disk_wake_ms(const struct room_disk *disk, struct span local);

/* The stored payload of a message, empty when erased. */
struct span room_disk_payload(const struct room_disk *disk, struct span local,
                              uint32_t seq);

#endif

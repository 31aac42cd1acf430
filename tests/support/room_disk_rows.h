/* room_disk_rows.h - how the store in memory keeps a room: shared by what
 * writes and what reads it. */
#ifndef SUPPORT_ROOM_DISK_ROWS_H
#define SUPPORT_ROOM_DISK_ROWS_H

#include "support/room_disk.h"

struct disk_text {
    char *at;
    size_t len;
};

struct disk_message {
    struct room_entry entry;
    struct disk_text payload;
};

struct disk_session {
    struct disk_text jid;
    struct disk_text bare;
    struct disk_text presence;
    uint8_t seat;
    enum room_leg leg;
    int64_t joined_ms;
};

struct disk_member {
    struct disk_text bare;
    uint8_t seat;
};

struct disk_token {
    struct room_token_image image;
    struct disk_text holder;
};

struct room_disk_room {
    struct room_image image; /* without what follows */
    bool is_ended;
    int64_t wake_ms;
    struct disk_text local;
    struct disk_text names[ROOM_SEATS];
    struct disk_message *messages;
    size_t message_count;
    struct disk_session *sessions;
    size_t session_count;
    struct disk_member *members;
    size_t member_count;
    struct disk_token *tokens;
    size_t token_count;
    struct room_entry *entries; /* what an image borrows */
    struct room_session_image *session_images;
    struct room_member_image *member_images;
    struct room_token_image *token_images;
};

/* Aborts when it is not so. */
void room_disk__must(bool is_so);

struct span room_disk__span(struct disk_text text);

/* The room, also one that ended, or NULL. */
struct room_disk_room *room_disk__find(const struct room_disk *disk,
                                       struct span local);

#endif

/* room_disk_read.c - gives rooms back. */
#include <stdlib.h>

#include "support/room_disk_rows.h"

void room_disk__must(bool is_so)
{
    if (!is_so)
        abort();
}

struct span room_disk__span(struct disk_text text)
{
    return (struct span){text.at, text.len};
}

struct room_disk_room *room_disk__find(const struct room_disk *disk,
                                       struct span local)
{
    for (size_t i = 0; i < disk->room_count; i++) {
        if (span_equal(room_disk__span(disk->rooms[i]->local), local))
            return disk->rooms[i];
    }
    return NULL;
}

enum room_disk_fate room_disk_find(const struct room_disk *disk,
                                   struct span local)
{
    const struct room_disk_room *room = room_disk__find(disk, local);

    if (room == NULL)
        return ROOM_DISK_UNKNOWN;
    return room->is_ended ? ROOM_DISK_ENDED : ROOM_DISK_LIVE;
}

struct span room_disk_local(const struct room_disk *disk, size_t n)
{
    return room_disk__span(disk->rooms[n]->local);
}

static void lend_entries(struct room_disk_room *room, struct room_image *out)
{
    room->entries = realloc(room->entries,
                            (room->message_count + 1) * sizeof(*room->entries));
    room_disk__must(room->entries != NULL);
    for (size_t i = 0; i < room->message_count; i++) {
        room->entries[i] = room->messages[i].entry;
        out->bytes += room->messages[i].payload.len;
    }
    out->entries = room->entries;
    out->entry_count = room->message_count;
}

static void lend_people(struct room_disk_room *room, struct room_image *out)
{
    room->session_images =
        realloc(room->session_images,
                (room->session_count + 1) * sizeof(*room->session_images));
    room->member_images =
        realloc(room->member_images,
                (room->member_count + 1) * sizeof(*room->member_images));
    room_disk__must(room->session_images != NULL &&
                    room->member_images != NULL);
    for (size_t i = 0; i < room->session_count; i++) {
        const struct disk_session *session = &room->sessions[i];

        /* Newest first: nobody may rely on an order of rows. */
        room->session_images[room->session_count - 1 - i] =
            (struct room_session_image){
                .jid = room_disk__span(session->jid),
                .bare = room_disk__span(session->bare),
                .presence = room_disk__span(session->presence),
                .seat = session->seat,
                .leg = session->leg,
                .joined_ms = session->joined_ms,
            };
    }
    for (size_t i = 0; i < room->member_count; i++)
        room->member_images[i] = (struct room_member_image){
            room_disk__span(room->members[i].bare), room->members[i].seat};
    out->sessions = room->session_images;
    out->session_count = room->session_count;
    out->members = room->member_images;
    out->member_count = room->member_count;
}

static void lend_tokens(struct room_disk_room *room, struct room_image *out)
{
    room->token_images =
        realloc(room->token_images,
                (room->token_count + 1) * sizeof(*room->token_images));
    room_disk__must(room->token_images != NULL);
    for (size_t i = 0; i < room->token_count; i++) {
        room->token_images[i] = room->tokens[i].image;
        room->token_images[i].holder = room_disk__span(room->tokens[i].holder);
    }
    out->tokens = room->token_images;
    out->token_count = room->token_count;
}

void room_disk_image(struct room_disk *disk, struct span local,
                     struct room_image *out)
{
    struct room_disk_room *room = room_disk__find(disk, local);

    room_disk__must(room != NULL && !room->is_ended);
    *out = room->image;
    out->local = room_disk__span(room->local);
    for (size_t i = 0; i < ROOM_SEATS; i++)
        out->seats[i].name = room_disk__span(room->names[i]);
    lend_entries(room, out);
    lend_people(room, out);
    lend_tokens(room, out);
}

int64_t room_disk_wake_ms(const struct room_disk *disk, struct span local)
{
    const struct room_disk_room *room = room_disk__find(disk, local);

    return room == NULL || room->is_ended ? INT64_MAX : room->wake_ms;
}

struct span room_disk_payload(const struct room_disk *disk, struct span local,
                              uint32_t seq)
{
    const struct room_disk_room *room = room_disk__find(disk, local);

    room_disk__must(room != NULL && seq > 0 && seq <= room->message_count);
    return room_disk__span(room->messages[seq - 1].payload);
}

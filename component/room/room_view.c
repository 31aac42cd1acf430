#include "room/room_view.h"

#include "room/room_state.h"

int64_t room_number(const struct room *room)
{
    return room->number;
}

struct span room_local(const struct room *room)
{
    return (struct span){room->local, room->local_len};
}

const struct room_keys *room_get_keys(const struct room *room)
{
    return &room->keys;
}

enum room_protection room_get_protection(const struct room *room)
{
    return room->protection;
}

bool room_is_ended(const struct room *room)
{
    return room->is_ended;
}

enum room_cause room_get_cause(const struct room *room)
{
    return room->cause;
}

int64_t room_idle_ms(const struct room *room)
{
    return room->idle_ms;
}

int64_t room_deadline_ms(const struct room *room)
{
    return room->deadline_ms;
}

struct span room_seat_name(const struct room *room, uint8_t seat)
{
    const struct room_seat *at = &room->seats[seat - 1];

    return (struct span){at->name, at->name_len};
}

bool room_seat_is_used(const struct room *room, uint8_t seat)
{
    return room->seats[seat - 1].is_used;
}

bool room_seat_is_online(const struct room *room, uint8_t seat)
{
    return room__session_shown(room, seat) != NULL;
}

uint8_t room_seat_of_session(const struct room *room, struct span jid)
{
    const struct room_session *session = room__session_find(room, jid);

    return session != NULL ? session->seat : 0;
}

bool room_member_at(const struct room *room, size_t n,
                    struct room_member_image *out)
{
    const struct room_member *member;

    if (n >= room->member_count)
        return false;
    member = room->members[n];
    *out = (struct room_member_image){
        .bare = {member->bare, member->len},
        .seat = member->seat,
    };
    return true;
}

static bool show_session(const struct room_session *session,
                         struct room_session_image *out)
{
    if (session == NULL)
        return false;
    *out = (struct room_session_image){
        .jid = session->jid,
        .bare = session->bare,
        .seat = session->seat,
        .leg = session->leg,
        .presence = room__session_presence(session),
        .joined_ms = session->joined_ms,
        .greeted_ms = session->greeted_ms,
    };
    return true;
}

bool room_session_at(const struct room *room, size_t n,
                     struct room_session_image *out)
{
    if (n >= room->session_count)
        return false;
    return show_session(room->sessions[n], out);
}

bool room_session_shown(const struct room *room, uint8_t seat,
                        struct room_session_image *out)
{
    return show_session(room__session_shown(room, seat), out);
}

int64_t room_seat_changed_ms(const struct room *room, uint8_t seat)
{
    return room->seats[seat - 1].changed_ms;
}

uint32_t room_last_seq(const struct room *room)
{
    return room->entry_count > 0 ? room->entries[room->entry_count - 1].seq : 0;
}

size_t room_message_count(const struct room *room)
{
    return room->entry_count;
}

const struct room_entry *room_entry_of(const struct room *room, uint32_t seq)
{
    return room__entry_get(room, seq);
}

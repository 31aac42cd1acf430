/* room_view.h - looking at an awake room without changing it.
 *
 * Everything returned is borrowed until the next room_step. */
#ifndef ROOM_ROOM_VIEW_H
#define ROOM_ROOM_VIEW_H

#include "room/room.h"

/* What it was made with, and whether and by what it has ended. */
int64_t room_number(const struct room *room);
struct span room_local(const struct room *room);
const struct room_keys *room_get_keys(const struct room *room);
enum room_protection room_get_protection(const struct room *room);
bool room_is_ended(const struct room *room);
enum room_cause room_get_cause(const struct room *room);
int64_t room_idle_ms(const struct room *room);

/* When silence would end the room: Unix time in ms. */
int64_t room_deadline_ms(const struct room *room);

/* `seat` is 1 or 2. */
struct span room_seat_name(const struct room *room, uint8_t seat);
bool room_seat_is_used(const struct room *room, uint8_t seat);
bool room_seat_is_online(const struct room *room, uint8_t seat);

/* The seat of a joined session by its full JID, or 0. */
uint8_t room_seat_of_session(const struct room *room, struct span jid);

/* The seat a bare JID is bound to, or 0. */
uint8_t room_seat_of_member(const struct room *room, struct span bare);

/* The n-th bound bare JID, counted from 0.  False past the last. */
bool room_member_at(const struct room *room, size_t n,
                    struct room_member_image *out);

/* The session whose presence the seat shows.  False where it has none. */
bool room_session_shown(const struct room *room, uint8_t seat,
                        struct room_session_image *out);

/* When a session of the seat last came, changed or went, as far as the room
 * has been awake; 0: not known. */
int64_t room_seat_changed_ms(const struct room *room, uint8_t seat);

/* The n-th session, counted from 0.  False past the last. */
bool room_session_at(const struct room *room, size_t n,
                     struct room_session_image *out);

/* The sequence number of the newest archived message; 0 when there is none. */
uint32_t room_last_seq(const struct room *room);
size_t room_message_count(const struct room *room);

/* The entry of an archived message, or NULL. */
const struct room_entry *room_entry_of(const struct room *room, uint32_t seq);

#endif

/* A message that is exactly !end, !keep or !status is a command, for clients
 * that show no others. */
#include <string.h>

#include "room/room_state.h"

/* An app that was cut off sends again what it believes to be lost.  That is
 * not a person who means it. */
static bool is_sent_again(const struct room_seat *seat,
                          const struct room_message *message)
{
    return seat->has_end_origin && (message->flags & ROOM_ENTRY_ORIGIN) != 0 &&
           memcmp(seat->end_origin, message->id_hash, ROOM_ID_HASH_BYTES) == 0;
}

static enum err word_end(struct room_turn *turn, struct room_session *session)
{
    struct room_seat *seat = &turn->room->seats[session->seat - 1];
    const struct room_message *message = &turn->event->u.message;

    if (turn->now_ms < seat->end_until_ms && !is_sent_again(seat, message))
        return room__end(turn, session->seat == 1 ? ROOM_CAUSE_SEAT1
                                                  : ROOM_CAUSE_SEAT2);
    seat->end_until_ms = turn->now_ms + ROOM_END_CONFIRM_MS;
    seat->has_end_origin = (message->flags & ROOM_ENTRY_ORIGIN) != 0;
    memcpy(seat->end_origin, message->id_hash, ROOM_ID_HASH_BYTES);
    return room__notice(turn, ROOM_NOTICE_END_CONFIRM, session, true, NULL);
}

static enum err word_status(struct room_turn *turn,
                            const struct room_session *session)
{
    struct room_effect *notice;
    enum err rc =
        room__notice(turn, ROOM_NOTICE_STATUS, session, true, &notice);

    if (rc == ERR_OK)
        notice->u.notice.ms = turn->room->deadline_ms - turn->now_ms;
    return rc;
}

enum err room__word(struct room_turn *turn, struct room_session *session)
{
    switch (turn->event->u.message.word) {
    case ROOM_WORD_END:
        return word_end(turn, session);
    case ROOM_WORD_KEEP:
        return room__keep_now(turn, &turn->event->request);
    case ROOM_WORD_STATUS:
        return word_status(turn, session);
    case ROOM_WORD_NONE:
        break;
    }
    return ERR_OK;
}

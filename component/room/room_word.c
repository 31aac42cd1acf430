/* A message that is exactly !end, !keep or !status is a command, for clients
 * that show no others. */
#include "room/room_state.h"

static enum err word_end(struct room_turn *turn, struct room_session *session)
{
    struct room_seat *seat = &turn->room->seats[session->seat - 1];

    if (turn->now_ms < seat->end_until_ms)
        return room__end(turn, session->seat == 1 ? ROOM_CAUSE_SEAT1
                                                  : ROOM_CAUSE_SEAT2);
    seat->end_until_ms = turn->now_ms + ROOM_END_CONFIRM_MS;
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

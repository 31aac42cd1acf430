/* gate_stay.h - a guest with stream management in a room, and a second tab that
 * may take its stream over. */
#ifndef SUPPORT_GATE_STAY_H
#define SUPPORT_GATE_STAY_H

#include "support/gate_case.h"

struct gate_stay {
    struct gate_case c;
    struct session first;
    struct session second;
    struct buf heard;
    char token[GUEST_TOKEN_CHARS + 1]; /* of the first's stream */
};

/* cmocka's set-up and tear-down of a test whose state is a gate_stay: the first
 * is in its room. */
int gate_stay_begin(void **state);
int gate_stay_end(void **state);

/* A message of the room to the guest, whose id is m and the number. */
void gate_stay_say(struct gate_stay *s, struct guest *guest, int number);

/* Logs `session` in up to where it may resume, and does, with `count` stanzas
 * heard before. */
void gate_stay_resume(struct gate_stay *s, struct session *session,
                      unsigned count);

#define FROM_ROOM "from='tea@duo.example/Abhi' to='%s' "
#define SELF                                                                   \
    "<x xmlns='http://jabber.org/protocol/muc#user'>"                          \
    "<status code='110'/></x></presence>"

#endif

/* room_script.h - a room driven by lines of text, as in tests/scenarios.
 *
 * One line is one event: `[HH:MM:SS.mmm] VERB [key=value | word]...`.  Values
 * with blanks stand in double quotes.  Without a time the clock stays.
 *
 * Settings:  limits body= rate= burst= sessions= creates= warning=
 *            linked yes|no    run N
 * Events:    create join presence leave say end keep ghost pong evict-guests
 *            time             (a TIME to the named room)
 *            due              (what the router does: everything that is due)
 *            sleep            (the room leaves memory)
 *            sweep
 *            restart          (a new engine over the same disk, next run)
 * Keys:      room=tea from=ann@x.example/phone source=BYTES id= nick= shows=
 *            code=one|two|ANYTHING token=ANYTHING offers=TOKEN
 *            idle= protection= names=A,B
 *            body= payload=BYTES origin= retract=SEQ|unknown word= id= lang=
 *            before=TIME times=N size=N
 *            and the words: state marker omemo link certain silent nobody
 * The domain `guests` makes a guest, `ctl` the control tool. */
#ifndef SUPPORT_ROOM_SCRIPT_H
#define SUPPORT_ROOM_SCRIPT_H

#include "base/buf.h"
#include "room/room_effect.h"
#include "support/room_disk.h"

struct room_script {
    struct room_engine *engine;
    struct room_effects effects; /* of the last event */
    struct room_disk disk;
    struct room_limits limits;
    int64_t now_ms;
    int64_t next_number;
    uint64_t run;
    bool is_linked;
};

void room_script_init(struct room_script *script);
void room_script_clear(struct room_script *script);

/* Runs one line and appends what follows from it to `out` (may be NULL).
 * False, with the reason in `out`, when the line says nothing sensible. */
bool room_script_line(struct room_script *script, struct span line,
                      struct buf *out);

/* The room of that name, woken if it sleeps; NULL when it is not there. */
struct room *room_script_room(struct room_script *script, struct span local);

#endif

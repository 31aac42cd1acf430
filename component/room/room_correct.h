/* room_correct.h - corrections (XEP-0308) and retractions (XEP-0424).
 *
 * A correction holds words of a message: it goes when the message goes. */
#ifndef ROOM_ROOM_CORRECT_H
#define ROOM_ROOM_CORRECT_H

#include "room/room_state.h"

/* What the message of this turn corrects: *seq, or 0 where that is not known.
 *
 * Refusal: what the other seat said under that id, and this one did not, and
 *          what was taken back: *is_refused, and *why.
 * Errors:  ERR_NOMEM.
 * Specs:   XEP-0308 3. */
enum err room__correction(struct room_turn *turn, uint8_t seat, uint16_t *seq,
                          enum room_refusal *why, bool *is_refused) MUST_CHECK;

/* What the message of this turn takes back: *seq, or 0 for nothing.  A
 * correction stands for what it corrects: some apps name the newest words.
 *
 * Refusal: what is not there, or of the other seat: *is_refused.
 * Errors:  ERR_NOMEM.
 * Specs:   XEP-0424 4. */
enum err room__retraction(struct room_turn *turn, uint8_t seat, uint32_t *seq,
                          bool *is_refused) MUST_CHECK;

/* Erases it, with every correction of it. */
enum err room__retract(struct room_turn *turn, uint32_t seq) MUST_CHECK;

#endif

/* jid.h - XMPP addresses, prepared with stringprep (RFC 6122).
 *
 * Two addresses are the same exactly when their prepared bytes are. */
#ifndef WIRE_JID_H
#define WIRE_JID_H

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

enum { JID_PART_MAX_BYTES = 1023 };

struct jid {
    struct span full; /* local@domain/resource, as far as there */
    struct span bare; /* local@domain or domain */
    struct span local;
    struct span domain;
    struct span resource;
};

/* Prepares `text`: nodeprep, nameprep (a final dot of the domain dropped),
 * resourceprep.
 *
 * Owner:  spans point into `arena`, or into `text` itself when it is already
 *         in prepared form; good as long as both are.
 * Errors: ERR_SYNTAX (empty part, forbidden character, too long), ERR_NOMEM.
 *         `out` is untouched.
 * Specs:  RFC 6122 2.1-2.4. */
enum err jid_parse(struct arena *arena, struct span text,
                   struct jid *out) MUST_CHECK;

/* Prepares a resource alone, for comparing a nick with a seat's name.
 * Errors: as jid_parse. */
enum err jid_prepare_resource(struct arena *arena, struct span text,
                              struct span *out) MUST_CHECK;

/* Folds a name for comparing without case, and checks what a name may be:
 * 1 to 32 code points, no control or bidi override character, not only blanks.
 * Errors: ERR_SYNTAX, ERR_NOMEM. */
enum err jid_fold_name(struct arena *arena, struct span name,
                       struct span *out) MUST_CHECK;

/* Whether everybody takes a prepared resource for one.  Who keeps to RFC 6122
 * to the letter (ejabberd, Conversations) knows no character that is younger
 * than Unicode 3.2, as emoji are, and drops what comes from there.
 * Errors: ERR_NOMEM. */
enum err jid_is_resource_for_all(struct span prepared,
                                 bool *is_for_all) MUST_CHECK;

#endif

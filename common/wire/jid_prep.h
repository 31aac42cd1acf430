/* jid_prep.h - one part of an address through its stringprep profile. */
#ifndef WIRE_JID_PREP_H
#define WIRE_JID_PREP_H

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

/* Each borrows `text` when it is ASCII in prepared form, and otherwise makes
 * the prepared form in `arena`.
 *
 * Errors: ERR_SYNTAX (empty, too long, forbidden), ERR_NOMEM. */
enum err jid__prepare_local(struct arena *arena, struct span text,
                            struct span *out) MUST_CHECK;
enum err jid__prepare_domain(struct arena *arena, struct span text,
                             struct span *out) MUST_CHECK;

/* Nameprep without the rules of domains: folds case and compatibility forms.
 * Errors: as above. */
enum err jid__fold(struct arena *arena, struct span text,
                   struct span *out) MUST_CHECK;

#endif

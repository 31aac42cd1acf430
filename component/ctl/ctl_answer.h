/* ctl_answer.h - an iq answer to fields and rows. */
#ifndef CTL_CTL_ANSWER_H
#define CTL_CTL_ANSWER_H

#include "ctl/ctl_peer.h"
#include "wire/xml.h"

/* Reads an iq result or error into `out`, whose arena must be set.
 * Errors: ERR_NOMEM. */
enum err ctl__read_answer(const struct xml_node *iq,
                          struct ctl_answer *out) MUST_CHECK;

#endif

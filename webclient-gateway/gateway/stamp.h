/* stamp.h - a guest's stanza, as it goes to the component. */
#ifndef GATEWAY_STAMP_H
#define GATEWAY_STAMP_H

#include "base/buf.h"
#include "base/err.h"
#include "wire/xml.h"

struct stamp {
    struct span from;   /* the guest's full JID */
    struct span to;     /* prepared */
    struct span source; /* hash of its address */
    struct span domain; /* the component's */
};

/* Writes `node`, a stanza of jabber:client, into `out` (emptied before) for
 * the component: `from` and `to` are ours, attributes are those of a stanza and
 * no other, what only servers say is left out, and what is counted by source
 * carries it.
 *
 * Errors: ERR_SYNTAX, ERR_LIMIT, ERR_NOMEM. */
enum err stamp_stanza(const struct stamp *stamp, const struct xml_node *node,
                      struct buf *out) MUST_CHECK;

#endif

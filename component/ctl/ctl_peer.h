/* ctl_peer.h - the way to the component: its Unix socket, one command at a
 * time. */
#ifndef CTL_CTL_PEER_H
#define CTL_CTL_PEER_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "crypto/crypto.h"

enum {
    CTL_ANSWER_MAX_BYTES = 16 * 1024 * 1024,
    CTL_ANSWER_WAIT_MS = 30 * 1000,
};

struct ctl_field {
    struct span var;
    struct span value; /* the first <value/> */
    struct ctl_field *next;
};

/* One row of a result with several. */
struct ctl_row {
    struct ctl_field *fields;
    struct ctl_row *next;
};

/* What the component said.  Owned by its arena. */
struct ctl_answer {
    struct arena arena;
    bool is_refused;
    struct span condition; /* refused: item-not-found, ... */
    struct span note;      /* error text or command note; may be empty */
    struct ctl_field *fields;
    struct ctl_row *rows;
};

/* Wipes and frees. */
void ctl_answer_clear(struct ctl_answer *answer);

/* The value of a field, or an empty span with `at` NULL. */
struct span ctl_answer_get(const struct ctl_answer *answer, const char *var);
struct span ctl_row_get(const struct ctl_row *row, const char *var);

struct ctl_peer;

struct ctl_peer_options {
    const char *socket_path;
    const char *domain; /* the component's; we become ctl.DOMAIN */
    int64_t wait_ms;    /* for each answer; 0: CTL_ANSWER_WAIT_MS */
    struct crypto *crypto;
};

/* Connects and shakes hands.
 * Owner:  back with ctl_peer_close.
 * Errors: ERR_CLOSED (nobody listens), ERR_AGAIN (no answer in time),
 *         ERR_SYSTEM (not permitted), ERR_NOMEM; `error` says it in a line. */
enum err ctl_peer_open(const struct ctl_peer_options *options,
                       struct ctl_peer **out, struct buf *error) MUST_CHECK;
void ctl_peer_close(struct ctl_peer *peer);

struct ctl_value {
    const char *var;
    struct span value;
};

struct ctl_request {
    const char *node;               /* the ad-hoc command */
    const struct ctl_value *values; /* its form, complete */
    size_t value_count;
};

/* Runs an ad-hoc command in one stage and waits for its end.
 * Owner:  `out` goes back with ctl_answer_clear, whatever is returned.
 * Errors: ERR_AGAIN (no answer in time), ERR_CLOSED, ERR_NOMEM, ERR_LIMIT. */
enum err ctl_peer_ask(struct ctl_peer *peer, const struct ctl_request *request,
                      struct ctl_answer *out) MUST_CHECK;

#endif

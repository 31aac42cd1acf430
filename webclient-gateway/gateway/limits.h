/* limits.h - how many lines and WebSockets one address may have, and how fast
 * new ones may come. */
#ifndef GATEWAY_LIMITS_H
#define GATEWAY_LIMITS_H

#include "base/err.h"
#include "base/map.h"
#include "gateway/address.h"
#include "gateway/bucket.h"

enum {
    LIMITS_LINES = 64,       /* of one address, whatever they carry */
    LIMITS_CONNECTIONS = 20, /* WebSockets of one address */
    LIMITS_PER_SECOND = 5,   /* new ones of it in the long run */
    LIMITS_BURST = 10,       /* at once */
    LIMITS_ADDRESSES = 100 * 1000,
};

struct limits_entry {
    struct limits_entry *next;
    char key[ADDRESS_KEY_BYTES];
    size_t key_len;
    unsigned lines;
    unsigned count; /* WebSockets */
    struct bucket fresh;
};

struct limits {
    struct map map;
    struct limits_entry *first; /* all of them */
};

/* `seed` is random. */
void limits_init(struct limits *limits, const uint64_t seed[2]);
void limits_clear(struct limits *limits);

/* Whether limits_pick_up would take it now; counts nothing. */
bool limits_may_pick_up(const struct limits *limits,
                        const struct address *address);

/* Counts one more line of `address`, before it has said anything.
 *
 * Owner:  `*out` is given back with limits_hang_up.
 * Errors: ERR_LIMIT when it has its share or there are too many addresses;
 *         ERR_NOMEM. */
enum err limits_pick_up(struct limits *limits, const struct address *address,
                        int64_t now_ms, struct limits_entry **out) MUST_CHECK;

/* NULL is fine. */
void limits_hang_up(struct limits_entry *entry);

/* Whether limits_enter would take it now; counts nothing. */
bool limits_allows(const struct limits *limits, const struct address *address,
                   int64_t now_ms);

/* Counts one more WebSocket of `address`.
 *
 * Owner:  `*out` is given back with limits_leave.
 * Errors: ERR_LIMIT when it has its share or comes too fast, or there are too
 *         many addresses; ERR_NOMEM. */
enum err limits_enter(struct limits *limits, const struct address *address,
                      int64_t now_ms, struct limits_entry **out) MUST_CHECK;

/* NULL is fine. */
void limits_leave(struct limits_entry *entry);

/* Forgets addresses that have nothing left to remember. */
void limits_sweep(struct limits *limits, int64_t now_ms);

#endif

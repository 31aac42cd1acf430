/* room.h - the rules of a two-person room, and nothing else.
 *
 * Pure: no I/O, no clock, no randomness, no globals, no logging.  The same
 * events give the same effects.  Includes base/ only.
 *
 * The engine holds the rooms that are awake.  A room that sleeps is on disk
 * alone; the router wakes it with room_load before it sends an event. */
#ifndef ROOM_ROOM_H
#define ROOM_ROOM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/base32.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/span.h"

enum {
    ROOM_SEATS = 2,
    ROOM_MESSAGES_MAX = 10000,          /* archived in one room */
    ROOM_BYTES_MAX = 16 * 1024 * 1024,  /* payload bytes in one room */
    ROOM_SPARE_MESSAGES = 1000,         /* retractions in a full room */
    ROOM_SPARE_BYTES = 1024 * 1024,     /* and theirs */
    ROOM_PAYLOAD_MAX_BYTES = 60 * 1024, /* one message, as written */
    ROOM_MEMBERS_MAX = 32,              /* bare JIDs bound to one seat */
    ROOM_ID_HASH_BYTES = 16,
    ROOM_SOURCE_BYTES = 16,
    ROOM_SOURCES_MAX = 100000, /* sources whose limits we remember */
    ROOM_NAME_MAX_BYTES = 128,
    ROOM_TOKENS_DEAD = 4, /* of a family, by which a replay is known */
    ROOM_TOKENS_KEPT = 2 + ROOM_TOKENS_DEAD,
};

enum room_protection {
    ROOM_PROTECTION_SERVER, /* any client; the server can read */
    ROOM_PROTECTION_LINK,   /* browsers only; key in the link */
    ROOM_PROTECTION_OMEMO,  /* native clients only */
};

/* How a session reached us. */
enum room_leg {
    ROOM_LEG_NATIVE,  /* through the XMPP server */
    ROOM_LEG_GUEST,   /* through the gateway */
    ROOM_LEG_CONTROL, /* duologuectl */
};

enum room_cause {
    ROOM_CAUSE_SEAT1,
    ROOM_CAUSE_SEAT2,
    ROOM_CAUSE_SILENCE,
    ROOM_CAUSE_ADMIN,
};

struct room_limits {
    uint64_t body_max_bytes;      /* 0: none but ROOM_PAYLOAD_MAX_BYTES */
    uint32_t messages_per_second; /* per seat; 0: no limit */
    uint32_t message_burst;
    uint32_t sessions_per_seat; /* 0: no limit */
    uint32_t creates_per_hour;  /* per source; 0: no limit */
    int64_t idle_warning_ms;    /* at most; also at most a tenth of the limit */
};

/* Opaque to the engine: carried, and wiped when the room is forgotten. */
struct room_keys {
    struct secret seal; /* bodies, names, JIDs; stanza-ids derive from it */
    struct secret code; /* codes are HMACed under this */
};

/* A token bucket.  Level in thousandths of a token. */
struct room_bucket {
    int64_t level_milli;
    int64_t at_ms; /* when the level was true */
};

/* What must be remembered of one archived message. */
enum {
    ROOM_ENTRY_HISTORY = 1,     /* replayed by XEP-0045 */
    ROOM_ENTRY_ACTIVITY = 2,    /* counts against silence */
    ROOM_ENTRY_RETRACTED = 4,   /* its payload is erased */
    ROOM_ENTRY_ORIGIN = 8,      /* `id_hash` is of its origin-id */
    ROOM_ENTRY_CORRECTION = 16, /* `corrects_seq` is set */
    ROOM_ENTRY_ID = 32,         /* `id_hash` is of its id, for want of one */
};

struct room_entry {
    int64_t at_ms;
    uint32_t seq;
    uint8_t seat;          /* 1 or 2 */
    uint8_t flags;         /* ROOM_ENTRY_... */
    uint16_t corrects_seq; /* the message whose words it replaces */
    uint8_t id_hash[ROOM_ID_HASH_BYTES];
};

struct room_session_image {
    struct span jid; /* full */
    struct span bare;
    uint8_t seat;
    enum room_leg leg;
    struct span presence; /* written children of its last presence */
    int64_t joined_ms;    /* or changed its presence; grows within a room */
    int64_t greeted_ms;   /* joined, as far as the room has been awake */
};

struct room_member_image {
    struct span bare;
    uint8_t seat;
};

/* A family: the tokens that followed one another in one tab of a browser, as
 * digests, newest first.
 *
 * The first was given out and waits to be presented.  The second was the last
 * one presented: it still opens the seat, because the answer may have been
 * lost or the tab copied, and begins a family of its own.  The others are dead:
 * whoever shows one has a copy, and ends the family.  Only ROOM_TOKENS_DEAD of
 * them are remembered; an older one is a wrong code and no more. */
struct room_token_image {
    uint32_t family; /* unique among the living ones of a room */
    uint8_t seat;    /* in an effect 0: the family is gone */
    uint8_t count;   /* of digests, at least 1 */
    struct secret digests[ROOM_TOKENS_KEPT];
    struct span holder; /* full JID of who was given the first */
    int64_t issued_ms;  /* of the family */
    int64_t used_ms;    /* when it was last given a token */
};

/* A room as it is on disk; all spans are borrowed. */
struct room_image {
    int64_t number;    /* the store's key; never reused */
    struct span local; /* ID_CHARS characters */
    struct room_keys keys;
    enum room_protection protection;
    int64_t created_ms;
    int64_t idle_ms;
    int64_t deadline_ms; /* a lower bound: messages since may have moved it */
    uint64_t warned_run; /* the run that warned for this deadline, or 0 */
    bool is_nearly_full_told;
    struct {
        struct span name;
        struct secret code; /* HMAC of the code under keys.code */
        bool is_used;       /* somebody has been admitted */
    } seats[ROOM_SEATS];
    struct room_bucket attempts;
    const struct room_entry *entries; /* by seq */
    size_t entry_count;
    uint64_t bytes; /* payload bytes of all entries */
    const struct room_member_image *members;
    size_t member_count;
    const struct room_session_image *sessions;
    size_t session_count;
    const struct room_token_image *tokens;
    size_t token_count;
};

struct room;
struct room_engine;
struct room_event;   /* room_event.h */
struct room_effects; /* room_effect.h */

/* Makes an engine that holds no room.  Copies `limits`.  `seed` keys its hash
 * tables.  NULL only when memory runs out. */
struct room_engine *room_engine_new(const struct room_limits *limits,
                                    const uint64_t seed[2]);

/* Frees the engine and its rooms.  NULL is fine. */
void room_engine_free(struct room_engine *engine);

/* Takes new limits, as after SIGHUP. */
void room_engine_set_limits(struct room_engine *engine,
                            const struct room_limits *limits);

/* Starts run `run`: warnings given in another run count no more.  Called at
 * start and each time the server link comes back, with a greater number. */
void room_engine_set_run(struct room_engine *engine, uint64_t run);

/* Says whether the XMPP server can be reached.  While it cannot, no room that
 * native clients may be in ends by silence. */
void room_engine_set_linked(struct room_engine *engine, bool is_linked);

/* Wakes a room.  Copies the image.
 * Errors: ERR_NOMEM.  Nothing happened. */
enum err room_load(struct room_engine *engine, const struct room_image *image,
                   struct room **out) MUST_CHECK;

/* The awake room of that local part, or NULL.  Good until it is forgotten. */
struct room *room_find(struct room_engine *engine, struct span local);

/* Drops a room from memory, without any effect, and wipes its keys. */
void room_forget(struct room_engine *engine, struct room *room);

/* Forgets rooms that ended (once their effects have been spoken) and rooms
 * where nothing happened for five minutes.  Effects made before must be gone:
 * they borrow from rooms. */
void room_engine_sweep(struct room_engine *engine, int64_t now_ms);

/* Applies one event and appends what follows from it to `out`.
 *
 * Time:    `event->now_ms` is Unix time in ms and never goes back.
 * Owner:   `event` is borrowed for the call.  `out` owns its bytes; a pointer
 *          to a room in it is good until room_forget or room_engine_sweep.
 * Refusal: a wrong code or a full archive is an answer, not an error: ERR_OK
 *          and one ROOM_EFFECT_REFUSE.  An event with a request that wants an
 *          answer gets exactly one.
 * Errors:  ERR_NOMEM, ERR_LIMIT.  The room may be half changed: the caller
 *          takes the tick back and forgets it.
 * Specs:   XEP-0045 7.2, 7.4, 7.14, 10.9; XEP-0421; XEP-0359. */
enum err room_step(struct room_engine *engine, const struct room_event *event,
                   struct room_effects *out) MUST_CHECK;

/* When an awake room next needs a ROOM_EVENT_TIME: Unix time in ms, or
 * INT64_MAX.  May be early, never late. */
int64_t room_engine_next_ms(const struct room_engine *engine);

/* Awake rooms whose time has come, one a call, or NULL.  The caller sends each
 * a ROOM_EVENT_TIME. */
struct room *room_engine_due(struct room_engine *engine, int64_t now_ms);

/* How many rooms are awake. */
size_t room_engine_awake_count(const struct room_engine *engine);

/* --- limits of sources (attempts and creations), kept over a restart --- */

enum room_limit_kind {
    ROOM_LIMIT_ATTEMPTS,
    ROOM_LIMIT_DOMAIN,
    ROOM_LIMIT_CREATES
};

struct room_limit_image {
    uint8_t source[ROOM_SOURCE_BYTES];
    enum room_limit_kind kind;
    uint32_t failures; /* in a row, forgotten after 24 h; or in the hour */
    int64_t at_ms;     /* of the last one */
    int64_t blocked_until_ms;
};

/* Puts back a limit that was stored; they come the longest untouched first. */
enum err room_limit_load(struct room_engine *engine,
                         const struct room_limit_image *image) MUST_CHECK;

/* Forgets every limit, before loading them anew after a failed commit. */
void room_limits_forget(struct room_engine *engine);

#endif

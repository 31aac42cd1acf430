/* room_state.h - what the files of this folder share, and nobody else sees. */
#ifndef ROOM_ROOM_STATE_H
#define ROOM_ROOM_STATE_H

#include "base/list.h"
#include "base/map.h"
#include "room/room.h"
#include "room/room_effect.h"
#include "room/room_event.h"

enum {
    ROOM_SEAT_SESSIONS_MAX = 256,  /* also where the limit says 0: none */
    ROOM_QUIET_MS = 5 * 60 * 1000, /* then a room goes to sleep */
    ROOM_END_CONFIRM_MS = 60 * 1000,
    ROOM_ASK_AGAIN_MS = 60 * 1000,
    ROOM_STAMPS_AHEAD_MS = 60 * 1000, /* of sessions: more is a wrong clock */
    ROOM_UPDATES = 10,                /* of one session's presence, at once; */
    ROOM_UPDATE_MS = 3 * 1000,        /* then one in this time */
    ROOM_ATTEMPTS = 10,               /* bucket of one room */
    ROOM_ATTEMPT_MS = 5 * 60 * 1000,  /* refills one attempt */
    ROOM_FULL_PERCENT = 90,           /* both are told */
};

/* One full JID in a seat. */
struct room_session {
    struct span jid; /* both lie in `text` */
    struct span bare;
    char *presence; /* owned */
    size_t presence_len;
    int64_t joined_ms;          /* of its last presence; grows along the list */
    int64_t greeted_ms;         /* of its last join; memory only */
    int64_t heard_ms;           /* of its last stanza */
    int64_t ask_ms;             /* when to ping it again, or INT64_MAX */
    int64_t doubt_ms;           /* of its last doubtful error */
    struct room_bucket updates; /* of its presence; memory only */
    char *later; /* owned: a presence the others see at show_ms, or NULL */
    size_t later_len;
    int64_t show_ms; /* INT64_MAX: none waits */
    enum room_leg leg;
    uint8_t seat;
    uint8_t misses; /* doubtful errors in a row */
    char text[];
};

/* A bare JID bound to a seat. */
struct room_member {
    size_t len;
    uint8_t seat;
    char bare[];
};

/* A family of tokens. */
struct room_family {
    struct room_family *next;
    struct room_token_image image; /* its holder lies in `holder` */
    char *holder;                  /* owned */
};

struct room_seat {
    char *name; /* owned */
    size_t name_len;
    struct secret code;
    struct room_bucket rate; /* of messages; memory only */
    int64_t changed_ms;      /* when a session of it came, changed or went, as
                                far as the room has been awake */
    int64_t end_until_ms;    /* a second !end counts before this; 0: none */
    bool has_end_origin;     /* of the first: */
    uint8_t end_origin[ROOM_ID_HASH_BYTES];
    bool is_used;
};

/* From an id to its entry; made when the first one is looked up. */
struct room_ids {
    uint32_t *slots; /* index into the entries plus 1; 0: empty */
    size_t cap;      /* a power of two, or 0 */
    size_t count;
};

struct room {
    struct list_link link; /* in one of the engine's lists */
    size_t heap_at;
    int64_t due_ms; /* its key in the heap; may be early */
    int64_t touched_ms;

    int64_t number;
    char *local; /* owned */
    size_t local_len;
    struct room_keys keys;
    enum room_protection protection;
    int64_t idle_ms;
    int64_t deadline_ms;
    int64_t stored_deadline_ms; /* what the disk knows */
    int64_t stored_wake_ms;
    int64_t held_until_ms; /* while the server is away, look again then */
    uint64_t warned_run;
    bool is_nearly_full_told;
    bool is_full_told;
    bool is_ended;
    enum room_cause cause;
    struct room_seat seats[ROOM_SEATS];
    struct room_bucket attempts;

    struct room_entry *entries;
    size_t entry_count;
    size_t entry_cap;
    uint64_t bytes;
    struct room_ids ids;

    struct room_session **sessions; /* by joined_ms */
    size_t session_count;
    size_t session_cap;
    struct room_member **members; /* oldest first */
    size_t member_count;
    size_t member_cap;
    struct room_family *families; /* in no order */
};

/* Failures or creations of one source. */
struct room_limit {
    struct list_link link;
    char key[ROOM_SOURCE_BYTES + 1];
    struct room_limit_image image;
};

struct room_engine {
    struct room_limits limits;
    uint64_t seed[2];
    uint64_t run;
    bool is_linked;
    int64_t now_ms; /* of the latest event */
    struct map rooms;
    struct list live;   /* longest quiet first */
    struct list ended;  /* wait for the sweep */
    struct room **heap; /* by due_ms */
    size_t heap_count;
    size_t heap_cap;
    struct map sources;
    struct list limits_used; /* longest untouched first */
    struct {
        int64_t since_ms; /* the minute that is counted */
        uint32_t failures;
        int64_t until_ms; /* strangers wait until then */
    } guesses;
};

/* One event on its way through the engine. */
struct room_turn {
    struct room_engine *engine;
    struct room *room; /* NULL: not awake */
    const struct room_event *event;
    int64_t now_ms;
    struct room_effects *out;
};

/* --- one file for each kind of event --- */

enum err room__create(struct room_turn *turn) MUST_CHECK;
enum err room__join(struct room_turn *turn) MUST_CHECK;
enum err room__presence(struct room_turn *turn) MUST_CHECK;
/* Shows the presences that had to wait until now. */
enum err room__presence_due(struct room_turn *turn) MUST_CHECK;
enum err room__leave(struct room_turn *turn) MUST_CHECK;
enum err room__message(struct room_turn *turn) MUST_CHECK;
enum err room__word(struct room_turn *turn,
                    struct room_session *session) MUST_CHECK;
enum err room__keep(struct room_turn *turn) MUST_CHECK;
enum err room__end_asked(struct room_turn *turn) MUST_CHECK;
enum err room__ghost(struct room_turn *turn) MUST_CHECK;
void room__pong(struct room_turn *turn);
enum err room__evict_guests(struct room_turn *turn) MUST_CHECK;
enum err room__time(struct room_turn *turn) MUST_CHECK;

/* --- room_load.c --- */

/* Makes a room from an image, outside any engine.  NULL: no memory. */
struct room *room__new(const struct room_image *image);
void room__free(struct room *room);

/* Puts it into the engine.  Errors: ERR_NOMEM, and the room is not in. */
enum err room__adopt(struct room_engine *engine, struct room *room) MUST_CHECK;

/* --- room_heap.c, room_sweep.c --- */

enum err room__heap_add(struct room_engine *engine,
                        struct room *room) MUST_CHECK;
void room__heap_remove(struct room_engine *engine, struct room *room);
/* Says that the room's time may have come nearer. */
void room__heap_nearer(struct room_engine *engine, struct room *room);
/* Says that every room's time may be another. */
void room__heap_renew(struct room_engine *engine);

/* --- room_session.c --- */

struct room_session *room__session_find(const struct room *room,
                                        struct span jid);
/* Whose presence its seat shows, or NULL: the latest one not away, if any. */
struct room_session *room__session_shown(const struct room *room, uint8_t seat);
/* How many one seat may have. */
size_t room__sessions_max(const struct room_engine *engine);
/* Adds a copy as the latest.  Errors: ERR_NOMEM. */
enum err room__session_add(struct room *room,
                           const struct room_session_image *image,
                           struct room_session **out) MUST_CHECK;
/* Gives it a new presence and makes it the latest.  Errors: ERR_NOMEM. */
enum err room__session_renew(struct room *room, struct room_session *session,
                             struct span presence, int64_t now_ms) MUST_CHECK;
/* Keeps a presence, the only one, to be shown then.  Errors: ERR_NOMEM. */
enum err room__session_keep_later(struct room_session *session,
                                  struct span presence,
                                  int64_t show_ms) MUST_CHECK;
void room__session_drop_later(struct room_session *session);
void room__session_remove(struct room *room, struct room_session *session);
void room__session_free(struct room_session *session);
/* A stanza came: it lives. */
void room__session_heard(struct room_session *session, int64_t now_ms);
struct span room__session_presence(const struct room_session *session);

/* --- room_member.c --- */

/* Binds `bare` to `seat`; a new one is added and, when the seat has too many,
 * the oldest without a session goes: *dropped is then what the caller frees
 * (else NULL).  *is_new tells whether anything changed.  Errors: ERR_NOMEM. */
enum err room__member_bind(struct room *room, struct span bare, uint8_t seat,
                           bool *is_new,
                           struct room_member **dropped) MUST_CHECK;
void room__member_free(struct room_member *member);

/* --- room_token.c --- */

/* What a guest showed at the door. */
struct room_ticket {
    uint8_t seat;               /* that it opens; 0: none */
    struct room_family *family; /* that goes on; NULL: a new one begins */
};

/* Looks at the token of a join.  A dead one ends its family. */
enum err room__token_take(struct room_turn *turn,
                          struct room_ticket *out) MUST_CHECK;
/* Gives `session` the token that the join offers, as the next of the ticket's
 * family.  *is_given is false where none is due. */
enum err room__token_give(struct room_turn *turn,
                          const struct room_session *session,
                          const struct room_ticket *ticket,
                          bool *is_given) MUST_CHECK;
/* The same for a guest who is in already: only if none of the families is its
 * own, as when a copied tab took its token. */
enum err room__token_give_again(struct room_turn *turn,
                                const struct room_session *session,
                                bool *is_given) MUST_CHECK;
/* Takes a family from the disk.  Errors: ERR_NOMEM. */
enum err room__family_load(struct room *room,
                           const struct room_token_image *image) MUST_CHECK;
void room__families_free(struct room *room);

/* --- room_entries.c --- */

/* Errors: ERR_NOMEM, and nothing was added. */
enum err room__entry_add(struct room *room, const struct room_entry *entry,
                         const uint64_t seed[2]) MUST_CHECK;
/* What that seat said under that id, or NULL in *out.  An origin-id is said
 * once; of an id without one, which an app may use again, the newest. */
enum err room__id_find(struct room *room, uint8_t seat,
                       const uint8_t id_hash[ROOM_ID_HASH_BYTES],
                       const uint64_t seed[2],
                       const struct room_entry **out) MUST_CHECK;
struct room_entry *room__entry_get(const struct room *room, uint32_t seq);

/* --- room_bucket.c --- */

/* What a bucket holds at most and how it fills: `milli` thousandths every
 * `per_ms`. */
struct room_flow {
    int64_t max_milli;
    int64_t milli;
    int64_t per_ms;
};

/* Puts in what has come since the last fill; to be called before the others. */
void room__bucket_fill(struct room_bucket *bucket, const struct room_flow *flow,
                       int64_t now_ms);
/* Takes one token; false when there is none. */
bool room__bucket_take(struct room_bucket *bucket);
/* How long until there is one, counted from `now_ms` of the last fill. */
int64_t room__bucket_wait_ms(const struct room_bucket *bucket,
                             const struct room_flow *flow, int64_t now_ms);

/* --- room_source.c, room_attempt.c --- */

/* The limit of that source if it still counts, or NULL. */
struct room_limit *room__limit_get(const struct room_engine *engine,
                                   enum room_limit_kind kind,
                                   const uint8_t *source, int64_t now_ms);
/* The same, made when it is not there, and moved to the end of the list.
 * Limits that no longer count, or are too many, are dropped meanwhile. */
enum err room__limit_touch(struct room_turn *turn, enum room_limit_kind kind,
                           const uint8_t *source,
                           struct room_limit **out) MUST_CHECK;
/* Drops it and tells the store. */
enum err room__limit_drop(struct room_turn *turn,
                          struct room_limit *limit) MUST_CHECK;
enum err room__limit_store(struct room_turn *turn,
                           const struct room_limit *limit) MUST_CHECK;
/* Counts one in the hour of `limit`. */
void room__limit_count_hour(struct room_limit *limit, int64_t now_ms);

/* What a source may do. */
struct room_verdict {
    bool is_limited;        /* its code is not looked at */
    uint32_t attempts_left; /* before it has to wait */
    int64_t wait_ms;
};

/* May the code of whoever sent this event be looked at now?  Counts nothing. */
struct room_verdict room__attempt_ask(struct room_turn *turn);
/* Counts a wrong code everywhere; *out is the verdict that follows. */
enum err room__attempt_failed(struct room_turn *turn,
                              struct room_verdict *out) MUST_CHECK;
/* A right code: the source starts anew. */
enum err room__attempt_good(struct room_turn *turn) MUST_CHECK;

/* --- room_silence.c --- */

/* How long before the end the warning comes. */
int64_t room__warning_ms(const struct room_engine *engine,
                         const struct room *room);
/* When silence needs a ROOM_EVENT_TIME; this is what the disk knows. */
int64_t room__silence_due_ms(const struct room_engine *engine,
                             const struct room *room);
/* The same, or a ping or a presence that is due before. */
int64_t room__due_ms(const struct room_engine *engine, const struct room *room);
/* Content or a keep at `at_ms`: the deadline moves.  `is_stored`: the disk
 * must know, otherwise it may lag a little. */
enum err room__activity(struct room_turn *turn, int64_t at_ms,
                        bool is_stored) MUST_CHECK;
/* The same with the notice to both. */
enum err room__keep_now(struct room_turn *turn,
                        const struct room_request *request) MUST_CHECK;

/* --- room_end.c, room_ghost.c --- */

/* The tombstone, the words and the exit of all, and the promise to erase. */
enum err room__end(struct room_turn *turn, enum room_cause cause) MUST_CHECK;
/* Takes a session out and tells everybody whom it concerns. */
enum err room__remove(struct room_turn *turn, struct room_session *session,
                      enum room_removal how) MUST_CHECK;
/* The first half alone: the session is told and gone. */
enum err room__remove_quietly(struct room_turn *turn,
                              struct room_session *session,
                              enum room_removal how) MUST_CHECK;

/* --- room_effects.c --- */

/* A copy in the arena; a span at NULL stays so.  Errors: ERR_NOMEM. */
enum err room__copy(struct room_effects *out, struct span bytes,
                    struct span *to) MUST_CHECK;
/* An effect of this turn's room; `is_answer`: to this turn's request. */
struct room_effect *room__add(struct room_turn *turn,
                              enum room_effect_kind kind, bool is_answer);
enum err room__store_state(struct room_turn *turn) MUST_CHECK;
enum err room__store_session(struct room_turn *turn,
                             const struct room_session *session) MUST_CHECK;

/* --- room_speak.c --- */

/* Refuses the request, if one waits for an answer. */
enum err room__refuse(struct room_turn *turn, enum room_refusal why) MUST_CHECK;
/* Full JIDs of all sessions, copied. */
enum err room__everybody(struct room_turn *turn, const struct span **to,
                         size_t *count) MUST_CHECK;
/* A notice to `only`, or to all when NULL. */
enum err room__notice(struct room_turn *turn, enum room_notice what,
                      const struct room_session *only, bool is_answer,
                      struct room_effect **out) MUST_CHECK;
/* Tells `to` how `seat` is now; *out (may be NULL) is to be completed. */
enum err room__tell(struct room_turn *turn, const struct room_session *to,
                    uint8_t seat, bool is_answer,
                    struct room_effect **out) MUST_CHECK;
/* Tells all sessions but `except`. */
enum err room__tell_all(struct room_turn *turn, uint8_t seat,
                        const struct room_session *except) MUST_CHECK;

/* The session's presence becomes what its seat shows; costs the disk nothing
 * when it is so already. */
enum err room__session_show(struct room_turn *turn,
                            struct room_session *session,
                            struct span presence) MUST_CHECK;

/* What the others saw of a seat before something happened. */
struct room_shown {
    bool is_online;
    struct span presence; /* copies in the arena */
    struct span bare;
};

enum err room__shown_take(struct room_turn *turn, uint8_t seat,
                          struct room_shown *out) MUST_CHECK;
bool room__shown_changed(const struct room *room, uint8_t seat,
                         const struct room_shown *before);

#endif

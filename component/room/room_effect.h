/* room_effect.h - what follows from events, in order.
 *
 * First the store takes every ROOM_EFFECT_STORE_... of a tick in one
 * transaction; only then the rest is spoken, in the order of the list. */
#ifndef ROOM_ROOM_EFFECT_H
#define ROOM_ROOM_EFFECT_H

#include "base/arena.h"
#include "room/room.h"
#include "room/room_event.h"

enum { ROOM_EFFECTS_MAX_BYTES = 64 * 1024 * 1024 };

enum room_effect_kind {
    /* for the store */
    ROOM_EFFECT_STORE_ROOM,    /* u.create */
    ROOM_EFFECT_STORE_STATE,   /* u.state: deadline and the like */
    ROOM_EFFECT_STORE_MESSAGE, /* u.message */
    ROOM_EFFECT_STORE_ERASE,   /* u.seq: the payload of that message goes */
    ROOM_EFFECT_STORE_MEMBER,  /* u.member; seat 0: no longer bound */
    ROOM_EFFECT_STORE_SESSION, /* u.session: joined, or presence changed */
    ROOM_EFFECT_STORE_LEFT,    /* u.session.jid: no longer joined */
    ROOM_EFFECT_STORE_TOKEN,   /* u.token; seat 0: the family is gone */
    ROOM_EFFECT_STORE_LIMIT,   /* u.limit; `room` is NULL; no failures: gone */
    ROOM_EFFECT_STORE_END,     /* u.end */
    /* for the sessions */
    ROOM_EFFECT_REFUSE,   /* u.refuse: the one answer to `request` */
    ROOM_EFFECT_RESULT,   /* the empty good answer to `request` */
    ROOM_EFFECT_PRESENCE, /* u.presence */
    ROOM_EFFECT_REPLAY,   /* u.replay: history to a newcomer */
    ROOM_EFFECT_SUBJECT,  /* u.to: the empty subject that ends a join */
    ROOM_EFFECT_SAY,      /* u.say */
    ROOM_EFFECT_RESEND,   /* u.resend: stored bytes, to one session */
    ROOM_EFFECT_NOTICE,   /* u.notice: words of the room itself */
    ROOM_EFFECT_REMOVED,  /* u.removed: a session is out */
    ROOM_EFFECT_ASK,      /* u.to: an XEP-0199 ping to a session */
    ROOM_EFFECT_ERASED,   /* u.erased: answer `request` once the room is gone
                           * from the disk */
    ROOM_EFFECT_ALARM,    /* u.alarm: one line for the log */
    /* made by the service, kept in the same order */
    ROOM_EFFECT_WRITTEN, /* u.written: a whole stanza */
    ROOM_EFFECT_ARCHIVE, /* u.archive: an XEP-0313 query to run */
};

enum room_refusal {
    ROOM_REFUSE_WRONG_CODE,    /* also missing and limited: one answer */
    ROOM_REFUSE_BROWSERS_ONLY, /* native in a `link` room */
    ROOM_REFUSE_APPS_ONLY,     /* guest in an `omemo` room */
    ROOM_REFUSE_NOT_JOINED,
    ROOM_REFUSE_TOO_FAST,
    ROOM_REFUSE_TOO_LONG,
    ROOM_REFUSE_ARCHIVE_FULL,
    ROOM_REFUSE_NO_PLAINTEXT_OMEMO,
    ROOM_REFUSE_NO_PLAINTEXT_LINK,
    ROOM_REFUSE_FOREIGN_RETRACTION,
    ROOM_REFUSE_FOREIGN_CORRECTION,
    ROOM_REFUSE_CORRECTS_RETRACTED,
    ROOM_REFUSE_ENDED,
    ROOM_REFUSE_NOT_MEMBER,
    ROOM_REFUSE_TOO_MANY_CREATES,
    ROOM_REFUSE_TRY_LATER,
};

enum room_notice {
    ROOM_NOTICE_WELCOME,     /* rules and protection, to one native session */
    ROOM_NOTICE_SILENCE,     /* `ms` left before silence ends the chat */
    ROOM_NOTICE_KEPT,        /* somebody kept it; `ms` is the new span */
    ROOM_NOTICE_STATUS,      /* answer to !status; `ms` left */
    ROOM_NOTICE_END_CONFIRM, /* !end must be repeated within 60 s */
    ROOM_NOTICE_NEARLY_FULL,
    ROOM_NOTICE_FULL,
    ROOM_NOTICE_ENDED, /* before the destroy; `cause` */
};

enum room_removal {
    ROOM_REMOVAL_LEFT,      /* its own wish: 110 */
    ROOM_REMOVAL_DESTROYED, /* 110 and 321, <destroy/> */
    ROOM_REMOVAL_EVICTED,   /* 110 and 333 */
    ROOM_REMOVAL_STRANGER,  /* was never in: 110, 307 and 333 */
};

enum room_alarm { ROOM_ALARM_GUESSING }; /* the global cap is reached */

/* Copies of what the stanza needs; seat 1 or 2. */
struct room_effect {
    enum room_effect_kind kind;
    const struct room *room; /* NULL where none is meant */
    struct room_request request;
    struct room_effect *next;
    union {
        struct {
            struct room_create create;
            int64_t at_ms;
            int64_t wake_ms;
            int64_t deadline_ms;
        } create;
        struct {
            int64_t deadline_ms; /* lower bound, see room_image */
            int64_t wake_ms;     /* when the room needs a TIME if asleep */
            uint64_t warned_run;
            bool is_nearly_full_told;
            bool is_used[ROOM_SEATS];
            struct room_bucket attempts;
        } state;
        struct {
            struct room_entry entry;
            struct span id;
            struct span lang;
            struct span payload;
            struct span sender; /* bare JID where addresses are shown, else
                                 * at NULL */
        } message;
        uint32_t seq;
        struct room_member_image member;
        struct room_session_image session;
        struct room_token_image token;
        struct room_limit_image limit;
        struct {
            enum room_cause cause;
            int64_t at_ms;
        } end;
        struct {
            enum room_refusal why;
            /* WRONG_CODE: tries left for this source, and seconds to wait */
            uint32_t attempts_left;
            int64_t wait_ms;
        } refuse;
        struct {
            struct span to;
            uint8_t seat; /* whom it is about */
            bool is_self; /* `to` sits in that seat: status 110 */
            bool is_available;
            bool is_joining;      /* answers a join: 100 where it applies */
            bool is_renamed;      /* another nick was asked for: 210 */
            bool is_evicted;      /* gone for a technical reason: 333 */
            struct span id;       /* of the join, to echo; at NULL: none */
            struct span jid;      /* for <item jid/> in non-anonymous rooms */
            struct span presence; /* written children */
            struct span token;    /* to come back with; at NULL: none */
        } presence;
        struct {
            struct span to;
            struct room_history_request history;
            uint32_t upto_seq; /* the last message before the join */
        } replay;
        struct span to;
        struct {
            const struct span *to; /* every session of both seats */
            size_t to_count;
            uint8_t seat;
            uint32_t seq; /* 0: not archived */
            struct span id;
            struct span lang;
            struct span payload;
        } say;
        struct {
            struct span to;
            uint32_t seq;
        } resend;
        struct {
            const struct span *to;
            size_t to_count;
            enum room_notice what;
            int64_t ms;
            enum room_cause cause;
        } notice;
        struct {
            struct span to;
            uint8_t seat;     /* 0: none */
            struct span nick; /* for a stranger: what it addressed */
            enum room_removal how;
            enum room_cause cause;
        } removed;
        struct {
            int64_t number;
        } erased;
        enum room_alarm alarm;
        struct {
            struct span to;     /* full or bare JID: which link */
            struct span stanza; /* whole, written by wire */
        } written;
        struct {
            const void *query; /* struct service_query, in the arena */
        } archive;
    } u;
};

struct room_effects {
    struct arena arena;
    struct room_effect *first;
    struct room_effect *last;
    size_t count;
};

#define ROOM_EFFECTS_EMPTY                                                     \
    ((struct room_effects){.arena = ARENA_EMPTY(ROOM_EFFECTS_MAX_BYTES)})

/* Appends an effect of that kind, zeroed, with a copy of `request` (NULL:
 * none).  NULL when memory runs out or the ceiling is met. */
struct room_effect *room_effects_add(struct room_effects *effects,
                                     enum room_effect_kind kind,
                                     const struct room *room,
                                     const struct room_request *request);

/* Forgets and wipes all, and keeps some memory for the next round. */
void room_effects_reset(struct room_effects *effects);

/* Forgets and wipes all. */
void room_effects_clear(struct room_effects *effects);

#endif

/* room_event.h - the things that happen to a room. */
#ifndef ROOM_ROOM_EVENT_H
#define ROOM_ROOM_EVENT_H

#include "room/room.h"

enum room_event_kind {
    ROOM_EVENT_CREATE,       /* a new room; `room` is its local part */
    ROOM_EVENT_JOIN,         /* available presence with <x muc/> */
    ROOM_EVENT_PRESENCE,     /* available presence without it */
    ROOM_EVENT_LEAVE,        /* unavailable presence */
    ROOM_EVENT_MESSAGE,      /* a groupchat message, already cleaned */
    ROOM_EVENT_KEEP,         /* ad-hoc keep-chat */
    ROOM_EVENT_END,          /* destroy, ad-hoc end-chat, duologuectl end */
    ROOM_EVENT_GHOST,        /* an error says that the session is gone */
    ROOM_EVENT_PONG,         /* an answer to our ping */
    ROOM_EVENT_EVICT_GUESTS, /* a new gateway stream */
    ROOM_EVENT_TIME,         /* the room's time has come */
};

enum room_request_kind {
    ROOM_REQUEST_NONE, /* nobody waits for an answer */
    ROOM_REQUEST_PRESENCE,
    ROOM_REQUEST_MESSAGE,
    ROOM_REQUEST_IQ,
};

/* Whom to answer, and from which address (the one that was asked). */
struct room_request {
    enum room_request_kind kind;
    struct span from;         /* full JID of who asks */
    struct span to;           /* what it was sent to, prepared */
    struct span id;           /* at NULL: none */
    const char *command_node; /* an ad-hoc command asks, or NULL; static */
};

/* Who acts. */
struct room_actor {
    struct span jid; /* full */
    struct span bare;
    enum room_leg leg;
    uint8_t source[ROOM_SOURCE_BYTES]; /* keyed hash; limits count by it */
    bool has_domain_source;            /* native only: */
    uint8_t domain_source[ROOM_SOURCE_BYTES];
};

/* XEP-0045 7.2.13: all limits apply; -1 where there is none. */
struct room_history_request {
    int64_t max_chars;
    int64_t max_stanzas;
    int64_t since_ms; /* Unix time; from `since` or `seconds` */
};

struct room_create {
    int64_t number;
    struct room_keys keys;
    struct span seat_ids[ROOM_SEATS]; /* ID_CHARS each */
    struct span names[ROOM_SEATS];    /* checked and different */
    struct secret codes[ROOM_SEATS];  /* HMAC under keys.code */
    enum room_protection protection;
    int64_t idle_ms;
};

struct room_join {
    struct span nick;    /* prepared resource */
    bool has_code;       /* a password was sent that is not empty */
    struct secret code;  /* its HMAC under the room's keys.code */
    bool has_token;      /* the password has the form of a token */
    struct secret token; /* its digest */
    /* A fresh token, should this be a guest who is to get one. */
    struct {
        struct span text; /* at NULL: none */
        struct secret digest;
    } offer;
    struct span presence; /* written children to reflect */
    struct room_history_request history;
};

struct room_message {
    uint8_t flags; /* ROOM_ENTRY_HISTORY, _ACTIVITY, _ORIGIN, _ID */
    bool is_archived;
    uint8_t id_hash[ROOM_ID_HASH_BYTES]; /* with _ORIGIN or _ID */
    struct span id;      /* at NULL: the room makes one from the stanza-id */
    struct span lang;    /* at NULL: none */
    struct span payload; /* written children, cleaned */
    uint64_t body_bytes; /* UTF-8 bytes of the longest body */
    bool has_body;
    bool has_omemo;        /* an OMEMO element is in it */
    bool has_link;         /* an urn:duologue:link:0 element is in it */
    bool is_readable;      /* it says more than body, sealed words, signs */
    uint32_t retracts_seq; /* archived message it takes back; 0: none */
    bool is_retraction;    /* has <retract/>, even of an unknown id */
    bool has_retracts;     /* what it names is no archived message: */
    uint8_t retracts[ROOM_ID_HASH_BYTES]; /* hash of the id */
    bool is_correction;                   /* has <replace/>: */
    uint8_t corrects[ROOM_ID_HASH_BYTES]; /* hash of the id it names */
    enum room_word {
        ROOM_WORD_NONE,
        ROOM_WORD_END,
        ROOM_WORD_KEEP,
        ROOM_WORD_STATUS,
    } word; /* the body is exactly a command word */
};

struct room_event {
    enum room_event_kind kind;
    int64_t now_ms;
    struct span room; /* local part */
    struct room_request request;
    struct room_actor actor; /* unset for TIME, EVICT_GUESTS */
    union {
        struct room_create create;
        struct room_join join;
        struct span presence; /* PRESENCE: written children */
        struct room_message message;
        enum room_cause cause; /* END by an admin: ROOM_CAUSE_ADMIN */
        int64_t before_ms;     /* EVICT_GUESTS: only those who joined earlier */
        bool is_certain; /* GHOST: false when it was service-unavailable to a
                          * ping, which a living client may also answer */
    } u;
};

#endif

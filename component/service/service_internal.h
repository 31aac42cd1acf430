/* service_internal.h - shared inside the service. */
#ifndef SERVICE_SERVICE_INTERNAL_H
#define SERVICE_SERVICE_INTERNAL_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/list.h"
#include "base/map.h"
#include "room/room_view.h"
#include "service/service.h"
#include "service/service_texts.h"
#include "wire/ns.h"

enum {
    /* Addresses in all elements of a stanza, longer once prepared. */
    SERVICE_ARENA_MAX_BYTES = 4 * 1024 * 1024,
    SERVICE_OPTIONS_MAX_BYTES = 1024 * 1024,
    SERVICE_PAYLOAD_MAX_BYTES = 256 * 1024,
    SERVICE_PRESENCE_MAX_BYTES = 8 * 1024,     /* children others see of one */
    SERVICE_OUT_SPARE_BYTES = 4 * 1024 * 1024, /* not for pages */
    SERVICE_BUFFER_MAX_BYTES = 2 * 1024 * 1024,
    SERVICE_ADDRESS_MAX_BYTES = 1280,
    SERVICE_ROOMS_CACHED = 64,
    SERVICE_ID_CHARS = 32,
    SERVICE_TOLD_BYTES = 512, /* one sentence with a name in it */
    SERVICE_TOKEN_BYTES = 32,
    SERVICE_TOKEN_CHARS = 2 * SERVICE_TOKEN_BYTES,
    SERVICE_GUESTS_MAX = 32 * 1024, /* whose rooms we know */
    SERVICE_GUEST_ROOMS = 16, /* of one guest; as many as the gateway knows */
};

/* What derives from a room's key and is needed for every message. */
struct service_ids {
    int64_t number; /* of the room; 0: nobody's */
    struct secret stanza;
    char occupant[ROOM_SEATS][SERVICE_ID_CHARS];
};

/* An ad-hoc command that waits for its form. */
struct service_session {
    int64_t until_ms; /* 0: free */
    bool is_over;     /* since this tick, which is not on disk yet */
    const char *node;
    struct secret who;     /* digest of the full JID */
    struct secret account; /* digest of the bare one */
    char id[SERVICE_ID_CHARS];
};

/* Who asked how much of late, see service_flow.c. */
struct service_flows {
    struct map senders; /* bare JID or source -> service_flow */
    struct list used;   /* longest unused first */
};

struct service {
    struct service_options options; /* its bytes lie in `owned` */
    struct arena owned;
    struct room_engine *engine;
    struct crypto *crypto;
    struct service_port port;
    struct arena arena;  /* for one call */
    struct buf payload;  /* children being cleaned */
    struct buf written;  /* a stanza being written */
    uint32_t said_count; /* makes ids of our own stanzas differ */
    struct service_ids ids[SERVICE_ROOMS_CACHED];
    struct service_session sessions[SERVICE_COMMANDS_MAX];
    bool has_over; /* one of them is_over */
    struct service_flows flows;
    struct map guests; /* full JID -> service_guest, see service_guest.c */
    struct service_guest *leaving; /* said to be gone; not stored yet */
};

/* One stanza on its way. */
struct service_call {
    struct service *service;
    const struct service_input *in;
    const struct stanza *stanza;
    const struct room *room; /* LIVE, else NULL */
    struct room_effects *out;
    struct room_request request;
    struct stanza_out door;
    bool is_answered;
};

/* --- service_error.c --- */

/* What is wrong, and in which words. */
struct service_error {
    enum stanza_error condition;
    const char *text; /* NULL: none */
    const char *name; /* of a condition of ours or of a XEP, or NULL */
    const char *ns;
    struct {
        const char *name;
        int64_t number;
        const char *text; /* instead of the number */
    } attrs[2];
};

/* Answers the call with an error, if it wants an answer. */
enum err service__error(struct service_call *call, enum stanza_error condition,
                        enum service_text text) MUST_CHECK;
enum err service__error_full(struct service_call *call,
                             const struct service_error *error) MUST_CHECK;
/* Writes a whole error stanza to `out`; see stanza_end. */
enum err service__put_error(struct stanza_out *out,
                            const struct room_request *request,
                            const struct service_error *error) MUST_CHECK;

/* --- service_answer.c: stanzas of the service itself --- */

/* Begins a stanza; its children go through the returned door's writer. */
struct stanza_out *service__open(struct service_call *call,
                                 const struct stanza_head *head);
/* Ends it and puts it among the effects.
 * Errors: ERR_NOMEM; ERR_SYNTAX, ERR_LIMIT when the door refused it. */
enum err service__close(struct service_call *call, struct span to) MUST_CHECK;
/* The same for the good answer to an iq. */
struct stanza_out *service__answer_open(struct service_call *call);
enum err service__answer_close(struct service_call *call) MUST_CHECK;
/* An empty result. */
enum err service__answer_empty(struct service_call *call) MUST_CHECK;
/* Opens the answer and in it the element that was asked. */
struct stanza_out *service__query_open(struct service_call *call,
                                       const char *name, const char *ns);
enum err service__query_close(struct service_call *call) MUST_CHECK;
/* Ends a stanza on a link.  What the door refuses is dropped. */
enum err service__end(struct stanza_out *out) MUST_CHECK;
/* Overwrites bytes in a way the compiler keeps. */
void service__wipe(void *at, size_t len);
/* Empties a buffer of ours, bytes and all, and keeps its memory. */
void service__wipe_buf(struct buf *buf);

/* --- service_address.c --- */

struct service_address {
    char at[SERVICE_ADDRESS_MAX_BYTES];
};

/* ROOM@DOMAIN, with the seat's name behind it for seat 1 or 2. */
struct span service__address(const struct service *service,
                             const struct room *room, uint8_t seat,
                             struct service_address *out);
/* The same of a room that is not awake yet, with any resource. */
struct span service__address_of(const struct service *service,
                                struct span local, struct span resource,
                                struct service_address *out);
/* The seat whose name `resource` is, or 0. */
uint8_t service__seat_named(const struct room *room, struct span resource);
/* The seat of who sent the stanza, as session or else as member, or 0. */
uint8_t service__seat_of_sender(const struct service_call *call);
/* True when `jid` is, prepared, the call's room; resource aside. */
enum err service__is_room(struct service_call *call, struct span jid,
                          bool *is_room) MUST_CHECK;

/* --- service_id.c --- */

/* HMAC of a code under the room's code key: at making and at joining. */
enum err service_code_digest(struct crypto *crypto, const struct secret *key,
                             struct span local, const char code[CODE_CHARS],
                             struct secret *out) MUST_CHECK;
enum err service__ids_of(struct service *service, const struct room *room,
                         const struct service_ids **out) MUST_CHECK;
/* Forgets what was derived for a room. */
void service__ids_drop(struct service *service, int64_t number);
enum err service__stanza_id(struct service *service, const struct room *room,
                            uint32_t seq,
                            char out[SERVICE_ID_CHARS]) MUST_CHECK;
/* The archived message of that id; *seq is 0 when there is none. */
enum err service__seq_of(struct service *service, const struct room *room,
                         struct span id, uint32_t *seq) MUST_CHECK;
/* An id for a stanza of our own, of SERVICE_ID_CHARS. */
enum err service__own_id(struct service *service, const struct room *room,
                         char out[SERVICE_ID_CHARS]) MUST_CHECK;
void service__hex(const uint8_t *bytes, size_t len, char *out);
/* Undoes it for exactly `len` bytes; false when `text` is not that.  Digits
 * are those that we write. */
bool service__unhex(struct span text, uint8_t *out, size_t len);

/* --- service_token.c --- */

/* Reads the password of a guest's join into `out`, if it has the form of a
 * token: its digest alone. */
enum err service__token_read(struct service_call *call, struct span password,
                             struct room_join *out) MUST_CHECK;
/* Draws a token for the guest who joins.  Its digits go to `text`, which
 * out->offer borrows. */
enum err service__token_offer(struct service_call *call,
                              char text[SERVICE_TOKEN_CHARS],
                              struct room_join *out) MUST_CHECK;

/* --- service_flow.c --- */

enum {
    /* A word to somebody who is not in, which a flood of them would echo. */
    SERVICE_COST_STRAY = 20,
    SERVICE_COST_LOOK_UP = 5, /* of a link: reads the disk */
};

struct service_use {
    struct span sender;
    int64_t units;
    int64_t now_ms;
};

/* Takes units of what a sender may use.  *is_taken is false when it has too
 * few.  Errors: ERR_NOMEM. */
enum err service__flow_take(struct service *service,
                            const struct service_use *use,
                            bool *is_taken) MUST_CHECK;
/* The same for an answer to somebody who is not in the room. */
enum err service__may_answer_stray(struct service_call *call,
                                   bool *may) MUST_CHECK;
/* Refuses it, if it may be answered. */
enum err service__stray(struct service_call *call, enum stanza_error condition,
                        enum service_text text) MUST_CHECK;
void service__flows_clear(struct service_flows *flows);

/* --- service_guest.c --- */

/* The guest who sent this is in the call's room now, or out of it. */
enum err service__guest_joined(struct service_call *call) MUST_CHECK;
/* Whether a guest may enter this room beside those that it is in: what is not
 * remembered would not be left when its browser is gone. */
enum err service__guest_may_join(struct service_call *call,
                                 bool *may) MUST_CHECK;
void service__guest_left(struct service_call *call);
/* Presence of a guest to DOMAIN: the gateway says that it is away, back or
 * gone, in all its rooms. */
enum err service__guest_presence(struct service_call *call) MUST_CHECK;

/* --- service_event.c --- */

/* The gateway's stamp, by which it tells where a guest comes from; empty where
 * there is none. */
struct span service__stamp(const struct stanza *stanza);
/* An event of that kind with who, when and where filled in. */
struct room_event service__event(struct service_call *call,
                                 enum room_event_kind kind);
/* Hands it to the engine. */
enum err service__step(struct service_call *call,
                       const struct room_event *event) MUST_CHECK;

/* --- service_clean.c --- */

/* True for <body/> and the like: an element of the stanza's own namespace. */
bool service__is_own(const struct stanza *stanza, const struct xml_node *node,
                     const char *name);
const struct xml_node *service__own_child(const struct stanza *stanza,
                                          const char *name);
/* Writes what of the stanza's children others may see to service->payload.
 * Errors: ERR_NOMEM; ERR_LIMIT, ERR_SYNTAX when it cannot be written. */
enum err service__clean(struct service_call *call,
                        struct span *payload) MUST_CHECK;
/* The next child element at or behind `node`, or NULL. */
const struct xml_node *service__element(const struct xml_node *node);

/* --- service_class.c, service_word.c --- */

/* What a message holds. */
struct service_class {
    bool has_body; /* with something in it */
    bool has_subject;
    bool has_thread;
    bool has_omemo;
    bool has_link;
    bool has_encryption; /* either, or an XEP-0380 hint */
    bool has_marker;
    bool has_signal;  /* chat state, receipt or marker */
    bool has_content; /* retraction, reaction, correction, fastening */
    bool has_detail;  /* one of those that says more than a retraction */
    bool has_store;
    bool has_no_store;
    bool has_other; /* a child element of any other kind */
    uint64_t body_bytes;
    struct span body; /* the first */
    const struct xml_node *retract;
    const struct xml_node *replace;
    const struct xml_node *origin;
};

/* docs/protocol.md 4: what it is, whether it is kept, and as what. */
void service__classify(const struct stanza *stanza, struct service_class *out);
bool service__is_archived(const struct service_class *about);
uint8_t service__entry_flags(const struct service_class *about);
enum room_word service__word(struct span body);

/* --- one file for each kind of stanza --- */

enum err service__domain(struct service_call *call) MUST_CHECK;
enum err service__room(struct service_call *call) MUST_CHECK;
enum err service__presence(struct service_call *call) MUST_CHECK;
enum err service__join(struct service_call *call,
                       const struct xml_node *muc) MUST_CHECK;
enum err service__presence_payload(struct service_call *call,
                                   struct span *out) MUST_CHECK;
enum err service__message(struct service_call *call) MUST_CHECK;
/* XEP-0045 7.8.2: asks the room to invite somebody. */
bool service__is_invite(const struct stanza *stanza);
/* An invitation declined, or a wish to be heard (8.6): nobody waits for it. */
bool service__is_unanswerable(const struct stanza *stanza);
enum err service__text_to_domain(struct service_call *call) MUST_CHECK;
enum err service__ghost(struct service_call *call) MUST_CHECK;
enum err service__pong(struct service_call *call) MUST_CHECK;
bool service__is_our_ping(struct span id);

/* --- questions --- */

enum err service__iq_domain(struct service_call *call) MUST_CHECK;
enum err service__iq_room(struct service_call *call) MUST_CHECK;
enum err service__iq_occupant(struct service_call *call) MUST_CHECK;
/* The one child of an iq, or NULL when there is not exactly one. */
const struct xml_node *service__question(const struct service_call *call);

enum err service__ping(struct service_call *call,
                       const struct xml_node *query) MUST_CHECK;
enum err service__ping_occupant(struct service_call *call) MUST_CHECK;
enum err service__version(struct service_call *call,
                          const struct xml_node *query) MUST_CHECK;
enum err service__clock(struct service_call *call,
                        const struct xml_node *query) MUST_CHECK;
enum err service__vcard_get(struct service_call *call,
                            const struct xml_node *query) MUST_CHECK;
enum err service__vcard_set(struct service_call *call,
                            const struct xml_node *query) MUST_CHECK;
enum err service__register(struct service_call *call,
                           const struct xml_node *query) MUST_CHECK;
enum err service__disco_info(struct service_call *call,
                             const struct xml_node *query) MUST_CHECK;
enum err service__disco_items(struct service_call *call,
                              const struct xml_node *query) MUST_CHECK;
enum err service__room_info(struct service_call *call,
                            const struct xml_node *query) MUST_CHECK;
enum err service__room_items(struct service_call *call,
                             const struct xml_node *query) MUST_CHECK;
enum err service__admin_get(struct service_call *call,
                            const struct xml_node *query) MUST_CHECK;
enum err service__admin_set(struct service_call *call,
                            const struct xml_node *query) MUST_CHECK;
enum err service__owner_get(struct service_call *call,
                            const struct xml_node *query) MUST_CHECK;
enum err service__owner_set(struct service_call *call,
                            const struct xml_node *query) MUST_CHECK;
enum err service__seat_get(struct service_call *call,
                           const struct xml_node *query) MUST_CHECK;
enum err service__room_get(struct service_call *call,
                           const struct xml_node *query) MUST_CHECK;
enum err service__archive_form(struct service_call *call,
                               const struct xml_node *query) MUST_CHECK;
enum err service__archive_query(struct service_call *call,
                                const struct xml_node *query) MUST_CHECK;
enum err service__archive_metadata(struct service_call *call,
                                   const struct xml_node *query) MUST_CHECK;
enum err service__command(struct service_call *call,
                          const struct xml_node *query) MUST_CHECK;
enum err service__commands_info(struct service_call *call,
                                struct span node) MUST_CHECK;
enum err service__commands_items(struct service_call *call) MUST_CHECK;
enum err service__no_items(struct service_call *call,
                           struct span node) MUST_CHECK;
void service__put_identity(struct xml_writer *xml, const char *category,
                           const char *type, struct span name);
void service__put_feature(struct xml_writer *xml, const char *var);

/* --- words for things --- */

const char *service__protection_name(enum room_protection protection);
/* The sentence about it that every screen shows. */
const char *service__protection_label(enum room_protection protection);
/* <room/> of ours, left open: protection, silence limit and deadline. */
void service__open_facts(struct xml_writer *xml, const struct room *room);
/* "24 hours", "90 seconds"; the greatest whole unit. */
void service__say_span(int64_t ms, char *out, size_t size);
/* "24h", "90s". */
void service__format_span(int64_t ms, char *out, size_t size);
/* Reads a number with s, m, h or d.  False when it is none or passes `max`. */
bool service__parse_span(struct span text, int64_t max_ms, int64_t *out);
bool service__parse_protection(struct span text, enum room_protection *out);

#endif

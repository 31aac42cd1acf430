/* service.h - stanzas to events, effects to stanzas, and every question that
 * needs no event: disco, ad-hoc commands, archive, lists, pings.
 *
 * Pure: bytes, time and chance come in with the call. */
#ifndef SERVICE_SERVICE_H
#define SERVICE_SERVICE_H

#include "base/err.h"
#include "crypto/crypto.h"
#include "room/room.h"
#include "room/room_effect.h"
#include "room/room_event.h"
#include "wire/stanza.h"

enum {
    SERVICE_RANDOM_BYTES = 256,  /* one creation needs less */
    SERVICE_COMMANDS_MAX = 1000, /* ad-hoc sessions under way */
    SERVICE_COMMANDS_OF_ONE = 8, /* of them one account's */
    SERVICE_COMMAND_TTL_MS = 10 * 60 * 1000,
    SERVICE_PAGE_MAX = 250, /* messages in one XEP-0313 page */
    SERVICE_PAGE_DEFAULT = 50,
    SERVICE_PAGE_MAX_BYTES = 1024 * 1024,
    SERVICE_HISTORY_MAX = 100, /* XEP-0045 replay without a wish */
};

enum service_create_policy {
    SERVICE_CREATE_ANYONE,
    SERVICE_CREATE_NATIVE,
    SERVICE_CREATE_LISTED,
};

enum service_fate { SERVICE_LIVE, SERVICE_ENDED, SERVICE_UNKNOWN };

struct service_options {
    struct span domain;
    struct span public_url; /* what links begin with; no trailing slash */
    enum service_create_policy create;
    const struct span *create_list; /* prepared bare JIDs and domains */
    size_t create_list_count;
    int64_t idle_default_ms;
    int64_t idle_max_ms;
    uint64_t body_max_bytes;
    bool has_server; /* an XMPP server is configured */
    const char *version;
};

/* What became of a room that was looked for. */
struct service_found {
    enum service_fate fate;
    const struct room *room; /* awake; LIVE only */
    enum room_cause cause;   /* ENDED only */
    uint8_t seat;            /* by seat id: 1 or 2 */
};

/* What the router knows and the service may ask for control commands. */
struct service_port {
    /* Live rooms after number `after`; see store_list.  For each, `on_room`
     * gets the room, which is awake for that call alone if it slept. */
    enum err (*list)(void *self, int64_t after, size_t max,
                     void (*on_room)(void *me, const struct room *room),
                     void *me);
    /* Appends `key=value` counters, one a line, for `stats`. */
    enum err (*stats)(void *self, struct buf *out);
    /* Finds (and wakes) a room by seat id; see store_find_seat. */
    enum err (*find_seat)(void *self, struct span seat_id,
                          struct service_found *out);
    /* Wakes the room of that local part. */
    enum err (*find_room)(void *self, struct span local,
                          struct service_found *out);
    /* A number for a new room, see store_next_number; 0: there is no place
     * for one more. */
    int64_t (*next_number)(void *self);
    /* See store_source. */
    void (*source)(void *self, const char *label, struct span value,
                   uint8_t out[ROOM_SOURCE_BYTES]);
    void *self;
};

struct service;

/* Makes a service over `engine`.  Borrows engine, crypto and port; copies the
 * options.  NULL only when memory runs out. */
struct service *service_new(const struct service_options *options,
                            struct room_engine *engine, struct crypto *crypto,
                            const struct service_port *port);
void service_free(struct service *service);

/* Takes new options, as after SIGHUP.  ERR_NOMEM: the old ones stay. */
enum err service_set_options(struct service *service,
                             const struct service_options *options) MUST_CHECK;

/* Forgets which rooms guests are in, as when the gateway's stream is new and
 * all its former guests are evicted. */
void service_forget_guests(struct service *service);

/* Commands that ended in a tick are forgotten when it is on disk; when it was
 * taken back, the form can be sent again, as its sender was told. */
void service_commands_over(struct service *service, bool is_stored);

/* A tick is on disk: the guests who left in it are forgotten. */
void service_guests_left(struct service *service);

/* Lets those leave whose tick was taken back: nobody says it a second time.
 * Errors: as service_handle. */
enum err service_leave_again(struct service *service, int64_t now_ms,
                             struct room_effects *out) MUST_CHECK;

/* How many guests are known to be in rooms. */
size_t service_count_guests(const struct service *service);

/* One stanza with what the router found out about it. */
struct service_input {
    const struct stanza *stanza;
    enum room_leg leg;
    int64_t now_ms;
    bool is_too_much;           /* service_admit refused it */
    bool is_unreadable;         /* the disk does not give its room */
    struct service_found found; /* when `stanza->to` has a local part */
    /* SERVICE_RANDOM_BYTES, fresh for an iq, for whatever goes to the domain
     * and for a guest's presence. */
    const uint8_t *random;
};

/* Counts in->stanza against who sent it, before its room is looked for;
 * `awake` is that room if it is in memory, else NULL.
 *
 * Refusal: *is_admitted is false for too many of late: the room need not be
 *          looked for, and service_handle is to be told with `is_too_much`.
 * Errors:  ERR_NOMEM, and nothing was counted. */
enum err service_admit(struct service *service, const struct service_input *in,
                       const struct room *awake, bool *is_admitted) MUST_CHECK;

/* Handles one stanza addressed to us: steps the engine, or answers by itself
 * (ROOM_EFFECT_WRITTEN, ROOM_EFFECT_ARCHIVE), or ignores what must be.
 *
 * Every iq get or set gets exactly one answer, now or (END) after erasure.
 * Errors: ERR_NOMEM, ERR_LIMIT, ERR_STORE: the router takes the tick back.
 * Specs:  protocol notes in docs/protocol.md; RFC 6120 8.2.3, 8.3;
 *         XEP-0030, 0045, 0050, 0199, 0313, 0410. */
enum err service_handle(struct service *service, const struct service_input *in,
                        struct room_effects *out) MUST_CHECK;

/* Answers `wait/resource-constraint` to a stanza whose tick was taken back, if
 * it wants an answer; writes it to `out`. */
enum err service_take_back(struct service *service,
                           const struct room_request *request,
                           struct stanza_out *out) MUST_CHECK;

/* Fills `out` with whom to answer for a stanza: kind NONE for results, errors
 * and whatever is never answered.  Borrows from the stanza. */
void service_request_of(const struct stanza *stanza, struct room_request *out);

/* --- speaking, after the commit --- */

/* One archived message, as the store gives it. */
struct service_said {
    struct room_entry entry;
    struct span id;
    struct span lang;
    struct span payload;
    struct span sender; /* bare JID; at NULL where no address is shown */
};

struct service_range {
    uint32_t from_seq; /* inclusive */
    uint32_t to_seq;   /* inclusive */
    bool is_backwards; /* newest first */
};

/* Opens the stanza_out of the link that leads to `to`, or gives NULL when that
 * link is down (the stanza is then dropped). */
struct service_speaker {
    struct stanza_out *(*out_for)(void *self, struct span to);
    /* Reads archived messages; see store_read. */
    enum err (*read)(void *self, const struct room *room,
                     const struct service_range *range,
                     bool (*on_message)(void *me,
                                        const struct service_said *said),
                     void *me);
    void *self;
};

/* Speaks one effect that is not for the store (for ROOM_EFFECT_ERASED nothing;
 * the router answers later with service_speak_result).
 *
 * A stanza that the outbound door refuses is dropped, not an error.
 * Errors: ERR_NOMEM, ERR_STORE. */
enum err service_speak(struct service *service,
                       const struct room_effect *effect,
                       const struct service_speaker *speaker) MUST_CHECK;

/* Writes the good answer to `request`: an empty iq result, or the completed
 * ad-hoc command. */
enum err service_speak_result(const struct room_request *request,
                              const struct service_speaker *speaker) MUST_CHECK;

/* Who or what ended a chat, in the word that stanzas and the log use. */
const char *service_cause_name(enum room_cause cause);

#endif

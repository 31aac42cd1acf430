/* service_speak.h - shared by the files that turn effects into stanzas. */
#ifndef SERVICE_SERVICE_SPEAK_H
#define SERVICE_SERVICE_SPEAK_H

#include "service/service_internal.h"

/* One groupchat message, live or old. */
struct service_words {
    struct span to; /* empty: without, as inside a forwarded copy */
    uint8_t seat;
    const char *stanza_id;   /* SERVICE_ID_CHARS, or NULL */
    const char *occupant_id; /* SERVICE_ID_CHARS */
    struct span id;
    struct span lang;
    struct span payload;
};

/* A run of archived messages, written but not yet sent. */
struct service_page {
    struct service *service;
    const struct room *room;
    struct span to;
    struct stanza_out out; /* on service->written */
    size_t max_bytes;
    bool is_strict; /* not even the first may pass them */
    size_t count;   /* written */
    size_t *ends;   /* where each ends in service->written */
    uint32_t *seqs;
    bool is_full; /* of bytes */
    enum err rc;
    /* Writes one. */
    enum err (*put)(struct service_page *page, const struct service_said *said);
    const void *self; /* for `put` */
};

/* Reads those messages of `wanted` (rising, or falling when `is_backwards`)
 * until the bytes are full. */
enum err service__page_read(struct service_page *page, const uint32_t *wanted,
                            size_t count, bool is_backwards,
                            const struct service_speaker *speaker) MUST_CHECK;
/* Sends what was read, in reverse order of reading if asked. */
enum err service__page_send(const struct service_page *page, bool is_reversed,
                            const struct service_speaker *speaker) MUST_CHECK;
/* How many bytes it may hold so that what else is said now still fits; 0 when
 * there is no room for any. */
size_t service__page_room(const struct stanza_out *out);
void service__page_clear(struct service_page *page);

/* Begins the good answer to an iq. */
void service__begin_result(struct stanza_out *out,
                           const struct room_request *request);

/* Completes `words` of a message of the archive.  `id` takes its id. */
enum err service__words_of(struct service *service, const struct room *room,
                           const struct service_said *said,
                           char id[SERVICE_ID_CHARS],
                           struct service_words *words) MUST_CHECK;
/* Writes what follows the payload: whose it is and which. */
void service__put_marks(struct xml_writer *xml, struct span room,
                        const struct service_words *words);
/* Begins the stanza, writes payload and marks. */
void service__begin_words(struct service *service, const struct room *room,
                          const struct service_words *words,
                          struct stanza_out *out);
void service__put_occupant(struct xml_writer *xml, const char *id);
void service__put_delay(struct xml_writer *xml, struct span from,
                        int64_t at_ms);

enum err service__speak_presence(
    struct service *service, const struct room_effect *effect,
    const struct service_speaker *speaker) MUST_CHECK;
enum err service__speak_removed(
    struct service *service, const struct room_effect *effect,
    const struct service_speaker *speaker) MUST_CHECK;
enum err service__speak_replay(
    struct service *service, const struct room_effect *effect,
    const struct service_speaker *speaker) MUST_CHECK;
enum err service__speak_subject(
    struct service *service, const struct room_effect *effect,
    const struct service_speaker *speaker) MUST_CHECK;
enum err service__speak_say(struct service *service,
                            const struct room_effect *effect,
                            const struct service_speaker *speaker) MUST_CHECK;
enum err service__speak_resend(
    struct service *service, const struct room_effect *effect,
    const struct service_speaker *speaker) MUST_CHECK;
enum err service__speak_notice(
    struct service *service, const struct room_effect *effect,
    const struct service_speaker *speaker) MUST_CHECK;
enum err service__speak_refusal(
    struct service *service, const struct room_effect *effect,
    const struct service_speaker *speaker) MUST_CHECK;

/* Whether an app shows nothing when a message it sent is refused: it shows a
 * group chat's message only when it comes back. */
bool service__hides_refusals(struct span to);
/* The room itself tells `to` alone why. */
enum err service__speak_refused(
    struct service *service, const struct room *room, struct span to,
    const char *text, const struct service_speaker *speaker) MUST_CHECK;

/* The sentence with which a chat ends. */
void service__say_ended(const struct room *room, enum room_cause cause,
                        char *out, size_t size);

#endif

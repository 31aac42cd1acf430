/* service_speak_notice.c - what the room itself says. */
#include <stdio.h>

#include "base/bug.h"
#include "service/service_speak.h"

enum { SPAN_BYTES = 64 };

static void say_welcome(const struct room *room, char *out, size_t size)
{
    static const char *const protections[] = {
        [ROOM_PROTECTION_SERVER] =
            "The server can read it. Set notifications for this chat to all "
            "messages. The other side's app may never report \"read\".",
        [ROOM_PROTECTION_LINK] = "Only you two can read it.",
        [ROOM_PROTECTION_OMEMO] =
            "Only you two can read it: messages must be encrypted with OMEMO. "
            "Older messages cannot be read on a new device.",
    };
    char idle[SPAN_BYTES];

    service__say_span(room_idle_ms(room), idle, sizeof(idle));
    snprintf(out, size,
             "This private chat is deleted for both when either of you ends "
             "it, or after %s of silence. %s Write !status, !keep or !end to "
             "see how long it has, keep it or end it.",
             idle, protections[room_get_protection(room)]);
}

void service__say_ended(const struct room *room, enum room_cause cause,
                        char *out, size_t size)
{
    static const char rest[] =
        "Everything in it has been deleted here; what your app has stored "
        "itself is still there.";
    struct span name;

    switch (cause) {
    case ROOM_CAUSE_SEAT1:
    case ROOM_CAUSE_SEAT2:
        name = room_seat_name(room, cause == ROOM_CAUSE_SEAT1 ? 1 : 2);
        snprintf(out, size, "%.*s ended this chat. %s", (int)name.len, name.at,
                 rest);
        return;
    case ROOM_CAUSE_SILENCE:
        snprintf(out, size, "This chat ended because nobody wrote. %s", rest);
        return;
    case ROOM_CAUSE_ADMIN:
        snprintf(out, size, "This chat was ended by the server. %s", rest);
        return;
    }
    out[0] = '\0';
}

static const char *event_name(enum room_notice what)
{
    static const char *const names[] = {
        [ROOM_NOTICE_WELCOME] = "welcome",
        [ROOM_NOTICE_SILENCE] = "silence",
        [ROOM_NOTICE_KEPT] = "kept",
        [ROOM_NOTICE_STATUS] = "status",
        [ROOM_NOTICE_END_CONFIRM] = "end-confirm",
        [ROOM_NOTICE_NEARLY_FULL] = "nearly-full",
        [ROOM_NOTICE_FULL] = "full",
        [ROOM_NOTICE_ENDED] = "ended",
    };

    BUG_IF((unsigned)what > ROOM_NOTICE_ENDED);
    return names[what];
}

static void say_status(const struct room_effect *effect, const char *left,
                       char *out, size_t size)
{
    static const char *const readers[] = {
        [ROOM_PROTECTION_SERVER] = "the server can read this chat",
        [ROOM_PROTECTION_LINK] = "only you two can read this chat",
        [ROOM_PROTECTION_OMEMO] = "only you two can read this chat",
    };

    snprintf(out, size,
             "This chat is deleted after %s more of silence; %s; %zu messages "
             "are stored.",
             left, readers[room_get_protection(effect->room)],
             room_message_count(effect->room));
}

static void say(const struct room_effect *effect, char *out, size_t size)
{
    char left[SPAN_BYTES];

    service__say_span(effect->u.notice.ms, left, sizeof(left));
    switch (effect->u.notice.what) {
    case ROOM_NOTICE_WELCOME:
        say_welcome(effect->room, out, size);
        break;
    case ROOM_NOTICE_SILENCE:
        snprintf(out, size,
                 "This chat is deleted in %s unless somebody writes. Write "
                 "!keep to keep it.",
                 left);
        break;
    case ROOM_NOTICE_KEPT:
        snprintf(out, size, "This chat stays for another %s of silence.", left);
        break;
    case ROOM_NOTICE_STATUS:
        say_status(effect, left, out, size);
        break;
    case ROOM_NOTICE_END_CONFIRM:
        snprintf(out, size,
                 "This deletes the chat for both of you. Write !end once more "
                 "within a minute to do it.");
        break;
    case ROOM_NOTICE_NEARLY_FULL:
        snprintf(out, size,
                 "This chat is nearly full: soon nothing more can be stored.");
        break;
    case ROOM_NOTICE_FULL:
        snprintf(out, size, "%s", service__text(TEXT_ARCHIVE_FULL));
        break;
    case ROOM_NOTICE_ENDED:
        service__say_ended(effect->room, effect->u.notice.cause, out, size);
        break;
    }
}

/* For programs the same is said in an element. */
static void put_event(struct xml_writer *xml, const struct room_effect *effect)
{
    service__open_facts(xml, effect->room);
    xml_put_attr_text(xml, "event", event_name(effect->u.notice.what));
    if (effect->u.notice.what == ROOM_NOTICE_ENDED)
        xml_put_attr_text(xml, "cause",
                          service_cause_name(effect->u.notice.cause));
    xml_close(xml);
}

/* Some apps are known by the resources they pick for themselves. */
static bool is_app(struct span to, struct span start)
{
    struct span resource = span_slice(to, span_find(to, '/'), to.len);

    return span_starts_with(resource, start);
}

/* Gajim and Converse show nothing that comes from a room without a nick. */
static bool needs_nick(struct span to)
{
    return is_app(to, SPAN("/gajim.")) || is_app(to, SPAN("/converse.js-"));
}

/* Who a notice comes from: the room; where that needs a nick, one that no seat
 * can have, for it is longer than a name may be. */
static struct span speaker_address(const struct service *service,
                                   const struct room *room, struct span to,
                                   struct service_address *out)
{
    if (!needs_nick(to))
        return service__address(service, room, 0, out);
    return service__address_of(service, room_local(room),
                               SPAN("Duologue (the chat itself, no person)"),
                               out);
}

static enum err begin(struct service *service, const struct room *room,
                      const char *text, struct stanza_out *out, struct span to)
{
    struct service_address address;
    char id[SERVICE_ID_CHARS];
    enum err rc = service__own_id(service, room, id);

    if (rc != ERR_OK)
        return rc;
    stanza_begin(out, &(struct stanza_head){
                          .kind = STANZA_MESSAGE,
                          .from = speaker_address(service, room, to, &address),
                          .to = to,
                          .type = SPAN("groupchat"),
                          .id = {id, SERVICE_ID_CHARS},
                      });
    xml_put_element(&out->xml, "body", NULL, span_of(text));
    xml_open(&out->xml, "no-store", NS_HINTS);
    xml_close(&out->xml);
    return ERR_OK;
}

static enum err send(struct service *service, const struct room_effect *effect,
                     const char *text, struct stanza_out *out, struct span to)
{
    enum err rc = begin(service, effect->room, text, out, to);

    if (rc != ERR_OK)
        return rc;
    put_event(&out->xml, effect);
    return service__end(out);
}

bool service__hides_refusals(struct span to)
{
    return is_app(to, SPAN("/gajim."));
}

enum err service__speak_refused(struct service *service,
                                const struct room *room, struct span to,
                                const char *text,
                                const struct service_speaker *speaker)
{
    struct stanza_out *out = speaker->out_for(speaker->self, to);
    enum err rc;

    if (out == NULL)
        return ERR_OK;
    if ((rc = begin(service, room, text, out, to)) != ERR_OK)
        return rc;
    service__open_facts(&out->xml, room);
    xml_put_attr_text(&out->xml, "event", "refused");
    xml_close(&out->xml);
    return service__end(out);
}

enum err service__speak_notice(struct service *service,
                               const struct room_effect *effect,
                               const struct service_speaker *speaker)
{
    char text[2 * SERVICE_TOLD_BYTES];
    enum err rc = ERR_OK;

    say(effect, text, sizeof(text));
    for (size_t i = 0; rc == ERR_OK && i < effect->u.notice.to_count; i++) {
        struct span to = effect->u.notice.to[i];
        struct stanza_out *out = speaker->out_for(speaker->self, to);

        if (out != NULL)
            rc = send(service, effect, text, out, to);
    }
    return rc;
}

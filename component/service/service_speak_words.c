/* service_speak_words.c - messages: live, again, and the subject. */
#include "service/service_speak.h"

void service__put_occupant(struct xml_writer *xml, const char *id)
{
    xml_open(xml, "occupant-id", NS_OCCUPANT_ID);
    xml_put_attr(xml, "id", (struct span){id, SERVICE_ID_CHARS});
    xml_close(xml);
}

void service__put_delay(struct xml_writer *xml, struct span from, int64_t at_ms)
{
    char stamp[STANZA_TIME_BYTES];

    stanza_format_time(at_ms, stamp);
    xml_open(xml, "delay", NS_DELAY);
    xml_put_attr(xml, "from", from);
    xml_put_attr_text(xml, "stamp", stamp);
    xml_close(xml);
}

void service__put_marks(struct xml_writer *xml, struct span room,
                        const struct service_words *words)
{
    if (words->stanza_id != NULL) {
        xml_open(xml, "stanza-id", NS_SID);
        xml_put_attr(xml, "by", room);
        xml_put_attr(xml, "id",
                     (struct span){words->stanza_id, SERVICE_ID_CHARS});
        xml_close(xml);
    }
    service__put_occupant(xml, words->occupant_id);
}

void service__begin_words(struct service *service, const struct room *room,
                          const struct service_words *words,
                          struct stanza_out *out)
{
    struct service_address seat, bare;
    struct span id = words->id;

    if (id.len == 0 && words->stanza_id != NULL)
        id = (struct span){words->stanza_id, SERVICE_ID_CHARS};
    stanza_begin(
        out, &(struct stanza_head){
                 .kind = STANZA_MESSAGE,
                 .from = service__address(service, room, words->seat, &seat),
                 .to = words->to,
                 .type = SPAN("groupchat"),
                 .id = id,
                 .lang = words->lang,
             });
    xml_put_written(&out->xml, words->payload);
    service__put_marks(&out->xml, service__address(service, room, 0, &bare),
                       words);
}

enum err service__words_of(struct service *service, const struct room *room,
                           const struct service_said *said,
                           char id[SERVICE_ID_CHARS],
                           struct service_words *words)
{
    const struct service_ids *ids;
    enum err rc = service__ids_of(service, room, &ids);

    if (rc != ERR_OK)
        return rc;
    words->seat = said->entry.seat;
    words->stanza_id = id;
    words->occupant_id = ids->occupant[said->entry.seat - 1];
    words->id = said->id;
    words->lang = said->lang;
    words->payload = said->payload;
    return service__stanza_id(service, room, said->entry.seq, id);
}

enum err service__speak_say(struct service *service,
                            const struct room_effect *effect,
                            const struct service_speaker *speaker)
{
    struct service_words words = {
        .seat = effect->u.say.seat,
        .id = effect->u.say.id,
        .lang = effect->u.say.lang,
        .payload = effect->u.say.payload,
    };
    char id[SERVICE_ID_CHARS];
    const struct service_ids *ids;
    enum err rc = service__ids_of(service, effect->room, &ids);

    if (rc == ERR_OK && effect->u.say.seq != 0) {
        rc = service__stanza_id(service, effect->room, effect->u.say.seq, id);
        words.stanza_id = id;
    }
    if (rc != ERR_OK)
        return rc;
    words.occupant_id = ids->occupant[words.seat - 1];
    for (size_t i = 0; rc == ERR_OK && i < effect->u.say.to_count; i++) {
        struct stanza_out *out;

        words.to = effect->u.say.to[i];
        out = speaker->out_for(speaker->self, words.to);
        if (out == NULL)
            continue;
        service__begin_words(service, effect->room, &words, out);
        rc = service__end(out);
    }
    return rc;
}

/* The stored message, to the one session that sent it again. */
struct resend {
    struct service *service;
    const struct room_effect *effect;
    struct stanza_out *out;
    enum err rc;
};

static bool on_resend(void *self, const struct service_said *said)
{
    struct resend *resend = self;
    const struct room_effect *effect = resend->effect;
    struct service_words words = {.to = effect->u.resend.to};
    char id[SERVICE_ID_CHARS];

    resend->rc =
        service__words_of(resend->service, effect->room, said, id, &words);
    if (resend->rc != ERR_OK)
        return false;
    /* Sent again after it was taken back: what is asked for is the receipt,
     * which goes by the id that the resending client used. */
    if (words.id.len == 0 && effect->request.id.len > 0)
        words.id = effect->request.id;
    service__begin_words(resend->service, effect->room, &words, resend->out);
    resend->rc = service__end(resend->out);
    return false;
}

enum err service__speak_resend(struct service *service,
                               const struct room_effect *effect,
                               const struct service_speaker *speaker)
{
    struct service_range range = {effect->u.resend.seq, effect->u.resend.seq,
                                  false};
    struct resend resend = {
        .service = service,
        .effect = effect,
        .out = speaker->out_for(speaker->self, effect->u.resend.to),
    };
    enum err rc;

    if (resend.out == NULL)
        return ERR_OK;
    rc = speaker->read(speaker->self, effect->room, &range, on_resend, &resend);
    return rc == ERR_OK ? resend.rc : rc;
}

/* XEP-0045 7.2.15: it ends the join, though there is never one. */
enum err service__speak_subject(struct service *service,
                                const struct room_effect *effect,
                                const struct service_speaker *speaker)
{
    struct stanza_out *out = speaker->out_for(speaker->self, effect->u.to);
    struct service_address address;

    if (out == NULL)
        return ERR_OK;
    stanza_begin(
        out, &(struct stanza_head){
                 .kind = STANZA_MESSAGE,
                 .from = service__address(service, effect->room, 0, &address),
                 .to = effect->u.to,
                 .type = SPAN("groupchat"),
             });
    xml_open(&out->xml, "subject", NULL);
    xml_close(&out->xml);
    return service__end(out);
}

/* service_speak.c - effects to stanzas, after the commit. */
#include "service/service_speak.h"

#include "service/service_archive.h"

/* The answers that pass here were checked at the door when they were made. */
static enum err speak_written(const struct room_effect *effect,
                              const struct service_speaker *speaker)
{
    struct stanza_out *out =
        speaker->out_for(speaker->self, effect->u.written.to);
    enum err rc;

    if (out == NULL)
        return ERR_OK;
    rc = buf_append(out->out, effect->u.written.stanza);
    return rc == ERR_LIMIT ? ERR_OK : rc;
}

/* XEP-0199 to a session; its id tells the answer from others. */
static enum err speak_ask(struct service *service,
                          const struct room_effect *effect,
                          const struct service_speaker *speaker)
{
    struct stanza_out *out = speaker->out_for(speaker->self, effect->u.to);
    char id[5 + SERVICE_ID_CHARS] = {'p', 'i', 'n', 'g', '-'};
    struct service_address address;
    enum err rc;

    if (out == NULL)
        return ERR_OK;
    if ((rc = service__own_id(service, effect->room, id + 5)) != ERR_OK)
        return rc;
    stanza_begin(
        out, &(struct stanza_head){
                 .kind = STANZA_IQ,
                 .from = service__address(service, effect->room, 0, &address),
                 .to = effect->u.to,
                 .type = SPAN("get"),
                 .id = {id, sizeof(id)},
             });
    xml_open(&out->xml, "ping", NS_PING);
    xml_close(&out->xml);
    return service__end(out);
}

static void put_command_over(struct xml_writer *xml,
                             const struct room_request *request)
{
    bool is_end = span_is(span_of(request->command_node), "end-chat");

    xml_open(xml, "command", NS_COMMANDS);
    xml_put_attr_text(xml, "node", request->command_node);
    /* There was no form and so no session, but clients insist on one. */
    xml_put_attr(xml, "sessionid", request->id);
    xml_put_attr_text(xml, "status", "completed");
    xml_open(xml, "note", NULL);
    xml_put_attr_text(xml, "type", "info");
    xml_put_text(xml, span_of(service__text(is_end ? TEXT_ENDED : TEXT_KEPT)));
    xml_close(xml);
    xml_close(xml);
}

void service__begin_result(struct stanza_out *out,
                           const struct room_request *request)
{
    stanza_begin(out, &(struct stanza_head){
                          .kind = STANZA_IQ,
                          .from = request->to,
                          .to = request->from,
                          .type = SPAN("result"),
                          .id = request->id,
                      });
}

enum err service_speak_result(const struct room_request *request,
                              const struct service_speaker *speaker)
{
    struct stanza_out *out;

    if (request->kind != ROOM_REQUEST_IQ)
        return ERR_OK;
    out = speaker->out_for(speaker->self, request->from);
    if (out == NULL)
        return ERR_OK;
    service__begin_result(out, request);
    if (request->command_node != NULL)
        put_command_over(&out->xml, request);
    return service__end(out);
}

static enum err speak_one(struct service *service,
                          const struct room_effect *effect,
                          const struct service_speaker *speaker)
{
    switch (effect->kind) {
    case ROOM_EFFECT_REFUSE:
        return service__speak_refusal(service, effect, speaker);
    case ROOM_EFFECT_RESULT:
        return service_speak_result(&effect->request, speaker);
    case ROOM_EFFECT_PRESENCE:
        return service__speak_presence(service, effect, speaker);
    case ROOM_EFFECT_REPLAY:
        return service__speak_replay(service, effect, speaker);
    case ROOM_EFFECT_SUBJECT:
        return service__speak_subject(service, effect, speaker);
    case ROOM_EFFECT_SAY:
        return service__speak_say(service, effect, speaker);
    case ROOM_EFFECT_RESEND:
        return service__speak_resend(service, effect, speaker);
    case ROOM_EFFECT_NOTICE:
        return service__speak_notice(service, effect, speaker);
    case ROOM_EFFECT_REMOVED:
        return service__speak_removed(service, effect, speaker);
    case ROOM_EFFECT_ASK:
        return speak_ask(service, effect, speaker);
    case ROOM_EFFECT_WRITTEN:
        return speak_written(effect, speaker);
    case ROOM_EFFECT_ARCHIVE:
        return service__speak_archive(service, effect, speaker);
    case ROOM_EFFECT_STORE_ROOM:
    case ROOM_EFFECT_STORE_STATE:
    case ROOM_EFFECT_STORE_MESSAGE:
    case ROOM_EFFECT_STORE_ERASE:
    case ROOM_EFFECT_STORE_MEMBER:
    case ROOM_EFFECT_STORE_SESSION:
    case ROOM_EFFECT_STORE_LEFT:
    case ROOM_EFFECT_STORE_TOKEN:
    case ROOM_EFFECT_STORE_LIMIT:
    case ROOM_EFFECT_STORE_END:
    case ROOM_EFFECT_ERASED:
    case ROOM_EFFECT_ALARM:
        break;
    }
    return ERR_OK;
}

enum err service_speak(struct service *service,
                       const struct room_effect *effect,
                       const struct service_speaker *speaker)
{
    enum err rc = speak_one(service, effect, speaker);

    /* Nothing that derives from its key outlives a room. */
    if (effect->room != NULL && room_is_ended(effect->room))
        service__ids_drop(service, room_number(effect->room));
    return rc;
}

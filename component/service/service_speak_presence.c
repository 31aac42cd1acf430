/* service_speak_presence.c - who is in, and who is out.  XEP-0045 7.1, 7.14,
 * 10.9. */
#include "service/service_speak.h"

static bool is_open(const struct room *room)
{
    return room_get_protection(room) == ROOM_PROTECTION_OMEMO;
}

static void put_status(struct xml_writer *xml, const char *code)
{
    xml_open(xml, "status", NULL);
    xml_put_attr_text(xml, "code", code);
    xml_close(xml);
}

/* Exactly one item: clients read the first alone. */
static void put_item(struct xml_writer *xml, const char *affiliation,
                     const char *role, struct span jid)
{
    xml_open(xml, "item", NULL);
    xml_put_attr_text(xml, "affiliation", affiliation);
    xml_put_attr_text(xml, "role", role);
    if (jid.len > 0)
        xml_put_attr(xml, "jid", jid);
    xml_close(xml);
}

/* As a moderator one sees addresses, so where they are hidden nobody is one. */
static const char *role_in(const struct room *room)
{
    return is_open(room) ? "moderator" : "participant";
}

static void put_user(struct xml_writer *xml, const struct room_effect *effect)
{
    bool is_available = effect->u.presence.is_available;

    xml_open(xml, "x", NS_MUC_USER);
    put_item(xml, "owner", is_available ? role_in(effect->room) : "none",
             is_open(effect->room) ? effect->u.presence.jid : SPAN_EMPTY);
    if (effect->u.presence.is_self)
        put_status(xml, "110");
    if (effect->u.presence.is_joining && is_open(effect->room))
        put_status(xml, "100");
    if (effect->u.presence.is_renamed)
        put_status(xml, "210");
    if (effect->u.presence.is_evicted)
        put_status(xml, "333");
    xml_close(xml);
}

enum err service__speak_presence(struct service *service,
                                 const struct room_effect *effect,
                                 const struct service_speaker *speaker)
{
    struct span to = effect->u.presence.to;
    uint8_t seat = effect->u.presence.seat;
    struct stanza_out *out = speaker->out_for(speaker->self, to);
    struct service_address address;
    const struct service_ids *ids;
    enum err rc;

    if (out == NULL)
        return ERR_OK;
    if ((rc = service__ids_of(service, effect->room, &ids)) != ERR_OK)
        return rc;
    stanza_begin(
        out,
        &(struct stanza_head){
            .kind = STANZA_PRESENCE,
            .from = service__address(service, effect->room, seat, &address),
            .to = to,
            .type = effect->u.presence.is_available ? SPAN_EMPTY
                                                    : SPAN("unavailable"),
            .id = effect->u.presence.id,
        });
    if (effect->u.presence.is_available)
        xml_put_written(&out->xml, effect->u.presence.presence);
    service__put_occupant(&out->xml, ids->occupant[seat - 1]);
    put_user(&out->xml, effect);
    if (effect->u.presence.token.at != NULL)
        xml_put_element(&out->xml, "token", NS_TOKEN, effect->u.presence.token);
    if (effect->u.presence.is_self && effect->u.presence.is_joining) {
        service__open_facts(&out->xml, effect->room);
        xml_close(&out->xml);
    }
    return service__end(out);
}

static void put_gone_item(struct xml_writer *xml, const char *reason)
{
    xml_open(xml, "item", NULL);
    xml_put_attr_text(xml, "affiliation", "none");
    xml_put_attr_text(xml, "role", "none");
    xml_put_element(xml, "reason", NULL, span_of(reason));
    xml_close(xml);
}

/* XEP-0045 10.9; 321 and a reason in the item because two clients do not look
 * at <destroy/>. */
static void put_destroy(struct xml_writer *xml,
                        const struct room_effect *effect)
{
    char reason[SERVICE_TOLD_BYTES];

    service__say_ended(effect->room, effect->u.removed.cause, reason,
                       sizeof(reason));
    put_gone_item(xml, reason);
    xml_open(xml, "destroy", NULL);
    xml_put_element(xml, "reason", NULL, span_of(reason));
    xml_close(xml);
    put_status(xml, "110");
    put_status(xml, "321");
}

/* XEP-0045 7.2.18 */
static void put_stranger(struct xml_writer *xml)
{
    put_gone_item(xml, service__text(TEXT_NOT_JOINED));
    put_status(xml, "110");
    put_status(xml, "307");
    put_status(xml, "333");
}

static void put_removal(struct xml_writer *xml,
                        const struct room_effect *effect)
{
    xml_open(xml, "x", NS_MUC_USER);
    switch (effect->u.removed.how) {
    case ROOM_REMOVAL_DESTROYED:
        put_destroy(xml, effect);
        break;
    case ROOM_REMOVAL_STRANGER:
        put_stranger(xml);
        break;
    case ROOM_REMOVAL_LEFT:
    case ROOM_REMOVAL_EVICTED:
        put_item(xml, "owner", "none",
                 is_open(effect->room) ? effect->u.removed.to : SPAN_EMPTY);
        put_status(xml, "110");
        if (effect->u.removed.how == ROOM_REMOVAL_EVICTED)
            put_status(xml, "333");
        break;
    }
    xml_close(xml);
}

enum err service__speak_removed(struct service *service,
                                const struct room_effect *effect,
                                const struct service_speaker *speaker)
{
    struct stanza_out *out =
        speaker->out_for(speaker->self, effect->u.removed.to);
    struct span name = effect->u.removed.nick;
    struct service_address address;

    if (out == NULL)
        return ERR_OK;
    if (effect->u.removed.seat != 0)
        name = room_seat_name(effect->room, effect->u.removed.seat);
    stanza_begin(
        out, &(struct stanza_head){
                 .kind = STANZA_PRESENCE,
                 .from = service__address_of(service, room_local(effect->room),
                                             name, &address),
                 .to = effect->u.removed.to,
                 .type = SPAN("unavailable"),
             });
    put_removal(&out->xml, effect);
    if (effect->u.removed.how == ROOM_REMOVAL_DESTROYED) {
        xml_open(&out->xml, "ended", NS_SEAT);
        xml_put_attr_text(&out->xml, "cause",
                          service_cause_name(effect->u.removed.cause));
        xml_close(&out->xml);
    }
    return service__end(out);
}

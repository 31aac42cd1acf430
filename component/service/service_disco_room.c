/* service_disco_room.c - XEP-0030 of ROOM.
 *
 * Anybody who knows the address gets the same answer, member or not: one
 * client gives up a join when it gets none, and another keeps it for all. */
#include <inttypes.h>
#include <stdio.h>

#include "service/service_form.h"
#include "service/service_internal.h"

static const char *const features[] = {
    NS_DISCO_INFO,
    NS_DISCO_ITEMS,
    NS_MUC,
    (NS_MUC "#stable_id"),
    (NS_MUC "#self-ping-optimization"),
    "muc_membersonly",
    "muc_passwordprotected",
    "muc_hidden",
    "muc_unmoderated",
    "muc_persistent",
    NS_COMMANDS,
    NS_SID,
    NS_OCCUPANT_ID,
    NS_MAM,
    (NS_MAM "#extended"),
    NS_RETRACT,
    NS_PING,
    NS_ROOM,
};

static void put_room_info(struct xml_writer *xml, const struct room *room)
{
    const char *label = service__protection_label(room_get_protection(room));

    service__form_open(xml, "result", NS_MUC "#roominfo");
    service__form_put(xml, "text-single", "muc#roomconfig_roomname",
                      "Name of the room", SPAN("Private chat"));
    service__form_put(xml, "text-single", "muc#roominfo_description",
                      "Description", span_of(label));
    service__form_put(xml, "boolean", "muc#roomconfig_changesubject",
                      "The subject may be changed", SPAN("0"));
    service__form_put(xml, "boolean", "muc#roominfo_changesubject",
                      "The subject may be changed", SPAN("0"));
    service__form_put(xml, "boolean", "muc#roomconfig_allowinvites",
                      "Members may invite", SPAN("0"));
    service__form_put(xml, "text-single", "muc#roomconfig_allowpm",
                      "Who may send private messages", SPAN("none"));
    service__form_close(xml);
}

static void put_protection(struct xml_writer *xml, const struct room *room)
{
    enum room_protection protection = room_get_protection(room);
    char seconds[24];

    snprintf(seconds, sizeof(seconds), "%" PRId64, room_idle_ms(room) / 1000);
    service__form_open(xml, "result", NS_ROOM);
    service__form_put(xml, "text-single", "protection", "Who can read",
                      span_of(service__protection_name(protection)));
    service__form_put(xml, "text-single", "idle-seconds",
                      "Silence that ends the chat", span_of(seconds));
    service__form_close(xml);
}

static enum err info_of_room(struct service_call *call)
{
    struct stanza_out *out = service__query_open(call, "query", NS_DISCO_INFO);
    bool is_open = room_get_protection(call->room) == ROOM_PROTECTION_OMEMO;

    service__put_identity(&out->xml, "conference", "text",
                          SPAN("Private chat"));
    for (size_t i = 0; i < sizeof(features) / sizeof(*features); i++)
        service__put_feature(&out->xml, features[i]);
    service__put_feature(&out->xml,
                         is_open ? "muc_nonanonymous" : "muc_semianonymous");
    put_room_info(&out->xml, call->room);
    put_protection(&out->xml, call->room);
    return service__query_close(call);
}

/* XEP-0045 18.1: nicks are fixed, so who asks is told its own. */
static enum err own_name(struct service_call *call, struct span node)
{
    uint8_t seat = service__seat_of_sender(call);
    struct stanza_out *out = service__query_open(call, "query", NS_DISCO_INFO);

    xml_put_attr(&out->xml, "node", node);
    if (seat != 0)
        service__put_identity(&out->xml, "conference", "text",
                              room_seat_name(call->room, seat));
    return service__query_close(call);
}

enum err service__room_info(struct service_call *call,
                            const struct xml_node *query)
{
    struct span node = xml_attr(query, "node");

    if (node.len == 0)
        return info_of_room(call);
    if (span_is(node, "x-roomuser-item"))
        return own_name(call, node);
    if (span_is(node, NS_MUC "#traffic"))
        return service__error(call, STANZA_SERVICE_UNAVAILABLE, TEXT_NONE);
    return service__commands_info(call, node);
}

enum err service__room_items(struct service_call *call,
                             const struct xml_node *query)
{
    struct span node = xml_attr(query, "node");

    if (span_is(node, NS_COMMANDS))
        return service__commands_items(call);
    return service__no_items(call, node);
}

/* service_admin.c - muc#admin: who is what.  XEP-0045 8, 9. */
#include "service/service_internal.h"

static void put_members(struct service_call *call, struct xml_writer *xml)
{
    struct room_member_image member;

    for (size_t i = 0; room_member_at(call->room, i, &member); i++) {
        xml_open(xml, "item", NULL);
        xml_put_attr_text(xml, "affiliation", "owner");
        xml_put_attr(xml, "jid", member.bare);
        xml_put_attr(xml, "nick", room_seat_name(call->room, member.seat));
        xml_close(xml);
    }
}

static void put_moderators(struct service_call *call, struct xml_writer *xml)
{
    struct room_session_image session;
    bool is_shown[ROOM_SEATS] = {false};

    for (size_t i = 0; room_session_at(call->room, i, &session); i++) {
        if (is_shown[session.seat - 1])
            continue;
        is_shown[session.seat - 1] = true;
        xml_open(xml, "item", NULL);
        xml_put_attr_text(xml, "affiliation", "owner");
        xml_put_attr_text(xml, "role", "moderator");
        xml_put_attr(xml, "nick", room_seat_name(call->room, session.seat));
        xml_put_attr(xml, "jid", session.jid);
        xml_close(xml);
    }
}

enum err service__admin_get(struct service_call *call,
                            const struct xml_node *query)
{
    const struct xml_node *item = xml_child(query, "item", NS_MUC_ADMIN);
    struct span affiliation, role;
    struct stanza_out *out;

    if (service__seat_of_sender(call) == 0)
        return service__error(call, STANZA_FORBIDDEN, TEXT_NOT_MEMBER);
    if (item == NULL)
        return service__error(call, STANZA_BAD_REQUEST, TEXT_NONE);
    affiliation = xml_attr(item, "affiliation");
    role = xml_attr(item, "role");
    /* Nobody is ever outcast; every other list holds addresses. */
    if (!span_is(affiliation, "outcast") &&
        room_get_protection(call->room) != ROOM_PROTECTION_OMEMO)
        return service__error(call, STANZA_FORBIDDEN, TEXT_LISTS_HIDDEN);
    out = service__query_open(call, "query", NS_MUC_ADMIN);
    if (span_is(affiliation, "owner"))
        put_members(call, &out->xml);
    else if (affiliation.at == NULL && span_is(role, "moderator"))
        put_moderators(call, &out->xml);
    return service__query_close(call);
}

/* A seat has its person for the room's life. */
enum err service__admin_set(struct service_call *call,
                            const struct xml_node *query)
{
    const struct xml_node *item = xml_child(query, "item", NS_MUC_ADMIN);
    struct jid jid = {0};
    enum err rc = ERR_OK;

    if (service__seat_of_sender(call) == 0)
        return service__error(call, STANZA_FORBIDDEN, TEXT_NOT_MEMBER);
    if (item == NULL || (xml_attr(item, "affiliation").at != NULL &&
                         xml_attr(item, "role").at != NULL))
        return service__error(call, STANZA_BAD_REQUEST, TEXT_NONE);
    if (xml_attr(item, "jid").at != NULL)
        rc = jid_parse(&call->service->arena, xml_attr(item, "jid"), &jid);
    if (rc == ERR_SYNTAX || jid.resource.len > 0)
        return service__error(call, STANZA_JID_MALFORMED, TEXT_NONE);
    if (rc != ERR_OK)
        return rc;
    return service__error(call, STANZA_NOT_ALLOWED, TEXT_FIXED);
}

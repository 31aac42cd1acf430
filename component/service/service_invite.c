/* service_invite.c - invitations that people ask the room to send. */
#include "service/service_internal.h"

/* A form of XEP-0045 8.6 by which a visitor asks for voice. */
static bool asks_for_voice(const struct stanza *stanza)
{
    const struct xml_node *form = xml_child(stanza->node, "x", NS_DATA);
    const struct xml_node *field =
        form != NULL ? xml_child(form, "field", NS_DATA) : NULL;

    for (; field != NULL; field = xml_sibling(field, "field", NS_DATA)) {
        const struct xml_node *value = xml_child(field, "value", NS_DATA);

        if (span_is(xml_attr(field, "var"), "FORM_TYPE") && value != NULL &&
            span_is(xml_text(value), NS_MUC "#request"))
            return true;
    }
    return false;
}

/* We keep digests of codes, not codes: there is nothing to hand on. */
enum err service__invite_asked(struct service_call *call, bool *is_done)
{
    const struct stanza *stanza = call->stanza;
    const struct xml_node *user = xml_child(stanza->node, "x", NS_MUC_USER);

    *is_done = true;
    if (user != NULL && xml_child(user, "invite", NS_MUC_USER) != NULL) {
        if (service__seat_of_sender(call) == 0)
            return service__error(call, STANZA_FORBIDDEN, TEXT_NOT_MEMBER);
        return service__error(call, STANZA_FORBIDDEN, TEXT_INVITE);
    }
    if (user != NULL && xml_child(user, "decline", NS_MUC_USER) != NULL)
        return ERR_OK;
    if (asks_for_voice(stanza))
        return ERR_OK;
    *is_done = false;
    return ERR_OK;
}

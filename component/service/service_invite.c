/* service_invite.c - messages of XEP-0045 7.8 and 8.6 to a room. */
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

static bool has_in_user(const struct stanza *stanza, const char *name)
{
    const struct xml_node *user = xml_child(stanza->node, "x", NS_MUC_USER);

    return user != NULL && xml_child(user, name, NS_MUC_USER) != NULL;
}

bool service__is_invite(const struct stanza *stanza)
{
    return has_in_user(stanza, "invite");
}

bool service__is_unanswerable(const struct stanza *stanza)
{
    return has_in_user(stanza, "decline") || asks_for_voice(stanza);
}

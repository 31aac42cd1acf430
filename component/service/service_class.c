/* service_class.c - what a message holds, and so what becomes of it. */
#include "service/service_internal.h"

#define NS_FASTEN "urn:xmpp:fasten:0"
#define NS_FALLBACK "urn:xmpp:fallback:0"

/* A flag of service_class for elements of a namespace; NULL name: all. */
static const struct {
    const char *name;
    const char *ns;
    size_t flag;
} kinds[] = {
#define FLAG(field) offsetof(struct service_class, field)
    {"encrypted", NS_OMEMO_OLD, FLAG(has_omemo)},
    {"encrypted", NS_OMEMO, FLAG(has_omemo)},
    {"encrypted", NS_LINK, FLAG(has_link)},
    {"encryption", NS_EME, FLAG(has_encryption)},
    {"retract", NS_RETRACT, FLAG(has_content)},
    {"reactions", NS_REACTIONS, FLAG(has_detail)},
    {"replace", NS_CORRECT, FLAG(has_detail)},
    {"apply-to", NS_FASTEN, FLAG(has_detail)},
    {"displayed", NS_MARKERS, FLAG(has_marker)},
    {NULL, NS_MARKERS, FLAG(has_signal)},
    {NULL, NS_CHAT_STATES, FLAG(has_signal)},
    {NULL, NS_RECEIPTS, FLAG(has_signal)},
    {"store", NS_HINTS, FLAG(has_store)},
    {"no-store", NS_HINTS, FLAG(has_no_store)},
    {"no-permanent-store", NS_HINTS, FLAG(has_no_store)},
    /* These say something about a message; alone they are none. */
    {NULL, NS_HINTS, 0},
    {NULL, NS_SID, 0},
    {NULL, NS_FALLBACK, 0},
    {NULL, NS_SOURCE, 0},
#undef FLAG
};

static bool set_flag(const struct xml_node *node, struct service_class *out)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        if (!span_is(node->ns, kinds[i].ns) ||
            (kinds[i].name != NULL && !span_is(node->name, kinds[i].name)))
            continue;
        /* offset 0 is has_body, which no namespace sets: nothing to mark */
        if (kinds[i].flag != 0)
            *(bool *)((char *)out + kinds[i].flag) = true;
        return true;
    }
    return false;
}

static void take_body(const struct xml_node *node, struct service_class *out)
{
    struct span text = xml_text(node);

    if (text.len == 0)
        return;
    if (!out->has_body)
        out->body = text;
    if (text.len > out->body_bytes)
        out->body_bytes = text.len;
    out->has_body = true;
}

static void take(const struct stanza *stanza, const struct xml_node *node,
                 struct service_class *out)
{
    if (service__is_own(stanza, node, "body"))
        take_body(node, out);
    else if (service__is_own(stanza, node, "subject"))
        out->has_subject = true;
    else if (service__is_own(stanza, node, "thread"))
        out->has_thread = true;
    else if (!set_flag(node, out))
        out->has_other = true;
    if (out->retract == NULL && xml_is(node, "retract", NS_RETRACT))
        out->retract = node;
    if (out->replace == NULL && xml_is(node, "replace", NS_CORRECT))
        out->replace = node;
    if (out->origin == NULL && xml_is(node, "origin-id", NS_SID))
        out->origin = node;
}

void service__classify(const struct stanza *stanza, struct service_class *out)
{
    *out = (struct service_class){0};
    for (const struct xml_node *node = service__element(stanza->node->first);
         node != NULL; node = service__element(node->next))
        take(stanza, node, out);
    if (out->has_marker)
        out->has_signal = true;
    if (out->has_omemo || out->has_link)
        out->has_encryption = true;
    if (out->has_detail)
        out->has_content = true;
}

static bool has_words(const struct service_class *about)
{
    return about->has_body || about->has_encryption || about->has_content;
}

/* The order is that of the protocol notes 7.2: a hint of the sender first. */
bool service__is_archived(const struct service_class *about)
{
    if (about->has_no_store)
        return false;
    return about->has_store || has_words(about) || about->has_marker;
}

/* "Read up to here" is kept for the reader's other devices, but is no part of
 * the conversation and no sign of life. */
uint8_t service__entry_flags(const struct service_class *about)
{
    if (has_words(about) || !about->has_marker)
        return ROOM_ENTRY_HISTORY | ROOM_ENTRY_ACTIVITY;
    return 0;
}

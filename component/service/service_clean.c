/* service_clean.c - what of a stanza the others may see.
 *
 * Everything stays as it was sent but what could pass for a word of the room,
 * of another person or of the past. */
#include "service/service_internal.h"

const struct xml_node *service__element(const struct xml_node *node)
{
    while (node != NULL && node->name.len == 0)
        node = node->next;
    return node;
}

bool service__is_own(const struct stanza *stanza, const struct xml_node *node,
                     const char *name)
{
    if (!span_is(node->name, name))
        return false;
    return span_equal(node->ns, stanza->node->ns) ||
           span_is(node->ns, NS_CLIENT) || span_is(node->ns, NS_COMPONENT);
}

const struct xml_node *service__own_child(const struct stanza *stanza,
                                          const char *name)
{
    for (const struct xml_node *child = service__element(stanza->node->first);
         child != NULL; child = service__element(child->next))
        if (service__is_own(stanza, child, name))
            return child;
    return NULL;
}

/* Elements that never go on; a NULL name takes all of the namespace. */
static const struct {
    const char *name;
    const char *ns;
} forbidden[] = {
    {"x", NS_MUC},
    {"x", NS_MUC_USER},
    {NULL, NS_OCCUPANT_ID},
    {NULL, NS_AFFILIATIONS},
    {NULL, NS_ADDRESS},
    {"received", NS_CARBONS},
    {"sent", NS_CARBONS},
    {NULL, NS_FORWARD},
    {NULL, NS_MAM},
    {NULL, NS_SOURCE},
    {NULL, NS_TOKEN},
    {NULL, NS_ROOM},
    {"gone", NS_CHAT_STATES},
};

static bool is_forbidden(const struct xml_node *node)
{
    for (size_t i = 0; i < sizeof(forbidden) / sizeof(*forbidden); i++)
        if (span_is(node->ns, forbidden[i].ns) &&
            (forbidden[i].name == NULL ||
             span_is(node->name, forbidden[i].name)))
            return true;
    return false;
}

/* Says that it comes from this room (or from nobody who can be one). */
static enum err claims_room(struct service_call *call,
                            const struct xml_node *node, bool *is_claimed)
{
    const char *attr;
    struct span who;

    *is_claimed = false;
    if (xml_is(node, "stanza-id", NS_SID))
        attr = "by";
    else if (xml_is(node, "delay", NS_DELAY))
        attr = "from";
    else
        return ERR_OK;
    who = xml_attr(node, attr);
    if (who.len == 0) {
        *is_claimed = span_is(node->name, "stanza-id");
        return ERR_OK;
    }
    return service__is_room(call, who, is_claimed);
}

static enum err may_pass(struct service_call *call, const struct xml_node *node,
                         bool *is_passing)
{
    const struct stanza *stanza = call->stanza;
    bool is_claimed;
    enum err rc;

    *is_passing = false;
    if (is_forbidden(node) || service__is_own(stanza, node, "error"))
        return ERR_OK;
    /* A subject beside a body hides the body in one client; a subject alone
     * never comes here. */
    if (stanza->kind == STANZA_MESSAGE &&
        service__is_own(stanza, node, "subject"))
        return ERR_OK;
    if (call->in->leg == ROOM_LEG_GUEST && xml_is(node, "x", NS_CONFERENCE))
        return ERR_OK;
    rc = claims_room(call, node, &is_claimed);
    *is_passing = !is_claimed;
    return rc;
}

/* Where the server must not read, it does not store what it could. */
static bool is_readable_here(const struct service_call *call,
                             const struct xml_node *node)
{
    return call->stanza->kind == STANZA_MESSAGE &&
           room_get_protection(call->room) == ROOM_PROTECTION_LINK &&
           service__is_own(call->stanza, node, "body");
}

static void put_child(struct service_call *call, struct xml_writer *xml,
                      const struct xml_node *node, bool *is_body_put)
{
    if (!is_readable_here(call, node)) {
        xml_put_node(xml, node, call->stanza->node->ns);
        return;
    }
    if (!*is_body_put)
        xml_put_element(xml, "body", NULL,
                        span_of(service__text(TEXT_LINK_BODY)));
    *is_body_put = true;
}

enum err service__clean(struct service_call *call, struct span *payload)
{
    struct buf *out = &call->service->payload;
    struct xml_writer xml = XML_WRITER(out);
    bool is_body_put = false;

    service__wipe_buf(out);
    for (const struct xml_node *node =
             service__element(call->stanza->node->first);
         node != NULL; node = service__element(node->next)) {
        bool is_passing;
        enum err rc = may_pass(call, node, &is_passing);

        if (rc != ERR_OK)
            return rc;
        if (is_passing)
            put_child(call, &xml, node, &is_body_put);
    }
    *payload = buf_span(out);
    return xml.rc;
}

/* One presence goes to everybody and is kept: only so much of it. */
enum err service__presence_payload(struct service_call *call, struct span *out)
{
    struct buf *payload = &call->service->payload;
    struct xml_writer xml = XML_WRITER(payload);

    service__wipe_buf(payload);
    for (const struct xml_node *node =
             service__element(call->stanza->node->first);
         node != NULL; node = service__element(node->next)) {
        size_t before = payload->len;
        bool is_passing;
        enum err rc = may_pass(call, node, &is_passing);

        if (rc != ERR_OK)
            return rc;
        if (!is_passing)
            continue;
        xml_put_node(&xml, node, call->stanza->node->ns);
        if (xml.rc == ERR_NOMEM)
            return xml.rc;
        if (xml.rc != ERR_OK || payload->len > SERVICE_PRESENCE_MAX_BYTES) {
            buf_truncate(payload, before);
            xml = XML_WRITER(payload);
        }
    }
    *out = buf_span(payload);
    return ERR_OK;
}

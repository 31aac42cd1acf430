/* service_iq.c - which question goes where.  What is in no table is answered
 * with service-unavailable, which clients take for "I am there" (XEP-0410). */
#include "service/service_internal.h"

#define NS_TIME "urn:xmpp:time"

struct rule {
    const char *name;
    const char *ns;
    bool is_set;
    enum err (*answer)(struct service_call *call, const struct xml_node *query);
};

/* Asked of DOMAIN and of a room alike. */
static const struct rule common_rules[] = {
    {"ping", NS_PING, false, service__ping},
    {"command", NS_COMMANDS, true, service__command},
    {"query", NS_VERSION, false, service__version},
    {"time", NS_TIME, false, service__clock},
    {"vCard", NS_VCARD, false, service__vcard_get},
    {"vCard", NS_VCARD, true, service__vcard_set},
    {"query", NS_REGISTER, false, service__register},
    {"query", NS_REGISTER, true, service__register},
};

static const struct rule domain_rules[] = {
    {"query", NS_DISCO_INFO, false, service__disco_info},
    {"query", NS_DISCO_ITEMS, false, service__disco_items},
    {"seat", NS_SEAT, false, service__seat_get},
};

static const struct rule room_rules[] = {
    {"query", NS_DISCO_INFO, false, service__room_info},
    {"query", NS_DISCO_ITEMS, false, service__room_items},
    {"query", NS_MAM, false, service__archive_form},
    {"query", NS_MAM, true, service__archive_query},
    {"metadata", NS_MAM, false, service__archive_metadata},
    {"room", NS_ROOM, false, service__room_get},
    {"query", NS_MUC_ADMIN, false, service__admin_get},
    {"query", NS_MUC_ADMIN, true, service__admin_set},
    {"query", NS_MUC_OWNER, false, service__owner_get},
    {"query", NS_MUC_OWNER, true, service__owner_set},
};

const struct xml_node *service__question(const struct service_call *call)
{
    const struct xml_node *found = NULL;

    for (const struct xml_node *node =
             service__element(call->stanza->node->first);
         node != NULL; node = service__element(node->next)) {
        if (call->in->leg == ROOM_LEG_GUEST &&
            xml_is(node, "source", NS_SOURCE))
            continue;
        if (found != NULL)
            return NULL;
        found = node;
    }
    return found;
}

#define COUNT(rules) (sizeof(rules) / sizeof(struct rule))

static const struct rule *rule_for(const struct rule *rules, size_t count,
                                   const struct xml_node *query, bool is_set)
{
    for (size_t i = 0; i < count; i++)
        if (rules[i].is_set == is_set &&
            xml_is(query, rules[i].name, rules[i].ns))
            return &rules[i];
    return NULL;
}

static enum err ask(struct service_call *call, const struct rule *rules,
                    size_t count)
{
    const struct xml_node *query = service__question(call);
    bool is_set = span_is(call->stanza->type, "set");
    const struct rule *rule = rule_for(rules, count, query, is_set);

    if (rule == NULL)
        rule = rule_for(common_rules, COUNT(common_rules), query, is_set);
    if (rule == NULL)
        return service__error(call, STANZA_SERVICE_UNAVAILABLE, TEXT_NONE);
    return rule->answer(call, query);
}

enum err service__iq_domain(struct service_call *call)
{
    /* DOMAIN/anything is nobody. */
    if (call->stanza->to.resource.len > 0)
        return service__error(call, STANZA_SERVICE_UNAVAILABLE, TEXT_NONE);
    return ask(call, domain_rules, COUNT(domain_rules));
}

enum err service__iq_room(struct service_call *call)
{
    return ask(call, room_rules, COUNT(room_rules));
}

/* Nothing is passed on to the person behind an occupant: no address leaks and
 * nobody can be reached but by messages. */
enum err service__iq_occupant(struct service_call *call)
{
    const struct xml_node *query = service__question(call);
    bool is_session =
        room_seat_of_session(call->room, call->stanza->from.full) != 0;

    if (!is_session) {
        if (xml_is(query, "query", NS_DISCO_INFO) ||
            xml_is(query, "query", NS_DISCO_ITEMS))
            return service__error(call, STANZA_BAD_REQUEST, TEXT_NOT_JOINED);
        return service__error(call, STANZA_NOT_ACCEPTABLE, TEXT_NOT_JOINED);
    }
    if (span_is(call->stanza->type, "get") && xml_is(query, "ping", NS_PING))
        return service__ping_occupant(call);
    if (xml_is(query, "vCard", NS_VCARD))
        return service__vcard_get(call, query);
    return service__error(call, STANZA_SERVICE_UNAVAILABLE, TEXT_NONE);
}

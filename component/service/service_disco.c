/* service_disco.c - XEP-0030 of DOMAIN, and of its commands. */
#include "service/service_commands.h"

void service__put_identity(struct xml_writer *xml, const char *category,
                           const char *type, struct span name)
{
    xml_open(xml, "identity", NULL);
    xml_put_attr_text(xml, "category", category);
    xml_put_attr_text(xml, "type", type);
    xml_put_attr(xml, "name", name);
    xml_close(xml);
}

void service__put_feature(struct xml_writer *xml, const char *var)
{
    xml_open(xml, "feature", NULL);
    xml_put_attr_text(xml, "var", var);
    xml_close(xml);
}

static const char *const features[] = {
    NS_DISCO_INFO,  NS_DISCO_ITEMS,  NS_MUC,  (NS_MUC "#stable_id"),
    NS_OCCUPANT_ID, NS_COMMANDS,     NS_DATA, NS_PING,
    NS_VERSION,     "urn:xmpp:time", NS_SEAT,
};

static enum err info_of_domain(struct service_call *call)
{
    struct stanza_out *out = service__query_open(call, "query", NS_DISCO_INFO);

    service__put_identity(&out->xml, "conference", "text",
                          SPAN("Private chats"));
    for (size_t i = 0; i < sizeof(features) / sizeof(*features); i++)
        service__put_feature(&out->xml, features[i]);
    return service__query_close(call);
}

enum err service__commands_info(struct service_call *call, struct span node)
{
    const struct service_command *command = service__command_named(call, node);
    bool is_list = span_is(node, NS_COMMANDS);
    struct stanza_out *out;

    if (!is_list && (command == NULL || !command->may(call)))
        return service__error(call, STANZA_ITEM_NOT_FOUND, TEXT_NONE);
    out = service__query_open(call, "query", NS_DISCO_INFO);
    xml_put_attr(&out->xml, "node", node);
    service__put_identity(&out->xml, "automation",
                          is_list ? "command-list" : "command-node",
                          span_of(is_list ? "Commands" : command->name));
    service__put_feature(&out->xml, NS_COMMANDS);
    service__put_feature(&out->xml, NS_DATA);
    return service__query_close(call);
}

enum err service__commands_items(struct service_call *call)
{
    struct stanza_out *out = service__query_open(call, "query", NS_DISCO_ITEMS);
    const struct service_command *command;

    xml_put_attr_text(&out->xml, "node", NS_COMMANDS);
    for (size_t i = 0; (command = service__command_at(i)) != NULL; i++) {
        if (!service__command_is_here(call, command) || !command->may(call))
            continue;
        /* One client takes an item with any further attribute for broken. */
        xml_open(&out->xml, "item", NULL);
        xml_put_attr(&out->xml, "jid", call->request.to);
        xml_put_attr_text(&out->xml, "node", command->node);
        xml_put_attr_text(&out->xml, "name", command->name);
        xml_close(&out->xml);
    }
    return service__query_close(call);
}

enum err service__disco_info(struct service_call *call,
                             const struct xml_node *query)
{
    struct span node = xml_attr(query, "node");

    if (node.len == 0)
        return info_of_domain(call);
    return service__commands_info(call, node);
}

/* Rooms are hidden, and occupants private: there is nothing to list. */
enum err service__no_items(struct service_call *call, struct span node)
{
    if (node.len > 0)
        return service__error(call, STANZA_ITEM_NOT_FOUND, TEXT_NONE);
    service__query_open(call, "query", NS_DISCO_ITEMS);
    return service__query_close(call);
}

enum err service__disco_items(struct service_call *call,
                              const struct xml_node *query)
{
    struct span node = xml_attr(query, "node");

    if (span_is(node, NS_COMMANDS))
        return service__commands_items(call);
    return service__no_items(call, node);
}

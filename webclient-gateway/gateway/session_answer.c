/* session_answer.c - what a client asks the server of its account.
 *
 * A guest has no roster, no archive, no bookmarks and no account: there is an
 * answer to everything, so that no client waits, and nothing is kept. */
#include "gateway/gateway_ns.h"
#include "gateway/guest.h"
#include "gateway/session.h"
#include "wire/ns.h"

enum answer_kind {
    ANSWER_RESULT, /* empty */
    ANSWER_EMPTY,  /* a result with an empty element of the question's name */
    ANSWER_INFO,
    ANSWER_ITEMS,
    ANSWER_NOT_FOUND,
    ANSWER_NOT_ALLOWED,
};

/* NULL `name` is every element of the namespace. */
static const struct question {
    const char *type;
    const char *name;
    const char *ns;
    enum answer_kind kind;
} questions[] = {
    {"get", "ping", NS_PING, ANSWER_RESULT},
    {"set", "session", NS_SESSION, ANSWER_RESULT},
    {"get", "query", NS_ROSTER, ANSWER_EMPTY},
    {"get", "query", NS_DISCO_INFO, ANSWER_INFO},
    {"get", "query", NS_DISCO_ITEMS, ANSWER_ITEMS},
    {"get", "vCard", NS_VCARD, ANSWER_NOT_FOUND},
    {"get", "query", NS_PRIVATE, ANSWER_NOT_FOUND},
    {"get", "pubsub", NS_PUBSUB, ANSWER_NOT_FOUND},
    {"set", "bind", NS_BIND, ANSWER_NOT_ALLOWED},
};

static const char *const server_features[] = {NS_DISCO_INFO, NS_DISCO_ITEMS,
                                              NS_PING};

static void put_feature(struct xml_writer *xml, const char *name)
{
    xml_open(xml, "feature", NULL);
    xml_put_attr_text(xml, "var", name);
    xml_close(xml);
}

static void put_info(struct xml_writer *xml, bool is_server)
{
    xml_open(xml, "query", NS_DISCO_INFO);
    xml_open(xml, "identity", NULL);
    xml_put_attr_text(xml, "category", is_server ? "server" : "account");
    xml_put_attr_text(xml, "type", is_server ? "im" : "anonymous");
    xml_close(xml);
    for (size_t i = 0; i < 3; i++)
        if (is_server)
            put_feature(xml, server_features[i]);
    xml_close(xml);
}

static void put_items(struct xml_writer *xml, const struct gate *gate,
                      bool is_server)
{
    xml_open(xml, "query", NS_DISCO_ITEMS);
    if (is_server) {
        xml_open(xml, "item", NULL);
        xml_put_attr(xml, "jid", buf_span(&gate->domain));
        xml_close(xml);
    }
    xml_close(xml);
}

static void put_content(struct xml_writer *xml, const struct session *session,
                        const struct question *question, bool is_server)
{
    if (question->kind == ANSWER_INFO)
        put_info(xml, is_server);
    else if (question->kind == ANSWER_ITEMS)
        put_items(xml, session->gate, is_server);
    else if (question->kind == ANSWER_EMPTY)
        xml_put_element(xml, question->name, question->ns, SPAN_EMPTY);
}

static void put_result(struct session *session, const struct xml_node *node,
                       const struct question *question)
{
    struct buf *out = &session->gate->scratch;
    struct xml_writer xml = XML_WRITER(out);
    struct span to = xml_attr(node, "to");
    bool is_server =
        span_equal_nocase(to, buf_span(&session->gate->guests_domain));

    buf_truncate(out, 0);
    xml_open(&xml, "iq", NS_CLIENT);
    xml_put_attr(&xml, "from", to.len > 0 ? to : guest__bare(session->guest));
    xml_put_attr(&xml, "to", guest__jid(session->guest));
    xml_put_attr_text(&xml, "type", "result");
    xml_put_attr(&xml, "id", xml_attr(node, "id"));
    put_content(&xml, session, question, is_server);
    xml_close(&xml);
    if (xml.rc == ERR_OK)
        session__send(session, buf_span(out));
}

static const struct question *find_question(const struct xml_node *node)
{
    struct span type = xml_attr(node, "type");

    for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
        if (span_is(type, questions[i].type) &&
            xml_child(node, questions[i].name, questions[i].ns) != NULL)
            return &questions[i];
    return NULL;
}

/* RFC 6120 8.2.3 */
static bool has_one_child(const struct xml_node *node)
{
    size_t count = 0;

    for (const struct xml_node *child = node->first; child != NULL;
         child = child->next)
        count += child->name.len > 0;
    return count == 1;
}

static void answer_iq(struct session *session, const struct xml_node *node)
{
    const struct question *question = find_question(node);

    if (!has_one_child(node))
        session__refuse_stanza(session, node, STANZA_BAD_REQUEST);
    else if (question == NULL)
        session__refuse_stanza(session, node, STANZA_SERVICE_UNAVAILABLE);
    else if (question->kind == ANSWER_NOT_FOUND)
        session__refuse_stanza(session, node, STANZA_ITEM_NOT_FOUND);
    else if (question->kind == ANSWER_NOT_ALLOWED)
        session__refuse_stanza(session, node, STANZA_NOT_ALLOWED);
    else
        put_result(session, node, question);
}

void session__answer(struct session *session, const struct xml_node *node)
{
    if (xml_is(node, "iq", NULL))
        answer_iq(session, node);
    else if (xml_is(node, "message", NULL))
        session__refuse_stanza(session, node, STANZA_NOT_ALLOWED);
    /* A presence to nobody: there is no roster to tell. */
}

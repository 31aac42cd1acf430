#include "wire/ns.h"
#include "wire/stanza.h"

static bool is_stanza_ns(struct span ns)
{
    return span_is(ns, NS_COMPONENT) || span_is(ns, NS_CLIENT);
}

static bool kind_of(const struct xml_node *node, enum stanza_kind *out)
{
    if (span_is(node->name, "message"))
        *out = STANZA_MESSAGE;
    else if (span_is(node->name, "presence"))
        *out = STANZA_PRESENCE;
    else if (span_is(node->name, "iq"))
        *out = STANZA_IQ;
    else
        return false;
    return is_stanza_ns(node->ns);
}

/* Reads as much of a malformed address as can be read: without its resource,
 * then without its local part. */
static enum err read_rest(struct arena *arena, struct span text,
                          struct jid *out)
{
    struct span bare = span_slice(text, 0, span_find(text, '/'));
    size_t at = span_find(bare, '@');
    struct span domain =
        at < bare.len ? span_slice(bare, at + 1, bare.len) : bare;
    enum err rc = jid_parse(arena, bare, out);

    if (rc == ERR_SYNTAX)
        rc = jid_parse(arena, domain, out);
    return rc == ERR_SYNTAX ? ERR_OK : rc;
}

static enum err read_to(struct arena *arena, struct stanza *stanza)
{
    enum err rc = jid_parse(arena, stanza->to_raw, &stanza->to);

    if (rc != ERR_SYNTAX)
        return rc;
    stanza->is_to_malformed = true;
    return read_rest(arena, stanza->to_raw, &stanza->to);
}

enum err stanza_decode(struct arena *arena, const struct xml_node *node,
                       enum xml_verdict verdict, struct stanza *out)
{
    struct stanza stanza = {.node = node, .verdict = verdict};
    enum err rc;

    if (!kind_of(node, &stanza.kind))
        return ERR_SYNTAX;
    rc = jid_parse(arena, xml_attr(node, "from"), &stanza.from);
    if (rc != ERR_OK)
        return rc;
    stanza.to_raw = xml_attr(node, "to");
    if ((rc = read_to(arena, &stanza)) != ERR_OK)
        return rc;
    stanza.type = xml_attr(node, "type");
    stanza.id = xml_attr(node, "id");
    stanza.lang = xml_lang(node);
    *out = stanza;
    return ERR_OK;
}

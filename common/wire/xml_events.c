#include "wire/xml_reader_state.h"

void xml__events_fail(struct xml_reader *reader, enum err rc)
{
    if (reader->rc == ERR_OK)
        reader->rc = rc;
    XML_StopParser(reader->parser, XML_FALSE);
}

static size_t event_start(const struct xml_reader *reader)
{
    return (size_t)XML_GetCurrentByteIndex(reader->parser);
}

static size_t event_end(const struct xml_reader *reader)
{
    return event_start(reader) +
           (size_t)XML_GetCurrentByteCount(reader->parser);
}

static enum err open_root(struct xml_reader *reader, const char *name,
                          const char **attrs)
{
    struct xml_node *root;
    enum err rc = xml__tree_root(&reader->tree, name, attrs, &root);

    if (rc == ERR_OK)
        rc = arena_copy(&reader->tree.root_arena, span_of(name),
                        &reader->root_name);
    if (rc != ERR_OK)
        return rc;
    reader->is_open = true;
    reader->handler->on_open(reader->self, root);
    return ERR_OK;
}

static enum err open_element(struct xml_reader *reader, const char *name,
                             const char **attrs)
{
    struct xml_tree *tree = &reader->tree;
    enum err rc;

    if (tree->depth == 0)
        reader->stanza_start = event_start(reader);
    rc = xml__tree_start(tree, name, attrs,
                         event_end(reader) - reader->stanza_start);
    if (tree->depth > RENEW_LEVELS)
        reader->is_renewal_due = true;
    return rc == ERR_OK && tree->depth > XML_NESTING_MAX ? ERR_LIMIT : rc;
}

static void on_start(void *self, const char *name, const char **attrs)
{
    struct xml_reader *reader = self;
    enum err rc;

    if (reader->rc != ERR_OK)
        return;
    if (reader->is_replaying) {
        reader->is_replaying = false;
        return;
    }
    if (reader->is_open)
        rc = open_element(reader, name, attrs);
    else
        rc = open_root(reader, name, attrs);
    if (rc != ERR_OK)
        xml__events_fail(reader, rc);
}

static void deliver(struct xml_reader *reader)
{
    struct xml_tree *tree = &reader->tree;

    reader->handler->on_element(reader->self, tree->levels[0].node,
                                tree->verdict);
    xml__tree_reset(tree);
    if (reader->rc != ERR_OK)
        return;
    if (reader->is_renewal_due || reader->stanza_end > RENEW_BYTES) {
        reader->is_renewal_due = true;
        XML_StopParser(reader->parser, XML_TRUE);
    }
}

static void on_end(void *self, const char *name)
{
    struct xml_reader *reader = self;
    enum err rc;

    (void)name;
    if (reader->rc != ERR_OK)
        return;
    if (reader->tree.depth == 0) {
        reader->is_open = false;
        reader->handler->on_close(reader->self);
        return;
    }
    reader->stanza_end = event_end(reader);
    rc =
        xml__tree_end(&reader->tree, reader->stanza_end - reader->stanza_start);
    if (rc != ERR_OK)
        xml__events_fail(reader, rc);
    else if (reader->tree.depth == 0)
        deliver(reader);
}

static void on_text(void *self, const char *at, int len)
{
    struct xml_reader *reader = self;
    struct span text = {at, (size_t)len};
    enum err rc = ERR_OK;

    if (reader->rc != ERR_OK)
        return;
    if (reader->tree.depth == 0)
        rc = span_trim(text).len == 0 ? ERR_OK : ERR_SYNTAX;
    else if (reader->tree.verdict == XML_WHOLE)
        rc = xml__tree_text(&reader->tree, text,
                            event_end(reader) - reader->stanza_start);
    if (rc != ERR_OK)
        xml__events_fail(reader, rc);
}

static void on_comment(void *self, const char *text)
{
    (void)text;
    xml__events_fail(self, ERR_RESTRICTED);
}

static void on_instruction(void *self, const char *target, const char *text)
{
    (void)target;
    (void)text;
    xml__events_fail(self, ERR_RESTRICTED);
}

static void on_doctype(void *self, const char *name, const char *system_id,
                       const char *public_id, int has_subset)
{
    (void)name;
    (void)system_id;
    (void)public_id;
    (void)has_subset;
    xml__events_fail(self, ERR_RESTRICTED);
}

void xml__events_attach(struct xml_reader *reader, XML_Parser parser)
{
    XML_SetUserData(parser, reader);
    XML_SetElementHandler(parser, on_start, on_end);
    XML_SetCharacterDataHandler(parser, on_text);
    XML_SetCommentHandler(parser, on_comment);
    XML_SetProcessingInstructionHandler(parser, on_instruction);
    XML_SetStartDoctypeDeclHandler(parser, on_doctype);
}

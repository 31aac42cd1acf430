#include "ctl/ctl_answer.h"

#include "wire/ns.h"

void ctl_answer_clear(struct ctl_answer *answer)
{
    arena_clear(&answer->arena);
    *answer = (struct ctl_answer){.fields = NULL};
}

static struct span find(const struct ctl_field *field, const char *var)
{
    for (; field != NULL; field = field->next)
        if (span_is(field->var, var))
            return field->value;
    return SPAN_EMPTY;
}

struct span ctl_answer_get(const struct ctl_answer *answer, const char *var)
{
    return find(answer->fields, var);
}

struct span ctl_row_get(const struct ctl_row *row, const char *var)
{
    return find(row->fields, var);
}

/* Reads the <field/> children of a form or of one of its items. */
static enum err read_fields(struct arena *arena, const struct xml_node *parent,
                            struct ctl_field **out)
{
    const struct xml_node *node = xml_child(parent, "field", NS_DATA);

    for (; node != NULL; node = xml_sibling(node, "field", NS_DATA)) {
        const struct xml_node *value = xml_child(node, "value", NS_DATA);
        struct ctl_field *field;
        enum err rc;

        if (span_is(xml_attr(node, "var"), "FORM_TYPE"))
            continue; /* says what form it is; nothing for people */
        field = arena_alloc(arena, sizeof(*field));
        if (field == NULL)
            return ERR_NOMEM;
        rc = arena_copy(arena, xml_attr(node, "var"), &field->var);
        if (rc == ERR_OK && value != NULL)
            rc = arena_copy(arena, xml_text(value), &field->value);
        if (rc != ERR_OK)
            return rc;
        *out = field;
        out = &field->next;
    }
    return ERR_OK;
}

static enum err read_rows(struct ctl_answer *answer,
                          const struct xml_node *form)
{
    const struct xml_node *item = xml_child(form, "item", NS_DATA);
    struct ctl_row **at = &answer->rows;

    for (; item != NULL; item = xml_sibling(item, "item", NS_DATA)) {
        struct ctl_row *row = arena_alloc(&answer->arena, sizeof(*row));
        enum err rc;

        if (row == NULL)
            return ERR_NOMEM;
        rc = read_fields(&answer->arena, item, &row->fields);
        if (rc != ERR_OK)
            return rc;
        *at = row;
        at = &row->next;
    }
    return ERR_OK;
}

static enum err read_error(struct ctl_answer *answer,
                           const struct xml_node *error)
{
    const struct xml_node *node = error != NULL ? error->first : NULL;
    enum err rc = ERR_OK;

    answer->is_refused = true;
    for (; rc == ERR_OK && node != NULL; node = node->next) {
        if (xml_is(node, "text", NS_STANZA_ERRORS))
            rc = arena_copy(&answer->arena, xml_text(node), &answer->note);
        else if (span_is(node->ns, NS_STANZA_ERRORS))
            rc = arena_copy(&answer->arena, node->name, &answer->condition);
    }
    return rc;
}

static enum err read_command(struct ctl_answer *answer,
                             const struct xml_node *command)
{
    const struct xml_node *note = xml_child(command, "note", NS_COMMANDS);
    const struct xml_node *form = xml_child(command, "x", NS_DATA);
    enum err rc = ERR_OK;

    if (note != NULL)
        rc = arena_copy(&answer->arena, xml_text(note), &answer->note);
    /* A form that came back instead of a result was not accepted. */
    answer->is_refused = !span_is(xml_attr(command, "status"), "completed");
    if (rc != ERR_OK || form == NULL)
        return rc;
    rc = read_fields(&answer->arena, form, &answer->fields);
    return rc == ERR_OK ? read_rows(answer, form) : rc;
}

enum err ctl__read_answer(const struct xml_node *iq, struct ctl_answer *out)
{
    const struct xml_node *command = xml_child(iq, "command", NS_COMMANDS);

    if (span_is(xml_attr(iq, "type"), "error"))
        return read_error(out, xml_child(iq, "error", NULL));
    return command != NULL ? read_command(out, command) : ERR_OK;
}

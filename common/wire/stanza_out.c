#include "base/bug.h"
#include "wire/ns.h"
#include "wire/stanza.h"

static const char *const kind_names[] = {
    [STANZA_MESSAGE] = "message",
    [STANZA_PRESENCE] = "presence",
    [STANZA_IQ] = "iq",
};

struct error_form {
    const char *condition;
    const char *type;
    const char *legacy; /* XEP-0086; poezio goes by it */
};

#define ERROR_FORM(code, name, type, legacy)                                   \
    [code] = {(name), (type), (legacy)},
static const struct error_form error_forms[] = {STANZA_ERROR_MAP(ERROR_FORM)};
#undef ERROR_FORM

/* `from` must be domain, domain/resource or local@domain[/resource]: servers
 * close the whole link over any other. */
static bool is_ours(struct span from, struct span domain)
{
    size_t slash = span_find(from, '/');
    struct span bare = span_slice(from, 0, slash);
    size_t at = span_find(bare, '@');

    if (domain.len == 0 || slash + 1 == from.len || at == 0)
        return false;
    if (at < bare.len)
        bare = span_slice(bare, at + 1, bare.len);
    return span_equal(bare, domain);
}

void stanza_begin(struct stanza_out *out, const struct stanza_head *head)
{
    struct xml_writer *xml = &out->xml;

    out->start = out->out->len;
    *xml = XML_WRITER(out->out);
    xml->limit = out->start + XML_STANZA_MAX_BYTES;
    if (head->to.len == 0 || !is_ours(head->from, out->domain))
        xml->rc = ERR_SYNTAX;
    xml_open(xml, kind_names[head->kind], NULL);
    xml_put_attr(xml, "from", head->from);
    xml_put_attr(xml, "to", head->to);
    xml_put_attr(xml, "type", head->type);
    xml_put_attr(xml, "id", head->id);
    xml_put_attr(xml, "xml:lang", head->lang);
}

enum err stanza_end(struct stanza_out *out)
{
    struct xml_writer *xml = &out->xml;

    /* One element open: the stanza.  More is a forgotten xml_close. */
    BUG_IF(xml->depth != 1);
    xml_close(xml);
    if (xml->rc != ERR_OK)
        buf_truncate(out->out, out->start);
    return xml->rc;
}

void stanza_put_error(struct stanza_out *out, enum stanza_error error,
                      struct span by, const char *text)
{
    const struct error_form *form;
    struct xml_writer *xml = &out->xml;

    BUG_IF((unsigned)error >= STANZA_ERROR_COUNT);
    form = &error_forms[error];
    xml_open(xml, "error", NULL);
    xml_put_attr_text(xml, "type", form->type);
    if (by.len > 0)
        xml_put_attr(xml, "by", by);
    xml_put_attr_text(xml, "code", form->legacy);
    xml_open(xml, form->condition, NS_STANZA_ERRORS);
    xml_close(xml);
    if (text != NULL) {
        xml_open(xml, "text", NS_STANZA_ERRORS);
        xml_put_attr_text(xml, "xml:lang", "en");
        xml_put_text(xml, span_of(text));
        xml_close(xml);
    }
    xml_close(xml);
}

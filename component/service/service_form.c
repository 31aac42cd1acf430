#include "service/service_form.h"

#include "wire/ns.h"

void service__form_open(struct xml_writer *xml, const char *type,
                        const char *form_type)
{
    xml_open(xml, "x", NS_DATA);
    xml_put_attr_text(xml, "type", type);
    service__form_put(xml, "hidden", "FORM_TYPE", NULL, span_of(form_type));
}

void service__form_close(struct xml_writer *xml)
{
    xml_close(xml);
}

void service__form_open_field(struct xml_writer *xml, const char *type,
                              const char *var, const char *label,
                              struct span value)
{
    xml_open(xml, "field", NULL);
    xml_put_attr_text(xml, "type", type);
    xml_put_attr_text(xml, "var", var);
    if (label != NULL)
        xml_put_attr_text(xml, "label", label);
    if (value.at != NULL)
        xml_put_element(xml, "value", NULL, value);
}

void service__form_put(struct xml_writer *xml, const char *type,
                       const char *var, const char *label, struct span value)
{
    service__form_open_field(xml, type, var, label, value);
    xml_close(xml);
}

void service__form_put_option(struct xml_writer *xml, const char *label,
                              struct span value)
{
    xml_open(xml, "option", NULL);
    xml_put_attr_text(xml, "label", label);
    xml_put_element(xml, "value", NULL, value);
    xml_close(xml);
}

struct span service__form_value(const struct xml_node *form, const char *var)
{
    const struct xml_node *field =
        form != NULL ? xml_child(form, "field", NS_DATA) : NULL;

    for (; field != NULL; field = xml_sibling(field, "field", NS_DATA)) {
        const struct xml_node *value;

        if (!span_is(xml_attr(field, "var"), var))
            continue;
        value = xml_child(field, "value", NS_DATA);
        if (value == NULL)
            return SPAN_EMPTY;
        return xml_text(value);
    }
    return SPAN_EMPTY;
}

/* service_form.h - XEP-0004 forms, as little of them as we need. */
#ifndef SERVICE_SERVICE_FORM_H
#define SERVICE_SERVICE_FORM_H

#include "wire/xml.h"
#include "wire/xml_writer.h"

/* Opens a form of that type with its hidden FORM_TYPE. */
void service__form_open(struct xml_writer *xml, const char *type,
                        const char *form_type);
void service__form_close(struct xml_writer *xml);

/* A whole field with one value; at NULL: none.  `label` NULL: none. */
void service__form_put(struct xml_writer *xml, const char *type,
                       const char *var, const char *label, struct span value);
/* The same, left open for options and <required/>; end with xml_close. */
void service__form_open_field(struct xml_writer *xml, const char *type,
                              const char *var, const char *label,
                              struct span value);
void service__form_put_option(struct xml_writer *xml, const char *label,
                              struct span value);

/* The first value of that field, or an empty span with `at` NULL. */
struct span service__form_value(const struct xml_node *form, const char *var);

#endif

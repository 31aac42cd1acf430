/* ctl_case.h - duologuectl as a person runs it, without the process. */
#ifndef SUPPORT_CTL_CASE_H
#define SUPPORT_CTL_CASE_H

#include "ctl/ctl.h"
#include "support/fake_component.h"

/* A folder with a configuration in it. */
struct ctl_case {
    char folder[64];
    char config[96];
    char socket[96];
    struct crypto *crypto;
    char *out;   /* of the last run */
    char *err;   /* of the last run */
    char *asked; /* of the last fake */
};

/* As a cmocka setup and teardown; the state is a struct ctl_case. */
int ctl_case_setup(void **state);
int ctl_case_teardown(void **state);

/* Writes the configuration; `more` follows the needed keys of [component],
 * which has no server unless `more` names one. */
void ctl_case_configure(const struct ctl_case *self, const char *more);

/* The same with a server on that port of loopback. */
void ctl_case_configure_server(const struct ctl_case *self, uint16_t port,
                               const char *secret);

/* The last run said that, or did not. */
void ctl_case_says(const struct ctl_case *self, const char *line);
void ctl_case_says_not(const struct ctl_case *self, const char *line);

/* Runs `duologuectl -c CONFIG WORDS`, words cut at blanks. */
enum ctl_exit ctl_case_run(struct ctl_case *self, const char *words);

/* The same while a fake component answers with `replies`. */
enum ctl_exit ctl_case_run_with(struct ctl_case *self, const char *words,
                                const struct fake_reply *replies, size_t count);

/* A completed command with that form in it. */
#define CTL_CASE_DONE(form)                                                    \
    "<command xmlns='http://jabber.org/protocol/commands' node='n' "           \
    "sessionid='s' status='completed'><x xmlns='jabber:x:data' "               \
    "type='result'><field var='FORM_TYPE' type='hidden'><value>urn:x</value>"  \
    "</field>" form "</x></command>"
#define CTL_CASE_FIELD(var, value)                                             \
    "<field var='" var "'><value>" value "</value></field>"
#define CTL_CASE_ERROR(type, condition, text)                                  \
    "<error type='" type "'><" condition                                       \
    " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><text "                     \
    "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>" text "</text></error>"

#endif

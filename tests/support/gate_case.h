/* gate_case.h - a gate without sockets, and tabs that say frames to it. */
#ifndef SUPPORT_GATE_CASE_H
#define SUPPORT_GATE_CASE_H

#include "gateway/guest.h"
#include "gateway/session.h"

struct gate_case {
    struct crypto *crypto;
    struct gate gate;
    unsigned wakes;
};

/* A gate for duo.example with a component that listens. */
void gate_case_init(struct gate_case *c);
void gate_case_clear(struct gate_case *c);

/* A session in its first state. */
void gate_case_session(struct gate_case *c, struct session *session);
/* The same, bound. */
void gate_case_bind(struct gate_case *c, struct session *session);

void gate_case_say(struct session *session, const char *frame);

/* Moves everything that waits for the browser into `out`, a line each. */
void gate_case_heard(struct session *session, struct buf *out);

/* What went to the component since the last time; `out` is emptied. */
void gate_case_up(struct gate_case *c, struct buf *out);

/* Gives the guest's gate a stanza of the component; %s is its address. */
void gate_case_deliver(struct gate_case *c, const struct guest *guest,
                       const char *format);

#define CASE_OPEN                                                              \
    "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' "                       \
    "to='guests.duo.example' version='1.0'/>"
#define CASE_AUTH                                                              \
    "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='ANONYMOUS'/>"
#define CASE_BIND                                                              \
    "<iq type='set' id='b' xmlns='jabber:client'>"                             \
    "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>"
#define CASE_ENABLE "<enable xmlns='urn:xmpp:sm:3' resume='true'/>"

/* `heard` holds `part`; shows both when it does not. */
void check_heard(const struct buf *heard, const char *part);
void check_not_heard(const struct buf *heard, const char *part);

#endif

/* ctl_doctor.h - the examinations of duologuectl doctor. */
#ifndef CTL_CTL_DOCTOR_H
#define CTL_CTL_DOCTOR_H

#include "ctl/ctl_internal.h"

/* What has been found so far; printed as it is found. */
struct doctor {
    struct ctl *ctl;
    unsigned failures;
};

void doctor__good(struct doctor *doctor, const char *what, const char *format,
                  ...) __attribute__((format(printf, 3, 4)));
/* Worth knowing, but no fault. */
void doctor__note(struct doctor *doctor, const char *what, const char *format,
                  ...) __attribute__((format(printf, 3, 4)));
void doctor__bad(struct doctor *doctor, const char *what, const char *format,
                 ...) __attribute__((format(printf, 3, 4)));

/* Whom to call by TCP. */
struct doctor_call {
    const char *what; /* the finding's name */
    const char *host;
    unsigned short port;
    const char *port_name; /* "component": what the port should be */
};

/* Connects, or tells why not and gives -1.  The caller closes. */
int doctor__dial(struct doctor *doctor, const struct doctor_call *call);

/* Knocks at the XMPP server's component port: tells refused connection from
 * unknown host from wrong secret.  Disturbs a component that is linked, so it
 * is only called when none is. */
void doctor__knock(struct doctor *doctor);

/* Logs in as a client through libstrophe, joins a fresh room and waits to hear
 * its own words.  `peer` is the way to the component. */
void doctor__converse(struct doctor *doctor, struct ctl_peer *peer);

#endif

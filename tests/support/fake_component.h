/* fake_component.h - a component that says what a test wants it to.
 *
 * Listens on a Unix socket in a thread, plays the server side of XEP-0114 and
 * answers ad-hoc commands from a script. */
#ifndef SUPPORT_FAKE_COMPONENT_H
#define SUPPORT_FAKE_COMPONENT_H

#include <stdbool.h>
#include <stddef.h>

enum fake_act {
    FAKE_RESULT, /* an iq result with `xml` in it */
    FAKE_ERROR,  /* an iq error with `xml` in it */
    FAKE_STRAY,  /* a result with another id, then the next act at once */
    FAKE_SILENT, /* no answer */
    FAKE_HANG_UP,
};

struct fake_reply {
    enum fake_act act;
    const char *xml;
};

struct fake_script {
    const char *socket_path;
    bool refuses; /* does not let anybody in: host-unknown */
    bool is_deaf; /* accepts and never speaks */
    const struct fake_reply *replies; /* in order */
    size_t reply_count;
};

struct fake_component;

/* Starts it; the script must live until the stop. */
struct fake_component *fake_component_start(const struct fake_script *script);

/* Ends it and gives what was asked, a line each: the command's node and its
 * fields, `create-chat your-name=Abhi ...`, or what stood in for one.  The
 * caller frees. */
char *fake_component_stop(struct fake_component *fake);

#endif

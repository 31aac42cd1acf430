/* crowd.h - people of a made-up XMPP server, who exist only here: they make
 * rooms in one component, talk as hard as asked, and measure what comes back.
 */
#ifndef COMPONENT_CROWD_H
#define COMPONENT_CROWD_H

#include "load/load.h"

enum {
    CROWD_ADDRESS_BYTES = 96,
    CROWD_SEATS = 2,
    CROWD_REFLECTIONS = 2, /* of one message */
};

struct crowd_options {
    struct load_options load;
    int rooms;
    int window; /* messages under way at once */
    int rate;   /* messages a second; 0: as fast as the window lets */
};

/* The echo: reads with expat, answers each message twice.  Never returns. */
void crowd_echo(uint16_t port) __attribute__((noreturn));

/* --- the people, crowd_rooms.c --- */

struct crowd_seat {
    char person[CROWD_ADDRESS_BYTES]; /* full JID */
    char code[16];
};

struct crowd_room {
    char jid[CROWD_ADDRESS_BYTES];
    struct crowd_seat seats[CROWD_SEATS];
};

/* Makes the rooms and brings everybody in.  The echo needs none: its rooms
 * are addresses.  Free the result. */
struct crowd_room *crowd_rooms(struct load_link *link,
                               const struct crowd_options *options);

/* --- the drive, crowd_drive.c --- */

struct crowd_result {
    struct load_figures load; /* messages reflected to both */
    uint64_t errors;
    size_t stanza_bytes; /* of one message as sent */
    uint64_t written_bytes;
    uint64_t rss_kib;
};

void crowd_drive(struct load_link *link, const struct crowd_options *options,
                 const struct crowd_room *rooms, pid_t pid,
                 struct crowd_result *out);

#endif

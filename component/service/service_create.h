/* service_create.h - making a chat, by form or by words. */
#ifndef SERVICE_SERVICE_CREATE_H
#define SERVICE_SERVICE_CREATE_H

#include "service/service_internal.h"

/* What somebody wants. */
struct service_wish {
    struct span names[ROOM_SEATS]; /* as typed; prepared by service__check */
    struct span invite;            /* bare JID, or empty */
    enum room_protection protection;
    int64_t idle_ms;
};

/* What was made; wiped by who made it. */
struct service_made {
    char local[ID_CHARS];
    char seat_ids[ROOM_SEATS][ID_CHARS];
    char codes[ROOM_SEATS][CODE_CHARS];
    bool is_refused; /* and answered */
};

/* Prepares the names; *problem is TEXT_NONE when they are good. */
enum err service__check_names(struct service_call *call,
                              struct service_wish *wish,
                              enum service_text *problem) MUST_CHECK;
/* Whether apps can see who is in it, where they may enter: *problem as above.
 * The names are prepared. */
enum err service__check_reach(const struct service_call *call,
                              const struct service_wish *wish,
                              enum service_text *problem) MUST_CHECK;
bool service__may_protect(enum room_leg leg, enum room_protection protection);
/* Makes the chat. */
enum err service__create(struct service_call *call,
                         const struct service_wish *wish,
                         struct service_made *made) MUST_CHECK;
/* Invites the asker to seat 1 if native, and who is to be invited to seat 2. */
enum err service__invite_both(struct service_call *call,
                              const struct service_wish *wish,
                              const struct service_made *made) MUST_CHECK;
/* Appends PUBLIC_URL/#SEATID. */
enum err service__put_link(const struct service *service,
                           const struct service_made *made, size_t seat,
                           struct buf *out) MUST_CHECK;

#endif

/* ctl_internal.h - shared by the commands. */
#ifndef CTL_CTL_INTERNAL_H
#define CTL_CTL_INTERNAL_H

#include "ctl/ctl.h"
#include "ctl/ctl_peer.h"

enum { CTL_LINK_KEY_CHARS = 22 };

/* One run of the program. */
struct ctl {
    const struct ctl_options *options;
    struct config config;
    struct crypto *crypto;
    FILE *out;
    FILE *complaints;
};

/* Opens the way to the component, or complains. */
enum err ctl__connect(struct ctl *ctl, struct ctl_peer **out) MUST_CHECK;

/* Asks, and complains when the answer is no.  `out` is cleared by the caller
 * with ctl_answer_clear in any case. */
enum ctl_exit ctl__ask(struct ctl *ctl, struct ctl_peer *peer,
                       const struct ctl_request *request,
                       struct ctl_answer *out);

/* The same in a connection for this question alone. */
enum ctl_exit ctl__ask_once(struct ctl *ctl, const struct ctl_request *request,
                            struct ctl_answer *out);

enum ctl_exit ctl__new(struct ctl *ctl);
enum ctl_exit ctl__list(struct ctl *ctl);
enum ctl_exit ctl__end(struct ctl *ctl);
enum ctl_exit ctl__stats(struct ctl *ctl);
enum ctl_exit ctl__doctor(struct ctl *ctl);
enum ctl_exit ctl__audit(struct ctl *ctl);

/* Draws `text` as a QR code with half blocks, dark on light by colours of its
 * own so that any terminal theme will do.
 * Errors: ERR_LIMIT (too long for a code), ERR_NOMEM. */
enum err ctl__draw_qr(struct span text, FILE *out) MUST_CHECK;

/* A chat as made: what the two need. */
struct ctl_seat {
    struct span name;
    struct span code;
    struct span link;
    struct span xmpp; /* at NULL in `link` rooms */
};

struct ctl_chat {
    struct span room;
    const char *protection;
    int64_t idle_seconds;
    struct ctl_seat seats[2];
};

#endif

/* ctl.h - duologuectl: what an administrator asks the component.
 *
 * It speaks XMPP to the component over its Unix socket, like everybody else:
 * ad-hoc commands (XEP-0050), as ctl.DOMAIN. */
#ifndef CTL_CTL_H
#define CTL_CTL_H

#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"
#include "config/config.h"
#include "crypto/crypto.h"

enum ctl_exit {
    CTL_GOOD = 0,
    CTL_FAILED = 1, /* no daemon, no such room, refused */
    CTL_USAGE = 2,  /* bad usage or configuration */
};

enum ctl_command {
    CTL_NEW,
    CTL_LIST,
    CTL_END,
    CTL_STATS,
    CTL_DOCTOR,
    CTL_AUDIT,
    CTL_HELP,
    CTL_VERSION,
};

enum ctl_format { CTL_TEXT, CTL_JSON, CTL_QR, CTL_PROMETHEUS };

struct ctl_options {
    const char *config_path;
    enum ctl_command command;
    enum ctl_format format;
    const char *names[2];      /* new */
    const char *idle;          /* new: "90s", or NULL for the default */
    const char *protection;    /* new: server, link, omemo */
    const char *room;          /* end */
    const char *account;       /* doctor --as JID, or NULL */
    const char *password_file; /* doctor: NULL asks on the terminal */
    const char *host;          /* doctor: host[:port] of the account's server */
    bool is_plain;             /* doctor: no TLS */
    const char *canary_file;   /* erase-audit: NULL is standard input */
    char **paths;              /* erase-audit: up to a NULL */
};

/* Reads the command line.
 * Errors: ERR_CONFIG with a line for a person in `error`. */
enum err ctl_parse_options(int argc, char **argv, struct ctl_options *out,
                           struct buf *error) MUST_CHECK;

/* The help text. */
const char *ctl_usage(void);

/* Runs one command and gives the exit status.  Answers go to `out`, complaints
 * to `complaints`. */
enum ctl_exit ctl_run(const struct ctl_options *options, FILE *out,
                      FILE *complaints);

#endif

/* gateway_options.h - the command line of duologue-gateway. */
#ifndef GATEWAY_GATEWAY_OPTIONS_H
#define GATEWAY_GATEWAY_OPTIONS_H

#include "base/buf.h"
#include "base/err.h"

enum gateway_action {
    GATEWAY_RUN,
    GATEWAY_CHECK,
    GATEWAY_HELP,
    GATEWAY_VERSION,
};

struct gateway_options {
    enum gateway_action action;
    const char *file;       /* borrowed from argv; NULL for help and version */
    const char *static_dir; /* likewise; NULL: where it was installed */
};

/* Reads the arguments; argv[0] is skipped.
 *
 * Errors: ERR_CONFIG with one line for a person in `error`. */
enum err gateway_options_parse(int argc, char **argv,
                               struct gateway_options *out,
                               struct buf *error) MUST_CHECK;

/* What --help prints.  Static. */
const char *gateway_options_usage(void);

#endif

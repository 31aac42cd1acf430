/* main_options.h - the command line of duologue. */
#ifndef MAIN_MAIN_OPTIONS_H
#define MAIN_MAIN_OPTIONS_H

#include "base/buf.h"
#include "base/err.h"

enum main_action { MAIN_RUN, MAIN_CHECK, MAIN_HELP, MAIN_VERSION };

struct main_options {
    enum main_action action;
    const char *file; /* borrowed from argv; NULL for help and version */
};

/* Reads the arguments; argv[0] is skipped.
 *
 * Errors: ERR_CONFIG with one line for a person in `error`. */
enum err main_options_parse(int argc, char **argv, struct main_options *out,
                            struct buf *error) MUST_CHECK;

/* What --help prints.  Static. */
const char *main_options_usage(void);

#endif

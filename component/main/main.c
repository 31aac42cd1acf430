/* main.c - duologue. */
#include <stdio.h>

#include "main/main_options.h"
#include "main/main_run.h"

enum { ERROR_MAX_BYTES = 1024 };

static enum main_exit act(const struct main_options *options)
{
    switch (options->action) {
    case MAIN_RUN:
        return main_run(options->file);
    case MAIN_CHECK:
        return main_check(options->file);
    case MAIN_HELP:
        fputs(main_options_usage(), stdout);
        return MAIN_GOOD;
    case MAIN_VERSION:
        puts("duologue " DUOLOGUE_VERSION);
        return MAIN_GOOD;
    }
    return MAIN_USAGE;
}

int main(int argc, char **argv)
{
    struct buf error = BUF_EMPTY(ERROR_MAX_BYTES);
    struct main_options options;
    enum main_exit status = MAIN_USAGE;

    if (main_options_parse(argc, argv, &options, &error) == ERR_OK)
        status = act(&options);
    else
        fprintf(stderr, "duologue: %.*s\n", (int)error.len,
                error.len > 0 ? error.at : "wrong arguments");
    buf_clear(&error);
    if (fflush(stdout) != 0 && status == MAIN_GOOD)
        status = MAIN_FAILED;
    return (int)status;
}

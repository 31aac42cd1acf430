/* gateway_main.c - duologue-gateway. */
#include <stdio.h>

#include "gateway/gateway_run.h"

enum { ERROR_MAX_BYTES = 1024 };

static enum gateway_exit act(const struct gateway_options *options)
{
    switch (options->action) {
    case GATEWAY_RUN:
        return gateway_run(options);
    case GATEWAY_CHECK:
        return gateway_check(options);
    case GATEWAY_HELP:
        fputs(gateway_options_usage(), stdout);
        return GATEWAY_GOOD;
    case GATEWAY_VERSION:
        puts("duologue-gateway " DUOLOGUE_VERSION);
        return GATEWAY_GOOD;
    }
    return GATEWAY_USAGE;
}

int main(int argc, char **argv)
{
    struct buf error = BUF_EMPTY(ERROR_MAX_BYTES);
    struct gateway_options options;
    enum gateway_exit status = GATEWAY_USAGE;

    if (gateway_options_parse(argc, argv, &options, &error) == ERR_OK)
        status = act(&options);
    else
        fprintf(stderr, "duologue-gateway: %.*s\n", (int)error.len,
                error.len > 0 ? error.at : "wrong arguments");
    buf_clear(&error);
    if (fflush(stdout) != 0 && status == GATEWAY_GOOD)
        status = GATEWAY_FAILED;
    return (int)status;
}

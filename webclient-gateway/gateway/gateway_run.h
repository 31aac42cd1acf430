/* gateway_run.h - the process: loop, parts, signals. */
#ifndef GATEWAY_GATEWAY_RUN_H
#define GATEWAY_GATEWAY_RUN_H

#include "gateway/gateway_options.h"

enum gateway_exit { GATEWAY_GOOD = 0, GATEWAY_FAILED = 1, GATEWAY_USAGE = 2 };

/* Runs until a signal ends it. */
enum gateway_exit gateway_run(const struct gateway_options *options);

/* Says whether the configuration is good. */
enum gateway_exit gateway_check(const struct gateway_options *options);

#endif

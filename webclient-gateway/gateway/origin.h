/* origin.h - which web pages may open a WebSocket. */
#ifndef GATEWAY_ORIGIN_H
#define GATEWAY_ORIGIN_H

#include "base/span.h"
#include "config/config.h"

/* True when `origin` is, byte for byte, that of public_url or one of origins.
 * `at` NULL stands for a request without one, which is from no browser.
 * Specs: RFC 6455 10.2, RFC 6454 6. */
bool origin_is_allowed(const struct config *config, struct span origin);

#endif

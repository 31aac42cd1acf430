/* address.h - who a connection is from. */
#ifndef GATEWAY_ADDRESS_H
#define GATEWAY_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"
#include "config/config.h"

enum { ADDRESS_BYTES = 16, ADDRESS_KEY_BYTES = 9 };

struct address {
    uint8_t bytes[ADDRESS_BYTES]; /* an IPv4 address has four */
    bool is_v4;
};

/* Reads an IPv4 or IPv6 address; IPv4 inside of IPv6 counts as IPv4.  False,
 * and `out` untouched, when it is none. */
bool address_parse(struct span text, struct address *out);

/* Who is at the other end of a connected socket.  False when the kernel does
 * not say, or it is no internet address. */
bool address_of_socket(int fd, struct address *out);

/* What one household shares: the IPv4 address or the IPv6 /64, with its
 * family before it.  Borrows `out`. */
struct span address_key(const struct address *address,
                        char out[ADDRESS_KEY_BYTES]);

/* True when `address` is one of the proxies that may speak for others. */
bool address_is_trusted(const struct config_list *proxies,
                        const struct address *address);

/* Whom a request is really from: the last address of X-Forwarded-For that is
 * no trusted proxy, if the peer is one; the peer else.  An address may have a
 * port.  False when a proxy tells what is no address. */
bool address_of_client(const struct config_list *proxies,
                       const struct address *peer, struct span forwarded_for,
                       struct address *out) MUST_CHECK;

#endif

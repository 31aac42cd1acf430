/* link_acked.h - what the other end of a TCP connection has confirmed.
 *
 * Apart from the rest: the kernel's header and the C library's, which libuv
 * brings along, define the same things. */
#ifndef LINK_LINK_ACKED_H
#define LINK_LINK_ACKED_H

#include <stdbool.h>
#include <stdint.h>

/* Bytes that we connected to send and its kernel has, also after an error.
 * False: the system does not tell (Linux does since 4.1).
 * Specs: RFC 4898, tcpEStatsAppHCThruOctetsAcked. */
bool link__acked_bytes(int fd, uint64_t *bytes);

#endif

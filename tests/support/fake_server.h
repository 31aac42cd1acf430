/* fake_server.h - a TCP server on loopback that waits for words and says its
 * own, line by line of a script, and hangs up at the end. */
#ifndef SUPPORT_FAKE_SERVER_H
#define SUPPORT_FAKE_SERVER_H

#include <stdint.h>

struct fake_server;

struct fake_line {
    const char *after; /* read until this has come; "": until anything has */
    const char *say;   /* NULL ends the script */
};

/* `lines` must live until the stop.  Serves one client after the other, each
 * from the first line on. */
struct fake_server *fake_server_start(const struct fake_line *lines);
uint16_t fake_server_port(const struct fake_server *server);
void fake_server_stop(struct fake_server *server);

/* A port on which nobody listens. */
uint16_t fake_server_dead_port(void);

#endif

#include <stdlib.h>
#include <sys/socket.h>

#include "config/config_internal.h"

/* Splits host:port or [host]:port.  A host without brackets has no colon. */
static bool split_port(struct span text, struct span *host, uint16_t *port)
{
    size_t colon;

    if (text.len > 0 && text.at[0] == '[') {
        size_t bracket = span_find(text, ']');

        *host = span_slice(text, 1, bracket - 1);
        colon = bracket + 1;
    } else {
        colon = span_find(text, ':');
        *host = span_slice(text, 0, colon);
    }
    return colon < text.len && text.at[colon] == ':' &&
           config__read_port(span_slice(text, colon + 1, text.len), port);
}

static enum err keep(struct span host, uint16_t port,
                     struct config_address *field)
{
    enum err rc = config__copy_lower(host, &field->host);

    if (rc == ERR_OK)
        field->port = port;
    return rc;
}

enum err config__decode_endpoint(const struct config_input *in,
                                 struct config_address *field)
{
    struct span host = SPAN_EMPTY;
    uint16_t port = 0;
    bool is_good;

    if (in->value.len == 0)
        return ERR_OK;
    is_good = split_port(in->value, &host, &port);
    if (is_good && in->value.at[0] == '[')
        is_good = config__is_ip(AF_INET6, host);
    else if (is_good)
        is_good = config__is_host(host);
    if (!is_good)
        return config__refuse_value(
            in,
            "is not a host and a port; write HOST:PORT such as %s, or "
            "nothing for browsers only",
            in->key->fallback);
    return keep(host, port, field);
}

enum err config__decode_listen(const struct config_input *in,
                               struct config_address *field)
{
    struct span host = SPAN_EMPTY;
    uint16_t port = 0;
    bool is_good;

    if (in->value.len == 0 && in->key->least == 0)
        return ERR_OK;
    is_good = split_port(in->value, &host, &port);
    if (is_good && in->value.at[0] == '[')
        is_good = config__is_ip(AF_INET6, host);
    else if (is_good)
        is_good = config__is_ip(AF_INET, host);
    if (!is_good)
        return config__refuse_value(
            in,
            "is not an address and a port; write one such as %s or [::1]:8080",
            in->key->fallback);
    return keep(host, port, field);
}

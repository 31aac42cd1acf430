#include "gateway/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

enum { V4_BYTES = 4, V6_PREFIX_BYTES = 8, V4_IN_V6_AT = 12 };

static bool is_v4_in_v6(const uint8_t *bytes)
{
    static const uint8_t prefix[V4_IN_V6_AT] = {[10] = 0xFF, [11] = 0xFF};

    return memcmp(bytes, prefix, sizeof(prefix)) == 0;
}

static void unwrap_v4(struct address *address)
{
    memmove(address->bytes, address->bytes + V4_IN_V6_AT, V4_BYTES);
    memset(address->bytes + V4_BYTES, 0, ADDRESS_BYTES - V4_BYTES);
    address->is_v4 = true;
}

bool address_of_socket(int fd, struct address *out)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } name = {.any = {.sa_family = AF_UNSPEC}};
    socklen_t len = sizeof(name);
    struct address address = {{0}, false};

    if (getpeername(fd, &name.any, &len) != 0)
        return false;
    if (name.any.sa_family == AF_INET) {
        memcpy(address.bytes, &name.v4.sin_addr, V4_BYTES);
        address.is_v4 = true;
    } else if (name.any.sa_family == AF_INET6) {
        memcpy(address.bytes, &name.v6.sin6_addr, ADDRESS_BYTES);
        if (is_v4_in_v6(address.bytes))
            unwrap_v4(&address);
    } else {
        return false;
    }
    *out = address;
    return true;
}

bool address_parse(struct span text, struct address *out)
{
    char copy[INET6_ADDRSTRLEN];
    struct address address = {{0}, false};

    if (text.len == 0 || text.len >= sizeof(copy))
        return false;
    memcpy(copy, text.at, text.len);
    copy[text.len] = '\0';
    if (inet_pton(AF_INET, copy, address.bytes) == 1) {
        address.is_v4 = true;
    } else if (inet_pton(AF_INET6, copy, address.bytes) != 1) {
        return false;
    } else if (is_v4_in_v6(address.bytes)) {
        unwrap_v4(&address);
    }
    *out = address;
    return true;
}

struct span address_key(const struct address *address,
                        char out[ADDRESS_KEY_BYTES])
{
    size_t len = address->is_v4 ? V4_BYTES : V6_PREFIX_BYTES;

    out[0] = address->is_v4 ? '4' : '6';
    memcpy(out + 1, address->bytes, len);
    return (struct span){out, 1 + len};
}

static bool is_same(const struct address *a, const struct address *b)
{
    return a->is_v4 == b->is_v4 &&
           memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

bool address_is_trusted(const struct config_list *proxies,
                        const struct address *address)
{
    for (size_t i = 0; i < proxies->len; i++) {
        struct address proxy;

        if (address_parse(span_of(proxies->at[i]), &proxy) &&
            is_same(&proxy, address))
            return true;
    }
    return false;
}

/* Cuts the last entry off `list`. */
static struct span pull_last(struct span *list)
{
    size_t at = list->len;
    struct span last;

    while (at > 0 && list->at[at - 1] != ',')
        at--;
    last = span_trim(span_slice(*list, at, list->len));
    *list = span_slice(*list, 0, at > 0 ? at - 1 : 0);
    return last;
}

/* An address as proxies write it: 192.0.2.1:80 and [2001:db8::1]:80 too. */
static bool parse_entry(struct span text, struct address *out)
{
    size_t colon = span_find(text, ':');
    struct span rest = span_slice(text, colon + 1, text.len);
    size_t bracket = span_find(text, ']');

    if (bracket < text.len && text.at[0] == '[')
        text = span_slice(text, 1, bracket - 1);
    else if (span_find(rest, ':') == rest.len)
        text = span_slice(text, 0, colon); /* one colon: IPv4 and a port */
    return address_parse(text, out);
}

bool address_of_client(const struct config_list *proxies,
                       const struct address *peer, struct span forwarded_for,
                       struct address *out)
{
    struct address client = *peer;

    while (forwarded_for.len > 0 && address_is_trusted(proxies, &client))
        if (!parse_entry(pull_last(&forwarded_for), &client))
            return false;
    *out = client;
    return true;
}

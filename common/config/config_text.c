#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "config/config_internal.h"

enum { HOST_MAX_BYTES = 253, LABEL_MAX_BYTES = 63 };

enum err config__copy(struct span text, char **out)
{
    char *copy = heap_copy(text);

    if (copy == NULL)
        return ERR_NOMEM;
    *out = copy;
    return ERR_OK;
}

enum err config__copy_lower(struct span text, char **out)
{
    enum err rc = config__copy(text, out);

    if (rc == ERR_OK)
        for (char *at = *out; *at != '\0'; at++)
            if (*at >= 'A' && *at <= 'Z')
                *at = (char)(*at - 'A' + 'a');
    return rc;
}

static bool is_host_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '-' || byte == '_' ||
           ((unsigned char)byte & 0x80) != 0;
}

static bool is_label(struct span label)
{
    if (label.len == 0 || label.len > LABEL_MAX_BYTES || label.at[0] == '-' ||
        label.at[label.len - 1] == '-')
        return false;
    for (size_t i = 0; i < label.len; i++)
        if (!is_host_byte(label.at[i]))
            return false;
    return true;
}

bool config__is_host(struct span name)
{
    size_t dot = 0;

    if (name.len > HOST_MAX_BYTES)
        return false;
    while (dot < name.len) {
        dot = span_find(name, '.');
        if (!is_label(span_slice(name, 0, dot)))
            return false;
        /* A dot that nothing follows leaves an empty label. */
        if (dot + 1 == name.len)
            return false;
        if (dot < name.len) {
            name = span_slice(name, dot + 1, name.len);
            dot = 0;
        }
    }
    return name.len > 0;
}

bool config__is_ip(int family, struct span text)
{
    char copy[INET6_ADDRSTRLEN];
    struct in6_addr address;

    if (text.len == 0 || text.len >= sizeof(copy))
        return false;
    memcpy(copy, text.at, text.len);
    copy[text.len] = '\0';
    return inet_pton(family, copy, &address) == 1;
}

bool config__read_port(struct span text, uint16_t *out)
{
    uint64_t port;

    if (!span_to_u64(text, UINT16_MAX, &port) || port == 0)
        return false;
    *out = (uint16_t)port;
    return true;
}

static bool has_blank(struct span text)
{
    return span_find(text, ' ') < text.len || span_find(text, '\t') < text.len;
}

enum err config__decode_text(const struct config_input *in, char **field)
{
    bool is_secret = in->key->type == CONFIG_TYPE_SECRET;

    if (in->value.len > in->key->most)
        return config__refuse(in, "is longer than %u bytes; shorten it",
                              (unsigned)in->key->most);
    if (in->value.len == 0 && in->key->least > 0)
        return config__refuse(in, "is empty; write a path such as %s",
                              in->key->fallback);
    if (in->value.len == 0)
        return ERR_OK;
    if (is_secret && has_blank(in->value))
        return config__refuse(in, "has a blank; write one word");
    if (in->key->type == CONFIG_TYPE_USER && has_blank(in->value))
        return config__refuse_value(
            in, "is not a user; write a name such as duologue-gateway");
    return config__copy(in->value, field);
}

enum err config__decode_domain(const struct config_input *in, char **field)
{
    if (in->value.len > in->key->most)
        return config__refuse(in, "is longer than %u bytes; shorten it",
                              (unsigned)in->key->most);
    if (!config__is_host(in->value))
        return config__refuse_value(
            in, "is not a domain name; write one such as duo.example.org");
    return config__copy_lower(in->value, field);
}

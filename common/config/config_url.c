#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config_internal.h"

enum { HTTP_PORT = 80, HTTPS_PORT = 443, ORIGIN_MAX_BYTES = 320 };

struct url_parts {
    const char *scheme;
    struct span host; /* IPv6 without its brackets */
    bool is_ipv6;
    uint16_t port; /* 0: the scheme's own */
    struct span path;
};

/* What RFC 3986 lets stand in a path, beside letters and digits. */
static bool is_path(struct span path)
{
    for (size_t i = 0; i < path.len; i++) {
        char byte = path.at[i];

        if (!(byte >= 'a' && byte <= 'z') && !(byte >= 'A' && byte <= 'Z') &&
            !(byte >= '0' && byte <= '9') &&
            strchr("/-._~%!$&'()*+,;=:@", byte) == NULL)
            return false;
    }
    return true;
}

/* Browsers send an international name in its ASCII form, so ours must be. */
static bool is_ascii(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (((unsigned char)text.at[i] & 0x80) != 0)
            return false;
    return true;
}

static bool split_scheme(struct span *text, struct url_parts *out)
{
    const struct span http = SPAN("http://");
    const struct span https = SPAN("https://");

    if (span_equal_nocase(span_slice(*text, 0, http.len), http)) {
        out->scheme = "http";
        *text = span_slice(*text, http.len, text->len);
        return true;
    }
    if (span_equal_nocase(span_slice(*text, 0, https.len), https)) {
        out->scheme = "https";
        *text = span_slice(*text, https.len, text->len);
        return true;
    }
    return false;
}

static bool split_authority(struct span text, struct url_parts *out)
{
    size_t end = span_find(text, ':');

    out->is_ipv6 = text.len > 0 && text.at[0] == '[';
    if (out->is_ipv6) {
        end = span_find(text, ']');
        out->host = span_slice(text, 1, end - 1);
        end++;
    } else {
        out->host = span_slice(text, 0, end);
    }
    if (end > text.len)
        return false;
    if (end < text.len &&
        (text.at[end] != ':' ||
         !config__read_port(span_slice(text, end + 1, text.len), &out->port)))
        return false;
    return out->is_ipv6 ? config__is_ip(AF_INET6, out->host)
                        : config__is_host(out->host) && is_ascii(out->host);
}

static bool split_url(struct span text, struct url_parts *out)
{
    size_t slash;

    *out = (struct url_parts){.scheme = NULL};
    if (!split_scheme(&text, out))
        return false;
    slash = span_find(text, '/');
    if (!split_authority(span_slice(text, 0, slash), out))
        return false;
    out->path = span_slice(text, slash, text.len);
    while (out->path.len > 0 && out->path.at[out->path.len - 1] == '/')
        out->path.len--;
    if (out->port ==
        (strcmp(out->scheme, "http") == 0 ? HTTP_PORT : HTTPS_PORT))
        out->port = 0;
    return is_path(out->path);
}

/* Writes scheme://host[:port] the way a browser does. */
static enum err write_origin(const struct url_parts *parts, char **out)
{
    struct buf text = BUF_EMPTY(ORIGIN_MAX_BYTES);
    char host[INET6_ADDRSTRLEN + 1] = "";
    struct in6_addr address;
    enum err rc;

    if (parts->is_ipv6) {
        snprintf(host, sizeof(host), "%.*s", (int)parts->host.len,
                 parts->host.at);
        if (inet_pton(AF_INET6, host, &address) == 1)
            inet_ntop(AF_INET6, &address, host, sizeof(host));
        rc = buf_printf(&text, "%s://[%s]", parts->scheme, host);
    } else {
        rc = buf_printf(&text, "%s://%.*s", parts->scheme, (int)parts->host.len,
                        parts->host.at);
    }
    if (rc == ERR_OK && parts->port != 0)
        rc = buf_printf(&text, ":%u", (unsigned)parts->port);
    if (rc == ERR_OK)
        rc = config__copy_lower(buf_span(&text), out);
    buf_clear(&text);
    return rc;
}

void config__url_clear(struct config_url *url)
{
    free(url->text);
    free(url->origin);
    free(url->path);
    *url = (struct config_url){NULL, NULL, NULL};
}

enum err config__decode_url(const struct config_input *in,
                            struct config_url *field)
{
    struct buf text = BUF_EMPTY(ORIGIN_MAX_BYTES + in->value.len);
    struct config_url url = {NULL, NULL, NULL};
    struct url_parts parts;
    enum err rc;

    if (in->value.len > in->key->most || !split_url(in->value, &parts)) {
        rc = config__refuse_value(
            in, "is not a web address; write https://HOST or http://HOST, "
                "with :PORT and /PATH if need be, and nothing after that");
        goto out;
    }
    if ((rc = write_origin(&parts, &url.origin)) != ERR_OK ||
        (rc = config__copy(parts.path, &url.path)) != ERR_OK ||
        (rc = buf_printf(&text, "%s%s", url.origin, url.path)) != ERR_OK ||
        (rc = config__copy(buf_span(&text), &url.text)) != ERR_OK)
        goto out;
    *field = url;
    url = (struct config_url){NULL, NULL, NULL};
out:
    config__url_clear(&url);
    buf_clear(&text);
    return rc;
}

static enum err take_origin(const struct config_input *in, struct span entry,
                            struct config_list *list)
{
    struct url_parts parts;
    char *origin = NULL;
    enum err rc;

    if (!split_url(entry, &parts) || parts.path.len > 0)
        return config__refuse_value(
            in, "is not a list of origins; write https://HOST or "
                "https://HOST:PORT with commas between, or none");
    if ((rc = write_origin(&parts, &origin)) == ERR_OK)
        rc = config__list_take(list, origin);
    if (rc == ERR_LIMIT)
        rc = config__refuse(in, "has more than %d entries; shorten the list",
                            CONFIG_LIST_MAX);
    return rc;
}

enum err config__decode_origins(const struct config_input *in,
                                struct config_origins *field)
{
    struct config_origins origins = {{NULL, 0}, false};
    struct span rest = in->value;
    struct span entry;
    enum err rc = ERR_OK;

    while (rc == ERR_OK && config__next_entry(&rest, &entry)) {
        if (span_is(entry, "none"))
            origins.is_missing_allowed = true;
        else
            rc = take_origin(in, entry, &origins.list);
    }
    if (rc == ERR_OK)
        *field = origins;
    else
        config__list_clear(&origins.list);
    return rc;
}

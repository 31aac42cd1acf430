#include "gateway/http_pages.h"

#include <inttypes.h>
#include <string.h>

#include "gateway/guest.h"
#include "wire/xml_writer.h"

#define REL "urn:xmpp:alt-connections:websocket"
#define NS_XRD "http://docs.oasis-open.org/ns/xri/xrd-1.0"

/* http: becomes ws: and https: becomes wss: */
static enum err put_ws(const char *url, struct buf *out)
{
    enum err rc = buf_append(out, SPAN("ws"));

    if (rc == ERR_OK)
        rc = buf_append(out, span_of(url + strlen("http")));
    return rc;
}

enum err http_put_websocket_url(const struct config *config, struct buf *out)
{
    enum err rc = put_ws(config->public_url.text, out);

    if (rc == ERR_OK)
        rc = buf_append(out, SPAN("/xmpp-websocket"));
    return rc;
}

enum err http_put_host_meta(const struct config *config, struct buf *out)
{
    struct buf url = BUF_EMPTY(HTTP_PAGE_MAX_BYTES);
    struct xml_writer xml = XML_WRITER(out);
    enum err rc = http_put_websocket_url(config, &url);

    if (rc == ERR_OK) {
        xml_put_written(&xml, SPAN("<?xml version='1.0' encoding='UTF-8'?>"));
        xml_open(&xml, "XRD", NS_XRD);
        xml_open(&xml, "Link", NULL);
        xml_put_attr_text(&xml, "rel", REL);
        xml_put_attr(&xml, "href", buf_span(&url));
        xml_close(&xml);
        xml_close(&xml);
        rc = xml.rc;
    }
    buf_clear(&url);
    return rc;
}

enum err http_put_host_meta_json(const struct config *config, struct buf *out)
{
    /* config/ takes no URL with a quote, a backslash or a control in it. */
    enum err rc =
        buf_append(out, SPAN("{\"links\":[{\"rel\":\"" REL "\",\"href\":\""));

    if (rc == ERR_OK)
        rc = http_put_websocket_url(config, out);
    if (rc == ERR_OK)
        rc = buf_append(out, SPAN("\"}]}\n"));
    return rc;
}

enum err http_put_config(const struct gate *gate, const struct config *config,
                         struct buf *out)
{
    struct span domain = buf_span(&gate->domain);

    /* No name of a host has them, and JSON would need to escape them. */
    if (span_find(domain, '"') < domain.len ||
        span_find(domain, '\\') < domain.len)
        return ERR_SYNTAX;
    return buf_printf(out, "{\"domain\":\"%.*s\",\"xmpp\":%s}\n",
                      (int)domain.len, domain.at,
                      config->server.host != NULL ? "true" : "false");
}

enum err http_put_policy(const struct config *config, struct buf *out)
{
    const struct config_list *origins = &config->origins.list;
    enum err rc = buf_append(
        out, SPAN("default-src 'none'; script-src 'self'; style-src 'self'; "
                  "img-src 'self'; manifest-src 'self'; base-uri 'none'; "
                  "form-action 'none'; frame-ancestors 'none'; "
                  "connect-src 'self' "));

    /* Not every browser takes 'self' to mean ws: as well.  Those that do not
     * go without what does not fit; a byte is left for a NUL. */
    if (rc == ERR_OK)
        rc = put_ws(config->public_url.origin, out);
    for (size_t i = 0; i < origins->len && rc == ERR_OK; i++) {
        if (out->len + strlen(" wss") + strlen(origins->at[i]) >= out->max)
            break;
        rc = buf_append_byte(out, ' ');
        if (rc == ERR_OK)
            rc = put_ws(origins->at[i], out);
    }
    return rc;
}

static enum err put_number(struct buf *out, const char *name, const char *type,
                           uint64_t value)
{
    return buf_printf(out,
                      "# TYPE duologue_gateway_%s %s\n"
                      "duologue_gateway_%s %" PRIu64 "\n",
                      name, type, name, value);
}

static uint64_t count_hibernating(const struct gate *gate)
{
    uint64_t count = 0;

    for (const struct guest *guest = gate->first; guest; guest = guest->next)
        count += guest->session == NULL;
    return count;
}

enum err http_put_metrics(const struct gate *gate,
                          const struct http_numbers *numbers, struct buf *out)
{
    const struct gate_counts *counts = &gate->counts;
    const struct {
        const char *name;
        const char *type;
        uint64_t value;
    } lines[] = {
        {"component_up", "gauge", gate->is_linked},
        {"lines", "gauge", numbers->lines},
        {"connections", "gauge", numbers->connections},
        {"guests", "gauge", gate->by_jid.count},
        {"guests_hibernating", "gauge", count_hibernating(gate)},
        {"sessions_total", "counter", counts->sessions_opened},
        {"guests_total", "counter", counts->guests_bound},
        {"resumed_total", "counter", counts->resumed},
        {"expired_total", "counter", counts->expired},
        {"stanzas_in_total", "counter", counts->stanzas_in},
        {"stanzas_out_total", "counter", counts->stanzas_out},
        {"refused_relay_total", "counter", counts->refused_relay},
        {"refused_origin_total", "counter", numbers->refused_origin},
        {"refused_lines_total", "counter", numbers->refused_lines},
        {"refused_address_total", "counter", numbers->refused_address},
        {"bad_frames_total", "counter", counts->bad_frames},
        {"slow_readers_total", "counter", counts->slow_readers},
        {"unsent_bytes", "gauge", gate->up.len},
        {"waiting_bytes", "gauge", gate->out_bytes},
        {"unacknowledged_bytes", "gauge", gate->unacked_bytes},
    };
    enum err rc = ERR_OK;

    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        if (rc == ERR_OK)
            rc = put_number(out, lines[i].name, lines[i].type, lines[i].value);
    return rc;
}

struct span http_strip_prefix(const struct config *config, struct span path)
{
    struct span prefix = span_of(config->public_url.path);

    if (prefix.len == 0 || !span_starts_with(path, prefix))
        return path;
    if (path.len == prefix.len)
        return SPAN("/");
    if (path.at[prefix.len] != '/')
        return path;
    return span_slice(path, prefix.len, path.len);
}

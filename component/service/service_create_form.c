/* service_create_form.c - create-chat, the form and its result. */
#include <inttypes.h>
#include <stdio.h>

#include "service/service_commands.h"
#include "service/service_create.h"
#include "service/service_form.h"

enum { SPAN_BYTES = 32, LINK_MAX_BYTES = 4096, VAR_BYTES = 16 };

static const struct choice {
    const char *value;
    int64_t ms;
} idles[] = {
    {"15m", 15 * 60 * 1000},
    {"1h", 60 * 60 * 1000},
    {"24h", 24 * 60 * 60 * 1000},
    {"7d", 7 * 24 * 60 * 60 * 1000},
};

enum { IDLES = sizeof(idles) / sizeof(idles[0]) };

static void put_idle_option(struct xml_writer *xml, int64_t ms,
                            const char *value)
{
    char label[SPAN_BYTES];

    service__say_span(ms, label, sizeof(label));
    service__form_put_option(xml, label, span_of(value));
}

/* The operator takes any duration, others one that is offered. */
static bool read_idle(const struct service_call *call, struct span text,
                      int64_t *out_ms)
{
    const struct service_options *options = &call->service->options;
    char value[SPAN_BYTES];

    *out_ms = options->idle_default_ms;
    if (span_trim(text).len == 0)
        return true;
    if (call->in->leg == ROOM_LEG_CONTROL)
        return service__parse_span(text, options->idle_max_ms, out_ms) &&
               *out_ms >= 1000;
    service__format_span(options->idle_default_ms, value, sizeof(value));
    if (span_is(text, value))
        return true;
    for (size_t i = 0; i < IDLES; i++) {
        *out_ms = idles[i].ms;
        if (span_is(text, idles[i].value))
            return idles[i].ms <= options->idle_max_ms;
    }
    return false;
}

static bool read_protection(const struct service_call *call, struct span text,
                            enum room_protection *out)
{
    *out = ROOM_PROTECTION_SERVER;
    text = span_trim(text);
    return text.len == 0 || (service__parse_protection(text, out) &&
                             service__may_protect(call->in->leg, *out));
}

/* What was filled in comes back, so that only the mistake is mended: above all
 * nobody gets less protection than was asked for. */
static void put_idle(const struct service_call *call,
                     const struct xml_node *form, struct xml_writer *xml)
{
    const struct service_options *options = &call->service->options;
    struct span chosen = service__form_value(form, "idle");
    bool is_listed = false;
    char value[SPAN_BYTES];
    int64_t idle_ms;

    if (!read_idle(call, chosen, &idle_ms))
        idle_ms = options->idle_default_ms;
    service__format_span(idle_ms, value, sizeof(value));
    service__form_open_field(xml, "list-single", "idle",
                             "Silence after which the chat is deleted",
                             span_of(value));
    for (size_t i = 0; i < IDLES; i++) {
        if (idles[i].ms > options->idle_max_ms)
            continue;
        put_idle_option(xml, idles[i].ms, idles[i].value);
        is_listed |= idles[i].ms == options->idle_default_ms;
    }
    if (!is_listed) {
        service__format_span(options->idle_default_ms, value, sizeof(value));
        put_idle_option(xml, options->idle_default_ms, value);
    }
    xml_close(xml);
}

static void put_protection(const struct service_call *call,
                           const struct xml_node *form, struct xml_writer *xml)
{
    static const char *const labels[] = {
        [ROOM_PROTECTION_SERVER] = "Any app or browser; the server can read",
        [ROOM_PROTECTION_LINK] = "Two browsers; only you two can read",
        [ROOM_PROTECTION_OMEMO] = "Two apps with OMEMO; only you two can read",
    };
    enum room_protection chosen;

    if (!read_protection(call, service__form_value(form, "protection"),
                         &chosen))
        chosen = ROOM_PROTECTION_SERVER;
    service__form_open_field(xml, "list-single", "protection", "Who can read",
                             span_of(service__protection_name(chosen)));
    for (int i = ROOM_PROTECTION_SERVER; i <= ROOM_PROTECTION_OMEMO; i++) {
        enum room_protection protection = (enum room_protection)i;

        if (service__may_protect(call->in->leg, protection))
            service__form_put_option(
                xml, labels[i], span_of(service__protection_name(protection)));
    }
    xml_close(xml);
}

static void put_text(struct xml_writer *xml, const struct xml_node *form,
                     const char *var, const char *label, bool is_required)
{
    service__form_open_field(xml, "text-single", var, label,
                             service__form_value(form, var));
    if (is_required) {
        xml_open(xml, "required", NULL);
        xml_close(xml);
    }
    xml_close(xml);
}

enum err service__create_ask(struct service_call *call,
                             const struct service_asked *asked,
                             enum service_text problem)
{
    struct stanza_out *out = service__command_open(call, asked, "executing");
    struct xml_writer *xml = &out->xml;

    service__command_actions(out);
    xml_open(xml, "x", NS_DATA);
    xml_put_attr_text(xml, "type", "form");
    xml_put_element(xml, "title", NULL, SPAN("A private chat"));
    xml_put_element(xml, "instructions", NULL,
                    span_of(service__text(TEXT_FILL_IN)));
    service__form_put(xml, "hidden", "FORM_TYPE", NULL, SPAN(NS_ROOM));
    put_text(xml, asked->form, "your-name", "Your name", true);
    put_text(xml, asked->form, "peer-name", "Their name", true);
    service__form_open_field(xml, "jid-single", "invite-jid",
                             "Their XMPP address, to invite them (optional)",
                             service__form_value(asked->form, "invite-jid"));
    xml_close(xml);
    put_idle(call, asked->form, xml);
    put_protection(call, asked->form, xml);
    service__form_close(xml);
    if (problem != TEXT_NONE)
        service__command_note(out, "error", service__text(problem));
    return service__command_close(call);
}

static enum err read_invite(struct service_call *call, struct span text,
                            struct service_wish *wish,
                            enum service_text *problem)
{
    struct jid jid;
    enum err rc;

    text = span_trim(text);
    if (text.len == 0)
        return ERR_OK;
    rc = jid_parse(&call->service->arena, text, &jid);
    if (rc == ERR_SYNTAX || (rc == ERR_OK && jid.local.len == 0) ||
        (rc == ERR_OK && span_equal(jid.domain, call->service->options.domain)))
        *problem = TEXT_BAD_INVITE;
    else if (rc != ERR_OK)
        return rc;
    else if (wish->protection == ROOM_PROTECTION_LINK)
        *problem = TEXT_NO_INVITE_LINK;
    else
        wish->invite = jid.bare;
    return ERR_OK;
}

static enum err read_wish(struct service_call *call,
                          const struct xml_node *form,
                          struct service_wish *wish, enum service_text *problem)
{
    enum err rc;

    *wish = (struct service_wish){
        .names = {service__form_value(form, "your-name"),
                  service__form_value(form, "peer-name")},
    };
    rc = service__check_names(call, wish, problem);
    if (rc != ERR_OK || *problem != TEXT_NONE)
        return rc;
    if (!read_idle(call, service__form_value(form, "idle"), &wish->idle_ms)) {
        *problem = TEXT_BAD_IDLE;
        return ERR_OK;
    }
    if (!read_protection(call, service__form_value(form, "protection"),
                         &wish->protection)) {
        *problem = TEXT_BAD_PROTECTION;
        return ERR_OK;
    }
    rc = service__check_reach(call, wish, problem);
    if (rc != ERR_OK || *problem != TEXT_NONE)
        return rc;
    return read_invite(call, service__form_value(form, "invite-jid"), wish,
                       problem);
}

static void put_result(struct xml_writer *xml, const char *var,
                       const char *label, struct span value)
{
    service__form_put(xml, "text-single", var, label, value);
}

static void put_of_seat(struct xml_writer *xml, size_t seat, const char *what,
                        const char *label, struct span value)
{
    char var[VAR_BYTES];

    snprintf(var, sizeof(var), "seat%zu-%s", seat + 1, what);
    put_result(xml, var, label, value);
}

static enum err put_seat(const struct service_call *call,
                         const struct service_wish *wish,
                         const struct service_made *made, size_t seat,
                         struct xml_writer *xml)
{
    const struct service *service = call->service;
    struct buf text = BUF_EMPTY(LINK_MAX_BYTES);
    struct span domain = service->options.domain;
    char code[CODE_CHARS + 2];
    enum err rc;

    put_of_seat(xml, seat, "name", "Name", wish->names[seat]);
    base32_show_code(made->codes[seat], code);
    put_of_seat(xml, seat, "code", "Secret code", span_of(code));
    service__wipe(code, sizeof(code));
    if ((rc = service__put_link(service, made, seat, &text)) != ERR_OK)
        goto out;
    put_of_seat(xml, seat, "link", "Link", buf_span(&text));
    if (wish->protection == ROOM_PROTECTION_LINK)
        goto out;
    buf_truncate(&text, 0);
    rc = buf_printf(&text, "xmpp:%.*s@%.*s?join", ID_CHARS, made->local,
                    (int)domain.len, domain.at);
    if (rc == ERR_OK)
        put_of_seat(xml, seat, "xmpp", "XMPP address", buf_span(&text));
out:
    buf_clear(&text);
    return rc;
}

static enum err answer(struct service_call *call,
                       const struct service_asked *asked,
                       const struct service_wish *wish,
                       const struct service_made *made)
{
    struct stanza_out *out = service__command_open(call, asked, "completed");
    struct xml_writer *xml = &out->xml;
    struct service_address address;
    char seconds[SPAN_BYTES];
    enum err rc = ERR_OK;

    service__form_open(xml, "result", NS_ROOM);
    put_result(xml, "room", "Chat",
               service__address_of(call->service,
                                   (struct span){made->local, ID_CHARS},
                                   SPAN_EMPTY, &address));
    for (size_t i = 0; rc == ERR_OK && i < ROOM_SEATS; i++)
        rc = put_seat(call, wish, made, i, xml);
    if (rc != ERR_OK)
        return rc;
    if (call->in->leg == ROOM_LEG_CONTROL) {
        put_result(xml, "protection", "Who can read",
                   span_of(service__protection_name(wish->protection)));
        snprintf(seconds, sizeof(seconds), "%" PRId64, wish->idle_ms / 1000);
        put_result(xml, "idle-seconds", "Silence", span_of(seconds));
    }
    service__form_close(xml);
    service__command_note(out, "info", service__text(TEXT_MADE));
    return service__command_close(call);
}

enum err service__create_run(struct service_call *call,
                             const struct service_asked *asked)
{
    struct service_made made;
    struct service_wish wish;
    enum service_text problem;
    enum err rc = read_wish(call, asked->form, &wish, &problem);

    if (rc != ERR_OK)
        return rc;
    if (problem != TEXT_NONE)
        return service__command_again(call, asked, problem);
    rc = service__create(call, &wish, &made);
    if (rc == ERR_OK && !made.is_refused) {
        rc = answer(call, asked, &wish, &made);
        if (rc == ERR_OK)
            rc = service__invite_both(call, &wish, &made);
    }
    service__command_over(call, asked);
    service__wipe(&made, sizeof(made));
    return rc;
}

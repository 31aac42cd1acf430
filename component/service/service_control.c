/* service_control.c - what duologuectl asks: list-chats, end-chat, stats. */
#include <inttypes.h>
#include <stdio.h>

#include "service/service_commands.h"
#include "service/service_form.h"

enum {
    NUMBER_BYTES = 24,
    STATS_MAX_BYTES = 16 * 1024,
    STATS_VAR_BYTES = 64,
};

static const char *const columns[] = {
    "number",   "room",     "protection", "idle-seconds",
    "deadline", "messages", "seat1",      "seat2",
};

enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

static void put_cell(struct xml_writer *xml, const char *var, struct span value)
{
    xml_open(xml, "field", NULL);
    xml_put_attr_text(xml, "var", var);
    xml_put_element(xml, "value", NULL, value);
    xml_close(xml);
}

static void put_number(struct xml_writer *xml, const char *var, int64_t number)
{
    char text[NUMBER_BYTES];

    snprintf(text, sizeof(text), "%" PRId64, number);
    put_cell(xml, var, span_of(text));
}

static struct span seat_state(const struct room *room, uint8_t seat)
{
    if (room_seat_is_online(room, seat))
        return SPAN("online");
    if (room_seat_is_used(room, seat))
        return SPAN("offline");
    return SPAN("new");
}

static void put_room(void *self, const struct room *room)
{
    struct service_call *call = self;
    struct xml_writer *xml = &call->door.xml;
    struct service_address address;
    char deadline[STANZA_TIME_BYTES];

    stanza_format_time(room_deadline_ms(room), deadline);
    xml_open(xml, "item", NULL);
    put_number(xml, "number", room_number(room));
    put_cell(xml, "room", service__address(call->service, room, 0, &address));
    put_cell(xml, "protection",
             span_of(service__protection_name(room_get_protection(room))));
    put_number(xml, "idle-seconds", room_idle_ms(room) / 1000);
    put_cell(xml, "deadline", span_of(deadline));
    put_number(xml, "messages", (int64_t)room_message_count(room));
    put_cell(xml, "seat1", seat_state(room, 1));
    put_cell(xml, "seat2", seat_state(room, 2));
    xml_close(xml);
}

enum err service__list_run(struct service_call *call,
                           const struct service_asked *asked)
{
    const struct service_port *port = &call->service->port;
    struct span text = service__form_value(asked->form, "after");
    struct stanza_out *out;
    uint64_t after = 0;
    enum err rc;

    if (text.len > 0 && !span_to_u64(text, INT64_MAX, &after))
        return service__error(call, STANZA_BAD_REQUEST, TEXT_NONE);
    out = service__command_open(call, asked, "completed");
    service__form_open(&out->xml, "result", NS_ROOM);
    xml_open(&out->xml, "reported", NULL);
    for (size_t i = 0; i < COLUMNS; i++) {
        xml_open(&out->xml, "field", NULL);
        xml_put_attr_text(&out->xml, "var", columns[i]);
        xml_close(&out->xml);
    }
    xml_close(&out->xml);
    rc = port->list(port->self, (int64_t)after, SERVICE_LIST_PAGE, put_room,
                    call);
    service__form_close(&out->xml);
    return rc == ERR_OK ? service__command_close(call) : rc;
}

static void put_stat(struct xml_writer *xml, struct span line)
{
    size_t cut = span_find(line, '=');
    char var[STATS_VAR_BYTES];

    if (cut == 0 || cut == line.len || cut >= sizeof(var))
        return;
    snprintf(var, sizeof(var), "%.*s", (int)cut, line.at);
    service__form_put(xml, "text-single", var, var,
                      span_slice(line, cut + 1, line.len));
}

enum err service__stats_run(struct service_call *call,
                            const struct service_asked *asked)
{
    const struct service_port *port = &call->service->port;
    struct buf text = BUF_EMPTY(STATS_MAX_BYTES);
    enum err rc = port->stats(port->self, &text);
    struct span rest = buf_span(&text);
    struct stanza_out *out;

    if (rc != ERR_OK)
        goto out;
    out = service__command_open(call, asked, "completed");
    service__form_open(&out->xml, "result", NS_ROOM);
    while (rest.len > 0) {
        size_t end = span_find(rest, '\n');

        put_stat(&out->xml, span_slice(rest, 0, end));
        rest = span_slice(rest, end + 1, rest.len);
    }
    service__form_close(&out->xml);
    rc = service__command_close(call);
out:
    buf_clear(&text);
    return rc;
}

enum err service__end_ask(struct service_call *call,
                          const struct service_asked *asked,
                          enum service_text problem)
{
    struct stanza_out *out = service__command_open(call, asked, "executing");

    service__command_actions(out);
    service__form_open(&out->xml, "form", NS_ROOM);
    service__form_put(&out->xml, "text-single", "room", "Which chat",
                      service__form_value(asked->form, "room"));
    service__form_close(&out->xml);
    if (problem != TEXT_NONE)
        service__command_note(out, "error", service__text(problem));
    return service__command_close(call);
}

/* The local part of ROOM or ROOM@DOMAIN; empty when it can be neither. */
static struct span local_of(const struct service_call *call, struct span room)
{
    size_t at = span_find(room, '@');

    if (at < room.len && !span_equal(span_slice(room, at + 1, room.len),
                                     call->service->options.domain))
        return SPAN_EMPTY;
    room = span_slice(room, 0, at);
    return base32_is_id(room, ID_CHARS) ? room : SPAN_EMPTY;
}

static enum err end(struct service_call *call,
                    const struct service_asked *asked, struct span local)
{
    struct room_event event = service__event(call, ROOM_EVENT_END);

    service__command_over(call, asked);
    event.room = local;
    event.request.command_node = asked->command->node;
    event.u.cause = ROOM_CAUSE_ADMIN;
    return service__step(call, &event);
}

enum err service__end_run(struct service_call *call,
                          const struct service_asked *asked)
{
    const struct service_port *port = &call->service->port;
    struct service_found found = {.fate = SERVICE_UNKNOWN};
    struct span room = span_trim(service__form_value(asked->form, "room"));
    struct span local = local_of(call, room);
    enum err rc;

    if (room.len == 0)
        return service__command_again(call, asked, TEXT_WHICH_ROOM);
    if (local.len > 0) {
        rc = port->find_room(port->self, local, &found);
        if (rc != ERR_OK)
            return rc;
    }
    switch (found.fate) {
    case SERVICE_LIVE:
        return end(call, asked, local);
    case SERVICE_ENDED:
        return service__error(call, STANZA_GONE, TEXT_GONE);
    case SERVICE_UNKNOWN:
        break;
    }
    return service__error(call, STANZA_ITEM_NOT_FOUND, TEXT_NO_ROOM);
}

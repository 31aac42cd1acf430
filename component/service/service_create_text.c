/* service_create_text.c - `new Abhi Anny`, said to DOMAIN: for apps without
 * ad-hoc commands. */
#include "service/service_commands.h"
#include "service/service_create.h"

enum { ANSWER_MAX_BYTES = 8 * 1024 };

/* Phones make curly quotes of straight ones. */
static const struct quote {
    const char *open;
    const char *close;
} quotes[] = {{"\"", "\""}, {"“", "”"}, {"„", "“"}, {"«", "»"}};

static size_t find(struct span text, struct span what)
{
    for (size_t i = 0; i + what.len <= text.len; i++)
        if (span_equal(span_slice(text, i, what.len), what))
            return i;
    return text.len;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Takes the first word, or what stands in quotes, off `text`.  Empty when
 * there is none. */
static struct span take_word(struct span *text)
{
    struct span word;
    size_t end = 0;

    *text = span_trim(*text);
    for (size_t i = 0; i < sizeof(quotes) / sizeof(*quotes); i++) {
        struct span open = span_of(quotes[i].open);
        struct span close = span_of(quotes[i].close);
        struct span inside;

        if (!span_starts_with(*text, open))
            continue;
        inside = span_slice(*text, open.len, text->len);
        end = find(inside, close);
        if (end == inside.len) {
            *text = SPAN_EMPTY; /* never closed: no names can be told */
            return SPAN_EMPTY;
        }
        *text = span_slice(inside, end + close.len, inside.len);
        return span_trim(span_slice(inside, 0, end));
    }
    for (end = 0; end < text->len && !is_blank(text->at[end]);)
        end++;
    word = span_slice(*text, 0, end);
    *text = span_slice(*text, end, text->len);
    return word;
}

/* With an id of its own: Dino drops an answer that has the question's. */
static enum err reply(struct service_call *call, struct span body)
{
    char id[SERVICE_ID_CHARS];
    struct stanza_out *out;
    enum err rc;

    service__hex(call->in->random + SERVICE_RANDOM_BYTES - SERVICE_ID_CHARS / 2,
                 SERVICE_ID_CHARS / 2, id);
    out = service__open(call, &(struct stanza_head){.kind = STANZA_MESSAGE,
                                                    .from = call->request.to,
                                                    .to = call->request.from,
                                                    .type = SPAN("chat"),
                                                    .id = {id, sizeof(id)}});
    xml_put_element(&out->xml, "body", NULL, body);
    xml_open(&out->xml, "no-store", NS_HINTS);
    xml_close(&out->xml);
    rc = service__close(call, call->request.from);
    return rc == ERR_SYNTAX || rc == ERR_LIMIT ? ERR_OK : rc;
}

static enum err put_seat(const struct service *service,
                         const struct service_wish *wish,
                         const struct service_made *made, size_t seat,
                         struct buf *out)
{
    char code[CODE_CHARS + 2];
    enum err rc;

    base32_show_code(made->codes[seat], code);
    rc = buf_printf(out, "%.*s\nlink: ", (int)wish->names[seat].len,
                    wish->names[seat].at);
    if (rc == ERR_OK)
        rc = service__put_link(service, made, seat, out);
    if (rc == ERR_OK)
        rc = buf_printf(out, "\ncode: %s\n\n", code);
    service__wipe(code, sizeof(code));
    return rc;
}

static enum err tell(struct service_call *call, const struct service_wish *wish,
                     const struct service_made *made)
{
    struct buf text = BUF_EMPTY(ANSWER_MAX_BYTES);
    struct service_address address;
    struct span room =
        service__address_of(call->service, (struct span){made->local, ID_CHARS},
                            SPAN_EMPTY, &address);
    enum err rc = ERR_OK;

    for (size_t i = 0; rc == ERR_OK && i < ROOM_SEATS; i++)
        rc = put_seat(call->service, wish, made, i, &text);
    if (rc == ERR_OK)
        rc = buf_printf(&text, "XMPP address of the chat: %.*s\n%s",
                        (int)room.len, room.at, service__text(TEXT_MADE));
    if (rc == ERR_OK)
        rc = reply(call, buf_span(&text));
    buf_clear(&text);
    return rc;
}

static enum err say(struct service_call *call, enum service_text text)
{
    return reply(call, span_of(service__text(text)));
}

/* The problem, and how it is written. */
static enum err say_with_help(struct service_call *call, enum service_text text)
{
    struct buf both = BUF_EMPTY(ANSWER_MAX_BYTES);
    enum err rc = buf_printf(&both, "%s %s", service__text(text),
                             service__text(TEXT_HELP));

    if (rc == ERR_OK)
        rc = reply(call, buf_span(&both));
    buf_clear(&both);
    return rc;
}

static enum err make(struct service_call *call, struct service_wish *wish)
{
    struct service_made made;
    enum service_text problem;
    enum err rc;

    if (!service__may_create(call))
        return say(call, TEXT_MAY_NOT_CREATE);
    rc = service__check_names(call, wish, &problem);
    if (rc == ERR_OK && problem == TEXT_NONE)
        rc = service__check_reach(call, wish, &problem);
    if (rc != ERR_OK)
        return rc;
    if (problem != TEXT_NONE)
        return say_with_help(call, problem);
    rc = service__create(call, wish, &made);
    if (rc == ERR_OK && !made.is_refused) {
        rc = tell(call, wish, &made);
        if (rc == ERR_OK)
            rc = service__invite_both(call, wish, &made);
    }
    service__wipe(&made, sizeof(made));
    return rc;
}

static enum err read(struct service_call *call, struct span text)
{
    struct service_wish wish = {
        .protection = ROOM_PROTECTION_SERVER,
        .idle_ms = call->service->options.idle_default_ms,
    };

    if (!span_equal_nocase(take_word(&text), SPAN("new")))
        return say(call, TEXT_HELP);
    for (size_t i = 0; i < ROOM_SEATS; i++)
        wish.names[i] = take_word(&text);
    if (wish.names[1].len == 0 || span_trim(text).len > 0)
        return say(call, TEXT_HELP);
    return make(call, &wish);
}

/* Servers and other services are not talked to: two that answer everything
 * would never stop. */
enum err service__text_to_domain(struct service_call *call)
{
    const struct stanza *stanza = call->stanza;
    const struct xml_node *body = service__own_child(stanza, "body");
    struct span type = stanza->type;
    bool may;
    enum err rc;

    if (call->request.kind == ROOM_REQUEST_NONE || stanza->from.local.len == 0)
        return ERR_OK;
    if (span_is(type, "groupchat"))
        return service__stray(call, STANZA_SERVICE_UNAVAILABLE, TEXT_NONE);
    if (body == NULL || xml_text(body).len == 0 || span_is(type, "headline"))
        return ERR_OK;
    rc = service__may_answer_stray(call, &may);
    if (rc != ERR_OK || !may)
        return rc;
    return read(call, span_trim(xml_text(body)));
}

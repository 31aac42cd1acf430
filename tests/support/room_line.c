#include "support/room_line.h"

#include <stdlib.h>
#include <string.h>

#include "support/room_text.h"

struct span line_value(const struct line *line, const char *key)
{
    for (size_t i = 0; i < line->count; i++) {
        if (line->words[i].has_value && span_is(line->words[i].key, key))
            return line->words[i].value;
    }
    return SPAN_EMPTY;
}

struct span line_value_or(const struct line *line, const char *key,
                          struct span otherwise)
{
    struct span value = line_value(line, key);

    return value.at != NULL ? value : otherwise;
}

bool line_has(const struct line *line, const char *word)
{
    for (size_t i = 0; i < line->count; i++) {
        if (!line->words[i].has_value && span_is(line->words[i].key, word))
            return true;
    }
    return false;
}

uint64_t line_number(const struct line *line, const char *key,
                     uint64_t otherwise)
{
    uint64_t number = otherwise;

    (void)span_to_u64(line_value(line, key), UINT32_MAX, &number);
    return number;
}

/* `90s`, `15m`, `24h`, `7d`, `500ms`. */
bool line_duration(struct span text, int64_t *ms)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {
        {"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}};
    size_t digits = 0;
    uint64_t number;

    while (digits < text.len && text.at[digits] >= '0' &&
           text.at[digits] <= '9')
        digits++;
    if (!span_to_u64(span_slice(text, 0, digits), INT32_MAX, &number))
        return false;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (span_is(span_slice(text, digits, text.len), units[i].unit)) {
            *ms = (int64_t)number * units[i].ms;
            return true;
        }
    }
    return false;
}

/* HH:MM:SS[.mmm] since the start. */
static bool read_time(struct span text, int64_t *ms)
{
    uint64_t parts[4] = {0};
    struct span rest = text;

    for (size_t i = 0; i < 4; i++) {
        static const char ends[] = "::.";
        size_t at = i < 3 ? span_find(rest, ends[i]) : rest.len;

        if (i == 3 && rest.len == 0)
            break;
        if (!span_to_u64(span_slice(rest, 0, at), 100000, &parts[i]))
            return false;
        rest = span_slice(rest, at + 1, rest.len);
    }
    *ms = ROOM_TEXT_START_MS +
          (int64_t)(((parts[0] * 60 + parts[1]) * 60 + parts[2]) * 1000 +
                    parts[3]);
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Takes one word off the front of `rest`. */
static bool next_word(struct span *rest, struct word *word)
{
    struct span text = *rest;
    size_t end = 0;
    size_t equals;
    bool is_quoted = false;

    while (text.len > 0 && is_blank(text.at[0]))
        text = span_slice(text, 1, text.len);
    if (text.len == 0 || text.at[0] == '#')
        return false;
    while (end < text.len && (is_quoted || !is_blank(text.at[end]))) {
        if (text.at[end] == '"')
            is_quoted = !is_quoted;
        end++;
    }
    *rest = span_slice(text, end, text.len);
    text = span_slice(text, 0, end);
    equals = span_find(text, '=');
    *word = (struct word){.key = span_slice(text, 0, equals)};
    if (equals == text.len)
        return true;
    word->has_value = true;
    word->value = (struct span){text.at + equals + 1, text.len - equals - 1};
    if (word->value.len >= 2 && word->value.at[0] == '"')
        word->value = (struct span){word->value.at + 1, word->value.len - 2};
    return true;
}

void line_read(struct span text, int64_t *now_ms, struct line *line)
{
    struct word word;
    int64_t ms;

    *line = (struct line){.why = NULL};
    while (next_word(&text, &word)) {
        if (line->verb.at == NULL && read_time(word.key, &ms)) {
            if (ms < *now_ms)
                line->why = "the clock went back";
            *now_ms = ms;
        } else if (line->verb.at == NULL) {
            line->verb = word.key;
        } else if (line->count < LINE_WORDS_MAX) {
            line->words[line->count++] = word;
        }
    }
}

struct secret line_code(struct span code)
{
    struct secret secret = {{0}};

    for (size_t i = 0; i < SECRET_BYTES && i < code.len; i++)
        secret.at[i] = (uint8_t)code.at[i];
    return secret;
}

static void set_source(uint8_t out[ROOM_SOURCE_BYTES], struct span text)
{
    for (size_t i = 0; i < ROOM_SOURCE_BYTES; i++)
        out[i] = i < text.len ? (uint8_t)text.at[i] : 0;
}

static void set_actor(struct room_actor *actor, const struct line *line)
{
    struct span domain;

    actor->jid = line_value(line, "from");
    actor->bare = span_slice(actor->jid, 0, span_find(actor->jid, '/'));
    domain = span_slice(actor->bare, span_find(actor->bare, '@') + 1,
                        actor->bare.len);
    actor->leg = ROOM_LEG_NATIVE;
    if (span_is(domain, "guests"))
        actor->leg = ROOM_LEG_GUEST;
    else if (span_is(domain, "ctl"))
        actor->leg = ROOM_LEG_CONTROL;
    set_source(actor->source, line_value_or(line, "source", actor->bare));
    actor->has_domain_source = actor->leg == ROOM_LEG_NATIVE;
    if (actor->has_domain_source)
        set_source(actor->domain_source, domain);
}

/* Without `nick=` people ask for the name they have: ann@... is Ann. */
static void set_nick(struct line_made *made, const struct line *line)
{
    struct span from = made->event.actor.jid;
    struct span nick =
        line_value_or(line, "nick", span_slice(from, 0, span_find(from, '@')));

    room_text_add(&made->nick, "%.*s", (int)nick.len, nick.at);
    if (line_value(line, "nick").at == NULL && made->nick.len > 0 &&
        made->nick.at[0] >= 'a' && made->nick.at[0] <= 'z')
        made->nick.at[0] = (char)(made->nick.at[0] - 'a' + 'A');
    room_text_add(&made->to, "%.*s@duo.example", (int)made->event.room.len,
                  made->event.room.at);
    if (!line_has(line, "bare"))
        room_text_add(&made->to, "/%.*s", (int)made->nick.len, made->nick.at);
}

static void make_create(struct line_made *made, const struct line *line,
                        int64_t number)
{
    struct room_create *create = &made->event.u.create;
    struct span names = line_value_or(line, "names", SPAN("Ann,Bob"));
    struct span protection = line_value_or(line, "protection", SPAN("server"));
    size_t comma = span_find(names, ',');

    create->number = number;
    create->names[0] = span_slice(names, 0, comma);
    create->names[1] = span_slice(names, comma + 1, names.len);
    create->seat_ids[0] = SPAN("seat1seat1seat1s");
    create->seat_ids[1] = SPAN("seat2seat2seat2s");
    create->codes[0] = line_code(SPAN("one"));
    create->codes[1] = line_code(SPAN("two"));
    create->idle_ms = 60 * 60 * 1000;
    (void)line_duration(line_value(line, "idle"), &create->idle_ms);
    create->protection = span_is(protection, "link") ? ROOM_PROTECTION_LINK
                         : span_is(protection, "omemo")
                             ? ROOM_PROTECTION_OMEMO
                             : ROOM_PROTECTION_SERVER;
}

static void make_join(struct line_made *made, const struct line *line)
{
    struct room_join *join = &made->event.u.join;

    join->nick = buf_span(&made->nick);
    join->has_code = line_value(line, "code").at != NULL;
    join->code = line_code(line_value(line, "code"));
    join->has_token = line_value(line, "token").at != NULL;
    join->token = line_code(line_value(line, "token"));
    join->has_code = join->has_code || join->has_token;
    join->offer.text = line_value(line, "offers");
    join->offer.digest = line_code(join->offer.text);
    join->presence = line_value_or(line, "shows", SPAN(""));
    join->history = (struct room_history_request){
        .max_chars = (int64_t)line_number(line, "chars", UINT64_MAX),
        .max_stanzas = (int64_t)line_number(line, "stanzas", UINT64_MAX),
        .since_ms = -1,
    };
    (void)read_time(line_value(line, "since"), &join->history.since_ms);
}

static void make_payload(struct line_made *made, const struct line *line)
{
    static char filler[LINE_PAYLOAD_MAX_BYTES];
    struct room_message *message = &made->event.u.message;
    struct span body = line_value(line, "body");
    size_t size = (size_t)line_number(line, "size", 0);

    message->has_body = body.at != NULL;
    message->body_bytes = body.len;
    if (body.at != NULL)
        room_text_add(&made->payload, "<body>%.*s</body>", (int)body.len,
                      body.at);
    else if (size > 0 && size <= LINE_PAYLOAD_MAX_BYTES) {
        memset(filler, 'x', sizeof(filler));
        if (buf_append(&made->payload, (struct span){filler, size}) != ERR_OK)
            abort();
        message->has_body = true;
        message->body_bytes = line_number(line, "body-bytes", 1);
    } else {
        room_text_add(&made->payload, "<x/>");
    }
    message->payload = buf_span(&made->payload);
}

static enum room_word word_of(struct span word)
{
    if (span_is(word, "end"))
        return ROOM_WORD_END;
    if (span_is(word, "keep"))
        return ROOM_WORD_KEEP;
    return span_is(word, "status") ? ROOM_WORD_STATUS : ROOM_WORD_NONE;
}

static void make_message(struct line_made *made, const struct line *line)
{
    struct room_message *message = &made->event.u.message;
    struct span origin = line_value(line, "origin");
    struct span corrected = line_value(line, "corrects");

    make_payload(made, line);
    message->is_archived = !line_has(line, "state");
    if (message->is_archived && !line_has(line, "marker"))
        message->flags = ROOM_ENTRY_HISTORY | ROOM_ENTRY_ACTIVITY;
    message->id = line_value(line, "id");
    if (origin.at != NULL) {
        message->flags |= ROOM_ENTRY_ORIGIN;
        set_source(message->id_hash, origin);
    } else if (message->id.at != NULL) {
        message->flags |= ROOM_ENTRY_ID;
        set_source(message->id_hash, message->id);
    }
    message->is_correction = corrected.at != NULL;
    if (message->is_correction)
        set_source(message->corrects, corrected);
    message->lang = line_value(line, "lang");
    message->has_omemo = line_has(line, "omemo");
    message->has_link = line_has(line, "link");
    message->is_readable = line_has(line, "readable");
    message->is_retraction = line_value(line, "retract").at != NULL;
    message->retracts_seq = (uint32_t)line_number(line, "retract", 0);
    message->has_retracts = line_value(line, "retract-id").at != NULL;
    if (message->has_retracts) {
        message->is_retraction = true;
        set_source(message->retracts, line_value(line, "retract-id"));
    }
    message->word = word_of(line_value(line, "word"));
}

static const struct line_verb verbs[] = {
    {"create", ROOM_EVENT_CREATE, ROOM_REQUEST_IQ},
    {"join", ROOM_EVENT_JOIN, ROOM_REQUEST_PRESENCE},
    {"presence", ROOM_EVENT_PRESENCE, ROOM_REQUEST_PRESENCE},
    {"leave", ROOM_EVENT_LEAVE, ROOM_REQUEST_PRESENCE},
    {"say", ROOM_EVENT_MESSAGE, ROOM_REQUEST_MESSAGE},
    {"keep", ROOM_EVENT_KEEP, ROOM_REQUEST_IQ},
    {"end", ROOM_EVENT_END, ROOM_REQUEST_IQ},
    {"ghost", ROOM_EVENT_GHOST, ROOM_REQUEST_NONE},
    {"pong", ROOM_EVENT_PONG, ROOM_REQUEST_NONE},
    {"evict-guests", ROOM_EVENT_EVICT_GUESTS, ROOM_REQUEST_NONE},
    {"time", ROOM_EVENT_TIME, ROOM_REQUEST_NONE},
};

static void make_body(struct line_made *made, const struct line *line,
                      int64_t number)
{
    struct room_event *event = &made->event;

    if (event->kind == ROOM_EVENT_CREATE)
        make_create(made, line, number);
    else if (event->kind == ROOM_EVENT_JOIN)
        make_join(made, line);
    else if (event->kind == ROOM_EVENT_PRESENCE)
        event->u.presence = line_value_or(line, "shows", SPAN(""));
    else if (event->kind == ROOM_EVENT_MESSAGE)
        make_message(made, line);
    else if (event->kind == ROOM_EVENT_GHOST)
        event->u.is_certain = line_has(line, "certain");
    else if (event->kind == ROOM_EVENT_EVICT_GUESTS)
        event->u.before_ms = event->now_ms;
}

void line_make(struct line_made *made, const struct line_verb *verb,
               const struct line *line, int64_t now_ms, int64_t number)
{
    struct room_event *event = &made->event;

    event->kind = verb->kind;
    event->now_ms = now_ms;
    event->room = line_value_or(line, "room", SPAN("tea"));
    set_actor(&event->actor, line);
    set_nick(made, line);
    if (!line_has(line, "nobody"))
        event->request.kind = verb->request;
    event->request.from = event->actor.jid;
    event->request.to = buf_span(&made->to);
    event->request.id = line_value(line, "id");
    make_body(made, line, number);
}

const struct line_verb *line_verb(const struct line *line)
{
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        if (span_is(line->verb, verbs[i].name))
            return &verbs[i];
    }
    return NULL;
}

void line_made_clear(struct line_made *made)
{
    buf_clear(&made->payload);
    buf_clear(&made->to);
    buf_clear(&made->nick);
}

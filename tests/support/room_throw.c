#include "support/room_throw.h"

#include <string.h>

#include "support/room_line.h"

static void set_actor(struct thrown *thrown, size_t who)
{
    const struct model_person *person = &model_people[who];
    struct room_actor *actor = &thrown->event.actor;

    thrown->who = who;
    actor->jid = span_of(person->jid);
    actor->bare = span_of(person->bare);
    actor->leg = person->leg;
    memcpy(actor->source, person->bare,
           strnlen(person->bare, ROOM_SOURCE_BYTES));
    actor->has_domain_source = person->domain != NULL;
    if (person->domain != NULL)
        memcpy(actor->domain_source, person->domain,
               strnlen(person->domain, ROOM_SOURCE_BYTES));
    thrown->event.request.from = actor->jid;
}

/* Mostly somebody who is in: strangers are refused, and that is that. */
static size_t throw_person(struct thrower *by)
{
    size_t who = dice_throw(by->dice, MODEL_PEOPLE);

    if (by->model->session_seat[by->last_who] != 0 && !dice_is(by->dice, 3))
        return by->last_who;
    by->last_who = who;
    if (dice_is(by->dice, 4))
        return who;
    for (size_t i = 0; i < MODEL_PEOPLE; i++) {
        by->last_who = (who + i) % MODEL_PEOPLE;
        if (by->model->session_seat[by->last_who] != 0)
            break;
    }
    return by->last_who;
}

static struct span throw_presence(struct thrower *by)
{
    static const char *const shown[] = {"", "<show>away</show>",
                                        "<show>dnd</show>"};

    return span_of(shown[dice_throw(by->dice, 3)]);
}

/* Guests show what anybody was ever given, as thieves do, and sometimes what
 * nobody was. */
static void throw_token(struct thrower *by, struct thrown *thrown)
{
    struct room_join *join = &thrown->event.u.join;
    size_t count = by->model->token_count;
    size_t token;
    char text[MODEL_TOKEN_CHARS];

    if (model_people[thrown->who].leg != ROOM_LEG_GUEST)
        return;
    model_token_text(count, thrown->offer);
    join->offer.text = span_of(thrown->offer);
    join->offer.digest = line_code(join->offer.text);
    if (!dice_is(by->dice, 2))
        return;
    /* Mostly a late one: the others are long dead. */
    token = dice_throw(by->dice, (uint32_t)count + 1);
    if (count > 6 && !dice_is(by->dice, 4))
        token = count - dice_throw(by->dice, 6);
    model_token_text(token < count ? token : MODEL_TOKENS_MAX, text);
    join->has_code = true;
    join->has_token = true;
    join->code = (struct secret){{0}};
    join->token = line_code(span_of(text));
}

static void throw_join(struct thrower *by, struct thrown *thrown)
{
    static const char *const codes[] = {"one", "two", "bad", "one", "two"};
    struct room_join *join = &thrown->event.u.join;
    uint32_t code = dice_throw(by->dice, 6);

    join->nick = dice_is(by->dice, 2) ? SPAN("Ann") : SPAN("Bob");
    join->has_code = code < 5;
    if (join->has_code)
        join->code = line_code(span_of(codes[code]));
    throw_token(by, thrown);
    join->presence = throw_presence(by);
    join->history = (struct room_history_request){-1, -1, -1};
}

static void throw_content(struct thrower *by, struct room_message *message)
{
    uint32_t kind = dice_throw(by->dice, 8);

    message->is_archived = kind != 0;
    if (kind > 1)
        message->flags = ROOM_ENTRY_ACTIVITY | ROOM_ENTRY_HISTORY;
    message->has_body = kind > 2;
    message->body_bytes = kind == 3 ? 1000 : 10;
    message->has_omemo = dice_is(by->dice, 2);
    message->has_link = dice_is(by->dice, 2);
    message->is_readable = dice_is(by->dice, 8);
    message->payload =
        message->has_body ? SPAN("<body>hi</body>") : SPAN("<x/>");
}

static void throw_message(struct thrower *by, struct thrown *thrown)
{
    struct room_message *message = &thrown->event.u.message;

    throw_content(by, message);
    thrown->origin = dice_throw(by->dice, MODEL_ORIGINS);
    message->id_hash[0] = (uint8_t)thrown->origin;
    message->flags |= dice_is(by->dice, 2) ? ROOM_ENTRY_ORIGIN : ROOM_ENTRY_ID;
    if (dice_is(by->dice, 6)) {
        message->is_retraction = true;
        message->retracts_seq = dice_throw(by->dice, by->model->last_seq + 2);
    }
    if (dice_is(by->dice, 10))
        message->word =
            (enum room_word)(1 + dice_throw(by->dice, ROOM_WORD_STATUS));
}

static enum room_event_kind throw_kind(struct thrower *by, size_t who)
{
    static const enum room_event_kind kinds[] = {
        ROOM_EVENT_JOIN,    ROOM_EVENT_MESSAGE, ROOM_EVENT_MESSAGE,
        ROOM_EVENT_MESSAGE, ROOM_EVENT_MESSAGE, ROOM_EVENT_MESSAGE,
        ROOM_EVENT_MESSAGE, ROOM_EVENT_MESSAGE, ROOM_EVENT_MESSAGE,
        ROOM_EVENT_LEAVE,   ROOM_EVENT_LEAVE,   ROOM_EVENT_PRESENCE,
        ROOM_EVENT_KEEP,    ROOM_EVENT_GHOST,   ROOM_EVENT_PONG,
        ROOM_EVENT_TIME};
    uint32_t count = sizeof(kinds) / sizeof(kinds[0]);

    if (dice_is(by->dice, 500))
        return ROOM_EVENT_END;
    if (dice_is(by->dice, 40))
        return ROOM_EVENT_EVICT_GUESTS;
    if (by->model->session_seat[who] == 0 && !dice_is(by->dice, 4))
        return ROOM_EVENT_JOIN;
    return kinds[dice_throw(by->dice, count)];
}

static enum room_request_kind request_of(enum room_event_kind kind)
{
    if (kind == ROOM_EVENT_JOIN || kind == ROOM_EVENT_PRESENCE ||
        kind == ROOM_EVENT_LEAVE)
        return ROOM_REQUEST_PRESENCE;
    if (kind == ROOM_EVENT_MESSAGE)
        return ROOM_REQUEST_MESSAGE;
    if (kind == ROOM_EVENT_KEEP || kind == ROOM_EVENT_END)
        return ROOM_REQUEST_IQ;
    return ROOM_REQUEST_NONE;
}

void throw_event(struct thrower *by, struct span room, int64_t now_ms,
                 struct thrown *thrown)
{
    struct room_event *event = &thrown->event;

    *thrown = (struct thrown){.who = MODEL_PEOPLE};
    set_actor(thrown, throw_person(by));
    event->kind = throw_kind(by, thrown->who);
    event->now_ms = now_ms;
    event->room = room;
    event->request.kind = request_of(event->kind);
    memcpy(thrown->to, dice_is(by->dice, 2) ? "r@d/Ann" : "r@d/Bob", 8);
    event->request.to = span_of(thrown->to);
    if (event->kind == ROOM_EVENT_JOIN)
        throw_join(by, thrown);
    else if (event->kind == ROOM_EVENT_MESSAGE)
        throw_message(by, thrown);
    else if (event->kind == ROOM_EVENT_PRESENCE)
        event->u.presence = throw_presence(by);
    else if (event->kind == ROOM_EVENT_GHOST)
        event->u.is_certain = dice_is(by->dice, 2);
    else if (event->kind == ROOM_EVENT_EVICT_GUESTS)
        event->u.before_ms = now_ms;
}

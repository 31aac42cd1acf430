#include "support/room_model.h"

#include <string.h>

const struct model_person model_people[MODEL_PEOPLE] = {
    {"ann@x.example/phone", "ann@x.example", "x.example", ROOM_LEG_NATIVE},
    {"ann@x.example/laptop", "ann@x.example", "x.example", ROOM_LEG_NATIVE},
    {"bob@y.example/desk", "bob@y.example", "y.example", ROOM_LEG_NATIVE},
    {"bob@y.example/phone", "bob@y.example", "y.example", ROOM_LEG_NATIVE},
    {"eve@z.example/x", "eve@z.example", "z.example", ROOM_LEG_NATIVE},
    {"g1@guests/tab", "g1@guests", NULL, ROOM_LEG_GUEST},
    {"g2@guests/tab", "g2@guests", NULL, ROOM_LEG_GUEST},
    {"g3@guests/tab", "g3@guests", NULL, ROOM_LEG_GUEST},
    {"host@ctl/h", "host@ctl", NULL, ROOM_LEG_CONTROL},
};

size_t model_person_of(struct span jid)
{
    size_t who = 0;

    while (who < MODEL_PEOPLE && !span_is(jid, model_people[who].jid))
        who++;
    return who;
}

void model_forget_memory(struct model *model)
{
    memset(model->end_until_ms, 0, sizeof(model->end_until_ms));
    memset(model->doubt_until_ms, 0, sizeof(model->doubt_until_ms));
}

static struct model_verdict refusal(enum room_refusal why)
{
    return (struct model_verdict){.answer = MODEL_REFUSE, .why = why};
}

static struct model_verdict answer(enum model_answer kind)
{
    return (struct model_verdict){.answer = kind};
}

static struct model_verdict joined(uint8_t seat)
{
    return (struct model_verdict){.answer = MODEL_JOINED, .seat = seat};
}

static bool is_code(const struct room_join *join, const char *code)
{
    return join->has_code &&
           strncmp((const char *)join->code.at, code, SECRET_BYTES) == 0;
}

static struct model_verdict expect_join(const struct model *model,
                                        const struct room_event *event,
                                        size_t who)
{
    const struct model_token *token = model_token_shown(model, event);
    const struct room_join *join = &event->u.join;
    enum room_leg leg = model_people[who].leg;
    struct model_verdict verdict = refusal(ROOM_REFUSE_WRONG_CODE);

    if (leg == ROOM_LEG_CONTROL)
        return refusal(ROOM_REFUSE_NOT_MEMBER);
    if (leg == ROOM_LEG_NATIVE && model->protection == ROOM_PROTECTION_LINK)
        return refusal(ROOM_REFUSE_BROWSERS_ONLY);
    if (leg == ROOM_LEG_GUEST && model->protection == ROOM_PROTECTION_OMEMO)
        return refusal(ROOM_REFUSE_APPS_ONLY);
    if (model->session_seat[who] != 0)
        return joined(model->session_seat[who]);
    if (model->member_seat[who] != 0)
        return joined(model->member_seat[who]);
    if (token != NULL && token->state <= MODEL_TOKEN_CURRENT)
        return joined(token->seat);
    if (is_code(join, "one"))
        verdict = joined(1);
    else if (is_code(join, "two"))
        verdict = joined(2);
    verdict.may_be_limited = true;
    return verdict;
}

static bool is_plain(const struct model *model,
                     const struct room_message *message)
{
    if (model->protection == ROOM_PROTECTION_OMEMO)
        return message->has_body && !message->has_omemo &&
               !message->is_retraction;
    if (model->protection != ROOM_PROTECTION_LINK)
        return false;
    if (message->is_readable)
        return true;
    return !message->has_link && !message->is_retraction &&
           (message->has_body || (message->is_archived &&
                                  (message->flags & ROOM_ENTRY_ACTIVITY) != 0));
}

static struct model_verdict expect_content(const struct model *model,
                                           const struct room_message *message,
                                           uint8_t seat, size_t origin)
{
    struct model_verdict verdict = {.answer = MODEL_SAY, .seat = seat};
    bool has_origin = (message->flags & ROOM_ENTRY_ORIGIN) != 0;

    if (message->is_archived && has_origin &&
        model->origin_seq[seat - 1][origin] != 0) {
        verdict.answer = MODEL_RESEND;
        verdict.seq = model->origin_seq[seat - 1][origin];
        return verdict;
    }
    if (message->body_bytes > model->limits.body_max_bytes)
        return refusal(ROOM_REFUSE_TOO_LONG);
    if (is_plain(model, message))
        return refusal(model->protection == ROOM_PROTECTION_OMEMO
                           ? ROOM_REFUSE_NO_PLAINTEXT_OMEMO
                           : ROOM_REFUSE_NO_PLAINTEXT_LINK);
    if (message->is_retraction &&
        (message->retracts_seq == 0 ||
         message->retracts_seq > model->last_seq ||
         model->seat_of_seq[message->retracts_seq] != seat))
        return refusal(ROOM_REFUSE_FOREIGN_RETRACTION);
    if (message->is_archived)
        verdict.seq = model->last_seq + 1;
    return verdict;
}

static struct model_verdict expect_message(const struct model *model,
                                           const struct room_message *message,
                                           size_t who, size_t origin)
{
    uint8_t seat = model->session_seat[who];
    struct model_verdict verdict;

    if (seat == 0)
        return refusal(ROOM_REFUSE_NOT_JOINED);
    if (message->word != ROOM_WORD_NONE)
        verdict = answer(MODEL_NOTICE);
    else
        verdict = expect_content(model, message, seat, origin);
    verdict.may_be_fast = true;
    return verdict;
}

struct model_verdict model_expect(const struct model *model,
                                  const struct room_event *event, size_t who,
                                  size_t origin)
{
    bool is_in = who < MODEL_PEOPLE && model->session_seat[who] != 0;
    bool is_member = is_in || (who < MODEL_PEOPLE && model->member_seat[who]);

    if (event->request.kind == ROOM_REQUEST_NONE)
        return answer(MODEL_NOTHING);
    if (event->kind == ROOM_EVENT_LEAVE)
        return answer(is_in && !model->is_ended ? MODEL_LEFT : MODEL_NOTHING);
    if (model->is_ended)
        return refusal(ROOM_REFUSE_ENDED);
    if (event->kind == ROOM_EVENT_JOIN)
        return expect_join(model, event, who);
    if (event->kind == ROOM_EVENT_PRESENCE)
        return answer(is_in ? MODEL_PRESENCE : MODEL_STRANGER);
    if (event->kind == ROOM_EVENT_MESSAGE)
        return expect_message(model, &event->u.message, who, origin);
    if (event->kind == ROOM_EVENT_KEEP)
        return is_member ? answer(MODEL_RESULT)
                         : refusal(ROOM_REFUSE_NOT_MEMBER);
    if (is_member || model_people[who].leg == ROOM_LEG_CONTROL)
        return answer(MODEL_ERASED);
    return refusal(ROOM_REFUSE_NOT_MEMBER);
}

#include "support/room_model.h"

#include <string.h>

#include "room/room_view.h"

static bool is_answer_kind(const struct room_effect *effect,
                           const struct model_verdict *verdict)
{
    static const enum room_effect_kind kinds[] = {
        [MODEL_NOTHING] = ROOM_EFFECT_WRITTEN,
        [MODEL_REFUSE] = ROOM_EFFECT_REFUSE,
        [MODEL_JOINED] = ROOM_EFFECT_PRESENCE,
        [MODEL_PRESENCE] = ROOM_EFFECT_PRESENCE,
        [MODEL_STRANGER] = ROOM_EFFECT_REMOVED,
        [MODEL_LEFT] = ROOM_EFFECT_REMOVED,
        [MODEL_RESULT] = ROOM_EFFECT_RESULT,
        [MODEL_ERASED] = ROOM_EFFECT_ERASED,
        [MODEL_NOTICE] = ROOM_EFFECT_NOTICE,
        [MODEL_RESEND] = ROOM_EFFECT_RESEND,
        [MODEL_SAY] = ROOM_EFFECT_SAY,
    };

    return effect->kind == kinds[verdict->answer];
}

/* A refusal may come from limits that the model does not count. */
static bool is_tolerated(const struct room_effect *effect,
                         const struct model_verdict *verdict)
{
    if (effect->kind != ROOM_EFFECT_REFUSE)
        return false;
    if (verdict->may_be_fast && effect->u.refuse.why == ROOM_REFUSE_TOO_FAST)
        return true;
    return verdict->may_be_limited &&
           effect->u.refuse.why == ROOM_REFUSE_WRONG_CODE &&
           effect->u.refuse.attempts_left == 0 && effect->u.refuse.wait_ms > 0;
}

static bool is_right_answer(const struct room_effect *effect,
                            const struct model_verdict *verdict)
{
    if (!is_answer_kind(effect, verdict))
        return false;
    if (effect->kind == ROOM_EFFECT_REFUSE)
        return effect->u.refuse.why == verdict->why;
    if (effect->kind == ROOM_EFFECT_PRESENCE)
        return effect->u.presence.is_self && effect->u.presence.is_available &&
               effect->u.presence.is_joining ==
                   (verdict->answer == MODEL_JOINED) &&
               (verdict->seat == 0 || effect->u.presence.seat == verdict->seat);
    if (effect->kind == ROOM_EFFECT_REMOVED)
        return effect->u.removed.how == (verdict->answer == MODEL_LEFT
                                             ? ROOM_REMOVAL_LEFT
                                             : ROOM_REMOVAL_STRANGER);
    if (effect->kind == ROOM_EFFECT_RESEND)
        return effect->u.resend.seq == verdict->seq;
    if (effect->kind == ROOM_EFFECT_SAY)
        return effect->u.say.seq == verdict->seq &&
               effect->u.say.seat == verdict->seat;
    return true;
}

static const char *check_answer(const struct room_effects *effects,
                                const struct model_verdict *verdict)
{
    const struct room_effect *found = NULL;
    const struct room_effect *effect;

    for (effect = effects->first; effect != NULL; effect = effect->next) {
        if (effect->request.kind == ROOM_REQUEST_NONE)
            continue;
        if (found != NULL)
            return "two answers";
        found = effect;
    }
    if (found == NULL)
        return verdict->answer == MODEL_NOTHING ? NULL : "no answer";
    if (verdict->answer == MODEL_NOTHING)
        return "an answer nobody asked for";
    if (!is_tolerated(found, verdict) && !is_right_answer(found, verdict))
        return "the wrong answer";
    return NULL;
}

/* --- what changed --- */

static void bind(struct model *model, size_t who, uint8_t seat)
{
    for (size_t i = 0; i < MODEL_PEOPLE; i++) {
        if (strcmp(model_people[i].bare, model_people[who].bare) == 0)
            model->member_seat[i] = seat;
    }
}

static void take_join(struct model *model, const struct room_event *event,
                      size_t who, const struct room_effect *effect)
{
    bool is_new = model->session_seat[who] == 0;
    bool is_by_code =
        is_new && model->member_seat[who] == 0 && !event->u.join.has_token;

    model->session_seat[who] = effect->u.presence.seat;
    if (!is_by_code)
        return;
    model->active_ms = event->now_ms;
    model->warned_ms = -1;
    if (model_people[who].leg == ROOM_LEG_NATIVE)
        bind(model, who, effect->u.presence.seat);
}

static const char *take_message(struct model *model,
                                const struct room_event *event, size_t origin,
                                const struct room_effect *effect)
{
    const struct room_entry *entry = &effect->u.message.entry;

    if (entry->seq != model->last_seq + 1)
        return "a gap in the numbers";
    if (event->kind != ROOM_EVENT_MESSAGE || !event->u.message.is_archived)
        return "a message from nowhere";
    if (model->last_seq == MODEL_MESSAGES_MAX)
        return "the model is full";
    model->seat_of_seq[++model->last_seq] = entry->seat;
    if ((entry->flags & ROOM_ENTRY_ORIGIN) != 0)
        model->origin_seq[entry->seat - 1][origin] = entry->seq;
    if ((entry->flags & ROOM_ENTRY_ACTIVITY) != 0) {
        model->active_ms = event->now_ms;
        model->warned_ms = -1;
    }
    return NULL;
}

/* What a message is known by when it is sent again; -1: nothing. */
static int origin_of(const struct room_message *message)
{
    return (message->flags & ROOM_ENTRY_ORIGIN) != 0 ? message->id_hash[0] : -1;
}

/* The second !end within a minute, and not the first one sent again. */
static bool is_end_word(const struct model *model,
                        const struct room_event *event, size_t who)
{
    uint8_t seat = who < MODEL_PEOPLE ? model->session_seat[who] : 0;

    return event->kind == ROOM_EVENT_MESSAGE && seat != 0 &&
           event->u.message.word == ROOM_WORD_END &&
           event->now_ms < model->end_until_ms[seat - 1] &&
           (origin_of(&event->u.message) < 0 ||
            origin_of(&event->u.message) != model->end_origin[seat - 1]);
}

static const char *take_notice(struct model *model,
                               const struct room_event *event, size_t who,
                               const struct room_effect *effect)
{
    if (effect->u.notice.what == ROOM_NOTICE_KEPT) {
        model->active_ms = event->now_ms;
        model->warned_ms = -1;
    } else if (effect->u.notice.what == ROOM_NOTICE_SILENCE) {
        if (model->warned_ms >= 0)
            return "warned twice";
        model->warned_ms = event->now_ms;
    } else if (effect->u.notice.what == ROOM_NOTICE_END_CONFIRM) {
        if (is_end_word(model, event, who))
            return "asked again for the end";
        model->end_until_ms[model->session_seat[who] - 1] =
            event->now_ms + 60 * 1000;
        model->end_origin[model->session_seat[who] - 1] =
            origin_of(&event->u.message);
    }
    return NULL;
}

static const char *take_end(struct model *model, const struct room_event *event,
                            size_t who, const struct room_effect *effect)
{
    if (model->is_ended)
        return "ended twice";
    if (effect->u.end.cause == ROOM_CAUSE_SILENCE &&
        !model_may_fall_silent(model, event->now_ms))
        return "ended too early";
    if (effect->u.end.cause != ROOM_CAUSE_SILENCE &&
        event->kind != ROOM_EVENT_END && !is_end_word(model, event, who))
        return "ended by nobody";
    model->is_ended = true;
    return NULL;
}

static const char *take_removed(struct model *model,
                                const struct room_event *event,
                                const struct room_effect *effect)
{
    size_t who = model_person_of(effect->u.removed.to);
    enum room_removal how = effect->u.removed.how;

    if (how == ROOM_REMOVAL_STRANGER)
        return NULL;
    if (who == MODEL_PEOPLE ||
        model->session_seat[who] != effect->u.removed.seat)
        return "somebody removed who is not in";
    if (how == ROOM_REMOVAL_DESTROYED)
        return model->is_ended ? NULL : "destroyed but not ended";
    if (how == ROOM_REMOVAL_EVICTED && event->kind != ROOM_EVENT_GHOST &&
        event->kind != ROOM_EVENT_EVICT_GUESTS &&
        event->kind != ROOM_EVENT_JOIN)
        return "evicted for nothing";
    model->session_seat[who] = 0;
    return NULL;
}

static bool is_joined(const struct model *model, struct span jid)
{
    size_t who = model_person_of(jid);

    return who < MODEL_PEOPLE && model->session_seat[who] != 0;
}

static const char *check_receivers(const struct model *model,
                                   const struct span *to, size_t count)
{
    size_t joined_count = 0;

    for (size_t i = 0; i < MODEL_PEOPLE; i++)
        joined_count += model->session_seat[i] != 0;
    if (count != joined_count)
        return "not everybody was told";
    for (size_t i = 0; i < count; i++) {
        if (!is_joined(model, to[i]))
            return "a stranger was told";
    }
    return NULL;
}

static bool is_online(const struct model *model, uint8_t seat)
{
    for (size_t i = 0; i < MODEL_PEOPLE; i++) {
        if (model->session_seat[i] == seat)
            return true;
    }
    return false;
}

static const char *check_presence(const struct model *model,
                                  const struct room_effect *effect)
{
    size_t who = model_person_of(effect->u.presence.to);

    if (who == MODEL_PEOPLE || model->session_seat[who] == 0)
        return "presence to a stranger";
    if (effect->u.presence.seat < 1 || effect->u.presence.seat > ROOM_SEATS)
        return "a third seat";
    if (effect->u.presence.is_self !=
        (model->session_seat[who] == effect->u.presence.seat))
        return "self is not self";
    if (effect->u.presence.is_available !=
        is_online(model, effect->u.presence.seat))
        return "presence is not so";
    if ((effect->u.presence.jid.at != NULL) !=
        (model->protection == ROOM_PROTECTION_OMEMO &&
         effect->u.presence.is_available))
        return "an address where none belongs, or none where one does";
    return NULL;
}

static const char *take_effect(struct model *model,
                               const struct room_event *event, size_t who,
                               size_t origin, const struct room_effect *effect)
{
    const char *wrong = NULL;

    if (effect->kind == ROOM_EFFECT_STORE_MESSAGE)
        return take_message(model, event, origin, effect);
    if (effect->kind == ROOM_EFFECT_STORE_END)
        return take_end(model, event, who, effect);
    if (effect->kind == ROOM_EFFECT_REMOVED)
        return take_removed(model, event, effect);
    if (effect->kind == ROOM_EFFECT_SAY)
        return check_receivers(model, effect->u.say.to, effect->u.say.to_count);
    if (effect->kind == ROOM_EFFECT_NOTICE) {
        if (effect->u.notice.what == ROOM_NOTICE_ENDED)
            wrong = check_receivers(model, effect->u.notice.to,
                                    effect->u.notice.to_count);
        return wrong != NULL ? wrong : take_notice(model, event, who, effect);
    }
    if (effect->kind == ROOM_EFFECT_PRESENCE)
        return check_presence(model, effect);
    return NULL;
}

/* The newcomer's own presence comes after the other's, but makes it joined. */
static void foresee_join(struct model *model, const struct room_event *event,
                         size_t who, const struct room_effects *effects)
{
    const struct room_effect *effect;

    for (effect = effects->first; effect != NULL; effect = effect->next) {
        if (effect->kind == ROOM_EFFECT_PRESENCE &&
            effect->u.presence.is_joining)
            take_join(model, event, who, effect);
    }
}

/* A sure error takes a session out, an unsure one only the second time. */
static bool must_go(struct model *model, const struct room_event *event,
                    size_t who)
{
    bool is_sure;

    if (event->kind != ROOM_EVENT_GHOST || model->session_seat[who] == 0)
        return false;
    is_sure = event->u.is_certain || event->now_ms < model->doubt_until_ms[who];
    model->doubt_until_ms[who] = event->now_ms + 5 * 60 * 1000;
    return is_sure;
}

/* Any other stanza shows that it lives. */
static void hear(struct model *model, const struct room_event *event,
                 size_t who)
{
    if (who < MODEL_PEOPLE && event->kind != ROOM_EVENT_GHOST &&
        event->kind != ROOM_EVENT_EVICT_GUESTS &&
        event->kind != ROOM_EVENT_TIME)
        model->doubt_until_ms[who] = 0;
}

static const char *check_ghost(const struct model *model, size_t who,
                               bool is_gone, const struct room_effects *effects)
{
    if (is_gone && model->session_seat[who] != 0)
        return "a ghost stays";
    if (!is_gone && effects->first != NULL)
        return "one doubt was enough";
    return NULL;
}

const char *model_check(struct model *model, const struct room_event *event,
                        size_t who, size_t origin,
                        const struct room_effects *effects)
{
    struct model_verdict verdict = model_expect(model, event, who, origin);
    const char *wrong = check_answer(effects, &verdict);
    const struct room_effect *effect;
    bool is_gone;

    if (wrong == NULL)
        wrong = model_check_tokens(model, event, who, effects);
    if (wrong != NULL)
        return wrong;
    foresee_join(model, event, who, effects);
    hear(model, event, who);
    is_gone = must_go(model, event, who);
    for (effect = effects->first; effect != NULL; effect = effect->next) {
        wrong = take_effect(model, event, who, origin, effect);
        if (wrong != NULL)
            return wrong;
    }
    if (event->kind == ROOM_EVENT_GHOST && !model->is_ended)
        return check_ghost(model, who, is_gone, effects);
    return NULL;
}

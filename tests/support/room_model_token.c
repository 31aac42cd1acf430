/* Tokens as the model knows them: each by itself, with what became of it. */
#include <stdio.h>
#include <string.h>

#include "support/room_model.h"

void model_token_text(size_t n, char out[MODEL_TOKEN_CHARS])
{
    snprintf(out, MODEL_TOKEN_CHARS, "token-%zu", n);
}

const struct model_token *model_token_shown(const struct model *model,
                                            const struct room_event *event)
{
    char text[MODEL_TOKEN_CHARS];

    if (event->kind != ROOM_EVENT_JOIN || !event->u.join.has_token)
        return NULL;
    for (size_t i = 0; i < model->token_count; i++) {
        model_token_text(i, text);
        if (strncmp((const char *)event->u.join.token.at, text, SECRET_BYTES) ==
            0)
            return &model->tokens[i];
    }
    return NULL;
}

/* The token of that family in that state, or NULL. */
static struct model_token *token_in(struct model *model, uint32_t family,
                                    int state)
{
    for (size_t i = 0; i < model->token_count; i++) {
        if (model->tokens[i].family == family &&
            (int)model->tokens[i].state == state)
            return &model->tokens[i];
    }
    return NULL;
}

static void kill_token(struct model *model, struct model_token *token)
{
    if (token == NULL)
        return;
    token->state = MODEL_TOKEN_DEAD;
    token->died = ++model->token_deaths;
}

/* Only so many dead ones are known again. */
static void forget_dead(struct model *model, uint32_t family)
{
    struct model_token *oldest = NULL;
    size_t count = 0;

    for (size_t i = 0; i < model->token_count; i++) {
        struct model_token *token = &model->tokens[i];

        if (token->family != family || token->state != MODEL_TOKEN_DEAD)
            continue;
        count++;
        if (oldest == NULL || token->died < oldest->died)
            oldest = token;
    }
    if (count > ROOM_TOKENS_DEAD)
        oldest->state = MODEL_TOKEN_GONE;
}

static size_t count_families(const struct model *model, uint8_t seat)
{
    size_t count = 0;

    for (size_t i = 0; i < model->token_count; i++)
        count += model->tokens[i].seat == seat &&
                 model->tokens[i].state == MODEL_TOKEN_NEW;
    return count;
}

static const char *take_removal(struct model *model,
                                const struct model_token *shown,
                                uint32_t family)
{
    const struct model_token *newest = token_in(model, family, MODEL_TOKEN_NEW);
    size_t most = model->limits.sessions_per_seat;
    bool is_replay = shown != NULL && shown->family == family &&
                     shown->state == MODEL_TOKEN_DEAD;

    if (newest == NULL)
        return "a family went that was not there";
    if (!is_replay && (most == 0 || count_families(model, newest->seat) < most))
        return "a family went for nothing";
    for (size_t i = 0; i < model->token_count; i++) {
        if (model->tokens[i].family == family)
            model->tokens[i].state = MODEL_TOKEN_GONE;
    }
    return NULL;
}

/* Where the new token belongs.  0: to a new family. */
static uint32_t advance(struct model *model, struct model_token *shown)
{
    if (shown == NULL || shown->state != MODEL_TOKEN_NEW)
        return 0;
    kill_token(model, token_in(model, shown->family, MODEL_TOKEN_CURRENT));
    shown->state = MODEL_TOKEN_CURRENT;
    return shown->family;
}

static const char *take_token(struct model *model, struct model_token *shown,
                              size_t who, const struct room_token_image *image)
{
    uint32_t family = advance(model, shown);

    if (family != 0 && image->family != family)
        return "a token of another family";
    if (family == 0 && token_in(model, image->family, MODEL_TOKEN_NEW) != NULL)
        return "a new tab joined a family";
    if (model->token_count == MODEL_TOKENS_MAX)
        return "the model is full of tokens";
    model->tokens[model->token_count++] =
        (struct model_token){.seat = image->seat,
                             .family = image->family,
                             .holder = who,
                             .state = MODEL_TOKEN_NEW};
    forget_dead(model, image->family);
    return NULL;
}

/* A guest who comes in is given one; who is in already, if none is its own. */
static bool is_due(const struct model *model, size_t who, bool is_joining)
{
    if (!is_joining || model_people[who].leg != ROOM_LEG_GUEST)
        return false;
    if (model->session_seat[who] == 0)
        return true;
    for (size_t i = 0; i < model->token_count; i++) {
        if (model->tokens[i].holder == who &&
            model->tokens[i].state == MODEL_TOKEN_NEW)
            return false;
    }
    return true;
}

static const struct room_effect *joining(const struct room_effects *effects)
{
    const struct room_effect *effect = effects->first;

    while (effect != NULL && (effect->kind != ROOM_EFFECT_PRESENCE ||
                              !effect->u.presence.is_joining))
        effect = effect->next;
    return effect;
}

const char *model_check_tokens(struct model *model,
                               const struct room_event *event, size_t who,
                               const struct room_effects *effects)
{
    struct model_token *shown =
        (struct model_token *)model_token_shown(model, event);
    const struct room_effect *self = joining(effects);
    bool is_expected = is_due(model, who, self != NULL);
    bool is_given = self != NULL && self->u.presence.token.at != NULL;
    const char *wrong = NULL;

    if (model->is_ended || (who < MODEL_PEOPLE && model->session_seat[who]))
        shown = NULL;
    if (is_given != is_expected)
        return is_given ? "a token for nothing" : "a guest without a token";
    for (const struct room_effect *effect = effects->first;
         effect != NULL && wrong == NULL; effect = effect->next) {
        if (effect->kind == ROOM_EFFECT_STORE_TOKEN &&
            effect->u.token.seat == 0)
            wrong = take_removal(model, shown, effect->u.token.family);
        else if (effect->kind == ROOM_EFFECT_STORE_TOKEN && !is_expected)
            wrong = "a token for nobody";
        else if (effect->kind == ROOM_EFFECT_STORE_TOKEN) {
            wrong = take_token(model, shown, who, &effect->u.token);
            is_expected = false;
        }
    }
    if (wrong == NULL && is_expected)
        wrong = "a token that is not stored";
    if (wrong == NULL && shown != NULL && shown->state == MODEL_TOKEN_DEAD)
        wrong = "a replay was not noticed";
    return wrong;
}

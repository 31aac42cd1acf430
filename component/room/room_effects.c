#include "room/room_state.h"

static enum err copy_request(struct room_effects *effects,
                             const struct room_request *request,
                             struct room_request *to)
{
    enum err rc;

    *to = *request;
    if ((rc = room__copy(effects, request->from, &to->from)) != ERR_OK)
        return rc;
    if ((rc = room__copy(effects, request->to, &to->to)) != ERR_OK)
        return rc;
    return room__copy(effects, request->id, &to->id);
}

struct room_effect *room_effects_add(struct room_effects *effects,
                                     enum room_effect_kind kind,
                                     const struct room *room,
                                     const struct room_request *request)
{
    struct room_effect *effect = arena_alloc(&effects->arena, sizeof(*effect));

    if (effect == NULL)
        return NULL;
    effect->kind = kind;
    effect->room = room;
    if (request != NULL &&
        copy_request(effects, request, &effect->request) != ERR_OK)
        return NULL;
    if (effects->last != NULL)
        effects->last->next = effect;
    else
        effects->first = effect;
    effects->last = effect;
    effects->count++;
    return effect;
}

static void forget_list(struct room_effects *effects)
{
    effects->first = NULL;
    effects->last = NULL;
    effects->count = 0;
}

void room_effects_reset(struct room_effects *effects)
{
    arena_reset(&effects->arena);
    forget_list(effects);
}

void room_effects_clear(struct room_effects *effects)
{
    arena_clear(&effects->arena);
    forget_list(effects);
}

enum err room__copy(struct room_effects *out, struct span bytes,
                    struct span *to)
{
    if (bytes.at == NULL) {
        *to = SPAN_EMPTY;
        return ERR_OK;
    }
    return arena_copy(&out->arena, bytes, to);
}

struct room_effect *room__add(struct room_turn *turn,
                              enum room_effect_kind kind, bool is_answer)
{
    return room_effects_add(turn->out, kind, turn->room,
                            is_answer ? &turn->event->request : NULL);
}

enum err room__store_state(struct room_turn *turn)
{
    struct room *room = turn->room;
    struct room_effect *effect =
        room__add(turn, ROOM_EFFECT_STORE_STATE, false);

    if (effect == NULL)
        return ERR_NOMEM;
    effect->u.state.deadline_ms = room->deadline_ms;
    effect->u.state.wake_ms = room__silence_due_ms(turn->engine, room);
    effect->u.state.warned_run = room->warned_run;
    effect->u.state.is_nearly_full_told = room->is_nearly_full_told;
    for (size_t i = 0; i < ROOM_SEATS; i++)
        effect->u.state.is_used[i] = room->seats[i].is_used;
    effect->u.state.attempts = room->attempts;
    room->stored_deadline_ms = room->deadline_ms;
    room->stored_wake_ms = effect->u.state.wake_ms;
    return ERR_OK;
}

enum err room__store_session(struct room_turn *turn,
                             const struct room_session *session)
{
    struct room_effect *effect =
        room__add(turn, ROOM_EFFECT_STORE_SESSION, false);
    struct room_session_image *image;
    enum err rc;

    if (effect == NULL)
        return ERR_NOMEM;
    image = &effect->u.session;
    image->seat = session->seat;
    image->leg = session->leg;
    image->joined_ms = session->joined_ms;
    if ((rc = room__copy(turn->out, session->jid, &image->jid)) != ERR_OK)
        return rc;
    if ((rc = room__copy(turn->out, session->bare, &image->bare)) != ERR_OK)
        return rc;
    return room__copy(turn->out, room__session_presence(session),
                      &image->presence);
}

#include "room/room_view.h"
#include "support/room_model.h"

static int64_t warning_ms(const struct model *model)
{
    return model->limits.idle_warning_ms < model->idle_ms / 10
               ? model->limits.idle_warning_ms
               : model->idle_ms / 10;
}

static bool is_held(const struct model *model)
{
    if (model->is_linked)
        return false;
    for (size_t i = 0; i < MODEL_PEOPLE; i++) {
        if (model_people[i].leg == ROOM_LEG_NATIVE &&
            (model->member_seat[i] != 0 || model->session_seat[i] != 0))
            return true;
    }
    return false;
}

bool model_may_fall_silent(const struct model *model, int64_t now_ms)
{
    return !is_held(model) && model->warned_ms >= 0 &&
           now_ms >= model->warned_ms + warning_ms(model) &&
           now_ms >= model->active_ms + model->idle_ms;
}

const char *model_compare(const struct model *model, const struct room *room)
{
    struct room_session_image session;
    size_t count[ROOM_SEATS + 1] = {0};
    size_t known = 0;

    if (room == NULL || model->is_ended)
        return NULL;
    for (size_t i = 0; room_session_at(room, i, &session); i++) {
        size_t who = model_person_of(session.jid);

        if (who == MODEL_PEOPLE || session.seat < 1 ||
            session.seat > ROOM_SEATS ||
            model->session_seat[who] != session.seat)
            return "somebody is in who should not be";
        count[session.seat]++;
        known++;
    }
    for (size_t i = 0; i < MODEL_PEOPLE; i++)
        known -= model->session_seat[i] != 0;
    if (known != 0)
        return "somebody is out who should not be";
    for (size_t seat = 1; seat <= ROOM_SEATS; seat++) {
        if (model->limits.sessions_per_seat != 0 &&
            count[seat] > model->limits.sessions_per_seat)
            return "too many sessions in a seat";
    }
    return NULL;
}

const char *model_check_silence(const struct model *model, int64_t now_ms,
                                int64_t wake_ms)
{
    if (wake_ms > now_ms &&
        wake_ms <= now_ms + warning_ms(model) + 5 * 60 * 1000)
        return NULL;
    if (!model->is_ended && model_may_fall_silent(model, now_ms))
        return "it should have ended";
    if (!model->is_ended && !is_held(model) && model->warned_ms < 0 &&
        now_ms >= model->active_ms + model->idle_ms - warning_ms(model))
        return "it should have been warned";
    return NULL;
}

#include "room/room_state.h"

static const struct room_create *wanted(const struct room_turn *turn)
{
    return &turn->event->u.create;
}

/* Counts it; *is_over: this source has made its share of the hour. */
static enum err count_source(struct room_turn *turn, bool *is_over)
{
    uint32_t most = turn->engine->limits.creates_per_hour;
    struct room_limit *limit;
    enum err rc;

    *is_over = false;
    if (turn->event->actor.leg == ROOM_LEG_CONTROL || most == 0)
        return ERR_OK;
    rc = room__limit_touch(turn, ROOM_LIMIT_CREATES, turn->event->actor.source,
                           &limit);
    if (rc != ERR_OK)
        return rc;
    if (limit->image.failures >= most) {
        *is_over = true;
        return ERR_OK;
    }
    room__limit_count_hour(limit, turn->now_ms);
    return room__limit_store(turn, limit);
}

static struct room *make_room(const struct room_turn *turn)
{
    const struct room_create *create = wanted(turn);
    struct room_image image = {
        .number = create->number,
        .local = turn->event->room,
        .keys = create->keys,
        .protection = create->protection,
        .created_ms = turn->now_ms,
        .idle_ms = create->idle_ms,
        .deadline_ms = turn->now_ms + create->idle_ms,
        .attempts = {ROOM_ATTEMPTS * 1000, turn->now_ms},
    };
    struct room *room;

    for (size_t i = 0; i < ROOM_SEATS; i++) {
        image.seats[i].name = create->names[i];
        image.seats[i].code = create->codes[i];
    }
    room = room__new(&image);
    secret_clear(&image.keys.seal);
    secret_clear(&image.keys.code);
    return room;
}

static enum err store_room(struct room_turn *turn)
{
    const struct room_create *create = wanted(turn);
    struct room_effect *effect = room__add(turn, ROOM_EFFECT_STORE_ROOM, false);

    if (effect == NULL) {
        /* Nobody could tell later that it was not made. */
        room_forget(turn->engine, turn->room);
        return ERR_NOMEM;
    }
    effect->u.create.create = *create;
    effect->u.create.at_ms = turn->now_ms;
    effect->u.create.wake_ms = room__silence_due_ms(turn->engine, turn->room);
    effect->u.create.deadline_ms = turn->room->deadline_ms;
    for (size_t i = 0; i < ROOM_SEATS; i++) {
        struct room_create *copy = &effect->u.create.create;
        enum err rc;

        rc = room__copy(turn->out, create->seat_ids[i], &copy->seat_ids[i]);
        if (rc != ERR_OK)
            return rc;
        rc = room__copy(turn->out, create->names[i], &copy->names[i]);
        if (rc != ERR_OK)
            return rc;
    }
    return ERR_OK;
}

/* The good answer tells links and codes, which only the service knows, so it
 * is not made here. */
enum err room__create(struct room_turn *turn)
{
    struct room *room;
    bool is_over;
    enum err rc;

    if ((rc = count_source(turn, &is_over)) != ERR_OK)
        return rc;
    if (is_over)
        return room__refuse(turn, ROOM_REFUSE_TOO_MANY_CREATES);
    room = make_room(turn);
    if (room == NULL)
        return ERR_NOMEM;
    if ((rc = room__adopt(turn->engine, room)) != ERR_OK) {
        room__free(room);
        return rc;
    }
    turn->room = room;
    return store_room(turn);
}

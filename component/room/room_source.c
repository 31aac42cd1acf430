#include <stdlib.h>
#include <string.h>

#include "room/room_state.h"

enum {
    LIMIT_KEPT_MS = 24 * 60 * 60 * 1000,
    LIMIT_HOUR_MS = 60 * 60 * 1000,
};

static void write_key(char key[ROOM_SOURCE_BYTES + 1],
                      enum room_limit_kind kind, const uint8_t *source)
{
    memcpy(key, source, ROOM_SOURCE_BYTES);
    key[ROOM_SOURCE_BYTES] = (char)kind;
}

static struct span key_span(const char key[ROOM_SOURCE_BYTES + 1])
{
    return (struct span){key, ROOM_SOURCE_BYTES + 1};
}

/* Whether it still counts.  What was stored by a clock that was ahead is taken
 * to be of now: nobody waits until that time has come. */
static bool is_fresh(struct room_limit_image *image, int64_t now_ms)
{
    if (image->at_ms > now_ms) {
        image->blocked_until_ms -= image->at_ms - now_ms;
        image->at_ms = now_ms;
    }
    if (image->kind == ROOM_LIMIT_ATTEMPTS)
        return now_ms - image->at_ms < LIMIT_KEPT_MS;
    return now_ms < image->blocked_until_ms;
}

static struct room_limit *find(const struct room_engine *engine,
                               enum room_limit_kind kind, const uint8_t *source)
{
    char key[ROOM_SOURCE_BYTES + 1];

    write_key(key, kind, source);
    return map_get(&engine->sources, key_span(key));
}

struct room_limit *room__limit_get(const struct room_engine *engine,
                                   enum room_limit_kind kind,
                                   const uint8_t *source, int64_t now_ms)
{
    struct room_limit *limit = find(engine, kind, source);

    return limit != NULL && is_fresh(&limit->image, now_ms) ? limit : NULL;
}

enum err room__limit_store(struct room_turn *turn,
                           const struct room_limit *limit)
{
    struct room_effect *effect =
        room_effects_add(turn->out, ROOM_EFFECT_STORE_LIMIT, NULL, NULL);

    if (effect == NULL)
        return ERR_NOMEM;
    effect->u.limit = limit->image;
    return ERR_OK;
}

enum err room__limit_drop(struct room_turn *turn, struct room_limit *limit)
{
    enum err rc;

    limit->image.failures = 0;
    limit->image.blocked_until_ms = 0;
    if ((rc = room__limit_store(turn, limit)) != ERR_OK)
        return rc;
    map_remove(&turn->engine->sources, key_span(limit->key));
    list_remove(&turn->engine->limits_used, &limit->link);
    free(limit);
    return ERR_OK;
}

/* Two old ones go for each new one, so none stays for long. */
static enum err make_place(struct room_turn *turn)
{
    struct room_engine *engine = turn->engine;

    for (int i = 0; i < 2; i++) {
        struct room_limit *oldest =
            (struct room_limit *)engine->limits_used.first;
        enum err rc;

        if (oldest == NULL || (engine->sources.count < ROOM_SOURCES_MAX &&
                               is_fresh(&oldest->image, turn->now_ms)))
            return ERR_OK;
        if ((rc = room__limit_drop(turn, oldest)) != ERR_OK)
            return rc;
    }
    return ERR_OK;
}

static enum err add(struct room_engine *engine,
                    const struct room_limit_image *image,
                    struct room_limit **out)
{
    struct room_limit *limit = calloc(1, sizeof(*limit));
    enum err rc;

    if (limit == NULL)
        return ERR_NOMEM;
    limit->image = *image;
    write_key(limit->key, image->kind, image->source);
    rc = map_put(&engine->sources, key_span(limit->key), limit);
    if (rc != ERR_OK) {
        free(limit);
        return rc;
    }
    list_append(&engine->limits_used, &limit->link);
    *out = limit;
    return ERR_OK;
}

enum err room__limit_touch(struct room_turn *turn, enum room_limit_kind kind,
                           const uint8_t *source, struct room_limit **out)
{
    struct room_limit_image image = {.kind = kind};
    struct room_limit *limit = find(turn->engine, kind, source);
    enum err rc;

    if (limit != NULL) {
        if (!is_fresh(&limit->image, turn->now_ms)) {
            limit->image.failures = 0;
            limit->image.blocked_until_ms = 0;
        }
        list_remove(&turn->engine->limits_used, &limit->link);
        list_append(&turn->engine->limits_used, &limit->link);
        *out = limit;
        return ERR_OK;
    }
    if ((rc = make_place(turn)) != ERR_OK)
        return rc;
    memcpy(image.source, source, ROOM_SOURCE_BYTES);
    return add(turn->engine, &image, out);
}

void room__limit_count_hour(struct room_limit *limit, int64_t now_ms)
{
    if (limit->image.failures == 0)
        limit->image.blocked_until_ms = now_ms + LIMIT_HOUR_MS;
    if (limit->image.failures < UINT32_MAX)
        limit->image.failures++;
    limit->image.at_ms = now_ms;
}

enum err room_limit_load(struct room_engine *engine,
                         const struct room_limit_image *image)
{
    struct room_limit *limit = find(engine, image->kind, image->source);

    if (limit != NULL) {
        limit->image = *image;
        return ERR_OK;
    }
    if (engine->sources.count >= ROOM_SOURCES_MAX)
        return ERR_OK;
    return add(engine, image, &limit);
}

void room_limits_forget(struct room_engine *engine)
{
    while (engine->limits_used.first != NULL) {
        struct list_link *link = engine->limits_used.first;

        list_remove(&engine->limits_used, link);
        free((struct room_limit *)link);
    }
    map_clear(&engine->sources);
}

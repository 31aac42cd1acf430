/* Guessing a code must not pay: limits by source, by XMPP domain, by room and
 * over all.  Only strangers meet them; a bound address is not asked for a
 * code, so nobody can lock it out. */
#include "room/room_state.h"

enum {
    FREE_ATTEMPTS = 5, /* of one source, at once */
    FIRST_WAIT_MS = 30 * 1000,
    LAST_WAIT_MS = 60 * 60 * 1000,
    DOMAIN_FAILURES = 20, /* in an hour */
    GUESSES_PER_MINUTE = 300,
    GUESSES_WINDOW_MS = 60 * 1000,
    GUESSES_WAIT_MS = 60 * 1000,
};

static const struct room_flow room_flow = {
    .max_milli = ROOM_ATTEMPTS * 1000,
    .milli = 1000,
    .per_ms = ROOM_ATTEMPT_MS,
};

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t source_wait_ms(const struct room_limit *limit, int64_t now_ms)
{
    return later(0, limit->image.blocked_until_ms - now_ms);
}

static uint32_t source_left(const struct room_limit *limit, int64_t now_ms)
{
    if (limit->image.failures < FREE_ATTEMPTS)
        return FREE_ATTEMPTS - limit->image.failures;
    return source_wait_ms(limit, now_ms) > 0 ? 0 : 1;
}

static int64_t domain_wait_ms(const struct room_turn *turn)
{
    const struct room_actor *actor = &turn->event->actor;
    const struct room_limit *limit;

    if (actor->leg != ROOM_LEG_NATIVE || !actor->has_domain_source)
        return 0;
    limit = room__limit_get(turn->engine, ROOM_LIMIT_DOMAIN,
                            actor->domain_source, turn->now_ms);
    if (limit == NULL || limit->image.failures < DOMAIN_FAILURES)
        return 0;
    return limit->image.blocked_until_ms - turn->now_ms;
}

static int64_t room_wait_ms(const struct room_turn *turn)
{
    struct room_bucket *bucket = &turn->room->attempts;

    room__bucket_fill(bucket, &room_flow, turn->now_ms);
    return room__bucket_wait_ms(bucket, &room_flow, turn->now_ms);
}

struct room_verdict room__attempt_ask(struct room_turn *turn)
{
    const struct room_limit *limit =
        room__limit_get(turn->engine, ROOM_LIMIT_ATTEMPTS,
                        turn->event->actor.source, turn->now_ms);
    struct room_verdict verdict = {.attempts_left = FREE_ATTEMPTS};

    if (limit != NULL) {
        verdict.attempts_left = source_left(limit, turn->now_ms);
        verdict.wait_ms = source_wait_ms(limit, turn->now_ms);
    }
    verdict.wait_ms = later(verdict.wait_ms, domain_wait_ms(turn));
    verdict.wait_ms = later(verdict.wait_ms, room_wait_ms(turn));
    verdict.wait_ms =
        later(verdict.wait_ms, turn->engine->guesses.until_ms - turn->now_ms);
    if (verdict.wait_ms > 0) {
        verdict.is_limited = true;
        verdict.attempts_left = 0;
    }
    return verdict;
}

static int64_t next_wait_ms(uint32_t failures)
{
    int64_t wait_ms = FIRST_WAIT_MS;

    if (failures < FREE_ATTEMPTS)
        return 0;
    for (uint32_t i = FREE_ATTEMPTS; i < failures && wait_ms < LAST_WAIT_MS;
         i++)
        wait_ms *= 2;
    return wait_ms < LAST_WAIT_MS ? wait_ms : LAST_WAIT_MS;
}

static enum err count_source(struct room_turn *turn, struct room_verdict *out)
{
    struct room_limit *limit;
    enum err rc;

    rc = room__limit_touch(turn, ROOM_LIMIT_ATTEMPTS, turn->event->actor.source,
                           &limit);
    if (rc != ERR_OK)
        return rc;
    if (limit->image.failures < UINT32_MAX)
        limit->image.failures++;
    limit->image.at_ms = turn->now_ms;
    limit->image.blocked_until_ms =
        turn->now_ms + next_wait_ms(limit->image.failures);
    out->attempts_left = source_left(limit, turn->now_ms);
    out->wait_ms = source_wait_ms(limit, turn->now_ms);
    out->is_limited = out->wait_ms > 0;
    return room__limit_store(turn, limit);
}

static enum err count_domain(struct room_turn *turn)
{
    const struct room_actor *actor = &turn->event->actor;
    struct room_limit *limit;
    enum err rc;

    if (actor->leg != ROOM_LEG_NATIVE || !actor->has_domain_source)
        return ERR_OK;
    rc = room__limit_touch(turn, ROOM_LIMIT_DOMAIN, actor->domain_source,
                           &limit);
    if (rc != ERR_OK)
        return rc;
    room__limit_count_hour(limit, turn->now_ms);
    return room__limit_store(turn, limit);
}

static enum err count_guess(struct room_turn *turn)
{
    struct room_engine *engine = turn->engine;
    struct room_effect *effect;

    if (turn->now_ms - engine->guesses.since_ms >= GUESSES_WINDOW_MS) {
        engine->guesses.since_ms = turn->now_ms;
        engine->guesses.failures = 0;
    }
    if (++engine->guesses.failures < GUESSES_PER_MINUTE)
        return ERR_OK;
    engine->guesses.failures = 0;
    engine->guesses.until_ms = turn->now_ms + GUESSES_WAIT_MS;
    effect = room_effects_add(turn->out, ROOM_EFFECT_ALARM, NULL, NULL);
    if (effect == NULL)
        return ERR_NOMEM;
    effect->u.alarm = ROOM_ALARM_GUESSING;
    return ERR_OK;
}

enum err room__attempt_failed(struct room_turn *turn, struct room_verdict *out)
{
    enum err rc;

    (void)room__bucket_take(&turn->room->attempts);
    if ((rc = count_source(turn, out)) != ERR_OK)
        return rc;
    if ((rc = count_domain(turn)) != ERR_OK)
        return rc;
    if ((rc = room__store_state(turn)) != ERR_OK)
        return rc;
    return count_guess(turn);
}

enum err room__attempt_good(struct room_turn *turn)
{
    struct room_limit *limit =
        room__limit_get(turn->engine, ROOM_LIMIT_ATTEMPTS,
                        turn->event->actor.source, turn->now_ms);

    return limit != NULL ? room__limit_drop(turn, limit) : ERR_OK;
}

/* Every allocation fails once, ours and SQLite's: no crash, no leak, nothing
 * acknowledged that is not there. */
#include "support/check.h"

#include <sqlite3.h>

#include "support/fail_alloc.h"
#include "support/store_world.h"

/* Who runs out of memory. */
enum victim { OURS, SQLITE };

static sqlite3_mem_methods real;
static uint64_t sqlite_seen;
static uint64_t sqlite_fails_at;
static bool sqlite_has_failed;

static bool sqlite_fails(void)
{
    sqlite_seen++;
    if (sqlite_fails_at == 0 || sqlite_seen != sqlite_fails_at)
        return false;
    sqlite_has_failed = true;
    return true;
}

static void *sqlite_malloc(int size)
{
    return sqlite_fails() ? NULL : real.xMalloc(size);
}

static void *sqlite_realloc(void *at, int size)
{
    return sqlite_fails() ? NULL : real.xRealloc(at, size);
}

static int put_between(void **state)
{
    sqlite3_mem_methods ours;

    (void)state;
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real), SQLITE_OK);
    ours = real;
    ours.xMalloc = sqlite_malloc;
    ours.xRealloc = sqlite_realloc;
    /* Small pieces too: without it SQLite serves them from its own pool. */
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0), SQLITE_OK);
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_MALLOC, &ours), SQLITE_OK);
    return 0;
}

static void arm(enum victim victim, uint64_t nth)
{
    sqlite_has_failed = false;
    if (victim == OURS)
        fail_alloc_at(nth);
    else
        sqlite_fails_at = sqlite_seen + nth;
}

static bool disarm(enum victim victim)
{
    if (victim == OURS)
        return fail_alloc_stop() != 0;
    sqlite_fails_at = 0;
    return sqlite_has_failed;
}

static bool is_allowed(enum err rc)
{
    return rc == ERR_OK || rc == ERR_NOMEM || rc == ERR_STORE ||
           rc == ERR_SYSTEM;
}

/* Opening, with the n-th allocation failing.  False when none failed. */
static bool open_once(enum victim victim, uint64_t nth)
{
    struct store_world world;
    bool has_failed;
    enum err rc;

    store_world_init_fast(&world);
    check_ok(store_world_open(&world));
    store_world_stored_room(&world, 1);
    store_world_close(&world);
    arm(victim, nth);
    rc = store_world_open(&world);
    has_failed = disarm(victim);
    assert_true(is_allowed(rc));
    if (rc == ERR_OK)
        store_world_close(&world);
    check_ok(store_world_open(&world));
    assert_int_equal(store_world_fate(&world, 1), STORE_LIVE);
    store_world_clear(&world);
    return has_failed;
}

static void opening(void **state)
{
    (void)state;
    for (int victim = OURS; victim <= SQLITE; victim++) {
        uint64_t nth = 1;

        while (open_once((enum victim)victim, nth))
            nth++;
        assert_true(nth > 5);
    }
}

enum { STEPS = 8 };

struct life {
    struct store_world *world;
    struct room *one;
    struct room *two;
};

static bool take(void *self, const struct store_message *message)
{
    *(size_t *)self += message->payload.len;
    return true;
}

static void nothing(void *self, int64_t number)
{
    (void)self;
    (void)number;
}

static enum err load_one(struct store_world *world)
{
    char text[ID_CHARS + 1];
    struct store_room room;
    enum store_fate fate = STORE_UNKNOWN;
    enum room_cause cause;
    enum err rc;

    rc = store_load(world->store, store_world_local(1, text), &fate, &room,
                    &cause);
    if (rc == ERR_OK) {
        assert_int_equal(fate, STORE_LIVE);
        store_room_clear(&room);
    }
    return rc;
}

static enum err commit(struct life *life)
{
    return store_commit(life->world->store, &life->world->effects);
}

/* What is to be committed is made while memory is there. */
static void prepare(struct life *life, int step)
{
    struct store_world *world = life->world;

    room_effects_reset(&world->effects);
    if (step == 0) {
        store_world_create(world, life->two, 2);
        store_world_say(world, life->two, 1, "two");
    } else if (step == 1) {
        store_world_say(world, life->one, 1, "one");
        store_world_join(world, life->one, "a@b/c", ROOM_LEG_NATIVE);
        store_world_add(world, life->one, ROOM_EFFECT_STORE_TOKEN)->u.token =
            (struct room_token_image){
                .family = 1, .seat = 1, .count = 2, .holder = SPAN("a@b/c")};
    } else if (step == 4) {
        store_world_add(world, life->one, ROOM_EFFECT_STORE_ERASE)->u.seq = 1;
    } else if (step == 5) {
        store_world_end(world, life->two, ROOM_CAUSE_SEAT1);
    }
}

static enum err do_step(struct life *life, int step)
{
    struct store_world *world = life->world;
    const struct store_range all = {1, 10, false};
    size_t bytes = 0;

    switch (step) {
    case 2:
        return load_one(world);
    case 3:
        return store_read(world->store, life->one, &all, take, &bytes);
    case 6:
        return store_wipe_ended(world->store);
    case 7:
        return store_erase_step(world->store, world->now_ms, nothing, NULL);
    default:
        return commit(life);
    }
}

/* One step with the n-th allocation failing; then again, and it must work. */
static bool step_once(struct life *life, int step, enum victim victim,
                      uint64_t nth)
{
    bool has_failed;
    enum err rc;

    prepare(life, step);
    arm(victim, nth);
    rc = do_step(life, step);
    has_failed = disarm(victim);
    assert_true(is_allowed(rc));
    if (rc != ERR_OK) {
        assert_true(has_failed);
        check_ok(do_step(life, step));
    }
    return has_failed;
}

static bool live_once(int failing_step, enum victim victim, uint64_t nth)
{
    struct store_world world;
    struct life life = {.world = &world};
    struct buf texts = BUF_EMPTY(100);
    bool has_failed = false;

    store_world_init_fast(&world);
    check_ok(store_world_open(&world));
    life.one = store_world_stored_room(&world, 1);
    life.two = store_world_room(&world, 2);
    for (int step = 0; step < STEPS; step++) {
        if (step == failing_step) {
            has_failed = step_once(&life, step, victim, nth);
        } else {
            prepare(&life, step);
            check_ok(do_step(&life, step));
        }
        if (step == 1) {
            store_world_texts(&world, life.one, &texts);
            check_span(buf_span(&texts), "one,");
            buf_clear(&texts);
        }
    }
    store_world_erase_all(&world);
    store_world_reopen(&world);
    assert_int_equal(store_world_fate(&world, 1), STORE_LIVE);
    assert_int_equal(store_world_fate(&world, 2), STORE_ENDED);
    store_world_texts(&world, life.one, &texts);
    check_span(buf_span(&texts), ",");
    buf_clear(&texts);
    store_world_clear(&world);
    return has_failed;
}

static void living(enum victim victim)
{
    for (int step = 0; step < STEPS; step++) {
        uint64_t nth = 1;

        while (live_once(step, victim, nth))
            nth++;
        print_message("step %d: %llu\n", step, (unsigned long long)nth - 1);
    }
}

static void living_without_our_memory(void **state)
{
    (void)state;
    living(OURS);
}

static void living_without_sqlites_memory(void **state)
{
    (void)state;
    living(SQLITE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opening),
        cmocka_unit_test(living_without_our_memory),
        cmocka_unit_test(living_without_sqlites_memory),
    };

    return cmocka_run_group_tests(tests, put_between, NULL);
}

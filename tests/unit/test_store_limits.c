/* Limits of sources outlive a restart, and not much more. */
#include "support/check.h"

#include <string.h>

#include "support/store_world.h"

enum { HOUR_MS = 3600 * 1000, MOST = 8 };

static void add_limit(struct store_world *world, enum room_limit_kind kind,
                      int source, int64_t at_ms)
{
    struct room_limit_image *limit =
        &store_world_add(world, NULL, ROOM_EFFECT_STORE_LIMIT)->u.limit;

    *limit = (struct room_limit_image){
        .kind = kind,
        .failures = 3,
        .at_ms = at_ms,
        .blocked_until_ms = at_ms + 5,
    };
    memcpy(limit->source, &source, sizeof(source));
}

struct found {
    struct room_limit_image at[MOST];
    size_t count;
};

static enum err keep(void *self, const struct room_limit_image *limit)
{
    struct found *found = self;

    assert_true(found->count < MOST);
    found->at[found->count++] = *limit;
    return ERR_OK;
}

static enum err refuse(void *self, const struct room_limit_image *limit)
{
    assert_null(self);
    assert_non_null(limit);
    return ERR_NOMEM;
}

static void a_limit_comes_back(void **state)
{
    struct store_world *world = *state;
    struct found found = {.count = 0};

    add_limit(world, ROOM_LIMIT_DOMAIN, 7, world->now_ms);
    check_ok(store_world_commit(world));
    store_world_reopen(world);
    check_ok(store_load_limits(world->store, world->now_ms, keep, &found));
    assert_int_equal(found.count, 1);
    assert_int_equal(found.at[0].kind, ROOM_LIMIT_DOMAIN);
    assert_int_equal(found.at[0].source[0], 7);
    assert_int_equal(found.at[0].failures, 3);
    assert_int_equal(found.at[0].at_ms, world->now_ms);
    assert_int_equal(found.at[0].blocked_until_ms, world->now_ms + 5);
    check_err(store_load_limits(world->store, world->now_ms, refuse, NULL),
              ERR_NOMEM);
}

static void a_newer_state_takes_the_place_of_the_older(void **state)
{
    struct store_world *world = *state;
    struct found found = {.count = 0};

    add_limit(world, ROOM_LIMIT_ATTEMPTS, 7, world->now_ms);
    add_limit(world, ROOM_LIMIT_ATTEMPTS, 7, world->now_ms + 1);
    add_limit(world, ROOM_LIMIT_CREATES, 7, world->now_ms);
    add_limit(world, ROOM_LIMIT_ATTEMPTS, 8, world->now_ms);
    check_ok(store_world_commit(world));
    check_ok(store_load_limits(world->store, world->now_ms, keep, &found));
    assert_int_equal(found.count, 3);
    assert_int_equal(found.at[2].at_ms, world->now_ms + 1);
}

/* In the order in which the engine forgets them. */
static void the_longest_untouched_comes_first(void **state)
{
    struct store_world *world = *state;
    struct found found = {.count = 0};

    add_limit(world, ROOM_LIMIT_ATTEMPTS, 7, world->now_ms + 20);
    add_limit(world, ROOM_LIMIT_ATTEMPTS, 8, world->now_ms);
    add_limit(world, ROOM_LIMIT_CREATES, 9, world->now_ms + 10);
    check_ok(store_world_commit(world));
    store_world_reopen(world);
    check_ok(store_load_limits(world->store, world->now_ms, keep, &found));
    assert_int_equal(found.count, 3);
    assert_int_equal(found.at[0].source[0], 8);
    assert_int_equal(found.at[1].source[0], 9);
    assert_int_equal(found.at[2].source[0], 7);
}

static void an_old_limit_counts_no_more_and_is_deleted(void **state)
{
    struct store_world *world = *state;
    struct found found = {.count = 0};

    add_limit(world, ROOM_LIMIT_ATTEMPTS, 7, world->now_ms);
    add_limit(world, ROOM_LIMIT_ATTEMPTS, 8, world->now_ms + HOUR_MS);
    check_ok(store_world_commit(world));
    check_ok(store_load_limits(world->store, world->now_ms + 24 * HOUR_MS, keep,
                               &found));
    assert_int_equal(found.count, 1);
    assert_int_equal(found.at[0].source[0], 8);
    found.count = 0;
    check_ok(store_tidy(world->store, world->now_ms + 24 * HOUR_MS));
    check_ok(store_load_limits(world->store, world->now_ms, keep, &found));
    assert_int_equal(found.count, 1);
}

static void sources_do_not_show_what_they_are_of(void **state)
{
    struct store_world *world = *state;
    uint8_t a[ROOM_SOURCE_BYTES];
    uint8_t b[ROOM_SOURCE_BYTES];

    store_source(world->store, "jid", SPAN("a@b"), a);
    store_source(world->store, "jid", SPAN("a@b"), b);
    assert_memory_equal(a, b, sizeof(a));
    store_source(world->store, "domain", SPAN("a@b"), b);
    assert_memory_not_equal(a, b, sizeof(a));
    store_source(world->store, "jida", SPAN("@b"), b);
    assert_memory_not_equal(a, b, sizeof(a));
    store_world_reopen(world);
    store_source(world->store, "jid", SPAN("a@b"), b);
    assert_memory_equal(a, b, sizeof(a));
}

static void a_handle_is_eight_hex_digits_and_lasts(void **state)
{
    struct store_world *world = *state;
    char first[STORE_HANDLE_BYTES];
    char second[STORE_HANDLE_BYTES];
    char text[ID_CHARS + 1];

    store_handle(world->store, store_world_local(1, text), first);
    assert_int_equal(strlen(first), 8);
    assert_int_equal(strspn(first, "0123456789abcdef"), 8);
    store_handle(world->store, store_world_local(2, text), second);
    assert_string_not_equal(first, second);
    store_world_reopen(world);
    store_handle(world->store, store_world_local(1, text), second);
    assert_string_equal(first, second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(a_limit_comes_back),
        STORE_TEST(a_newer_state_takes_the_place_of_the_older),
        STORE_TEST(the_longest_untouched_comes_first),
        STORE_TEST(an_old_limit_counts_no_more_and_is_deleted),
        STORE_TEST(sources_do_not_show_what_they_are_of),
        STORE_TEST(a_handle_is_eight_hex_digits_and_lasts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

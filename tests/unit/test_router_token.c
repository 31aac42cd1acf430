/* Tokens with a real store: fresh ones, kept over a restart, and never told
 * before they are stored. */
#include "router_case.h"

#define TAB "g1@guests.chat.example/tab"
#define OTHER "g2@guests.chat.example/tab"

enum { TOKEN_BYTES = 65 };

/* The token that the gateway was last told; "" when none. */
static const char *take_token(struct world *world, char token[TOKEN_BYTES])
{
    const char *at = strstr(sent(&world->gateway), "urn:duologue:token:0");

    token[0] = '\0';
    if (at != NULL)
        snprintf(token, TOKEN_BYTES, "%.64s", strchr(at, '>') + 1);
    forget_sent(world);
    return token;
}

static void come(struct world *world, const char *jid, const char *token)
{
    join_with(world, &world->gateway, jid, token);
    tick(world);
}

static void each_guest_gets_another(void **state)
{
    struct world *world = *state;
    char one[TOKEN_BYTES], two[TOKEN_BYTES];

    make_chat(world, "24h");
    join(world, &world->gateway, TAB, 2);
    join(world, &world->gateway, OTHER, 2);
    tick(world);
    assert_int_equal(
        count_of(sent(&world->gateway), "<token xmlns='urn:duologue:token:0'>"),
        2);
    forget_sent(world);
    join(world, &world->gateway, "g3@guests.chat.example/tab", 1);
    tick(world);
    assert_int_equal(strlen(take_token(world, one)), 64);
    join(world, &world->gateway, "g4@guests.chat.example/tab", 1);
    tick(world);
    assert_string_not_equal(one, take_token(world, two));
}

/* The gateway's guests of before are evicted meanwhile. */
static void come_back(struct world *world)
{
    world->now_ms += 1000;
    restart(world);
    tick(world);
    forget_sent(world);
}

static void a_token_outlives_a_restart(void **state)
{
    struct world *world = *state;
    char first[TOKEN_BYTES], second[TOKEN_BYTES], third[TOKEN_BYTES];

    make_chat(world, "24h");
    join(world, &world->gateway, TAB, 2);
    tick(world);
    take_token(world, first);
    come_back(world);
    come(world, OTHER, first);
    assert_int_equal(strlen(take_token(world, second)), 64);
    come_back(world);
    come(world, TAB, second);
    assert_int_equal(strlen(take_token(world, third)), 64);
    come_back(world);
    /* So does the memory of the dead one. */
    come(world, OTHER, first);
    check_sent(&world->gateway, "not-authorized");
    forget_sent(world);
    come(world, OTHER, third);
    check_sent(&world->gateway, "not-authorized");
}

/* What was not stored was not told, so the old one must still do. */
static void a_failed_commit_takes_no_token_away(void **state)
{
    struct world *world = *state;
    char first[TOKEN_BYTES], none[TOKEN_BYTES];

    make_chat(world, "24h");
    join(world, &world->gateway, TAB, 2);
    tick(world);
    take_token(world, first);
    let_disk_fail(true);
    come(world, OTHER, first);
    let_disk_fail(false);
    check_sent(&world->gateway, "resource-constraint");
    assert_string_equal(take_token(world, none), "");
    come(world, OTHER, first);
    assert_int_equal(strlen(take_token(world, none)), 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROUTER_TEST(each_guest_gets_another),
        ROUTER_TEST(a_token_outlives_a_restart),
        ROUTER_TEST(a_failed_commit_takes_no_token_away),
    };

    return cmocka_run_group_tests_name("router_token", tests, NULL, NULL);
}

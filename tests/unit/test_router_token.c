/* Tokens with a real store: fresh ones, kept over a restart, and never told
 * before they are stored. */
#include <signal.h>
#include <sys/resource.h>

#include "router_case.h"

#define TAB "g1@guests.chat.example/tab"
#define OTHER "g2@guests.chat.example/tab"

enum { TOKEN_BYTES = 65 };

static void let_disk_fail(bool is_failing)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = is_failing ? 0 : limit.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

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

static void join_with(struct world *world, const char *jid, const char *token)
{
    char xml[1024];

    snprintf(xml, sizeof(xml),
             "<presence from='%s' to='%s/me' id='j'>"
             "<x xmlns='http://jabber.org/protocol/muc'>"
             "<password>%s</password></x></presence>",
             jid, world->room, token);
    hear(world, &world->gateway, xml);
    tick(world);
}

static void begin(struct world *world)
{
    world_open(world);
    make_chat(world, "24h");
}

static void each_guest_gets_another(void **state)
{
    char one[TOKEN_BYTES], two[TOKEN_BYTES];
    struct world world;

    (void)state;
    begin(&world);
    join(&world, &world.gateway, TAB, 2);
    join(&world, &world.gateway, OTHER, 2);
    tick(&world);
    assert_int_equal(
        count_of(sent(&world.gateway), "<token xmlns='urn:duologue:token:0'>"),
        2);
    forget_sent(&world);
    join(&world, &world.gateway, "g3@guests.chat.example/tab", 1);
    tick(&world);
    assert_int_equal(strlen(take_token(&world, one)), 64);
    join(&world, &world.gateway, "g4@guests.chat.example/tab", 1);
    tick(&world);
    assert_string_not_equal(one, take_token(&world, two));
    world_close(&world);
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
    char first[TOKEN_BYTES], second[TOKEN_BYTES], third[TOKEN_BYTES];
    struct world world;

    (void)state;
    begin(&world);
    join(&world, &world.gateway, TAB, 2);
    tick(&world);
    take_token(&world, first);
    come_back(&world);
    join_with(&world, OTHER, first);
    assert_int_equal(strlen(take_token(&world, second)), 64);
    come_back(&world);
    join_with(&world, TAB, second);
    assert_int_equal(strlen(take_token(&world, third)), 64);
    come_back(&world);
    /* So does the memory of the dead one. */
    join_with(&world, OTHER, first);
    check_sent(&world.gateway, "not-authorized");
    forget_sent(&world);
    join_with(&world, OTHER, third);
    check_sent(&world.gateway, "not-authorized");
    world_close(&world);
}

/* What was not stored was not told, so the old one must still do. */
static void a_failed_commit_takes_no_token_away(void **state)
{
    char first[TOKEN_BYTES], none[TOKEN_BYTES];
    struct world world;

    (void)state;
    begin(&world);
    join(&world, &world.gateway, TAB, 2);
    tick(&world);
    take_token(&world, first);
    let_disk_fail(true);
    join_with(&world, OTHER, first);
    let_disk_fail(false);
    check_sent(&world.gateway, "resource-constraint");
    assert_string_equal(take_token(&world, none), "");
    join_with(&world, OTHER, first);
    assert_int_equal(strlen(take_token(&world, none)), 64);
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_guest_gets_another),
        cmocka_unit_test(a_token_outlives_a_restart),
        cmocka_unit_test(a_failed_commit_takes_no_token_away),
    };

    return cmocka_run_group_tests_name("router_token", tests, NULL, NULL);
}

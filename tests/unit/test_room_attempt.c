#include <stdio.h>

#include "room/room_state.h"
#include "support/room_check.h"

static void five_tries_at_once_then_a_wait_that_doubles(void **state)
{
    static const int waits_s[] = {30, 60, 120, 240, 480, 960, 1920, 3600, 3600};
    struct room_script *script = *state;
    int64_t now_s = 0;

    room_do(script, "limits creates=0\n00:00:00 create from=host@ctl/h");
    room_expect_part(script, "join from=g@guests/x code=a", "left=4 wait=0s");
    room_expect_part(script, "join from=g@guests/x code=a", "left=3 wait=0s");
    room_expect_part(script, "join from=g@guests/x code=a", "left=2 wait=0s");
    room_expect_part(script, "join from=g@guests/x code=a", "left=1 wait=0s");
    for (size_t i = 0; i < sizeof(waits_s) / sizeof(waits_s[0]); i++) {
        char line[96];
        char part[32];

        /* Each time in a room that nobody has tried yet. */
        snprintf(line, sizeof(line),
                 "%02d:%02d:%02d create room=r%zu from=host@ctl/h",
                 (int)(now_s / 3600), (int)(now_s / 60 % 60), (int)(now_s % 60),
                 i);
        room_do(script, line);
        snprintf(line, sizeof(line), "join room=r%zu from=g@guests/x code=a",
                 i);
        snprintf(part, sizeof(part), "left=0 wait=%ds\n", waits_s[i]);
        room_expect_part(script, line, part);
        now_s += waits_s[i];
    }
}

static void after_the_wait_there_is_one_try(void **state)
{
    struct room_script *script = *state;

    room_do(script, "00:00:00 create from=host@ctl/h\n"
                    "join from=g@guests/x code=a times=5");
    room_expect_part(script, "00:00:30 join from=g@guests/x", "left=1 wait=0s");
    room_expect_part(script, "00:00:30 join from=g@guests/x code=one",
                     "joining");
}

static void a_limited_try_changes_nothing(void **state)
{
    struct room_script *script = *state;

    room_do(script, "00:00:00 create from=host@ctl/h\n"
                    "join from=g@guests/x code=a times=5");
    room_expect(script, "join from=g@guests/x code=a times=100",
                "refuse  g@guests/x wrong-code left=0 wait=30s\n");
    assert_int_equal(room_tea(script)->attempts.level_milli, 5000);
}

static void the_room_tells_when_its_next_try_comes(void **state)
{
    struct room_script *script = *state;

    room_do(script, "00:00:00 create from=host@ctl/h\n"
                    "join from=g@guests/x source=s1 code=a times=5\n"
                    "join from=g@guests/x source=s2 code=a times=5");
    room_expect_part(script, "00:01:00 join from=h@guests/x code=one",
                     "wrong-code left=0 wait=240s");
    room_expect_part(script, "00:05:00 join from=h@guests/x code=one",
                     "joining");
}

static void the_longest_wait_is_told(void **state)
{
    struct room_script *script = *state;

    room_do(script, "00:00:00 create from=host@ctl/h\n"
                    "join from=g@guests/x source=s1 code=a times=5\n"
                    "join from=g@guests/x source=s2 code=a times=5");
    room_expect_part(script, "join from=g@guests/x source=s1 code=one",
                     "wait=300s");
}

static void guests_have_no_domain(void **state)
{
    struct room_script *script = *state;

    room_do(script, "limits creates=0\n00:00:00 create from=host@ctl/h");
    room_expect_no_part(script, "join from=g@guests/x code=a", "limit domain");
    room_expect_part(script, "join from=a@x.example/x code=a",
                     "limit domain x.example failures=1");
}

/* Even if somebody should say that one has. */
static void a_domain_counts_for_native_clients_only(void **state)
{
    struct room_script *script = *state;
    struct room_event event = {.kind = ROOM_EVENT_JOIN, .room = SPAN("tea")};

    room_do(script, "create from=host@ctl/h");
    event.now_ms = script->now_ms;
    event.request.kind = ROOM_REQUEST_PRESENCE;
    event.actor.leg = ROOM_LEG_GUEST;
    event.actor.has_domain_source = true;
    event.u.join.has_code = true;
    check_ok(room_step(script->engine, &event, &script->effects));
    assert_int_equal(script->engine->sources.count, 1);
    assert_int_equal(script->effects.last->kind, ROOM_EFFECT_REFUSE);
}

static void a_success_refunds_its_own_source_only(void **state)
{
    struct room_script *script = *state;

    room_do(script, "00:00:00 create from=host@ctl/h\n"
                    "join from=a@x.example/x code=a times=2\n"
                    "join from=b@x.example/x code=a times=2");
    room_expect_part(script, "join from=a@x.example/x code=one",
                     "limit attempts a@x.example failures=0");
    room_expect_part(script, "join from=b@x.example/x", "left=3");
    assert_int_equal(room_tea(script)->attempts.level_milli, 6000);
    room_expect_part(script, "join from=c@x.example/x code=a",
                     "limit domain x.example failures=5");
}

static void the_alarm_comes_once(void **state)
{
    struct room_script *script = *state;

    room_do(script, "00:00:00 create from=host@ctl/h");
    script->engine->guesses.failures = 299;
    script->engine->guesses.since_ms = script->now_ms;
    room_expect_part(script, "join from=g@guests/x code=a", "alarm   guessing");
    room_expect(script, "join from=h@guests/x code=one",
                "refuse  h@guests/x wrong-code left=0 wait=60s\n");
    room_expect_no_part(script, "00:01:00 join from=k@guests/x code=a",
                        "alarm");
}

static void the_minute_is_counted_anew(void **state)
{
    struct room_script *script = *state;

    room_do(script, "00:00:00 create from=host@ctl/h");
    script->engine->guesses.failures = 299;
    script->engine->guesses.since_ms = script->now_ms;
    room_expect_no_part(script, "00:01:00 join from=g@guests/x code=a",
                        "alarm");
    assert_int_equal(script->engine->guesses.failures, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        room_test(five_tries_at_once_then_a_wait_that_doubles),
        room_test(after_the_wait_there_is_one_try),
        room_test(a_limited_try_changes_nothing),
        room_test(the_room_tells_when_its_next_try_comes),
        room_test(the_longest_wait_is_told),
        room_test(guests_have_no_domain),
        room_test(a_domain_counts_for_native_clients_only),
        room_test(a_success_refunds_its_own_source_only),
        room_test(the_alarm_comes_once),
        room_test(the_minute_is_counted_anew),
    };

    return cmocka_run_group_tests_name("room_attempt", tests, NULL, NULL);
}

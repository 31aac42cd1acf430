/* Ten thousand guesses from five hundred sources: what the engine looks at is
 * exactly what the arithmetic of the attempt policy allows, no guess more.
 *
 * The arithmetic below is written from the policy, not from the engine:
 * buckets are plain sums of seconds.  All times are whole seconds. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "support/check.h"
#include "support/dice.h"
#include "support/room_script.h"

#define OWNER "ann@home.example/phone"

enum {
    GUESSES = 10000,
    SOURCES = 500,
    GUESTS = 250, /* of them; the others are native accounts */
    DOMAINS = 7,
    ROOMS = 60,
    DAY_S = 24 * 60 * 60,
    SOURCE_FREE = 5,
    SOURCE_FIRST_S = 30,
    SOURCE_LAST_S = 60 * 60,
    ROOM_TOKENS = 10,
    ROOM_TOKEN_S = 5 * 60,
    DOMAIN_PER_HOUR = 20,
    HOUR_S = 60 * 60,
    ALL_PER_MINUTE = 300,
    MINUTE_S = 60,
    LINE_MAX_BYTES = 200,
    TEXT_MAX_BYTES = 1024 * 1024,
};

struct window {
    int64_t since_s;
    int failures;
};

/* What the policy remembers. */
struct policy {
    struct {
        int failures;
        int64_t last_s;
        int64_t until_s;
    } sources[SOURCES];
    int64_t debts_s[ROOMS]; /* when the bucket is full again */
    struct window domains[DOMAINS];
    struct window all;
    int64_t all_until_s;
};

struct guess {
    int64_t now_s;
    int room;
    int source;
    bool is_right;
};

struct outcome {
    bool is_looked_at;
    bool is_in;
    int64_t wait_s;
};

struct tally {
    uint64_t looked_at;
    uint64_t limited;
    uint64_t in;
};

static bool is_guest(const struct guess *guess)
{
    return guess->source < GUESTS;
}

static int domain_of(const struct guess *guess)
{
    return guess->source % DOMAINS;
}

static int64_t max_of(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* A bucket of ten that gains one in five minutes is a debt of five minutes a
 * failure, and at most fifty. */
static int64_t room_wait_s(const struct policy *policy,
                           const struct guess *guess)
{
    int64_t debt_s = policy->debts_s[guess->room] - guess->now_s;

    return debt_s - (ROOM_TOKENS - 1) * ROOM_TOKEN_S;
}

static int64_t domain_wait_s(const struct policy *policy,
                             const struct guess *guess)
{
    const struct window *window = &policy->domains[domain_of(guess)];

    if (is_guest(guess) || window->failures < DOMAIN_PER_HOUR)
        return 0;
    return window->since_s + HOUR_S - guess->now_s;
}

static int64_t wait_s(const struct policy *policy, const struct guess *guess)
{
    int64_t wait = policy->sources[guess->source].until_s - guess->now_s;

    wait = max_of(wait, room_wait_s(policy, guess));
    wait = max_of(wait, domain_wait_s(policy, guess));
    wait = max_of(wait, policy->all_until_s - guess->now_s);
    return max_of(wait, 0);
}

static void fail_source(struct policy *policy, const struct guess *guess)
{
    const int number = guess->source;
    int failures = policy->sources[number].failures;
    int64_t penalty_s = SOURCE_FIRST_S;

    if (guess->now_s - policy->sources[number].last_s >= DAY_S)
        failures = 0;
    failures++;
    for (int i = SOURCE_FREE; i < failures; i++)
        penalty_s =
            penalty_s * 2 < SOURCE_LAST_S ? penalty_s * 2 : SOURCE_LAST_S;
    policy->sources[number].failures = failures;
    policy->sources[number].last_s = guess->now_s;
    policy->sources[number].until_s =
        guess->now_s + (failures < SOURCE_FREE ? 0 : penalty_s);
}

static void fail_window(struct window *window, int64_t now_s, int64_t span_s)
{
    if (window->failures == 0 || now_s - window->since_s >= span_s)
        *window = (struct window){now_s, 0};
    window->failures++;
}

static void fail_guess(struct policy *policy, const struct guess *guess)
{
    fail_source(policy, guess);
    policy->debts_s[guess->room] =
        max_of(policy->debts_s[guess->room], guess->now_s) + ROOM_TOKEN_S;
    if (!is_guest(guess))
        fail_window(&policy->domains[domain_of(guess)], guess->now_s, HOUR_S);
    fail_window(&policy->all, guess->now_s, MINUTE_S);
    if (policy->all.failures == ALL_PER_MINUTE) {
        policy->all.failures = 0;
        policy->all_until_s = guess->now_s + MINUTE_S;
    }
}

/* The minute lives in memory. */
static void forget_all(struct policy *policy)
{
    policy->all = (struct window){0, 0};
    policy->all_until_s = 0;
}

/* What must come of it. */
static struct outcome judge(struct policy *policy, const struct guess *guess)
{
    struct outcome outcome = {.wait_s = wait_s(policy, guess)};

    if (outcome.wait_s > 0)
        return outcome;
    outcome.is_looked_at = true;
    outcome.is_in = guess->is_right;
    if (guess->is_right) {
        policy->sources[guess->source].failures = 0;
        return outcome;
    }
    fail_guess(policy, guess);
    outcome.wait_s =
        max_of(0, policy->sources[guess->source].until_s - guess->now_s);
    return outcome;
}

static void write_jid(const struct guess *guess, char *jid, size_t max_bytes)
{
    if (is_guest(guess))
        snprintf(jid, max_bytes, "g%d@guests/x", guess->source);
    else
        snprintf(jid, max_bytes, "u%d@d%d.example/x", guess->source,
                 domain_of(guess));
}

/* `more` is the rest of the line, or "". */
static void write_line(char *line, int64_t now_s, const char *verb, int room,
                       const char *more)
{
    snprintf(line, LINE_MAX_BYTES, "%02d:%02d:%02d %s room=r%d from=%s",
             (int)(now_s / HOUR_S), (int)(now_s / 60 % 60), (int)(now_s % 60),
             verb, room, more);
}

static void run(struct room_script *script, const char *line, struct buf *out)
{
    out->len = 0;
    if (!room_script_line(script, span_of(line), out))
        fail_msg("%s: %.*s", line, (int)out->len, out->at);
    check_ok(buf_append_byte(out, '\0'));
}

static void leave(struct room_script *script, const struct guess *guess,
                  const char *jid)
{
    struct buf out = BUF_EMPTY(TEXT_MAX_BYTES);
    char line[LINE_MAX_BYTES];

    write_line(line, guess->now_s, "leave", guess->room, jid);
    run(script, line, &out);
    buf_clear(&out);
}

/* From `wrong-code left=0 wait=30s`. */
static int64_t read_wait_s(const char *text)
{
    const char *at = strstr(text, " wait=");
    uint64_t wait = 0;

    assert_non_null(at);
    at += strlen(" wait=");
    assert_true(span_to_u64((struct span){at, strcspn(at, "s")}, DAY_S, &wait));
    return (int64_t)wait;
}

static struct outcome ask(struct room_script *script, const struct guess *guess)
{
    struct buf out = BUF_EMPTY(TEXT_MAX_BYTES);
    struct outcome outcome = {0};
    char line[LINE_MAX_BYTES];
    char jid[64];
    char more[100];

    write_jid(guess, jid, sizeof(jid));
    snprintf(more, sizeof(more), "%s code=%s", jid,
             guess->is_right ? "two" : "bad");
    write_line(line, guess->now_s, "join", guess->room, more);
    run(script, line, &out);
    outcome.is_in = strstr(out.at, "joining") != NULL;
    outcome.is_looked_at =
        outcome.is_in || strstr(out.at, "limit attempts") != NULL;
    if (!outcome.is_in)
        outcome.wait_s = read_wait_s(out.at);
    buf_clear(&out);
    if (outcome.is_in)
        leave(script, guess, jid);
    return outcome;
}

/* Whoever is bound gets in whatever he sends, however many guess. */
static void let_owner_in(struct room_script *script, int64_t now_s, int room,
                         const char *code)
{
    const struct guess owner = {.now_s = now_s, .room = room};
    struct buf out = BUF_EMPTY(TEXT_MAX_BYTES);
    char line[LINE_MAX_BYTES];

    write_line(line, now_s, "join", room, OWNER);
    snprintf(line + strlen(line), sizeof(line) - strlen(line), " code=%s",
             code);
    run(script, line, &out);
    assert_non_null(strstr(out.at, "joining"));
    buf_clear(&out);
    leave(script, &owner, OWNER);
}

static void make_rooms(struct room_script *script)
{
    struct buf out = BUF_EMPTY(TEXT_MAX_BYTES);
    char line[LINE_MAX_BYTES];

    run(script, "limits creates=0", &out);
    for (int room = 0; room < ROOMS; room++) {
        write_line(line, 0, "create", room, "host@ctl/h idle=168h");
        run(script, line, &out);
        let_owner_in(script, 0, room, "one");
    }
    buf_clear(&out);
}

/* Storms, in which the limits of all bind, and slow hours between. */
static int64_t next_pause_s(struct dice *dice, int number)
{
    const bool is_storm = number / 1000 % 2 == 0;

    if (is_storm)
        return dice_is(dice, 10);
    return dice_throw(dice, 90);
}

static struct guess make_guess(struct dice *dice, int64_t now_s)
{
    struct guess guess = {.now_s = now_s,
                          .room = (int)dice_throw(dice, ROOMS),
                          .source = (int)dice_throw(dice, SOURCES)};

    /* A native account that is right would be bound, and guess no more. */
    guess.is_right = is_guest(&guess) && dice_is(dice, 20);
    return guess;
}

static void compare(const struct guess *guess, const struct outcome *is,
                    const struct outcome *should, struct tally *tally)
{
    if (is->is_looked_at != should->is_looked_at || is->is_in != should->is_in)
        fail_msg("%" PRId64 " s, source %d, room %d: looked at %d, not %d",
                 guess->now_s, guess->source, guess->room, is->is_looked_at,
                 should->is_looked_at);
    if (!is->is_in)
        assert_int_equal(is->wait_s, should->wait_s);
    tally->looked_at += is->is_looked_at && !is->is_in;
    tally->limited += !is->is_looked_at;
    tally->in += is->is_in;
}

static void guess_all(struct room_script *script, uint64_t seed,
                      bool has_restarts, struct tally *tally)
{
    struct dice dice = dice_of_seed(seed);
    static struct policy policy;
    int64_t now_s = 1;

    memset(&policy, 0, sizeof(policy));
    make_rooms(script);
    for (int i = 0; i < GUESSES; i++) {
        struct guess guess;
        struct outcome is;
        struct outcome should;

        now_s += next_pause_s(&dice, i);
        guess = make_guess(&dice, now_s);
        is = ask(script, &guess);
        should = judge(&policy, &guess);
        compare(&guess, &is, &should, tally);
        if (i % 100 == 0)
            let_owner_in(script, now_s, guess.room, "whatever");
        if (has_restarts && i % 250 == 249) {
            assert_true(room_script_line(script, SPAN("restart"), NULL));
            forget_all(&policy);
        }
    }
}

static void check_policy(bool has_restarts)
{
    struct room_script script;
    struct tally tally = {0};

    room_script_init(&script);
    guess_all(&script, 1, has_restarts, &tally);
    print_message("%d guesses from %d sources: %" PRIu64 " looked at, %" PRIu64
                  " turned away, %" PRIu64 " right\n",
                  GUESSES, SOURCES, tally.looked_at, tally.limited, tally.in);
    /* Each side of the policy has been seen. */
    assert_true(tally.looked_at > 1000);
    assert_true(tally.limited > 1000);
    assert_true(tally.in > 20);
    room_script_clear(&script);
}

static void prop_guesses_are_counted_exactly(void **state)
{
    (void)state;
    check_policy(false);
}

/* Forty restarts refill nothing but the minute that counts for all. */
static void prop_a_restart_refills_nothing(void **state)
{
    (void)state;
    check_policy(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prop_guesses_are_counted_exactly),
        cmocka_unit_test(prop_a_restart_refills_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Random lives of one guest whose line is cut at any moment, noticed or not:
 * both directions carry every stanza once and in order, under one XEP-0198
 * id. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/guest.h"
#include "gateway/session.h"
#include "support/check.h"
#include "support/gate_case.h"

enum {
    LIVES = 1000,
    STEPS = 120,
    LINES = 2,
    UNACKED_MAX = 400, /* well below what makes a guest go */
};

struct life {
    struct gate_case c;
    struct session lines[LINES];
    size_t at; /* the line in use; the other is dead, known or not */
    bool is_cut;
    struct guest *guest;
    char token[GUEST_TOKEN_CHARS + 1];
    uint64_t seed;
    unsigned told;    /* messages to the guest */
    unsigned heard;   /* of them, by the browser */
    uint32_t handled; /* stanzas it heard, as XEP-0198 counts */
    unsigned said;    /* messages of the browser */
    unsigned written; /* of them, that reached the gateway, as far as known */
    unsigned got;     /* of them, by the room */
    unsigned resumes;
};

/* xorshift64*: the same lives on every machine. */
static uint32_t chance(struct life *life, uint32_t below)
{
    life->seed ^= life->seed >> 12;
    life->seed ^= life->seed << 25;
    life->seed ^= life->seed >> 27;
    return (uint32_t)((life->seed * 0x2545F4914F6CDD1DULL) >> 33) % below;
}

static struct session *line(struct life *life)
{
    return &life->lines[life->at];
}

/* The number behind `name` in `text`. */
static unsigned number(const char *text, const char *name)
{
    const char *at = strstr(text, name);
    char *end;
    unsigned long found;

    assert_non_null(at);
    found = strtoul(at + strlen(name), &end, 10);
    assert_int_equal(*end, '\'');
    return (unsigned)found;
}

/* An element that ends with a number in an attribute. */
static void say(struct life *life, const char *beginning, unsigned count)
{
    char text[200];

    snprintf(text, sizeof(text), "%s'%u'/>", beginning, count);
    gate_case_say(line(life), text);
}

static void acknowledge(struct life *life)
{
    say(life, "<a xmlns='urn:xmpp:sm:3' h=", life->handled);
}

static void take_frame(struct life *life, const char *frame)
{
    if (strncmp(frame, "<message", 8) == 0) {
        assert_int_equal(number(frame, "id='m"), life->heard);
        life->heard++;
        life->handled++;
    } else if (strncmp(frame, "<presence", 9) == 0) {
        life->handled++;
    } else if (strncmp(frame, "<a ", 3) == 0) {
        assert_in_range(number(frame, "h='"), 0, life->written);
    } else if (strncmp(frame, "<resumed", 8) == 0) {
        assert_in_range(number(frame, "h='"), life->got, life->said);
        assert_non_null(strstr(frame, life->token));
        life->written = number(frame, "h='");
    } else if (strncmp(frame, "<r ", 3) == 0) {
        if (chance(life, 3) > 0)
            acknowledge(life);
    } else {
        fail_msg("unexpected: %s", frame);
    }
}

/* The browser reads up to `count` frames. */
static void hear(struct life *life, unsigned count)
{
    char frame[1000];

    for (; count > 0 && session_front(line(life)).at != NULL; count--) {
        struct span front = session_front(line(life));

        assert_true(front.len < sizeof(frame));
        memcpy(frame, front.at, front.len);
        frame[front.len] = '\0';
        session_written(line(life));
        take_frame(life, frame);
    }
}

/* The browser has one more message, or sends what it has again. */
static void write_up(struct life *life)
{
    if (life->written == life->said)
        life->said++;
    if (chance(life, 4) == 0)
        return; /* on its way when the line is cut */
    say(life, "<message to='tea@duo.example' xml:lang='sv' id=", life->written);
    life->written++;
}

static void tell(struct life *life)
{
    char text[200];

    if (life->guest->unacked.count >= UNACKED_MAX)
        return;
    snprintf(text, sizeof(text),
             "<message from='tea@duo.example/Anny' to='%%s' id='m%u'/>",
             life->told);
    gate_case_deliver(&life->c, life->guest, text);
    life->told++;
}

/* What reached the room: each once, in order. */
static void look_up(struct life *life)
{
    struct buf up = BUF_EMPTY(GATE_UP_MAX_BYTES);
    const char *at;

    gate_case_up(&life->c, &up);
    for (at = up.at; (at = strstr(at, "<message")) != NULL; at++) {
        assert_int_equal(number(at, "id='"), life->got);
        life->got++;
    }
    buf_clear(&up);
}

static void enter(struct life *life)
{
    struct buf heard = BUF_EMPTY(4096);
    unsigned early = chance(life, 4);

    gate_case_bind(&life->c, line(life));
    life->guest = line(life)->guest;
    for (unsigned i = 0; i < early; i++) /* counts do not begin with these */
        gate_case_say(line(life), "<presence/>");
    gate_case_say(line(life), CASE_ENABLE);
    gate_case_heard(line(life), &heard);
    memcpy(life->token, life->guest->token, GUEST_TOKEN_CHARS);
    check_heard(&heard, life->token);
    gate_case_deliver(&life->c, life->guest,
                      "<presence from='tea@duo.example/Abhi' to='%s'><x "
                      "xmlns='http://jabber.org/protocol/muc#user'>"
                      "<status code='110'/></x></presence>");
    buf_clear(&heard);
}

static void cut(struct life *life)
{
    life->is_cut = true;
    if (chance(life, 3) > 0)
        session_lost(line(life));
}

static void try_to_resume(struct session *session, const char *token,
                          unsigned count)
{
    char text[200];

    snprintf(text, sizeof(text),
             "<resume xmlns='urn:xmpp:sm:3' previd='%s' h='%u'/>", token,
             count);
    gate_case_say(session, text);
}

/* A stream as far as it may resume, which it does not say anything about. */
static void come(struct life *life, struct session *session)
{
    struct buf heard = BUF_EMPTY(4096);

    session_lost(session);
    gate_case_session(&life->c, session);
    gate_case_say(session, CASE_OPEN);
    gate_case_say(session, CASE_AUTH);
    gate_case_say(session, CASE_OPEN);
    gate_case_heard(session, &heard);
    if (chance(life, 4) == 0) { /* a guess first */
        char guess[GUEST_TOKEN_CHARS + 1];

        memcpy(guess, life->token, sizeof(guess));
        guess[chance(life, GUEST_TOKEN_CHARS)] ^= 1;
        try_to_resume(session, guess, 0);
        gate_case_heard(session, &heard);
        check_heard(&heard, "<item-not-found");
    }
    buf_clear(&heard);
}

static void resume(struct life *life)
{
    struct session *former = line(life);

    life->at = (life->at + 1) % LINES;
    come(life, line(life));
    try_to_resume(line(life), life->token, life->handled);
    assert_ptr_equal(line(life)->guest, life->guest);
    assert_ptr_equal(life->guest->session, line(life));
    assert_null(former->guest);
    hear(life, 1); /* <resumed/>, which says how far we came */
    life->is_cut = false;
    life->resumes++;
}

static void step(struct life *life)
{
    uint32_t what = chance(life, 10);

    if (what < 3)
        tell(life);
    else if (life->is_cut && what < 5)
        resume(life);
    else if (life->is_cut)
        life->c.gate.now_ms += (int64_t)chance(life, 1000);
    else if (what < 6)
        write_up(life);
    else if (what < 8)
        hear(life, chance(life, 12));
    else if (what == 8)
        cut(life);
    else if (chance(life, 2) == 0)
        acknowledge(life);
    else
        gate_case_say(line(life), "<r xmlns='urn:xmpp:sm:3'/>");
    gate_sweep(&life->c.gate);
    look_up(life);
}

static void finish(struct life *life)
{
    if (life->is_cut)
        resume(life);
    while (life->written < life->said)
        write_up(life);
    hear(life, UINT32_MAX);
    look_up(life);
    assert_int_equal(life->heard, life->told);
    assert_int_equal(life->got, life->said);
    assert_int_equal(life->c.gate.by_jid.count, 1);
}

/* Who says goodbye takes the id along. */
static void leave(struct life *life)
{
    struct buf heard = BUF_EMPTY(4096);
    struct session *other = &life->lines[(life->at + 1) % LINES];

    gate_case_say(line(life),
                  "<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>");
    come(life, other);
    try_to_resume(other, life->token, life->handled);
    gate_case_heard(other, &heard);
    check_heard(&heard, "<item-not-found");
    assert_int_equal(life->c.gate.by_token.count, 0);
    buf_clear(&heard);
}

static unsigned live(uint64_t seed)
{
    struct life life = {.seed = seed};

    gate_case_init(&life.c);
    for (size_t i = 0; i < LINES; i++)
        life.lines[i].gate = &life.c.gate;
    enter(&life);
    for (int i = 0; i < STEPS; i++)
        step(&life);
    finish(&life);
    leave(&life);
    for (size_t i = 0; i < LINES; i++)
        session_lost(&life.lines[i]);
    gate_case_clear(&life.c);
    return life.resumes;
}

static void prop_nothing_is_lost_or_doubled(void **state)
{
    unsigned resumes = 0;

    (void)state;
    for (uint64_t i = 1; i <= LIVES; i++)
        resumes += live(i * 0x9E3779B97F4A7C15ULL);
    assert_true(resumes > 2 * LIVES);
}

enum { GUESTS = 2000, SYMBOLS = 256 };

/* Each place of `names` takes 32 letters, about equally often. */
static void check_even(const char *names, size_t len)
{
    for (size_t place = 0; place < len; place++) {
        unsigned counts[SYMBOLS] = {0};
        unsigned letters = 0;

        for (size_t i = 0; i < GUESTS; i++)
            counts[(unsigned char)names[i * len + place]]++;
        for (size_t letter = 0; letter < SYMBOLS; letter++) {
            letters += counts[letter] > 0;
            if (counts[letter] > 0) /* 62 of 2,000, and seven deviations */
                assert_in_range(counts[letter], 10, 130);
        }
        assert_int_equal(letters, 32);
    }
}

static int compare(const void *a, const void *b)
{
    return memcmp(a, b, GUEST_LOCAL_CHARS);
}

/* No two begin alike, nor does an id like an address. */
static void check_apart(const char *tokens, const char *locals)
{
    static char all[2 * GUESTS][GUEST_LOCAL_CHARS];

    for (size_t i = 0; i < GUESTS; i++) {
        memcpy(all[2 * i], tokens + i * GUEST_TOKEN_CHARS, sizeof(all[0]));
        memcpy(all[2 * i + 1], locals + i * GUEST_LOCAL_CHARS, sizeof(all[0]));
    }
    qsort(all, (size_t)2 * GUESTS, sizeof(all[0]), compare);
    for (size_t i = 1; i < (size_t)2 * GUESTS; i++)
        assert_true(memcmp(all[i - 1], all[i], sizeof(all[0]) / 2) != 0);
}

static void prop_ids_are_random(void **state)
{
    static char tokens[GUESTS * GUEST_TOKEN_CHARS];
    static char locals[GUESTS * GUEST_LOCAL_CHARS];
    struct gate_case c;

    (void)state;
    gate_case_init(&c);
    for (size_t i = 0; i < GUESTS; i++) {
        struct session session;

        gate_case_bind(&c, &session);
        gate_case_say(&session, CASE_ENABLE);
        memcpy(tokens + i * GUEST_TOKEN_CHARS, session.guest->token,
               GUEST_TOKEN_CHARS);
        memcpy(locals + i * GUEST_LOCAL_CHARS, guest__jid(session.guest).at,
               GUEST_LOCAL_CHARS);
        session_lost(&session);
    }
    check_even(tokens, GUEST_TOKEN_CHARS);
    check_even(locals, GUEST_LOCAL_CHARS);
    check_apart(tokens, locals);
    gate_case_clear(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prop_nothing_is_lost_or_doubled),
        cmocka_unit_test(prop_ids_are_random),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

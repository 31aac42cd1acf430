/* A story of a room in which the n-th allocation fails, for every n: the tick
 * is taken back as the router does it, tried again, and the story goes on as
 * if nothing had happened. */
#include <stdlib.h>

#include "room/room_effect.h"
#include "room/room_view.h"
#include "support/check.h"
#include "support/fail_alloc.h"
#include "support/room_disk.h"
#include "support/room_line.h"
#include "support/room_text.h"

enum { TEXT_MAX_BYTES = 1024 * 1024 };

static const char *const story[] = {
    "00:00:00 create from=host@x.example/h idle=1h",
    "00:00:01 join from=eve@z.example/x code=bad",
    "00:00:02 join from=ann@x.example/phone code=one shows=\"<c/>\"",
    "00:00:03 join from=ann@x.example/laptop",
    "00:00:04 join from=g1@guests/tab code=two",
    "00:00:05 say from=ann@x.example/phone body=one origin=o1 id=m1 lang=en",
    "00:00:06 say from=ann@x.example/phone body=one origin=o1",
    "00:00:07 say from=g1@guests/tab body=two origin=o2",
    "sleep",
    "00:00:08 say from=g1@guests/tab body=three origin=o3",
    "00:00:09 say from=ann@x.example/phone retract=1",
    "00:00:10 say from=ann@x.example/phone state",
    "00:00:11 presence from=ann@x.example/phone shows=\"<show>dnd</show>\"",
    "00:00:12 presence from=ann@x.example/phone nick=Other",
    "00:00:13 presence from=kim@y.example/x nick=Other",
    "00:00:14 join from=ann@x.example/phone shows=\"<show>chat</show>\"",
    "00:00:15 join from=ann@x.example/tablet",
    "00:00:16 leave from=ann@x.example/tablet",
    "00:00:17 ghost from=ann@x.example/laptop",
    "00:01:17 time",
    "00:01:18 ghost from=ann@x.example/laptop certain",
    "00:01:19 say from=g1@guests/tab body=!status word=status",
    "00:01:20 say from=g1@guests/tab body=!keep word=keep",
    "00:01:21 keep from=ann@x.example/x",
    "00:01:22 keep from=nobody@x.example/x",
    "00:01:23 evict-guests",
    "00:01:23.1 join from=g2@guests/tab code=two offers=t1",
    "00:01:23.2 leave from=g2@guests/tab",
    "00:01:23.3 join from=g3@guests/tab token=t1 offers=t2",
    "00:01:23.4 join from=g4@guests/tab token=t1 offers=t3",
    "00:01:23.5 leave from=g4@guests/tab",
    "00:01:23.6 join from=g5@guests/tab token=t2 offers=t4",
    "00:01:23.7 join from=g3@guests/tab offers=t5",
    "00:01:23.8 leave from=g3@guests/tab",
    "00:01:23.9 join from=g6@guests/tab token=t1 offers=t6",
    "00:01:24 join from=eve@z.example/x code=bad times=4",
    "00:02:00 join from=eve@z.example/x code=two",
    "00:56:00 time",
    "01:05:00 end from=ann@x.example/phone",
};

struct play {
    struct room_engine *engine;
    struct room_effects effects;
    struct room_disk disk;
    int64_t now_ms;
    uint64_t left; /* allocations until one fails; 0: none will */
    bool has_failed;
    bool is_tight; /* effects get a little more place each time */
    struct buf text;
};

static const uint64_t seed[2] = {1, 2};

static void arm(struct play *play, uint64_t *before)
{
    *before = fail_alloc_count();
    if (play->left > 0 && !play->has_failed)
        fail_alloc_at(play->left);
}

/* True when the failure happened since it was armed. */
static bool disarm(struct play *play, uint64_t before)
{
    if (fail_alloc_stop()) {
        play->has_failed = true;
        return true;
    }
    play->left -= fail_alloc_count() - before < play->left
                      ? fail_alloc_count() - before
                      : play->left;
    return false;
}

static void wake(struct play *play, struct span local)
{
    struct room_image image;
    struct room *room;
    uint64_t before;
    enum err rc;

    if (room_find(play->engine, local) != NULL ||
        room_disk_find(&play->disk, local) != ROOM_DISK_LIVE)
        return;
    room_disk_image(&play->disk, local, &image);
    arm(play, &before);
    rc = room_load(play->engine, &image, &room);
    if (disarm(play, before)) {
        check_err(rc, ERR_NOMEM);
        assert_null(room_find(play->engine, local));
        rc = room_load(play->engine, &image, &room);
    }
    check_ok(rc);
}

static void take_back(struct play *play, struct span local)
{
    struct room *room = room_find(play->engine, local);

    room_effects_reset(&play->effects);
    if (room != NULL)
        room_forget(play->engine, room);
    room_limits_forget(play->engine);
    for (size_t i = 0; i < play->disk.limit_count; i++)
        check_ok(room_limit_load(play->engine, &play->disk.limits[i]));
    wake(play, local);
}

/* Every effect that does not fit any more takes the tick back. */
static void squeeze(struct play *play, const struct room_event *event)
{
    size_t max_bytes = play->effects.arena.max_bytes;
    enum err rc = ERR_NOMEM;

    for (size_t place = 0; rc != ERR_OK && place < 64 * 1024; place += 16) {
        play->effects.arena.max_bytes = place;
        rc = room_step(play->engine, event, &play->effects);
        if (rc == ERR_OK)
            break;
        check_err(rc, ERR_NOMEM);
        take_back(play, event->room);
    }
    check_ok(rc);
    play->effects.arena.max_bytes = max_bytes;
}

static void step_once(struct play *play, const struct room_event *event)
{
    uint64_t before;
    enum err rc;

    arm(play, &before);
    rc = room_step(play->engine, event, &play->effects);
    if (disarm(play, before)) {
        check_err(rc, ERR_NOMEM);
        take_back(play, event->room);
        rc = room_step(play->engine, event, &play->effects);
    }
    check_ok(rc);
}

static void step(struct play *play, const struct room_event *event)
{
    wake(play, event->room);
    if (play->is_tight)
        squeeze(play, event);
    else
        step_once(play, event);
    room_text_effects(&play->text, &play->effects);
    room_disk_commit(&play->disk, &play->effects);
    room_effects_clear(&play->effects);
}

static void play_line(struct play *play, const char *text)
{
    struct line line;

    line_read(span_of(text), &play->now_ms, &line);
    if (span_is(line.verb, "sleep")) {
        room_forget(play->engine, room_find(play->engine, SPAN("tea")));
        return;
    }
    for (uint64_t i = line_number(&line, "times", 1); i > 0; i--) {
        struct line_made made = {.payload = BUF_EMPTY(4096),
                                 .to = BUF_EMPTY(4096),
                                 .nick = BUF_EMPTY(4096)};

        line_make(&made, line_verb(&line), &line, play->now_ms, 1);
        step(play, &made.event);
        line_made_clear(&made);
    }
}

/* Plays it all; false when it was over before the `nth` allocation. */
static bool play_story(uint64_t nth, bool is_tight, struct buf *text)
{
    static const struct room_limits limits = {
        .messages_per_second = 10,
        .message_burst = 20,
        .sessions_per_seat = 2,
        .creates_per_hour = 30,
        .idle_warning_ms = 600000,
    };
    static struct play play;

    play = (struct play){.effects = ROOM_EFFECTS_EMPTY,
                         .now_ms = ROOM_TEXT_START_MS,
                         .left = nth,
                         .is_tight = is_tight,
                         .text = BUF_EMPTY(TEXT_MAX_BYTES)};
    room_disk_init(&play.disk);
    play.engine = room_engine_new(&limits, seed);
    assert_non_null(play.engine);
    room_engine_set_linked(play.engine, true);
    for (size_t i = 0; i < sizeof(story) / sizeof(story[0]); i++)
        play_line(&play, story[i]);
    room_engine_free(play.engine);
    room_disk_clear(&play.disk);
    *text = play.text;
    return play.has_failed;
}

static void every_allocation_may_fail(void **state)
{
    struct buf right;
    uint64_t nth = 1;
    bool has_failed;

    (void)state;
    assert_false(play_story(0, false, &right));
    do {
        struct buf text;

        has_failed = play_story(nth++, false, &text);
        assert_int_equal(text.len, right.len);
        assert_memory_equal(text.at, right.at, right.len);
        buf_clear(&text);
    } while (has_failed);
    assert_true(nth > 50);
    buf_clear(&right);
}

static void every_effect_may_find_no_place(void **state)
{
    struct buf right;
    struct buf text;

    (void)state;
    assert_false(play_story(0, false, &right));
    assert_false(play_story(0, true, &text));
    assert_int_equal(text.len, right.len);
    assert_memory_equal(text.at, right.at, right.len);
    buf_clear(&text);
    buf_clear(&right);
}

static void an_engine_needs_memory(void **state)
{
    const struct room_limits limits = {.creates_per_hour = 1};

    (void)state;
    fail_alloc_at(1);
    assert_null(room_engine_new(&limits, seed));
    assert_true(fail_alloc_stop());
}

static void a_limit_needs_memory(void **state)
{
    const struct room_limits limits = {.creates_per_hour = 1};
    const struct room_limit_image image = {.failures = 1};
    struct room_engine *engine = room_engine_new(&limits, seed);

    (void)state;
    for (uint64_t nth = 1; nth <= 2; nth++) {
        fail_alloc_at(nth);
        check_err(room_limit_load(engine, &image), ERR_NOMEM);
        assert_true(fail_alloc_stop());
    }
    check_ok(room_limit_load(engine, &image));
    room_engine_free(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(every_effect_may_find_no_place),
        cmocka_unit_test(an_engine_needs_memory),
        cmocka_unit_test(a_limit_needs_memory),
    };

    return cmocka_run_group_tests_name("room_alloc", tests, NULL, NULL);
}

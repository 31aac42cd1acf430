#include <string.h>

#include "room/room_state.h"
#include "room/room_view.h"
#include "support/check.h"
#include "support/child.h"

static const struct room_limits limits = {.idle_warning_ms = 600000};
static const uint64_t seed[2] = {1, 2};

static const struct room_entry entries[] = {
    {.at_ms = 1000, .seq = 1, .seat = 1, .flags = ROOM_ENTRY_ACTIVITY},
    {.at_ms = 5000, .seq = 2, .seat = 2, .flags = ROOM_ENTRY_ACTIVITY},
    {.at_ms = 9000, .seq = 3, .seat = 1, .flags = 0},
};

static struct room_image full_image(void)
{
    static struct room_member_image members[3];
    static struct room_session_image sessions[3];
    struct room_image image = {.number = 7,
                               .local = SPAN("tea"),
                               .protection = ROOM_PROTECTION_OMEMO,
                               .idle_ms = 100000,
                               .deadline_ms = 101000,
                               .warned_run = 3,
                               .is_nearly_full_told = true,
                               .attempts = {4000, 50},
                               .entries = entries,
                               .entry_count = 3,
                               .bytes = 77,
                               .members = members,
                               .member_count = 3,
                               .sessions = sessions,
                               .session_count = 3};

    members[0] = (struct room_member_image){SPAN("ann@x"), 1};
    members[1] = (struct room_member_image){SPAN("gone@x"), 0};
    members[2] = (struct room_member_image){SPAN("bob@y"), 2};
    sessions[0] = (struct room_session_image){
        SPAN("bob@y/2"), SPAN("bob@y"), 2,  ROOM_LEG_NATIVE,
        SPAN("<b/>"),    900,           900};
    sessions[1] = (struct room_session_image){
        SPAN("ann@x/1"), SPAN("ann@x"), 1,  ROOM_LEG_GUEST,
        SPAN("<a/>"),    800,           800};
    sessions[2] = (struct room_session_image){
        SPAN("ann@x/3"), SPAN("ann@x"), 1, ROOM_LEG_NATIVE, SPAN(""), 900, 900};
    image.seats[0].name = SPAN("Ann");
    image.seats[1].name = SPAN("Bob");
    image.seats[1].is_used = true;
    memset(image.seats[0].code.at, 1, SECRET_BYTES);
    memset(image.keys.seal.at, 2, SECRET_BYTES);
    return image;
}

static void everything_comes_back(void **state)
{
    struct room_engine *engine = room_engine_new(&limits, seed);
    struct room_image image = full_image();
    struct room_member_image member;
    struct room *room;

    (void)state;
    check_ok(room_load(engine, &image, &room));
    assert_int_equal(room_number(room), 7);
    check_span(room_local(room), "tea");
    check_span(room_seat_name(room, 1), "Ann");
    check_span(room_seat_name(room, 2), "Bob");
    assert_false(room_seat_is_used(room, 1));
    assert_true(room_seat_is_used(room, 2));
    assert_true(secret_equal(&room_get_keys(room)->seal, &image.keys.seal));
    assert_int_equal(room_message_count(room), 3);
    assert_int_equal(room->bytes, 77);
    assert_int_equal(room->warned_run, 3);
    assert_true(room->is_nearly_full_told);
    assert_int_equal(room->attempts.level_milli, 4000);
    assert_true(room_member_at(room, 1, &member));
    check_span(member.bare, "bob@y");
    assert_false(room_member_at(room, 2, &member)); /* seat 0 is none */
    room_engine_free(engine);
}

static void sessions_are_ordered_by_their_time(void **state)
{
    struct room_engine *engine = room_engine_new(&limits, seed);
    struct room_image image = full_image();
    struct room_session_image session;
    struct room *room;

    (void)state;
    check_ok(room_load(engine, &image, &room));
    assert_true(room_session_at(room, 0, &session));
    check_span(session.jid, "ann@x/1");
    check_span(session.presence, "<a/>");
    assert_int_equal(session.leg, ROOM_LEG_GUEST);
    assert_true(room_session_at(room, 1, &session));
    check_span(session.jid, "bob@y/2");
    assert_true(room_session_at(room, 2, &session));
    check_span(session.jid, "ann@x/3");
    assert_int_equal(session.joined_ms, 901);
    room_engine_free(engine);
}

/* The last message with activity says more than the disk's lower bound. */
static void the_deadline_follows_the_messages(void **state)
{
    struct room_engine *engine = room_engine_new(&limits, seed);
    struct room_image image = full_image();
    struct room *room;

    (void)state;
    check_ok(room_load(engine, &image, &room));
    assert_int_equal(room_deadline_ms(room), 105000);
    room_forget(engine, room);
    image.deadline_ms = 200000;
    check_ok(room_load(engine, &image, &room));
    assert_int_equal(room_deadline_ms(room), 200000);
    room_engine_free(engine);
}

static void a_room_without_anything_is_fine(void **state)
{
    const struct room_image image = {.local = SPAN("r")};
    struct room_engine *engine = room_engine_new(&limits, seed);
    struct room *room;

    (void)state;
    check_ok(room_load(engine, &image, &room));
    check_span(room_seat_name(room, 1), "");
    assert_int_equal(room_last_seq(room), 0);
    room_engine_free(engine);
}

static void load_twice(void *self)
{
    const struct room_image image = {.local = SPAN("r")};
    struct room *room;

    (void)!room_load(self, &image, &room);
    (void)!room_load(self, &image, &room);
}

/* Two rooms of one name in memory would part for ever. */
static void loading_a_room_twice_is_a_bug(void **state)
{
    struct room_engine *engine = room_engine_new(&limits, seed);
    struct child_result result;

    (void)state;
    child_run(load_twice, engine, &result);
    assert_int_not_equal(result.status, 0);
    assert_non_null(strstr(result.output, "event=bug"));
    room_engine_free(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_comes_back),
        cmocka_unit_test(sessions_are_ordered_by_their_time),
        cmocka_unit_test(the_deadline_follows_the_messages),
        cmocka_unit_test(a_room_without_anything_is_fine),
        cmocka_unit_test(loading_a_room_twice_is_a_bug),
    };

    return cmocka_run_group_tests_name("room_load", tests, NULL, NULL);
}

#include <stdio.h>

#include "room/room_state.h"
#include "room/room_view.h"
#include "support/check.h"

static struct room *empty_room(void)
{
    const struct room_image image = {.local = SPAN("r"), .idle_ms = 1000};

    return room__new(&image);
}

/* Gives the bare JID that had to go, or the empty span. */
static bool bind(struct room *room, const char *bare, uint8_t seat,
                 bool *has_dropped)
{
    struct room_member *dropped;
    bool is_new;

    check_ok(room__member_bind(room, span_of(bare), seat, &is_new, &dropped));
    *has_dropped = dropped != NULL;
    room__member_free(dropped);
    return is_new;
}

static void a_bound_address_never_switches(void **state)
{
    struct room *room = empty_room();
    bool has_dropped;

    (void)state;
    assert_true(bind(room, "ann@x.example", 1, &has_dropped));
    assert_false(bind(room, "ann@x.example", 1, &has_dropped));
    assert_false(bind(room, "ann@x.example", 2, &has_dropped));
    assert_int_equal(room_seat_of_member(room, SPAN("ann@x.example")), 1);
    assert_int_equal(room_seat_of_member(room, SPAN("ann@x.exampl")), 0);
    room__free(room);
}

static void fill(struct room *room)
{
    bool has_dropped;

    for (int i = 0; i < ROOM_MEMBERS_MAX; i++) {
        char bare[16];

        snprintf(bare, sizeof(bare), "m%d", i);
        assert_true(bind(room, bare, 1, &has_dropped));
        assert_false(has_dropped);
    }
}

static void the_oldest_goes_when_there_are_too_many(void **state)
{
    struct room *room = empty_room();
    bool has_dropped;

    (void)state;
    assert_true(bind(room, "other seat", 2, &has_dropped));
    fill(room);
    assert_true(bind(room, "new", 1, &has_dropped));
    assert_true(has_dropped);
    assert_int_equal(room_seat_of_member(room, SPAN("other seat")), 2);
    assert_int_equal(room_seat_of_member(room, SPAN("m0")), 0);
    assert_int_equal(room_seat_of_member(room, SPAN("m1")), 1);
    assert_int_equal(room_seat_of_member(room, SPAN("new")), 1);
    room__free(room);
}

static void join(struct room *room, const char *bare)
{
    struct room_session_image image = {
        .jid = span_of(bare), .bare = span_of(bare), .seat = 1};
    struct room_session *session;

    check_ok(room__session_add(room, &image, &session));
}

static void who_is_here_does_not_go(void **state)
{
    struct room *room = empty_room();
    bool has_dropped;

    (void)state;
    fill(room);
    join(room, "m0");
    assert_true(bind(room, "new", 1, &has_dropped));
    assert_int_equal(room_seat_of_member(room, SPAN("m0")), 1);
    assert_int_equal(room_seat_of_member(room, SPAN("m1")), 0);
    room__free(room);
}

static void when_all_are_here_the_newcomer_is_not_bound(void **state)
{
    struct room *room = empty_room();
    bool has_dropped;

    (void)state;
    fill(room);
    for (int i = 0; i < ROOM_MEMBERS_MAX; i++) {
        char bare[16];

        snprintf(bare, sizeof(bare), "m%d", i);
        join(room, bare);
    }
    assert_false(bind(room, "new", 1, &has_dropped));
    assert_false(has_dropped);
    assert_int_equal(room_seat_of_member(room, SPAN("new")), 0);
    assert_int_equal(room->member_count, ROOM_MEMBERS_MAX);
    room__free(room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bound_address_never_switches),
        cmocka_unit_test(the_oldest_goes_when_there_are_too_many),
        cmocka_unit_test(who_is_here_does_not_go),
        cmocka_unit_test(when_all_are_here_the_newcomer_is_not_bound),
    };

    return cmocka_run_group_tests_name("room_member", tests, NULL, NULL);
}

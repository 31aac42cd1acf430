#include "room/room_state.h"
#include "room/room_view.h"
#include "support/check.h"

static struct room *empty_room(void)
{
    const struct room_image image = {.local = SPAN("r"), .idle_ms = 1000};

    return room__new(&image);
}

static struct room_session *add(struct room *room, const char *jid,
                                uint8_t seat, int64_t at_ms)
{
    struct room_session_image image = {.jid = span_of(jid),
                                       .bare = SPAN("ann@x.example"),
                                       .seat = seat,
                                       .presence = SPAN("<c/>"),
                                       .joined_ms = at_ms};
    struct room_session *session;

    check_ok(room__session_add(room, &image, &session));
    return session;
}

static void it_is_found_by_its_full_address(void **state)
{
    struct room *room = empty_room();
    struct room_session *session = add(room, "ann@x.example/a", 1, 10);

    (void)state;
    assert_ptr_equal(room__session_find(room, SPAN("ann@x.example/a")),
                     session);
    assert_null(room__session_find(room, SPAN("ann@x.example/b")));
    assert_null(room__session_find(room, SPAN("ann@x.example")));
    check_span(session->bare, "ann@x.example");
    check_span(room__session_presence(session), "<c/>");
    room__free(room);
}

static void the_latest_is_shown(void **state)
{
    struct room *room = empty_room();
    struct room_session *a = add(room, "a", 1, 10);
    struct room_session *b = add(room, "b", 1, 20);
    struct room_session *c = add(room, "c", 2, 30);

    (void)state;
    assert_ptr_equal(room__session_shown(room, 1), b);
    assert_ptr_equal(room__session_shown(room, 2), c);
    check_ok(room__session_renew(room, a, SPAN("<x/>"), 40));
    assert_ptr_equal(room__session_shown(room, 1), a);
    check_span(room__session_presence(a), "<x/>");
    room__session_remove(room, a);
    assert_ptr_equal(room__session_shown(room, 1), b);
    room__session_remove(room, b);
    assert_null(room__session_shown(room, 1));
    assert_false(room_seat_is_online(room, 1));
    room__free(room);
}

/* The disk sorts by this time, so no two may be alike. */
static void stamps_grow(void **state)
{
    struct room *room = empty_room();
    struct room_session *a = add(room, "a", 1, 10);
    struct room_session *b = add(room, "b", 1, 10);

    (void)state;
    assert_int_equal(a->joined_ms, 10);
    assert_int_equal(b->joined_ms, 11);
    check_ok(room__session_renew(room, a, SPAN(""), 5));
    assert_int_equal(a->joined_ms, 12);
    room__free(room);
}

static void a_stanza_ends_all_doubt(void **state)
{
    struct room *room = empty_room();
    struct room_session *session = add(room, "a", 1, 10);

    (void)state;
    session->misses = 1;
    session->ask_ms = 99;
    room__session_heard(session, 50);
    assert_int_equal(session->misses, 0);
    assert_int_equal(session->heard_ms, 50);
    assert_true(session->ask_ms == INT64_MAX);
    room__free(room);
}

static void there_may_be_many(void **state)
{
    struct room *room = empty_room();
    char jid[2] = "a";

    (void)state;
    for (; jid[0] <= 'z'; jid[0]++)
        add(room, jid, 1, 10);
    assert_int_equal(room->session_count, 26);
    for (size_t i = 1; i < 26; i++)
        assert_true(room->sessions[i - 1]->joined_ms <
                    room->sessions[i]->joined_ms);
    room__session_free(NULL);
    room__free(room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_found_by_its_full_address),
        cmocka_unit_test(the_latest_is_shown),
        cmocka_unit_test(stamps_grow),
        cmocka_unit_test(a_stanza_ends_all_doubt),
        cmocka_unit_test(there_may_be_many),
    };

    return cmocka_run_group_tests_name("room_session", tests, NULL, NULL);
}

#include <stdlib.h>
#include <string.h>

#include "room/room_state.h"
#include "room/room_view.h"
#include "support/check.h"

static const uint64_t seed[2] = {5, 6};

static struct room *empty_room(void)
{
    const struct room_image image = {.local = SPAN("r"), .idle_ms = 1000};
    struct room *room = room__new(&image);

    assert_non_null(room);
    return room;
}

static struct room_entry entry_of(uint32_t seq, uint8_t seat, uint32_t origin)
{
    struct room_entry entry = {.seq = seq, .seat = seat};

    if (origin != 0)
        entry.flags = ROOM_ENTRY_ORIGIN;
    memcpy(entry.id_hash, &origin, sizeof(origin));
    return entry;
}

static uint32_t find(struct room *room, uint8_t seat, uint32_t origin)
{
    struct room_entry wanted = entry_of(0, seat, origin);
    const struct room_entry *found;

    check_ok(room__id_find(room, seat, wanted.id_hash, seed, &found));
    return found != NULL ? found->seq : 0;
}

static void add(struct room *room, struct room_entry entry)
{
    check_ok(room__entry_add(room, &entry, seed));
}

static void every_origin_is_found_again(void **state)
{
    struct room *room = empty_room();

    (void)state;
    for (uint32_t i = 1; i <= 5000; i++)
        add(room, entry_of(i, (uint8_t)(1 + i % 2), i));
    for (uint32_t i = 1; i <= 5000; i++) {
        assert_int_equal(find(room, (uint8_t)(1 + i % 2), i), i);
        assert_int_equal(find(room, (uint8_t)(2 - i % 2), i), 0);
    }
    assert_int_equal(find(room, 1, 5001), 0);
    room__free(room);
}

/* The table is made only when the first origin is looked up. */
static void a_loaded_room_knows_its_origins(void **state)
{
    struct room_entry entries[] = {entry_of(1, 1, 11), entry_of(2, 1, 0),
                                   entry_of(3, 2, 11), entry_of(4, 1, 11)};
    const struct room_image image = {
        .local = SPAN("r"), .entries = entries, .entry_count = 4};
    struct room *room = room__new(&image);

    (void)state;
    assert_int_equal(room->ids.cap, 0);
    assert_int_equal(find(room, 1, 11), 1);
    assert_int_equal(find(room, 2, 11), 3);
    assert_int_equal(find(room, 1, 0), 0);
    room__free(room);
}

static void origins_grow_behind_what_was_loaded(void **state)
{
    struct room_entry entries[40];
    struct room_image image = {
        .local = SPAN("r"), .entries = entries, .entry_count = 40};
    struct room *room;

    (void)state;
    for (uint32_t i = 0; i < 40; i++)
        entries[i] = entry_of(i + 1, 1, i + 1);
    room = room__new(&image);
    add(room, entry_of(41, 1, 41));
    for (uint32_t i = 1; i <= 41; i++)
        assert_int_equal(find(room, 1, i), i);
    room__free(room);
}

static void the_same_origin_keeps_its_first_entry(void **state)
{
    struct room *room = empty_room();

    (void)state;
    add(room, entry_of(1, 1, 7));
    add(room, entry_of(2, 1, 7));
    assert_int_equal(find(room, 1, 7), 1);
    room__free(room);
}

/* An app may use an id again; not so an origin-id. */
static void of_an_id_the_newest_is_meant(void **state)
{
    struct room_entry said[] = {entry_of(1, 1, 7), entry_of(2, 1, 7),
                                entry_of(3, 1, 7), entry_of(4, 1, 7)};
    const struct room_image image = {
        .local = SPAN("r"), .entries = said, .entry_count = 4};
    struct room *room = empty_room();
    struct room *loaded;

    (void)state;
    for (size_t i = 0; i < 4; i++)
        said[i].flags = i == 2 ? ROOM_ENTRY_ORIGIN : ROOM_ENTRY_ID;
    for (uint32_t i = 0; i < 4; i++) {
        add(room, said[i]);
        assert_int_equal(find(room, 1, 7), i < 3 ? i + 1 : 3);
    }
    loaded = room__new(&image);
    assert_non_null(loaded);
    assert_int_equal(find(loaded, 1, 7), 3);
    room__free(loaded);
    room__free(room);
}

static void entries_are_found_by_number(void **state)
{
    struct room *room = empty_room();

    (void)state;
    assert_null(room__entry_get(room, 1));
    for (uint32_t i = 1; i <= 100; i++)
        add(room, entry_of(i, 1, 0));
    assert_null(room__entry_get(room, 0));
    assert_null(room__entry_get(room, 101));
    assert_int_equal(room__entry_get(room, 1)->seq, 1);
    assert_int_equal(room__entry_get(room, 100)->seq, 100);
    room__free(room);
}

/* A disk that was repaired by hand may have gaps. */
static void gaps_do_no_harm(void **state)
{
    struct room *room = empty_room();

    (void)state;
    for (uint32_t i = 1; i <= 100; i++)
        add(room, entry_of(i * 3, 1, 0));
    for (uint32_t seq = 0; seq <= 310; seq++) {
        const struct room_entry *entry = room__entry_get(room, seq);

        assert_int_equal(entry != NULL, seq > 0 && seq <= 300 && seq % 3 == 0);
        if (entry != NULL)
            assert_int_equal(entry->seq, seq);
    }
    assert_int_equal(room_last_seq(room), 300);
    room__free(room);
}

static void an_entry_is_small(void **state)
{
    (void)state;
    assert_true(sizeof(struct room_entry) <= 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_origin_is_found_again),
        cmocka_unit_test(a_loaded_room_knows_its_origins),
        cmocka_unit_test(origins_grow_behind_what_was_loaded),
        cmocka_unit_test(the_same_origin_keeps_its_first_entry),
        cmocka_unit_test(of_an_id_the_newest_is_meant),
        cmocka_unit_test(entries_are_found_by_number),
        cmocka_unit_test(gaps_do_no_harm),
        cmocka_unit_test(an_entry_is_small),
    };

    return cmocka_run_group_tests_name("room_entries", tests, NULL, NULL);
}

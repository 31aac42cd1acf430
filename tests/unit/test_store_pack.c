/* Fields with their lengths, and what a sealed row is bound to. */
#include "support/check.h"

#include <string.h>

#include "store/store_internal.h"

static void fields_come_back_and_null_stays_null(void **state)
{
    const struct span fields[] = {SPAN("one"), SPAN_EMPTY, SPAN("")};
    struct buf packed = BUF_EMPTY(100);
    struct span found[3];

    (void)state;
    check_ok(store__pack(&packed, fields, 3));
    assert_int_equal(packed.len, 3 * 4 + 3);
    assert_true(store__unpack(buf_span(&packed), found, 3));
    check_span(found[0], "one");
    assert_null(found[1].at);
    assert_int_equal(found[1].len, 0);
    assert_non_null(found[2].at);
    assert_int_equal(found[2].len, 0);
    buf_clear(&packed);
}

static void other_lengths_are_refused(void **state)
{
    const struct span fields[] = {SPAN("one"), SPAN("two")};
    struct buf packed = BUF_EMPTY(100);
    struct span found[3];

    (void)state;
    check_ok(store__pack(&packed, fields, 2));
    for (size_t len = 0; len < packed.len; len++)
        assert_false(store__unpack((struct span){packed.at, len}, found, 2));
    assert_false(store__unpack(buf_span(&packed), found, 1));
    assert_false(store__unpack(buf_span(&packed), found, 3));
    packed.at[0] = (char)0xff;
    assert_false(store__unpack(buf_span(&packed), found, 2));
    buf_clear(&packed);
}

static void too_much_is_refused(void **state)
{
    const struct span field = SPAN("0123456789");
    struct buf packed = BUF_EMPTY(8);

    (void)state;
    check_err(store__pack(&packed, &field, 1), ERR_LIMIT);
    buf_clear(&packed);
}

static bool is_same(const struct store__bound *a, const struct store__bound *b)
{
    return span_equal(store__bound_span(a), store__bound_span(b));
}

static void every_part_of_a_message_binds(void **state)
{
    const struct room_entry entry = {
        .at_ms = 5, .seq = 6, .seat = 1, .flags = ROOM_ENTRY_ORIGIN};
    const struct store__bound bound = store__bind_message(9, &entry);
    struct store__bound other = store__bind_message(8, &entry);
    struct room_entry changed = entry;
    struct store__bound last;

    (void)state;
    assert_false(is_same(&bound, &other));
    changed.at_ms = 4;
    other = store__bind_message(9, &changed);
    assert_false(is_same(&bound, &other));
    changed = entry;
    changed.seq = 7;
    other = store__bind_message(9, &changed);
    assert_false(is_same(&bound, &other));
    changed = entry;
    changed.seat = 2;
    other = store__bind_message(9, &changed);
    assert_false(is_same(&bound, &other));
    changed = entry;
    changed.id_hash[15] = 1;
    other = store__bind_message(9, &changed);
    assert_false(is_same(&bound, &other));
    changed = entry;
    changed.flags |= ROOM_ENTRY_CORRECTION;
    changed.corrects_seq = 1;
    other = store__bind_message(9, &changed);
    changed.corrects_seq = 2;
    last = store__bind_message(9, &changed);
    assert_false(is_same(&last, &other));
    other = store__bind_message(9, &entry);
    assert_true(is_same(&bound, &other));
}

static void ids_come_back_as_the_flags_say(void **state)
{
    const unsigned flags[] = {0,
                              ROOM_ENTRY_ORIGIN,
                              ROOM_ENTRY_ID,
                              ROOM_ENTRY_CORRECTION,
                              ROOM_ENTRY_ORIGIN | ROOM_ENTRY_CORRECTION,
                              ROOM_ENTRY_ID | ROOM_ENTRY_CORRECTION};
    uint8_t ids[STORE_IDS_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        struct room_entry entry = {.seq = 9000, .flags = (uint8_t)flags[i]};
        struct room_entry found = entry;
        struct span packed = {(const char *)ids, 0};

        memset(entry.id_hash, 7, sizeof(entry.id_hash));
        entry.corrects_seq = 0x1234;
        packed.len = store__pack_ids(&entry, ids);
        assert_true(store__unpack_ids(packed, &found));
        assert_int_equal(found.id_hash[15], (flags[i] & 40) != 0 ? 7 : 0);
        assert_int_equal(found.corrects_seq, (flags[i] & 16) != 0 ? 0x1234 : 0);
        found.flags ^= ROOM_ENTRY_CORRECTION;
        assert_false(store__unpack_ids(packed, &found));
    }
}

static void nothing_corrects_what_comes_later(void **state)
{
    struct room_entry entry = {.seq = 5, .flags = ROOM_ENTRY_CORRECTION};
    const char *const ids[] = {"\0\5", "\0\6", "\0\0"};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        entry.corrects_seq = 0;
        assert_false(store__unpack_ids((struct span){ids[i], 2}, &entry));
    }
    entry.corrects_seq = 0;
    assert_true(store__unpack_ids((struct span){"\0\4", 2}, &entry));
    assert_int_equal(entry.corrects_seq, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_come_back_and_null_stays_null),
        cmocka_unit_test(other_lengths_are_refused),
        cmocka_unit_test(too_much_is_refused),
        cmocka_unit_test(every_part_of_a_message_binds),
        cmocka_unit_test(ids_come_back_as_the_flags_say),
        cmocka_unit_test(nothing_corrects_what_comes_later),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

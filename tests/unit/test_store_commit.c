/* What was committed is there, after a restart too. */
#include "support/check.h"

#include <string.h>

#include "room/room_view.h"

#include "support/store_world.h"

static void load(struct store_world *world, int n, struct store_room *out)
{
    char local[ID_CHARS + 1];
    enum store_fate fate = STORE_UNKNOWN;
    enum room_cause cause;

    check_ok(store_load(world->store, store_world_local(n, local), &fate, out,
                        &cause));
    assert_int_equal(fate, STORE_LIVE);
}

static void a_room_comes_back_as_it_was(void **state)
{
    struct store_world *world = *state;
    struct room *room = store_world_stored_room(world, 1);
    struct store_room found;
    uint8_t code[SECRET_BYTES];

    store_world_reopen(world);
    load(world, 1, &found);
    assert_int_equal(found.image.number, 1);
    check_span(found.image.local, "r000000000000001");
    check_span(found.image.seats[0].name, "Abhi");
    check_span(found.image.seats[1].name, "Anny");
    memset(code, 2, sizeof(code));
    assert_memory_equal(found.image.seats[1].code.at, code, SECRET_BYTES);
    assert_false(found.image.seats[1].is_used);
    assert_int_equal(found.image.protection, ROOM_PROTECTION_LINK);
    assert_int_equal(found.image.created_ms, WORLD_NOW_MS);
    assert_int_equal(found.image.idle_ms, 3600000);
    assert_int_equal(found.image.deadline_ms, WORLD_NOW_MS + 3600000);
    assert_memory_equal(&found.image.keys, room_get_keys(room),
                        sizeof(found.image.keys));
    assert_int_equal(found.image.entry_count, 0);
    store_room_clear(&found);
}

static void the_state_comes_back(void **state)
{
    struct store_world *world = *state;
    struct room *room = store_world_stored_room(world, 1);
    struct room_effect *effect =
        store_world_add(world, room, ROOM_EFFECT_STORE_STATE);
    struct store_room found;

    effect->u.state.deadline_ms = 77;
    effect->u.state.wake_ms = 66;
    effect->u.state.warned_run = 5;
    effect->u.state.is_nearly_full_told = true;
    effect->u.state.is_used[1] = true;
    effect->u.state.attempts = (struct room_bucket){1500, 44};
    check_ok(store_world_commit(world));
    load(world, 1, &found);
    assert_int_equal(found.image.deadline_ms, 77);
    assert_int_equal(found.image.warned_run, 5);
    assert_true(found.image.is_nearly_full_told);
    assert_false(found.image.seats[0].is_used);
    assert_true(found.image.seats[1].is_used);
    assert_int_equal(found.image.attempts.level_milli, 1500);
    assert_int_equal(found.image.attempts.at_ms, 44);
    store_room_clear(&found);
}

static void messages_come_back_in_order(void **state)
{
    struct store_world *world = *state;
    struct room *room = store_world_stored_room(world, 1);
    struct room *other = store_world_stored_room(world, 2);
    struct buf texts = BUF_EMPTY(4096);
    struct store_room found;

    for (uint32_t seq = 1; seq <= 7; seq++) {
        char text[] = "body 0";

        text[5] = (char)('0' + seq);
        store_world_say(world, room, seq, text);
        store_world_say(world, other, seq, "other");
    }
    check_ok(store_world_commit(world));
    store_world_reopen(world);
    store_world_texts(world, room, &texts);
    check_span(buf_span(&texts),
               "body 1,body 2,body 3,body 4,body 5,body 6,body 7,");
    buf_clear(&texts);
    load(world, 1, &found);
    assert_int_equal(found.image.entry_count, 7);
    assert_int_equal(found.image.bytes, 7 * 6);
    for (uint32_t seq = 1; seq <= 7; seq++) {
        const struct room_entry *entry = &found.image.entries[seq - 1];

        assert_int_equal(entry->seq, seq);
        assert_int_equal(entry->seat, 1 + seq % 2);
        assert_int_equal(entry->at_ms, WORLD_NOW_MS);
        assert_int_equal((entry->flags & ROOM_ENTRY_ORIGIN) != 0, seq % 6 == 0);
        assert_int_equal((entry->flags & ROOM_ENTRY_ID) != 0, seq % 6 == 3);
        assert_int_equal(entry->id_hash[0], seq % 3 == 0 ? seq : 0);
        assert_int_equal(entry->corrects_seq, seq % 5 == 0 ? seq - 2 : 0);
    }
    store_room_clear(&found);
}

struct seen {
    uint32_t seqs[8];
    size_t count;
    size_t most;
};

static bool see(void *self, const struct store_message *message)
{
    struct seen *seen = self;

    assert_string_equal(message->lang.at == NULL ? "none" : "some", "none");
    check_span(message->id, "id-1");
    seen->seqs[seen->count++] = message->entry.seq;
    return seen->count < seen->most;
}

static void a_range_is_read_either_way_and_stops(void **state)
{
    struct store_world *world = *state;
    struct room *room = store_world_stored_room(world, 1);
    const struct store_range forwards = {2, 4, false};
    const struct store_range backwards = {2, 5, true};
    struct seen seen = {.most = 8};

    for (uint32_t seq = 1; seq <= 6; seq++)
        store_world_say(world, room, seq, "x");
    check_ok(store_world_commit(world));
    check_ok(store_read(world->store, room, &forwards, see, &seen));
    assert_int_equal(seen.count, 3);
    assert_int_equal(seen.seqs[0], 2);
    assert_int_equal(seen.seqs[2], 4);
    seen = (struct seen){.most = 2};
    check_ok(store_read(world->store, room, &backwards, see, &seen));
    assert_int_equal(seen.count, 2);
    assert_int_equal(seen.seqs[0], 5);
    assert_int_equal(seen.seqs[1], 4);
}

static bool check_payload(void *self, const struct store_message *message)
{
    const struct span *want = self;

    assert_true(span_equal(message->payload, want[0]));
    assert_true(span_equal(message->lang, want[1]));
    assert_true(span_equal(message->id, want[2]));
    return true;
}

static void the_largest_payload_fits(void **state)
{
    struct store_world *world = *state;
    struct room *room = store_world_stored_room(world, 1);
    const struct store_range all = {1, 1, false};
    struct room_effect *effect;
    static char bytes[ROOM_PAYLOAD_MAX_BYTES];
    struct span want[3] = {{bytes, sizeof(bytes)}, SPAN("de"), SPAN("")};

    memset(bytes, 'b', sizeof(bytes));
    store_world_say(world, room, 1, "");
    effect = world->effects.last;
    effect->u.message.payload = want[0];
    effect->u.message.lang = want[1];
    effect->u.message.id = want[2];
    check_ok(store_world_commit(world));
    check_ok(store_read(world->store, room, &all, check_payload, want));
}

static bool check_sender(void *self, const struct store_message *message)
{
    const struct span *want = self;

    check_span(message->payload, "hello");
    assert_int_equal(message->sender.at == NULL, want->at == NULL);
    assert_true(span_equal(message->sender, *want));
    return true;
}

static void a_message_names_its_sender(void **state)
{
    struct store_world *world = *state;
    struct room *room = store_world_stored_room(world, 1);
    const struct store_range first = {1, 1, false}, second = {2, 2, false};
    struct span ann = SPAN("ann@x.example"), nobody = SPAN_EMPTY;

    store_world_say(world, room, 1, "hello");
    world->effects.last->u.message.sender = ann;
    store_world_say(world, room, 2, "hello");
    check_ok(store_world_commit(world));
    check_ok(store_read(world->store, room, &first, check_sender, &ann));
    check_ok(store_read(world->store, room, &second, check_sender, &nobody));
}

/* As a program wrote it that did not know of senders. */
static void an_older_message_names_nobody(void **state)
{
    struct store_world *world = *state;
    struct room *room = store_world_stored_room(world, 1);
    const struct store_range all = {1, 1, false};
    const struct span fields[] = {SPAN("id-1"), SPAN_EMPTY, SPAN("hello")};
    struct span nobody = SPAN_EMPTY;
    struct store__bound bound;
    struct room_entry entry;
    struct buf sql = BUF_EMPTY(4096);

    store_world_say(world, room, 1, "");
    entry = world->effects.last->u.message.entry;
    check_ok(store_world_commit(world));
    bound = store__bind_message(1, &entry);
    check_ok(store__seal(world->store, &room_get_keys(room)->seal, &bound,
                         fields, STORE_COUNT(fields)));
    check_ok(buf_append(&sql, SPAN("UPDATE message SET sealed = x'")));
    for (size_t i = 0; i < world->store->sealed.len; i++)
        check_ok(buf_printf(&sql, "%02x", (uint8_t)world->store->sealed.at[i]));
    check_ok(buf_append(&sql, (struct span){"'", 2}));
    check_ok(store__db_exec(world->store->db, sql.at));
    buf_clear(&sql);
    check_ok(store_read(world->store, room, &all, check_sender, &nobody));
}

static void a_retracted_body_is_gone_and_its_entry_stays(void **state)
{
    struct store_world *world = *state;
    struct room *room = store_world_stored_room(world, 1);
    struct buf texts = BUF_EMPTY(4096);
    struct store_room found;

    store_world_say(world, room, 1, "one");
    store_world_say(world, room, 2, "two");
    check_ok(store_world_commit(world));
    store_world_add(world, room, ROOM_EFFECT_STORE_ERASE)->u.seq = 1;
    check_ok(store_world_commit(world));
    assert_true(store_is_erasing(world->store));
    store_world_texts(world, room, &texts);
    check_span(buf_span(&texts), ",two,");
    buf_clear(&texts);
    store_world_erase_all(world);
    assert_false(store_is_erasing(world->store));
    load(world, 1, &found);
    assert_int_equal(found.image.entry_count, 2);
    assert_int_equal(found.image.entries[0].flags & ROOM_ENTRY_RETRACTED,
                     ROOM_ENTRY_RETRACTED);
    assert_int_equal(found.image.entries[1].flags & ROOM_ENTRY_RETRACTED, 0);
    /* Space once used stays used: the archive does not grow by retractions. */
    assert_int_equal(found.image.bytes, 6);
    store_room_clear(&found);
}

static void sessions_and_members_come_back(void **state)
{
    struct store_world *world = *state;
    struct room *room = store_world_stored_room(world, 1);
    struct store_room found;

    store_world_join(world, room, "ann@x.example/phone", ROOM_LEG_NATIVE);
    store_world_join(world, room, "bob@y.example/tab", ROOM_LEG_GUEST);
    store_world_join(world, room, "ann@x.example/phone", ROOM_LEG_NATIVE);
    store_world_add(world, room, ROOM_EFFECT_STORE_MEMBER)->u.member =
        (struct room_member_image){SPAN("zoe@x.example"), 1};
    store_world_add(world, room, ROOM_EFFECT_STORE_MEMBER)->u.member =
        (struct room_member_image){SPAN("ann@x.example"), 2};
    check_ok(store_world_commit(world));
    store_world_reopen(world);
    load(world, 1, &found);
    assert_int_equal(found.image.session_count, 2);
    assert_int_equal(found.image.member_count, 2);
    check_span(found.image.members[0].bare, "zoe@x.example");
    assert_int_equal(found.image.members[0].seat, 1);
    check_span(found.image.members[1].bare, "ann@x.example");
    for (size_t i = 0; i < 2; i++) {
        const struct room_session_image *session = &found.image.sessions[i];

        assert_int_equal(session->seat, 2);
        assert_int_equal(session->joined_ms, WORLD_NOW_MS);
        check_span(session->presence, "<show>away</show>");
        if (session->leg == ROOM_LEG_NATIVE) {
            check_span(session->jid, "ann@x.example/phone");
            check_span(session->bare, "ann@x.example");
        }
    }
    store_room_clear(&found);

    store_world_add(world, room, ROOM_EFFECT_STORE_LEFT)->u.session.jid =
        SPAN("ann@x.example/phone");
    /* Seat 0: no longer bound. */
    store_world_add(world, room, ROOM_EFFECT_STORE_MEMBER)->u.member =
        (struct room_member_image){SPAN("zoe@x.example"), 0};
    check_ok(store_world_commit(world));
    load(world, 1, &found);
    assert_int_equal(found.image.session_count, 1);
    check_span(found.image.sessions[0].jid, "bob@y.example/tab");
    assert_int_equal(found.image.member_count, 1);
    store_room_clear(&found);
}

static void nothing_to_store_is_no_commit(void **state)
{
    struct store_world *world = *state;
    struct store_stats stats;

    store_world_add(world, NULL, ROOM_EFFECT_RESULT);
    check_ok(store_world_commit(world));
    check_ok(store_get_stats(world->store, &stats));
    assert_int_equal(stats.commits, 0);
}

static void the_counts_are_true(void **state)
{
    struct store_world *world = *state;
    struct room *room = store_world_stored_room(world, 1);
    struct room *other = store_world_stored_room(world, 2);
    struct store_stats stats;

    store_world_say(world, room, 1, "x");
    store_world_say(world, other, 1, "x");
    store_world_join(world, room, "a@b/c", ROOM_LEG_NATIVE);
    check_ok(store_world_commit(world));
    check_ok(store_get_stats(world->store, &stats));
    assert_int_equal(stats.rooms, 2);
    assert_int_equal(stats.messages, 2);
    assert_int_equal(stats.sessions, 1);
    assert_int_equal(stats.tombstones, 0);
    assert_int_equal(stats.slots_used, 2);
    assert_int_equal(stats.slots, STORE_CHUNK_SLOTS - STORE_SLOT_FIRST);
    assert_int_equal(stats.commits, 3);
    assert_true(stats.database_bytes > 0);
    assert_true(stats.journal_bytes > 0);
    store_world_end(world, room, ROOM_CAUSE_SEAT1);
    check_ok(store_world_commit(world));
    store_world_erase_all(world);
    check_ok(store_get_stats(world->store, &stats));
    assert_int_equal(stats.rooms, 1);
    assert_int_equal(stats.messages, 1);
    assert_int_equal(stats.sessions, 0);
    assert_int_equal(stats.tombstones, 1);
    assert_int_equal(stats.slots_used, 1);
    assert_int_equal(stats.journal_bytes, 0);
    store_world_reopen(world);
    check_ok(store_get_stats(world->store, &stats));
    assert_int_equal(stats.messages, 1);
}

static void numbers_and_runs_only_grow(void **state)
{
    struct store_world *world = *state;
    uint64_t first = 0;
    uint64_t second = 0;

    assert_int_equal(store_next_number(world->store), 1);
    store_world_stored_room(world, 9);
    assert_int_equal(store_next_number(world->store), 10);
    store_world_end(world, room_find(world->engine, SPAN("r000000000000009")),
                    ROOM_CAUSE_ADMIN);
    check_ok(store_world_commit(world));
    store_world_erase_all(world);
    check_ok(store_next_run(world->store, &first));
    store_world_reopen(world);
    assert_true(store_next_number(world->store) > 9);
    check_ok(store_next_run(world->store, &second));
    assert_true(second > first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(a_room_comes_back_as_it_was),
        STORE_TEST(the_state_comes_back),
        STORE_TEST(messages_come_back_in_order),
        STORE_TEST(a_range_is_read_either_way_and_stops),
        STORE_TEST(the_largest_payload_fits),
        STORE_TEST(a_message_names_its_sender),
        STORE_TEST(an_older_message_names_nobody),
        STORE_TEST(a_retracted_body_is_gone_and_its_entry_stays),
        STORE_TEST(sessions_and_members_come_back),
        STORE_TEST(nothing_to_store_is_no_commit),
        STORE_TEST(the_counts_are_true),
        STORE_TEST(numbers_and_runs_only_grow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

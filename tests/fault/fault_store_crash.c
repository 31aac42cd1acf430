/* The process dies at every single call that changes the disk, before and amid
 * it.  What was acknowledged is there, what ended stays ended, and
 * the erasure goes on. */
#include "support/check.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/disk.h"
#include "support/store_world.h"

/* What the dying process was told; shared memory outlives it. */
struct told {
    int rooms;
    uint32_t messages; /* of room 1 */
    bool is_retracted;
    bool is_ended; /* room 2 */
    bool is_wiped;
    bool is_erased;
    bool is_opened;
};

static const char SECRET_TEXT[] = "the body of room two";

/* A life: two rooms, messages, a retraction, an end, its erasure. */
static void live(struct store_world *world, struct told *told)
{
    struct room *one;
    struct room *two;

    check_ok(store_world_open(world));
    told->is_opened = true;
    one = store_world_stored_room(world, 1);
    told->rooms = 1;
    two = store_world_stored_room(world, 2);
    told->rooms = 2;
    for (uint32_t seq = 1; seq <= 3; seq++) {
        store_world_say(world, one, seq, "x");
        store_world_say(world, two, seq, SECRET_TEXT);
        check_ok(store_world_commit(world));
        told->messages = seq;
    }
    store_world_add(world, one, ROOM_EFFECT_STORE_ERASE)->u.seq = 1;
    check_ok(store_world_commit(world));
    told->is_retracted = true;
    store_world_end(world, two, ROOM_CAUSE_SEAT2);
    check_ok(store_world_commit(world));
    told->is_ended = true;
    check_ok(store_wipe_ended(world->store));
    told->is_wiped = true;
    store_world_erase_all(world);
    told->is_erased = true;
    store_world_close(world);
}

static uint32_t count_messages(struct store_world *world, int n,
                               bool *is_retracted)
{
    char text[ID_CHARS + 1];
    struct store_room room;
    enum store_fate fate = STORE_UNKNOWN;
    enum room_cause cause;
    uint32_t count;

    check_ok(store_load(world->store, store_world_local(n, text), &fate, &room,
                        &cause));
    assert_int_equal(fate, STORE_LIVE);
    count = (uint32_t)room.image.entry_count;
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(room.image.entries[i].seq, i + 1);
    *is_retracted =
        count > 0 && (room.image.entries[0].flags & ROOM_ENTRY_RETRACTED) != 0;
    store_room_clear(&room);
    return count;
}

static void check_room_one(struct store_world *world, const struct told *told)
{
    struct buf texts = BUF_EMPTY(100);
    bool is_retracted;
    uint32_t count = count_messages(world, 1, &is_retracted);

    /* One commit more may have happened without the word of it. */
    assert_true(count >= told->messages && count <= told->messages + 1);
    assert_true(is_retracted || !told->is_retracted);
    store_world_texts(world, room_find(world->engine, SPAN("r000000000000001")),
                      &texts);
    assert_int_equal(texts.len, 2 * count - (is_retracted ? 1 : 0));
    buf_clear(&texts);
}

static bool key_of_two_is_there(struct store_world *world)
{
    struct room *room = room_find(world->engine, SPAN("r000000000000002"));

    return store_world_file_has(
        world, "keys",
        (struct span){(const char *)room_get_keys(room)->seal.at,
                      SECRET_BYTES});
}

static void check_room_two(struct store_world *world, const struct told *told)
{
    enum store_fate fate = store_world_fate(world, 2);

    if (told->rooms >= 2 && !told->is_ended)
        assert_true(fate == STORE_LIVE || fate == STORE_ENDED);
    if (told->is_ended)
        assert_int_equal(fate, STORE_ENDED);
    /* A start wipes what is over, whatever the crash left. */
    assert_true(key_of_two_is_there(world) == (fate == STORE_LIVE));
    if (fate != STORE_ENDED)
        return;
    store_world_erase_all(world);
    assert_int_equal(store_world_fate(world, 2), STORE_ENDED);
}

static void check_after(struct store_world *world, const struct told *told)
{
    struct store_stats stats;

    check_ok(store_world_open(world));
    store_world_room(world, 1);
    store_world_room(world, 2);
    if (told->rooms >= 1)
        check_room_one(world, told);
    check_room_two(world, told);
    check_ok(store_get_stats(world->store, &stats));
    assert_int_equal(stats.slots_used, stats.rooms);
    /* And it can be used. */
    store_world_stored_room(world, 3);
    assert_int_equal(store_world_fate(world, 3), STORE_LIVE);
    store_world_reopen(world);
    assert_int_equal(store_world_fate(world, 3), STORE_LIVE);
}

/* False when the life was over before the n-th call. */
static bool die_and_check(uint64_t nth, enum disk_death how, bool is_first)
{
    struct told *told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE,
                             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct store_world world;
    int status = 0;
    pid_t pid;

    assert_true(told != MAP_FAILED);
    store_world_init_fast(&world);
    if (!is_first) {
        check_ok(store_world_open(&world));
        store_world_close(&world);
    }
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        disk_die_at(nth, how);
        live(&world, told);
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_true(WEXITSTATUS(status) == 0 ||
                WEXITSTATUS(status) == DISK_DEATH_STATUS);
    check_after(&world, told);
    store_world_clear(&world);
    munmap(told, sizeof(*told));
    return WEXITSTATUS(status) != 0;
}

static void crash_at_every_call(enum disk_death how)
{
    uint64_t nth = 0;

    do
        nth++;
    while (die_and_check(nth, how, false));
    print_message("%llu points\n", (unsigned long long)nth - 1);
    assert_true(nth > 50);
}

static void dies_before_every_call(void **state)
{
    (void)state;
    crash_at_every_call(DISK_DIES_BEFORE);
}

static void dies_amid_every_write(void **state)
{
    (void)state;
    crash_at_every_call(DISK_DIES_TORN);
}

/* The first start writes large files of zeros: not each of those calls. */
static void dies_while_the_store_is_made(void **state)
{
    uint64_t nth = 1;

    (void)state;
    while (die_and_check(nth, DISK_DIES_TORN, true))
        nth += nth < 40 ? 1 : 17;
    assert_true(nth > 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dies_before_every_call),
        cmocka_unit_test(dies_amid_every_write),
        cmocka_unit_test(dies_while_the_store_is_made),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

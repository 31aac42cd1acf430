/* The folder: modes, lock, what is missing or does not fit together. */
#include "support/check.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "support/child.h"
#include "support/store_world.h"

static int setup(void **state)
{
    static struct store_world world;

    store_world_init(&world);
    *state = &world;
    return 0;
}

static int teardown(void **state)
{
    store_world_clear(*state);
    return 0;
}

static unsigned mode_of(const struct store_world *world, const char *name)
{
    char path[WORLD_PATH_BYTES];
    struct stat about;

    store_world_path(world, name, path);
    assert_int_equal(stat(path, &about), 0);
    return about.st_mode & 07777;
}

static void open_without_umask(void *self)
{
    struct store_world *world = self;

    umask(0);
    check_ok(store_world_open(world));
    store_world_stored_room(world, 1);
    assert_int_equal(mode_of(world, "."), 0700);
    assert_int_equal(mode_of(world, "duologue.db"), 0600);
    assert_int_equal(mode_of(world, "duologue.db-wal"), 0600);
    assert_int_equal(mode_of(world, "keys"), 0600);
    assert_int_equal(mode_of(world, "lock"), 0600);
    assert_int_equal(mode_of(world, "reserve"), 0600);
    store_world_close(world);
}

static void files_are_private_under_any_umask(void **state)
{
    struct store_world *world = *state;
    struct child_result result;

    assert_int_equal(rmdir(world->dir), 0);
    child_run(open_without_umask, world, &result);
    if (result.status != 0)
        print_error("%s", result.output);
    assert_int_equal(result.status, 0);
}

static void open_with_strict_umask(void *self)
{
    umask(0777);
    check_ok(store_world_open(self));
    store_world_reopen(self);
    store_world_close(self);
}

static void a_strict_umask_does_not_lock_us_out(void **state)
{
    struct child_result result;

    child_run(open_with_strict_umask, *state, &result);
    assert_int_equal(result.status, 0);
    assert_int_equal(mode_of(*state, "keys"), 0600);
}

static void wide_modes_are_tightened(void **state)
{
    struct store_world *world = *state;
    char path[WORLD_PATH_BYTES];

    check_ok(store_world_open(world));
    store_world_close(world);
    store_world_path(world, "keys", path);
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(chmod(world->dir, 0755), 0);
    check_ok(store_world_open(world));
    assert_int_equal(mode_of(world, "keys"), 0600);
    assert_int_equal(mode_of(world, "."), 0700);
}

static void error_says(struct store_world *world, const char *word)
{
    assert_true(world->error.len > 0);
    if (memmem(world->error.at, world->error.len, word, strlen(word)) == NULL)
        fail_msg("\"%.*s\" lacks \"%s\"", (int)world->error.len,
                 world->error.at, word);
}

static void a_second_process_is_told_to_stay_away(void **state)
{
    struct store_world *world = *state;
    struct store *first;

    check_ok(store_world_open(world));
    first = world->store;
    world->store = NULL;
    /* A lock of another open file, as another process would have. */
    check_err(store_world_open(world), ERR_AGAIN);
    error_says(world, "in use");
    error_says(world, world->dir);
    store_close(first);
    check_ok(store_world_open(world));
}

static void a_folder_that_cannot_be_made_is_named(void **state)
{
    struct store_world *world = *state;
    char dir[WORLD_PATH_BYTES];

    memcpy(dir, world->dir, sizeof(dir));
    snprintf(world->dir, sizeof(world->dir), "/proc/none/such");
    check_err(store_world_open(world), ERR_SYSTEM);
    error_says(world, "/proc/none/such");
    memcpy(world->dir, dir, sizeof(dir));
}

static void make_file(const struct store_world *world, const char *name)
{
    char path[WORLD_PATH_BYTES];
    int fd;

    store_world_path(world, name, path);
    fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    close(fd);
}

/* data_dir = /var/lib must not close it to everybody else. */
static void a_folder_of_others_stays_as_it_is(void **state)
{
    struct store_world *world = *state;

    make_file(world, "passwd");
    assert_int_equal(chmod(world->dir, 0755), 0);
    check_err(store_world_open(world), ERR_SYSTEM);
    error_says(world, world->dir);
    error_says(world, "a folder of its own");
    assert_int_equal(mode_of(world, "."), 0755);
    assert_int_equal(chmod(world->dir, 0700), 0);
    check_ok(store_world_open(world));
}

static void an_empty_folder_is_taken(void **state)
{
    struct store_world *world = *state;
    char path[WORLD_PATH_BYTES];

    store_world_path(world, "lost+found", path);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(chmod(world->dir, 0755), 0);
    check_ok(store_world_open(world));
    assert_int_equal(mode_of(world, "."), 0700);
    assert_int_equal(rmdir(path), 0);
}

static void remove_file(struct store_world *world, const char *name)
{
    char path[WORLD_PATH_BYTES];

    store_world_path(world, name, path);
    assert_int_equal(unlink(path), 0);
}

static void a_link_in_place_of_a_file_is_refused(void **state)
{
    struct store_world *world = *state;
    char path[WORLD_PATH_BYTES];

    check_ok(store_world_open(world));
    store_world_close(world);
    remove_file(world, "keys");
    store_world_path(world, "keys", path);
    assert_int_equal(symlink("/dev/null", path), 0);
    check_err(store_world_open(world), ERR_SYSTEM);
}

static void a_missing_key_file_is_refused(void **state)
{
    struct store_world *world = *state;

    check_ok(store_world_open(world));
    store_world_close(world);
    remove_file(world, "keys");
    check_err(store_world_open(world), ERR_STORE);
    error_says(world, "keys is missing");
}

static void a_key_file_of_another_store_is_refused(void **state)
{
    struct store_world *world = *state;

    check_ok(store_world_open(world));
    store_world_close(world);
    store_world_copy(world, "keys", "keys.old");
    remove_file(world, "keys");
    remove_file(world, "duologue.db");
    check_ok(store_world_open(world));
    store_world_close(world);
    store_world_copy(world, "keys.old", "keys");
    check_err(store_world_open(world), ERR_STORE);
    error_says(world, "belongs to another");
}

static void an_old_database_is_refused(void **state)
{
    struct store_world *world = *state;

    check_ok(store_world_open(world));
    store_world_stored_room(world, 1);
    store_world_close(world);
    store_world_copy(world, "duologue.db", "old");
    check_ok(store_world_open(world));
    store_world_stored_room(world, 2);
    store_world_close(world);
    store_world_copy(world, "duologue.db", "new");
    store_world_copy(world, "old", "duologue.db");
    check_err(store_world_open(world), ERR_STORE);
    error_says(world, "older than");
    error_says(world, "keys");
    /* The refusal harmed nothing. */
    store_world_copy(world, "new", "duologue.db");
    check_ok(store_world_open(world));
    assert_int_equal(store_world_fate(world, 1), STORE_LIVE);
    assert_int_equal(store_world_fate(world, 2), STORE_LIVE);
}

static void a_database_from_before_an_end_is_refused(void **state)
{
    struct store_world *world = *state;
    struct room *room;

    check_ok(store_world_open(world));
    room = store_world_stored_room(world, 1);
    store_world_close(world);
    store_world_copy(world, "duologue.db", "old");
    check_ok(store_world_open(world));
    store_world_end(world, room, ROOM_CAUSE_SEAT1);
    check_ok(store_world_commit(world));
    store_world_close(world);
    store_world_copy(world, "old", "duologue.db");
    check_err(store_world_open(world), ERR_STORE);
    error_says(world, "older than");
}

static void a_missing_database_is_refused(void **state)
{
    struct store_world *world = *state;

    check_ok(store_world_open(world));
    store_world_stored_room(world, 1);
    store_world_close(world);
    remove_file(world, "duologue.db");
    check_err(store_world_open(world), ERR_STORE);
    error_says(world, "older than");
}

static void an_old_key_file_is_refused(void **state)
{
    struct store_world *world = *state;

    check_ok(store_world_open(world));
    store_world_stored_room(world, 1);
    store_world_close(world);
    store_world_copy(world, "keys", "keys.old");
    check_ok(store_world_open(world));
    store_world_stored_room(world, 2);
    store_world_close(world);
    store_world_copy(world, "keys.old", "keys");
    check_err(store_world_open(world), ERR_STORE);
    error_says(world, "lacks the keys");
}

static void a_file_that_is_no_database_is_refused(void **state)
{
    struct store_world *world = *state;
    char path[WORLD_PATH_BYTES];
    int fd;

    store_world_path(world, "duologue.db", path);
    fd = open(path, O_WRONLY | O_CREAT, 0600);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(write(fd, "not SQL!", 8), 8);
    close(fd);
    check_err(store_world_open(world), ERR_STORE);
    error_says(world, "duologue.db cannot be used: file is not a database; "
                      "put the newest good one back, or move it and keys away "
                      "to begin anew");
}

static void the_reserve_is_there_and_comes_back(void **state)
{
    struct store_world *world = *state;
    char path[WORLD_PATH_BYTES];
    struct stat about;

    check_ok(store_world_open(world));
    store_world_path(world, "reserve", path);
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_size, STORE_RESERVE_BYTES);
    assert_true(about.st_blocks * 512 >= STORE_RESERVE_BYTES);
    assert_true(store__reserve_use(world->store));
    assert_false(store__reserve_use(world->store));
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_size, 0);
    check_ok(store_tidy(world->store, world->now_ms));
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_size, STORE_RESERVE_BYTES);
}

static void write_and_die(void *self)
{
    struct store_world *world = self;

    check_ok(store_world_open(world));
    store_world_stored_room(world, 1);
    _exit(0);
}

static void a_crash_is_known_by_its_time(void **state)
{
    struct store_world *world = *state;
    struct child_result result;
    const int64_t before_ms = (int64_t)time(NULL) * 1000;

    child_run(write_and_die, world, &result);
    assert_int_equal(result.status, 0);
    check_ok(store_world_open(world));
    assert_in_range(store_crashed_ms(world->store), before_ms,
                    before_ms + 600000);
    store_world_close(world);
    check_ok(store_world_open(world));
    assert_int_equal(store_crashed_ms(world->store), 0);
}

static void weak_file_systems_are_known_by_name(void **state)
{
    (void)state;
    assert_string_equal(store__weak_filesystem(0x794c7630), "overlayfs");
    assert_string_equal(store__weak_filesystem(0x9123683e), "btrfs");
    assert_null(store__weak_filesystem(0xef53));     /* ext4 */
    assert_null(store__weak_filesystem(0x58465342)); /* xfs */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(files_are_private_under_any_umask),
        TEST(a_strict_umask_does_not_lock_us_out),
        TEST(wide_modes_are_tightened),
        TEST(a_second_process_is_told_to_stay_away),
        TEST(a_folder_that_cannot_be_made_is_named),
        TEST(a_folder_of_others_stays_as_it_is),
        TEST(an_empty_folder_is_taken),
        TEST(a_link_in_place_of_a_file_is_refused),
        TEST(a_missing_key_file_is_refused),
        TEST(a_key_file_of_another_store_is_refused),
        TEST(an_old_database_is_refused),
        TEST(a_database_from_before_an_end_is_refused),
        TEST(a_missing_database_is_refused),
        TEST(an_old_key_file_is_refused),
        TEST(a_file_that_is_no_database_is_refused),
        TEST(the_reserve_is_there_and_comes_back),
        TEST(a_crash_is_known_by_its_time),
        TEST(weak_file_systems_are_known_by_name),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

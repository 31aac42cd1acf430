/* What the store costs: messages a commit, loading, ending, erasing.
 *
 * The store is made in a new folder in /tmp: measure where that is a disk. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "support/store_world.h"

enum {
    ROOMS = 200,
    BODY_BYTES = 300,
    RUN_MS = 2000,
    FULL_ROOM = 10000,
    STEPS_MAX = 16384
};

static char body[BODY_BYTES + 1];

static double now_us(clockid_t clock)
{
    struct timespec at;

    clock_gettime(clock, &at);
    return (double)at.tv_sec * 1e6 + (double)at.tv_nsec / 1e3;
}

static void must(enum err rc, const char *what)
{
    if (rc != ERR_OK) {
        fprintf(stderr, "bench_store: %s: %s\n", what, err_text(rc));
        exit(1);
    }
}

struct rooms {
    struct room *at[ROOMS];
    uint32_t seq[ROOMS];
};

static void add_messages(struct store_world *world, struct rooms *rooms,
                         uint64_t *turn, int count)
{
    for (int i = 0; i < count; i++) {
        size_t which = (size_t)((*turn)++ * 7919 % ROOMS);

        store_world_say(world, rooms->at[which], ++rooms->seq[which], body);
    }
}

static void bench_commits(struct store_world *world, struct rooms *rooms,
                          uint64_t *turn, int batch)
{
    double wall = 0;
    double cpu = 0;
    double worst = 0;
    uint64_t messages = 0;

    while (wall < RUN_MS * 1e3) {
        double wall_start;
        double cpu_start;
        double took;

        add_messages(world, rooms, turn, batch);
        wall_start = now_us(CLOCK_MONOTONIC);
        cpu_start = now_us(CLOCK_PROCESS_CPUTIME_ID);
        must(store_commit(world->store, &world->effects), "commit");
        took = now_us(CLOCK_MONOTONIC) - wall_start;
        cpu += now_us(CLOCK_PROCESS_CPUTIME_ID) - cpu_start;
        wall += took;
        worst = took > worst ? took : worst;
        messages += (uint64_t)batch;
        room_effects_reset(&world->effects);
    }
    printf("commit of %4d messages: %8.0f messages/s  %6.2f us CPU a message"
           "  worst commit %6.2f ms\n",
           batch, (double)messages / wall * 1e6, cpu / (double)messages,
           worst / 1e3);
}

static void bench_load(struct store_world *world, int number, const char *what)
{
    struct store_room found;
    enum store_fate fate;
    double start = now_us(CLOCK_MONOTONIC);

    must(store_load_number(world->store, number, &fate, &found), "load");
    printf("load of a room with %5zu messages (%s): %6.2f ms\n",
           found.image.entry_count, what,
           (now_us(CLOCK_MONOTONIC) - start) / 1e3);
    store_room_clear(&found);
}

static bool count_bytes(void *self, const struct store_message *message)
{
    *(size_t *)self += message->payload.len;
    return true;
}

static void bench_read(struct store_world *world, struct rooms *rooms)
{
    const struct store_range last = {rooms->seq[0] - 99, rooms->seq[0], true};
    size_t bytes = 0;
    double start = now_us(CLOCK_MONOTONIC);

    must(store_read(world->store, rooms->at[0], &last, count_bytes, &bytes),
         "read");
    printf("read of 100 messages: %6.2f ms (%zu bytes)\n",
           (now_us(CLOCK_MONOTONIC) - start) / 1e3, bytes);
}

static void on_erased(void *self, int64_t number)
{
    (void)number;
    ++*(int *)self;
}

/* How long others would have stood still. */
struct stalls {
    double at[STEPS_MAX]; /* ms */
    size_t count;
};

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;

    return (left > right) - (left < right);
}

static void print_stalls(const char *what, struct stalls *stalls)
{
    if (stalls->count == 0)
        return;
    qsort(stalls->at, stalls->count, sizeof(*stalls->at), compare);
    printf("  %-16s %5zu steps, median %6.2f ms, 99 %% %6.2f ms, worst %6.2f "
           "ms\n",
           what, stalls->count, stalls->at[stalls->count / 2],
           stalls->at[stalls->count * 99 / 100], stalls->at[stalls->count - 1]);
}

static void erase_all(struct store_world *world)
{
    static struct stalls deletes, cuts;
    int erased = 0;

    deletes.count = 0;
    cuts.count = 0;
    while (store_is_erasing(world->store)) {
        double step = now_us(CLOCK_MONOTONIC);
        struct stalls *stalls;
        int64_t cut_ms = world->store->truncated_ms;

        world->now_ms += 50;
        must(store_erase_step(world->store, world->now_ms, on_erased, &erased),
             "erase");
        stalls = world->store->truncated_ms != cut_ms ? &cuts : &deletes;
        if (stalls->count < STEPS_MAX)
            stalls->at[stalls->count++] =
                (now_us(CLOCK_MONOTONIC) - step) / 1e3;
    }
    print_stalls("deleting rows", &deletes);
    print_stalls("cutting", &cuts);
}

static void bench_end(struct store_world *world, struct rooms *rooms, int count)
{
    double start = now_us(CLOCK_MONOTONIC);
    double committed;

    for (int i = 0; i < count; i++)
        store_world_end(world, rooms->at[i], ROOM_CAUSE_SEAT1);
    must(store_world_commit(world), "end");
    committed = now_us(CLOCK_MONOTONIC);
    must(store_wipe_ended(world->store), "wipe");
    printf("end of %3d rooms: commit %5.2f ms, wipe %6.2f ms\n", count,
           (committed - start) / 1e3,
           (now_us(CLOCK_MONOTONIC) - committed) / 1e3);
    erase_all(world);
}

static void make_rooms(struct store_world *world, struct rooms *rooms)
{
    double start = now_us(CLOCK_MONOTONIC);

    for (int i = 0; i < ROOMS; i++) {
        rooms->at[i] = store_world_room(world, i + 1);
        rooms->seq[i] = 0;
        store_world_create(world, rooms->at[i], i + 1);
    }
    must(store_world_commit(world), "create");
    printf("making %d rooms in one commit: %6.2f ms\n", ROOMS,
           (now_us(CLOCK_MONOTONIC) - start) / 1e3);
}

int main(void)
{
    static const int batches[] = {1, 10, 200, 1000};
    struct store_world world;
    struct rooms rooms;
    uint64_t turn = 0;
    double start;

    memset(body, 'm', BODY_BYTES);
    store_world_init(&world);
    must(store_world_open(&world), "open");
    make_rooms(&world, &rooms);
    for (size_t i = 0; i < sizeof(batches) / sizeof(*batches); i++)
        bench_commits(&world, &rooms, &turn, batches[i]);
    while (rooms.seq[0] < FULL_ROOM) {
        store_world_say(&world, rooms.at[0], ++rooms.seq[0], body);
        if (rooms.seq[0] % 100 == 0)
            must(store_world_commit(&world), "fill");
    }
    must(store_world_commit(&world), "fill");
    bench_load(&world, 1, "warm");
    start = now_us(CLOCK_MONOTONIC);
    store_world_close(&world);
    must(store_world_open(&world), "open");
    printf("close and open: %6.2f ms\n",
           (now_us(CLOCK_MONOTONIC) - start) / 1e3);
    bench_load(&world, 1, "after a start");
    bench_load(&world, 1, "again");
    bench_read(&world, &rooms);
    bench_end(&world, &rooms, 1);
    bench_end(&world, &rooms, ROOMS);
    store_world_clear(&world);
    return 0;
}

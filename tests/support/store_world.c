#include "support/store_world.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void must(bool is_good, const char *what)
{
    if (!is_good) {
        perror(what);
        abort();
    }
}

static void init_in(struct store_world *world, const char *where)
{
    static const struct room_limits limits = {.idle_warning_ms = 60000};
    static const uint64_t seed[2] = {1, 2};
    char log_path[] = "/tmp/duologue-log-XXXXXX";

    *world = (struct store_world){
        .crypto = crypto_new(),
        .engine = room_engine_new(&limits, seed),
        .effects = ROOM_EFFECTS_EMPTY,
        .error = BUF_EMPTY(4096),
        .now_ms = WORLD_NOW_MS,
    };
    snprintf(world->dir, sizeof(world->dir), "%s/duologue-store-XXXXXX", where);
    must(mkdtemp(world->dir) != NULL, "mkdtemp");
    world->log = (struct log){.fd = mkstemp(log_path)};
    must(world->log.fd >= 0 && unlink(log_path) == 0, "mkstemp");
    must(world->crypto != NULL && world->engine != NULL, "memory");
}

void store_world_init(struct store_world *world)
{
    init_in(world, "/tmp");
}

void store_world_init_fast(struct store_world *world)
{
    init_in(world, access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp");
}

static void remove_folder(const char *path)
{
    DIR *folder = opendir(path);
    struct dirent *entry;

    while (folder != NULL && (entry = readdir(folder)) != NULL)
        if (entry->d_name[0] != '.')
            must(unlinkat(dirfd(folder), entry->d_name, 0) == 0, "unlink");
    if (folder != NULL)
        closedir(folder);
    rmdir(path);
}

void store_world_clear(struct store_world *world)
{
    store_world_close(world);
    room_effects_clear(&world->effects);
    room_engine_free(world->engine);
    crypto_free(world->crypto);
    buf_clear(&world->error);
    close(world->log.fd);
    remove_folder(world->dir);
}

enum err store_world_open(struct store_world *world)
{
    const struct store_options options = {
        .data_dir = world->dir,
        .crypto = world->crypto,
        .log = &world->log,
        .now_ms = world->now_ms,
    };

    buf_truncate(&world->error, 0);
    return store_open(&options, &world->store, &world->error);
}

void store_world_close(struct store_world *world)
{
    store_close(world->store);
    world->store = NULL;
}

void store_world_reopen(struct store_world *world)
{
    store_world_close(world);
    check_ok(store_world_open(world));
}

void store_world_path(const struct store_world *world, const char *name,
                      char out[WORLD_PATH_BYTES])
{
    int len = snprintf(out, WORLD_PATH_BYTES, "%s/%s", world->dir, name);

    must(len > 0 && len < WORLD_PATH_BYTES, "path");
}

static void read_all(int fd, struct buf *out)
{
    char chunk[16384];
    off_t at = 0;
    ssize_t got;

    do {
        got = pread(fd, chunk, sizeof(chunk), at);
        must(got >= 0, "read");
        must(buf_append(out, (struct span){chunk, (size_t)got}) == ERR_OK,
             "memory");
        at += got;
    } while (got > 0);
}

void store_world_log(struct store_world *world, struct buf *out)
{
    read_all(world->log.fd, out);
}

static void read_file(const struct store_world *world, const char *name,
                      struct buf *out)
{
    char path[WORLD_PATH_BYTES];
    int fd;

    store_world_path(world, name, path);
    fd = open(path, O_RDONLY);
    if (fd < 0)
        return;
    read_all(fd, out);
    close(fd);
}

void store_world_copy(const struct store_world *world, const char *from,
                      const char *to)
{
    struct buf bytes = BUF_EMPTY(SIZE_MAX / 4);
    char path[WORLD_PATH_BYTES];
    int fd;

    read_file(world, from, &bytes);
    store_world_path(world, to, path);
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    must(fd >= 0, to);
    must(write(fd, bytes.at, bytes.len) == (ssize_t)bytes.len, to);
    close(fd);
    buf_clear(&bytes);
}

bool store_world_file_has(const struct store_world *world, const char *name,
                          struct span bytes)
{
    struct buf all = BUF_EMPTY(SIZE_MAX / 4);
    bool has;

    read_file(world, name, &all);
    has = all.len > 0 && memmem(all.at, all.len, bytes.at, bytes.len) != NULL;
    buf_clear(&all);
    return has;
}

struct span store_world_local(int n, char out[ID_CHARS + 1])
{
    snprintf(out, ID_CHARS + 1, "r%015d", n);
    return (struct span){out, ID_CHARS};
}

struct span store_world_seat_id(int n, int seat, char out[ID_CHARS + 1])
{
    snprintf(out, ID_CHARS + 1, "s%d%014d", seat, n);
    return (struct span){out, ID_CHARS};
}

static struct room_keys keys_of(int n)
{
    struct room_keys keys;

    for (size_t i = 0; i < SECRET_BYTES; i++) {
        keys.seal.at[i] = (uint8_t)((size_t)n * 7 + i * 13 + 1);
        keys.code.at[i] = (uint8_t)((size_t)n * 11 + i * 17 + 2);
    }
    return keys;
}

struct room *store_world_room(struct store_world *world, int n)
{
    char local[ID_CHARS + 1];
    struct room_image image = {
        .number = n,
        .local = store_world_local(n, local),
        .keys = keys_of(n),
        .protection = ROOM_PROTECTION_SERVER,
        .created_ms = world->now_ms,
        .idle_ms = 3600000,
        .deadline_ms = world->now_ms + 3600000,
    };
    struct room *room = NULL;

    image.seats[0].name = SPAN("Abhi");
    image.seats[1].name = SPAN("Anny");
    must(room_load(world->engine, &image, &room) == ERR_OK, "room_load");
    return room;
}

struct room_effect *store_world_add(struct store_world *world,
                                    const struct room *room,
                                    enum room_effect_kind kind)
{
    struct room_effect *effect =
        room_effects_add(&world->effects, kind, room, NULL);

    must(effect != NULL, "effect");
    return effect;
}

static struct span keep(struct store_world *world, struct span text)
{
    struct span copy;

    must(arena_copy(&world->effects.arena, text, &copy) == ERR_OK, "arena");
    return copy;
}

void store_world_create(struct store_world *world, const struct room *room,
                        int n)
{
    struct room_effect *effect =
        store_world_add(world, room, ROOM_EFFECT_STORE_ROOM);
    struct room_create *create = &effect->u.create.create;

    create->number = n;
    create->keys = keys_of(n);
    create->names[0] = SPAN("Abhi");
    create->names[1] = SPAN("Anny");
    for (int i = 0; i < ROOM_SEATS; i++) {
        char id[ID_CHARS + 1];

        create->seat_ids[i] = keep(world, store_world_seat_id(n, i + 1, id));
        memset(create->codes[i].at, n + i, SECRET_BYTES);
    }
    create->protection = ROOM_PROTECTION_LINK;
    create->idle_ms = 3600000;
    effect->u.create.at_ms = world->now_ms;
    effect->u.create.wake_ms = world->now_ms + 1000 + n;
    effect->u.create.deadline_ms = world->now_ms + 3600000;
}

void store_world_say(struct store_world *world, const struct room *room,
                     uint32_t seq, const char *text)
{
    struct room_effect *effect =
        store_world_add(world, room, ROOM_EFFECT_STORE_MESSAGE);
    struct room_entry *entry = &effect->u.message.entry;

    entry->at_ms = world->now_ms;
    entry->seq = seq;
    entry->seat = (uint8_t)(1 + seq % 2);
    entry->flags = ROOM_ENTRY_HISTORY | ROOM_ENTRY_ACTIVITY;
    if (seq % 3 == 0) {
        entry->flags |= seq % 2 == 0 ? ROOM_ENTRY_ORIGIN : ROOM_ENTRY_ID;
        memset(entry->id_hash, (int)seq, sizeof(entry->id_hash));
    }
    if (seq % 5 == 0) {
        entry->flags |= ROOM_ENTRY_CORRECTION;
        entry->corrects_seq = (uint16_t)(seq - 2);
    }
    effect->u.message.id = SPAN("id-1");
    effect->u.message.payload = keep(world, span_of(text));
}

void store_world_join(struct store_world *world, const struct room *room,
                      const char *jid, enum room_leg leg)
{
    struct room_effect *effect =
        store_world_add(world, room, ROOM_EFFECT_STORE_SESSION);
    struct span full = keep(world, span_of(jid));

    effect->u.session = (struct room_session_image){
        .jid = full,
        .bare = span_slice(full, 0, span_find(full, '/')),
        .seat = 2,
        .leg = leg,
        .presence = SPAN("<show>away</show>"),
        .joined_ms = world->now_ms,
    };
}

void store_world_end(struct store_world *world, const struct room *room,
                     enum room_cause cause)
{
    struct room_effect *effect =
        store_world_add(world, room, ROOM_EFFECT_STORE_END);

    effect->u.end.cause = cause;
    effect->u.end.at_ms = world->now_ms;
}

enum err store_world_commit(struct store_world *world)
{
    enum err rc = store_commit(world->store, &world->effects);

    room_effects_reset(&world->effects);
    return rc;
}

struct room *store_world_stored_room(struct store_world *world, int n)
{
    struct room *room = store_world_room(world, n);

    store_world_create(world, room, n);
    check_ok(store_world_commit(world));
    return room;
}

static void count_erased(void *self, int64_t number)
{
    struct store_world *world = self;

    must(number > 0, "number");
    world->erased++;
}

void store_world_erase_all(struct store_world *world)
{
    check_ok(store_wipe_ended(world->store));
    while (store_is_erasing(world->store)) {
        world->now_ms += STORE_TRUNCATE_MS;
        check_ok(
            store_erase_step(world->store, world->now_ms, count_erased, world));
    }
}

enum store_fate store_world_fate(struct store_world *world, int n)
{
    char local[ID_CHARS + 1];
    struct store_room room;
    enum store_fate fate;
    enum room_cause cause;

    check_ok(store_load(world->store, store_world_local(n, local), &fate, &room,
                        &cause));
    if (fate == STORE_LIVE)
        store_room_clear(&room);
    return fate;
}

static bool add_text(void *self, const struct store_message *message)
{
    must(buf_append(self, message->payload) == ERR_OK &&
             buf_append_byte(self, ',') == ERR_OK,
         "memory");
    return true;
}

void store_world_texts(struct store_world *world, const struct room *room,
                       struct buf *out)
{
    const struct store_range all = {0, UINT32_MAX, false};
    enum err rc = store_read(world->store, room, &all, add_text, out);

    if (rc != ERR_OK) {
        buf_truncate(out, 0);
        must(buf_append(out, span_of(err_text(rc))) == ERR_OK, "memory");
    }
}

int store_world_set_up(void **state)
{
    struct store_world *world = test_malloc(sizeof(*world));

    store_world_init(world);
    check_ok(store_world_open(world));
    *state = world;
    return 0;
}

int store_world_tear_down(void **state)
{
    store_world_clear(*state);
    test_free(*state);
    return 0;
}

/* store_world.h - a store in a folder of its own, and rooms to put there. */
#ifndef SUPPORT_STORE_WORLD_H
#define SUPPORT_STORE_WORLD_H

#include "base/log.h"
#include "room/room.h"
#include "room/room_effect.h"
#include "room/room_view.h"
#include "store/store_internal.h"
#include "support/check.h"

enum { WORLD_PATH_BYTES = 256, WORLD_NOW_MS = 1700000000 };

struct store_world {
    char dir[WORLD_PATH_BYTES];
    struct crypto *crypto;
    struct log log;
    struct room_engine *engine;
    struct room_effects effects;
    struct store *store;
    struct buf error;
    int64_t now_ms;
    size_t erased; /* rooms of which store_erase_step told */
};

/* Makes the folder, but no store yet. */
void store_world_init(struct store_world *world);

/* The same in memory, where the machine has a place for that: for tests that
 * make hundreds of stores. */
void store_world_init_fast(struct store_world *world);

/* Closes what is open and removes the folder. */
void store_world_clear(struct store_world *world);

enum err store_world_open(struct store_world *world) MUST_CHECK;
void store_world_close(struct store_world *world);
void store_world_reopen(struct store_world *world);

/* An open store as a state of cmocka. */
int store_world_set_up(void **state);
int store_world_tear_down(void **state);
#define STORE_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, store_world_set_up,                  \
                                    store_world_tear_down)

/* The path of a file of the store. */
void store_world_path(const struct store_world *world, const char *name,
                      char out[WORLD_PATH_BYTES]);

/* Everything that was logged so far. */
void store_world_log(struct store_world *world, struct buf *out);

/* Copies one of the store's files; the store may be open. */
void store_world_copy(const struct store_world *world, const char *from,
                      const char *to);

/* True when the bytes are somewhere in that file. */
bool store_world_file_has(const struct store_world *world, const char *name,
                          struct span bytes);

/* The local part of room `n`, and its seat ids. */
struct span store_world_local(int n, char out[ID_CHARS + 1]);
struct span store_world_seat_id(int n, int seat, char out[ID_CHARS + 1]);

/* An awake room `n` with keys that follow from n.  Not stored yet. */
struct room *store_world_room(struct store_world *world, int n);

/* Each adds one effect. */
struct room_effect *store_world_add(struct store_world *world,
                                    const struct room *room,
                                    enum room_effect_kind kind);
void store_world_create(struct store_world *world, const struct room *room,
                        int n);
void store_world_say(struct store_world *world, const struct room *room,
                     uint32_t seq, const char *text);
void store_world_join(struct store_world *world, const struct room *room,
                      const char *jid, enum room_leg leg);
void store_world_end(struct store_world *world, const struct room *room,
                     enum room_cause cause);

/* Commits the effects and forgets them. */
enum err store_world_commit(struct store_world *world) MUST_CHECK;

/* Makes room n and stores it. */
struct room *store_world_stored_room(struct store_world *world, int n);

/* Wipes slots and deletes rows until nothing is left to do. */
void store_world_erase_all(struct store_world *world);

/* What becomes of room n. */
enum store_fate store_world_fate(struct store_world *world, int n);

/* The texts of all messages of a stored room, with a comma behind each, or the
 * error's text. */
void store_world_texts(struct store_world *world, const struct room *room,
                       struct buf *out);

#endif

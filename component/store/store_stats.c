#include <string.h>
#include <sys/stat.h>

#include "store/store_internal.h"

static enum err count_run(struct store *store, uint64_t *out)
{
    uint64_t run = 0;
    bool has_row = true;
    enum err rc = store__start(store, STORE_SQL_NEXT_RUN, NULL, 0);

    /* To the end: only then is it committed. */
    while (rc == ERR_OK && has_row) {
        rc = store__step(store, STORE_SQL_NEXT_RUN, &has_row);
        if (rc == ERR_OK && has_row)
            run = (uint64_t)store__column_int(store, STORE_SQL_NEXT_RUN, 0);
    }
    if (rc == ERR_OK)
        *out = run;
    return rc;
}

/* Without a number there is no start, and nobody could end a chat. */
enum err store_next_run(struct store *store, uint64_t *out)
{
    enum err rc = count_run(store, out);

    if (rc == ERR_FULL && store__reserve_use(store))
        rc = count_run(store, out);
    return rc;
}

static uint64_t file_bytes(const struct store *store, const char *name)
{
    struct stat about;

    return fstatat(store->dir_fd, name, &about, 0) == 0
               ? (uint64_t)about.st_size
               : 0;
}

enum err store_get_stats(struct store *store, struct store_stats *out)
{
    struct store_stats stats = {
        .messages = store->messages,
        .slots = store->keys.count - STORE_SLOT_FIRST,
        .slots_used =
            store->keys.count - STORE_SLOT_FIRST - store->keys.free_count,
        .database_bytes = file_bytes(store, "duologue.db"),
        .journal_bytes = file_bytes(store, "duologue.db-wal"),
        .commits = store->commits,
        .commit_failures = store->commit_failures,
    };
    enum err rc = store__count(store, STORE_SQL_COUNT_ROOMS, &stats.rooms);

    if (rc == ERR_OK)
        rc = store__count(store, STORE_SQL_COUNT_TOMBSTONES, &stats.tombstones);
    if (rc == ERR_OK)
        rc = store__count(store, STORE_SQL_COUNT_SESSIONS, &stats.sessions);
    if (rc == ERR_OK)
        *out = stats;
    return rc;
}

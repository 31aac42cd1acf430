#include <string.h>

#include "store/store_internal.h"

static enum err read_limit(struct store *store, struct room_limit_image *limit,
                           bool *is_good)
{
    const enum store__statement which = STORE_SQL_LOAD_LIMITS;
    const int64_t kind = store__column_int(store, which, 0);
    const struct span source = store__column_blob(store, which, 1);
    const int64_t failures = store__column_int(store, which, 2);

    *is_good = kind >= 0 && kind <= ROOM_LIMIT_CREATES && failures >= 0 &&
               failures <= UINT32_MAX && source.len == ROOM_SOURCE_BYTES;
    if (!*is_good)
        return ERR_OK;
    limit->kind = (enum room_limit_kind)kind;
    memcpy(limit->source, source.at, ROOM_SOURCE_BYTES);
    limit->failures = (uint32_t)failures;
    limit->at_ms = store__column_int(store, which, 3);
    limit->blocked_until_ms = store__column_int(store, which, 4);
    return ERR_OK;
}

enum err store_load_limits(
    struct store *store, int64_t now_ms,
    enum err (*on_limit)(void *self, const struct room_limit_image *),
    void *self)
{
    const enum store__statement which = STORE_SQL_LOAD_LIMITS;
    const struct store__value values[] = {
        store__int(now_ms - STORE_LIMIT_KEPT_MS),
        store__int(now_ms),
        store__int(ROOM_SOURCES_MAX),
    };
    enum err rc = store__start(store, which, values, STORE_COUNT(values));
    bool has_row = true;

    while (rc == ERR_OK) {
        struct room_limit_image limit;
        bool is_good = false;

        rc = store__step(store, which, &has_row);
        if (rc != ERR_OK || !has_row)
            break;
        rc = read_limit(store, &limit, &is_good);
        if (rc == ERR_OK && is_good)
            rc = on_limit(self, &limit);
    }
    store__stop(store, which);
    return rc;
}

enum err store_tidy(struct store *store, int64_t now_ms)
{
    const int64_t day_ms = 24 * 60 * 60 * 1000;
    const struct store__value old_tombstones[] = {
        store__int(now_ms - STORE_TOMBSTONE_DAYS * day_ms),
        store__int(STORE_TIDY_ROWS),
    };
    const struct store__value old_limits[] = {
        store__int(now_ms - STORE_LIMIT_KEPT_MS),
        store__int(now_ms),
        store__int(STORE_TIDY_ROWS),
    };
    const struct store__value most_limits[] = {
        store__int(ROOM_SOURCES_MAX),
        store__int(STORE_TIDY_ROWS),
    };
    enum err rc;

    store->now_ms = now_ms;
    store__reserve_keep(store);
    if ((rc = store__begin(store)) != ERR_OK)
        return rc;
    rc = store__run(store, STORE_SQL_TIDY_TOMBSTONES, old_tombstones,
                    STORE_COUNT(old_tombstones));
    if (rc == ERR_OK)
        rc = store__run(store, STORE_SQL_TIDY_LIMITS, old_limits,
                        STORE_COUNT(old_limits));
    if (rc == ERR_OK)
        rc = store__run(store, STORE_SQL_TRIM_LIMITS, most_limits,
                        STORE_COUNT(most_limits));
    if (rc == ERR_OK)
        rc = store__commit(store);
    if (rc != ERR_OK)
        store__rollback(store);
    return rc;
}

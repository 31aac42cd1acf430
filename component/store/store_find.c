#include "store/store_internal.h"

struct numbers {
    int64_t *at;
    size_t count;
    size_t max;
};

static enum room_cause cause_of(int64_t value)
{
    return value >= 0 && value < ROOM_CAUSE_ADMIN ? (enum room_cause)value
                                                  : ROOM_CAUSE_ADMIN;
}

static enum err find_tombstone(struct store *store, enum store__statement which,
                               const struct secret *hash, enum store_fate *fate,
                               enum room_cause *cause)
{
    const struct store__value values[] = {store__blob(hash->at, SECRET_BYTES)};
    bool has_row;
    enum err rc =
        store__first(store, which, values, STORE_COUNT(values), &has_row);

    if (rc != ERR_OK)
        return rc;
    *fate = has_row ? STORE_ENDED : STORE_UNKNOWN;
    if (has_row)
        *cause = cause_of(store__column_int(store, which, 0));
    store__stop(store, which);
    return ERR_OK;
}

/* Looks a hash up in a statement that gives number and cause first. */
static enum err find_live(struct store *store, enum store__statement which,
                          const struct secret *hash, enum store_fate *fate,
                          int64_t out[3])
{
    const struct store__value values[] = {store__blob(hash->at, SECRET_BYTES)};
    bool has_row;
    enum err rc =
        store__first(store, which, values, STORE_COUNT(values), &has_row);

    *fate = STORE_UNKNOWN;
    if (rc != ERR_OK || !has_row)
        return rc;
    *fate = store__column_is_null(store, which, 1) ? STORE_LIVE : STORE_ENDED;
    for (int i = 0; i < 3; i++)
        out[i] = store__column_int(store, which, i);
    store__stop(store, which);
    return ERR_OK;
}

enum err store_load(struct store *store, struct span local,
                    enum store_fate *fate, struct store_room *out,
                    enum room_cause *cause)
{
    int64_t found[3] = {0};
    enum store_fate what;
    struct secret hash;
    enum err rc = store__hash_name(store, local, &hash);

    if (rc == ERR_OK)
        rc = find_live(store, STORE_SQL_FIND_NAME, &hash, &what, found);
    if (rc != ERR_OK)
        return rc;
    if (what == STORE_UNKNOWN)
        return find_tombstone(store, STORE_SQL_FIND_TOMBSTONE, &hash, fate,
                              cause);
    if (what == STORE_ENDED) {
        *fate = what;
        *cause = cause_of(found[1]);
        return ERR_OK;
    }
    rc = store_load_number(store, found[0], fate, out);
    if (rc == ERR_OK && *fate != STORE_LIVE)
        *cause = ROOM_CAUSE_ADMIN;
    return rc;
}

enum err store_find_seat(struct store *store, struct span seat_id,
                         struct store_seat *out)
{
    struct store_seat seat = {.fate = STORE_UNKNOWN};
    int64_t found[3] = {0};
    struct secret hash;
    enum err rc = store__hash_seat(store, seat_id, &hash);

    if (rc == ERR_OK)
        rc = find_live(store, STORE_SQL_FIND_SEAT, &hash, &seat.fate, found);
    if (rc == ERR_OK && seat.fate == STORE_UNKNOWN) {
        rc = find_tombstone(store, STORE_SQL_FIND_SEAT_TOMBSTONE, &hash,
                            &seat.fate, &seat.cause);
    } else if (rc == ERR_OK) {
        seat.number = found[0];
        seat.seat = found[2] == 2 ? 2 : 1;
        seat.cause = cause_of(found[1]);
    }
    if (rc == ERR_OK)
        *out = seat;
    return rc;
}

/* Fills `numbers` with the first column. */
static enum err list(struct store *store, enum store__statement which,
                     const struct store__value *values, size_t value_count,
                     struct numbers *out)
{
    enum err rc = store__start(store, which, values, value_count);
    bool has_row = true;

    out->count = 0;
    while (rc == ERR_OK && out->count < out->max) {
        rc = store__step(store, which, &has_row);
        if (rc != ERR_OK || !has_row)
            break;
        out->at[out->count++] = store__column_int(store, which, 0);
    }
    store__stop(store, which);
    return rc;
}

/* The same of a statement that takes where to begin and how many. */
static enum err list_from(struct store *store, enum store__statement which,
                          int64_t from, struct numbers *out)
{
    const struct store__value values[] = {
        store__int(from),
        store__int((int64_t)out->max),
    };

    return list(store, which, values, STORE_COUNT(values), out);
}

static enum err finish(enum err rc, const struct numbers *numbers,
                       size_t *count)
{
    if (rc == ERR_OK)
        *count = numbers->count;
    return rc;
}

enum err store_due(struct store *store, int64_t now_ms, size_t max,
                   int64_t *numbers, size_t *count)
{
    struct numbers out = {.max = max};

    out.at = numbers;
    store->now_ms = now_ms;
    return finish(list_from(store, STORE_SQL_DUE, now_ms, &out), &out, count);
}

enum err store_list(struct store *store, int64_t after, size_t max,
                    int64_t *numbers, size_t *count)
{
    struct numbers out = {.max = max};

    out.at = numbers;
    return finish(list_from(store, STORE_SQL_LIST, after, &out), &out, count);
}

static enum err list_joined(struct store *store, enum room_leg leg,
                            int64_t after, struct numbers *out)
{
    const struct store__value values[] = {
        store__int((int64_t)leg),
        store__int(after),
        store__int((int64_t)out->max),
    };

    return list(store, STORE_SQL_LIST_JOINED, values, STORE_COUNT(values), out);
}

enum err store_list_guests(struct store *store, int64_t after, size_t max,
                           int64_t *numbers, size_t *count)
{
    struct numbers out = {.max = max};

    out.at = numbers;
    return finish(list_joined(store, ROOM_LEG_GUEST, after, &out), &out, count);
}

enum err store_list_natives(struct store *store, int64_t after, size_t max,
                            int64_t *numbers, size_t *count)
{
    struct numbers out = {.max = max};

    out.at = numbers;
    return finish(list_joined(store, ROOM_LEG_NATIVE, after, &out), &out,
                  count);
}

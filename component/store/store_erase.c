#include "base/bug.h"
#include "store/store_internal.h"

/* What one step may still delete. */
struct budget {
    int64_t rows;
    int64_t bytes;
};

bool store_is_erasing(const struct store *store)
{
    return store->has_ended_rows || store->wants_truncate ||
           store->erased.count > 0;
}

enum err store_wipe_ended(struct store *store)
{
    enum err rc = store__wipe_all(&store->keys, &store->wipes);

    return rc == ERR_NOMEM ? rc : rc == ERR_OK ? ERR_OK : ERR_SYSTEM;
}

static bool is_slot_pending(const struct store *store, int64_t number)
{
    for (size_t i = 0; i < store->wipes.count; i++)
        if (store->wipes.at[i].number == number)
            return true;
    return false;
}

/* The first ended room after *number whose key is gone; 0 when none. */
static enum err next_ended(struct store *store, int64_t *number)
{
    const enum store__statement which = STORE_SQL_NEXT_ENDED;

    do {
        const struct store__value values[] = {store__int(*number)};
        bool has_row;
        enum err rc =
            store__first(store, which, values, STORE_COUNT(values), &has_row);

        if (rc != ERR_OK)
            return rc;
        *number = has_row ? store__column_int(store, which, 0) : 0;
        if (has_row)
            store__stop(store, which);
    } while (*number != 0 && is_slot_pending(store, *number));
    return ERR_OK;
}

/* How far the budget reaches.  *last_seq is 0 when there are no messages. */
static enum err pick(struct store *store, int64_t number, struct budget *budget,
                     int64_t *last_seq)
{
    const enum store__statement which = STORE_SQL_PICK_MESSAGES;
    const struct store__value values[] = {
        store__int(number),
        store__int(budget->rows),
    };
    bool has_row = true;
    enum err rc = store__start(store, which, values, STORE_COUNT(values));

    *last_seq = 0;
    while (rc == ERR_OK && budget->rows > 0 && budget->bytes > 0) {
        rc = store__step(store, which, &has_row);
        if (rc != ERR_OK || !has_row)
            break;
        *last_seq = store__column_int(store, which, 0);
        budget->bytes -= store__column_int(store, which, 1);
        budget->rows--;
    }
    store__stop(store, which);
    return rc;
}

static enum err delete_messages(struct store *store, int64_t number,
                                int64_t last_seq)
{
    const struct store__value values[] = {
        store__int(number),
        store__int(last_seq),
    };
    enum err rc = store__run(store, STORE_SQL_DELETE_MESSAGES, values,
                             STORE_COUNT(values));

    if (rc == ERR_OK)
        store->messages_changed -= sqlite3_changes(store->db);
    return rc;
}

/* All that is not a message is little. */
static enum err delete_rest(struct store *store, int64_t number)
{
    static const enum store__statement statements[] = {
        STORE_SQL_DELETE_SESSIONS, STORE_SQL_DELETE_TOKENS,
        STORE_SQL_DELETE_MEMBERS,  STORE_SQL_DELETE_SEATS,
        STORE_SQL_DELETE_ROOM,
    };
    const struct store__value values[] = {store__int(number)};
    enum err rc = ERR_OK;

    for (size_t i = 0; i < STORE_COUNT(statements) && rc == ERR_OK; i++)
        rc = store__run(store, statements[i], values, STORE_COUNT(values));
    return rc;
}

/* Deletes rows until the budget is used up or nothing is left. */
static enum err delete_rows(struct store *store, struct budget *budget,
                            bool *is_all)
{
    int64_t number = 0;
    enum err rc = ERR_OK;

    *is_all = false;
    while (budget->rows > 0 && budget->bytes > 0) {
        int64_t last_seq;

        if ((rc = next_ended(store, &number)) != ERR_OK)
            return rc;
        *is_all = number == 0;
        if (*is_all)
            return ERR_OK;
        if ((rc = pick(store, number, budget, &last_seq)) != ERR_OK)
            return rc;
        if (last_seq > 0)
            rc = delete_messages(store, number, last_seq);
        if (rc != ERR_OK || budget->rows <= 0 || budget->bytes <= 0)
            return rc;
        budget->rows -= 5;
        if ((rc = store__wipes_reserve(&store->erased, 1)) != ERR_OK ||
            (rc = delete_rest(store, number)) != ERR_OK)
            return rc;
        store->erased.at[store->erased.count++].number = number;
    }
    return rc;
}

static enum err try_delete(struct store *store)
{
    struct budget budget = {STORE_ERASE_ROWS, STORE_ERASE_BYTES};
    size_t erased = store->erased.count;
    bool is_all = false;
    enum err rc = store__begin(store);

    if (rc != ERR_OK)
        return rc;
    rc = delete_rows(store, &budget, &is_all);
    if (store->messages_changed != 0 || store->erased.count > erased)
        store->wants_truncate = true;
    if (rc == ERR_OK)
        rc = store__commit(store);
    if (rc != ERR_OK) {
        store__rollback(store);
        store->erased.count = erased;
        return rc == ERR_LIMIT ? ERR_STORE : rc;
    }
    store->has_ended_rows = !is_all || store->wipes.count > 0;
    return ERR_OK;
}

enum err store__truncate(struct store *store, bool *is_done)
{
    const enum store__statement which = STORE_SQL_TRUNCATE;
    bool has_row;
    enum err rc = store__first(store, which, NULL, 0, &has_row);

    *is_done = false;
    if (rc == ERR_OK && has_row) {
        /* The first column tells whether something was in the way. */
        *is_done = store__column_int(store, which, 0) == 0;
        store__stop(store, which);
    }
    return rc;
}

/* Cutting is dear: at most once a second, and only when somebody waits for it
 * or nothing else is left to do. */
static bool is_time_to_cut(const struct store *store, int64_t now_ms)
{
    if (!store->wants_truncate ||
        (store->has_ended_rows && store->erased.count == 0))
        return false;
    /* A clock that was put back must not stop us. */
    return now_ms < store->truncated_ms ||
           now_ms - store->truncated_ms >= STORE_TRUNCATE_MS;
}

static enum err cut_journal(struct store *store, int64_t now_ms)
{
    bool is_done;
    enum err rc;

    store->truncated_ms = now_ms;
    rc = store__truncate(store, &is_done);
    if (rc != ERR_OK || !is_done)
        return rc;
    store->wants_truncate = false;
    /* What an end took is there for the next. */
    if (store->is_reserve_used)
        store__reserve_keep(store);
    return ERR_OK;
}

static enum err delete_some(struct store *store)
{
    enum err rc = try_delete(store);

    if (rc == ERR_FULL && store__reserve_use(store))
        rc = try_delete(store);
    return rc;
}

enum err store_erase_step(struct store *store, int64_t now_ms,
                          void (*on_erased)(void *self, int64_t number),
                          void *self)
{
    enum err rc = ERR_OK;

    BUG_IF(store->is_reading);
    store->now_ms = now_ms;
    if (is_time_to_cut(store, now_ms))
        rc = cut_journal(store, now_ms);
    else if (store->has_ended_rows)
        rc = delete_some(store);
    if (rc != ERR_OK || store->wants_truncate)
        return rc;
    for (size_t i = 0; i < store->erased.count; i++)
        on_erased(self, store->erased.at[i].number);
    store->erased.count = 0;
    return ERR_OK;
}

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/store_internal.h"

static const char DATABASE[] = "duologue.db";

static void say_unusable(const struct store *store, enum err rc,
                         struct buf *error)
{
    int code =
        store->db == NULL ? SQLITE_OK : sqlite3_errcode(store->db) & 0xff;
    bool is_damaged = code == SQLITE_NOTADB || code == SQLITE_CORRUPT;

    store__say(error, "%s cannot be used: %s%s", store->path,
               code == SQLITE_OK ? err_text(rc) : sqlite3_errmsg(store->db),
               is_damaged ? "; put the newest good one back, or move it and "
                            "keys away to begin anew"
                          : "");
}

/* The file is made here: SQLite would ask the umask. */
static enum err open_database(struct store *store, const char *data_dir,
                              struct buf *error)
{
    size_t len = strlen(data_dir) + sizeof("/") + sizeof(DATABASE);
    int fd = -1;
    enum err rc;

    store->path = malloc(len);
    if (store->path == NULL)
        return ERR_NOMEM;
    snprintf(store->path, len, "%s/%s", data_dir, DATABASE);
    rc = store__file_open(store->dir_fd, DATABASE, O_CREAT, &fd);
    if (rc != ERR_OK) {
        store__say(error, "%s cannot be opened: %s; check who owns it",
                   store->path, strerror(errno));
        return rc;
    }
    close(fd);
    if (fsync(store->dir_fd) != 0)
        return ERR_SYSTEM;
    store->crashed_ms = store__journal_left_ms(store->dir_fd);
    rc = store__db_open(store->path, &store->db);
    if (rc == ERR_OK)
        rc = store__db_migrate(store->db, store__migrations,
                               store__migration_count);
    if (rc == ERR_LIMIT) {
        store__say(error,
                   "%s was written by a newer duologue; install that one, or "
                   "move all of data_dir away to begin anew",
                   store->path);
        return ERR_STORE;
    }
    if (rc == ERR_OK)
        rc = store__prepare_all(store);
    if (rc != ERR_OK)
        say_unusable(store, rc, error);
    return rc;
}

struct meta {
    bool is_there;
    struct secret instance;
    uint64_t generation;
};

static enum err read_meta(struct store *store, struct meta *meta)
{
    const enum store__statement which = STORE_SQL_GET_META;
    struct span instance;
    enum err rc = store__first(store, which, NULL, 0, &meta->is_there);

    if (rc != ERR_OK || !meta->is_there)
        return rc;
    instance = store__column_blob(store, which, 0);
    if (instance.len == SECRET_BYTES)
        memcpy(meta->instance.at, instance.at, SECRET_BYTES);
    meta->generation = (uint64_t)store__column_int(store, which, 1);
    store->number = store__column_int(store, which, 2);
    store->unsaid_ms = store__column_int(store, which, 3);
    store__stop(store, which);
    return ERR_OK;
}

static enum err open_keys(struct store *store, const struct meta *meta,
                          const char *data_dir, struct buf *error)
{
    enum err rc =
        store__keys_open(&store->keys, store->dir_fd, !meta->is_there);

    if (rc == ERR_NOTFOUND) {
        store__say(error,
                   "%s/keys is missing, and without it nothing in %s can be "
                   "read; put it back, or move the database away to begin "
                   "anew",
                   data_dir, DATABASE);
        return ERR_STORE;
    }
    if (rc == ERR_SYNTAX) {
        store__say(error,
                   "%s/keys is damaged at its beginning; put a good one back, "
                   "or move it and %s away to begin anew",
                   data_dir, DATABASE);
        return ERR_STORE;
    }
    if (rc != ERR_OK)
        store__say(error, "%s/keys cannot be used: %s", data_dir,
                   rc == ERR_NOMEM ? err_text(rc) : strerror(errno));
    return rc;
}

/* Do database and key file belong together, and are they of one time? */
static enum err check_meta(struct store *store, struct meta *meta,
                           const char *data_dir, struct buf *error)
{
    const struct span parts[] = {SPAN("instance")};
    struct secret instance;
    enum err rc;

    rc = crypto_hmac(store->crypto, &store->keys.instance, parts, 1, &instance);
    if (rc != ERR_OK)
        return rc;
    if (meta->is_there && !secret_equal(&instance, &meta->instance)) {
        store__say(error,
                   "%s/keys belongs to another %s; put the one back that was "
                   "with it, or move both files away to begin anew",
                   data_dir, DATABASE);
        return ERR_STORE;
    }
    if (meta->generation < store->keys.stamp) {
        store__say(error,
                   "%s/%s is older than %s/keys: starting would wipe the keys "
                   "of newer chats and bring ended ones back; put the newest "
                   "database back, or move both files away to begin anew",
                   data_dir, DATABASE, data_dir);
        return ERR_STORE;
    }
    if (!meta->is_there) {
        const struct store__value row[] = {
            store__blob(instance.at, SECRET_BYTES)};

        rc = store__run(store, STORE_SQL_ADD_META, row, STORE_COUNT(row));
    }
    return rc;
}

/* What a full disk has no room for can wait: chats must be ended all the
 * same, which is how room is made. */
static enum err tidy_up(struct store *store, int64_t now_ms)
{
    bool is_done = false;
    enum err rc = store_tidy(store, now_ms);

    if (rc == ERR_OK || rc == ERR_FULL)
        rc = store__truncate(store, &is_done);
    store->wants_truncate = !is_done;
    return rc == ERR_FULL ? ERR_OK : rc;
}

static enum err start(struct store *store, const struct store_options *options,
                      struct buf *error)
{
    struct meta meta = {.is_there = false};
    enum err rc;

    if ((rc = store__files_open(store, options->data_dir, error)) != ERR_OK ||
        (rc = open_database(store, options->data_dir, error)) != ERR_OK ||
        (rc = read_meta(store, &meta)) != ERR_OK ||
        (rc = open_keys(store, &meta, options->data_dir, error)) != ERR_OK ||
        (rc = check_meta(store, &meta, options->data_dir, error)) != ERR_OK ||
        (rc = store__recover(store, meta.generation, error)) != ERR_OK ||
        (rc = store__count(store, STORE_SQL_COUNT_MESSAGES,
                           &store->messages)) != ERR_OK ||
        (rc = tidy_up(store, options->now_ms)) != ERR_OK)
        return rc;
    store__keys_stamp(&store->keys, meta.generation);
    return ERR_OK;
}

static struct store *make_store(const struct store_options *options)
{
    struct store *store = calloc(1, sizeof(*store));

    if (store == NULL)
        return NULL;
    store->crypto = options->crypto;
    store->log = options->log;
    store->dir_fd = -1;
    store->lock_fd = -1;
    store->keys.fd = -1;
    store->keys.direct_fd = -1;
    store->keys.crypto = options->crypto;
    store->plain = BUF_EMPTY(STORE_PLAIN_MAX_BYTES);
    store->sealed = BUF_EMPTY(STORE_SEALED_MAX_BYTES);
    store->entries = BUF_EMPTY((ROOM_MESSAGES_MAX + ROOM_SPARE_MESSAGES) *
                               sizeof(struct room_entry));
    store->now_ms = options->now_ms;
    store->truncated_ms = options->now_ms - STORE_TRUNCATE_MS;
    store->reserve_tried_ms = options->now_ms - STORE_RESERVE_RETRY_MS;
    return store;
}

enum err store_open(const struct store_options *options, struct store **out,
                    struct buf *error)
{
    struct store *store = make_store(options);
    enum err rc;

    if (store == NULL)
        return ERR_NOMEM;
    /* At once, so that growing does not leave copies of bodies behind. */
    rc = buf_reserve(&store->plain, 2 * ROOM_PAYLOAD_MAX_BYTES);
    if (rc == ERR_OK)
        rc = start(store, options, error);
    if (rc == ERR_OK) {
        *out = store;
        return ERR_OK;
    }
    if (error->len == 0)
        store__say(error, "%s cannot be used: %s", options->data_dir,
                   err_text(rc));
    store_close(store);
    return rc;
}

int64_t store_crashed_ms(const struct store *store)
{
    return store->crashed_ms;
}

int64_t store_unsaid_ms(const struct store *store)
{
    return store->unsaid_ms;
}

enum err store_set_unsaid_ms(struct store *store, int64_t since_ms)
{
    const struct store__value row[] = {store__int(since_ms)};
    enum err rc = store__run(store, STORE_SQL_SET_UNSAID, row, 1);

    if (rc == ERR_OK)
        store->unsaid_ms = since_ms;
    return rc;
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    for (int i = 0; i < STORE_SQL_COUNT; i++)
        sqlite3_finalize(store->statements[i]);
    sqlite3_close(store->db);
    /* The stamp; without it a start may only notice less. */
    if (store->keys.fd >= 0 && store__keys_sync(&store->keys) != ERR_OK)
        log_warn(store->log, "store_keys_unsynced", "");
    store__keys_close(&store->keys);
    if (store->lock_fd >= 0)
        close(store->lock_fd);
    if (store->dir_fd >= 0)
        close(store->dir_fd);
    buf_clear(&store->plain);
    buf_clear(&store->sealed);
    buf_clear(&store->entries);
    free(store->wipes.at);
    free(store->created.at);
    free(store->erased.at);
    free(store->path);
    free(store);
}

int64_t store_next_number(struct store *store)
{
    return ++store->number;
}

size_t store_places_left(const struct store *store)
{
    return store->keys.free_count + (STORE_SLOTS_MAX - store->keys.count);
}

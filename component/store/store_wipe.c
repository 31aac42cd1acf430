#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/store_internal.h"

static const uint8_t zeros[STORE_SLOT_BYTES];

enum err store__wipes_reserve(struct store__wipes *wipes, size_t more)
{
    size_t cap = wipes->cap < 64 ? 64 : wipes->cap;
    struct store__wipe *at;

    if (more > STORE_PENDING_MAX - wipes->count)
        return ERR_LIMIT;
    if (wipes->count + more <= wipes->cap)
        return ERR_OK;
    while (cap < wipes->count + more)
        cap *= 2;
    at = realloc(wipes->at, cap * sizeof(*at));
    if (at == NULL)
        return ERR_NOMEM;
    wipes->at = at;
    wipes->cap = cap;
    return ERR_OK;
}

/* A slot may be overwritten when it holds what the row says, or nothing that
 * anybody could want. */
static enum err may_wipe(struct store__keys *keys, struct store__wipe *wipe,
                         bool *may)
{
    struct store__slot slot;
    enum err rc;

    *may = true;
    if (wipe->is_begun)
        return ERR_OK;
    *may = false;
    if (wipe->slot < STORE_SLOT_FIRST || wipe->slot >= keys->count)
        return ERR_OK;
    if (store__keys_read(keys, wipe->slot, keys->check) != ERR_OK)
        return ERR_SYSTEM;
    rc = store__page_decode(keys->crypto, STORE_PAGE_ROOM, keys->check, &slot);
    *may = rc == ERR_SYNTAX ||
           (rc == ERR_OK && slot.generation == wipe->generation &&
            memcmp(slot.hash, wipe->hash, SECRET_BYTES) == 0);
    explicit_bzero(&slot, sizeof(slot));
    return rc == ERR_NOMEM ? rc : ERR_OK;
}

static enum err overwrite(struct store__keys *keys, struct store__wipe *wipe,
                          bool *may)
{
    enum err rc = may_wipe(keys, wipe, may);

    wipe->is_written = false;
    if (rc != ERR_OK || !*may)
        return rc;
    wipe->is_begun = true;
    if (store__keys_write(keys, wipe->slot, keys->page) != ERR_OK)
        return ERR_SYSTEM;
    wipe->is_written = true;
    return ERR_OK;
}

/* A page that cannot be read or written holds up no other: it is tried again
 * beside them. */
static enum err overwrite_all(struct store__keys *keys,
                              struct store__wipes *wipes)
{
    size_t kept = 0;
    enum err rc = ERR_OK;

    crypto_random(keys->crypto, keys->page, STORE_SLOT_BYTES);
    for (size_t i = 0; i < wipes->count; i++) {
        struct store__wipe *wipe = &wipes->at[i];
        bool may = true;
        enum err failure = overwrite(keys, wipe, &may);

        if (failure != ERR_OK)
            rc = failure;
        if (failure != ERR_OK || may)
            wipes->at[kept++] = *wipe;
    }
    wipes->count = kept;
    explicit_bzero(keys->check, STORE_SLOT_BYTES);
    return rc;
}

/* Reads past the page cache where the file system lets us: what counts is
 * what the disk has. */
static enum err read_back(struct store__keys *keys, uint32_t slot)
{
    off_t at = (off_t)slot * STORE_SLOT_BYTES;

    if (keys->direct_fd >= 0 && pread(keys->direct_fd, keys->check,
                                      STORE_SLOT_BYTES, at) == STORE_SLOT_BYTES)
        return ERR_OK;
    posix_fadvise(keys->fd, at, STORE_SLOT_BYTES, POSIX_FADV_DONTNEED);
    return store__keys_read(keys, slot, keys->check);
}

enum err store__wipe_all(struct store__keys *keys, struct store__wipes *wipes)
{
    size_t kept = 0;
    enum err rc;

    if (wipes->count == 0)
        return ERR_OK;
    rc = overwrite_all(keys, wipes);
    if (wipes->count > 0 && store__keys_sync(keys) != ERR_OK)
        return ERR_SYSTEM;
    for (size_t i = 0; i < wipes->count; i++) {
        struct store__wipe *wipe = &wipes->at[i];

        if (!wipe->is_written || read_back(keys, wipe->slot) != ERR_OK ||
            memcmp(keys->check, keys->page, STORE_SLOT_BYTES) != 0) {
            wipes->at[kept++] = *wipe;
            rc = rc == ERR_NOMEM ? rc : ERR_SYSTEM;
            continue;
        }
        /* Empty is only easier to tell from a torn page; noise would do. */
        if (store__keys_write(keys, wipe->slot, zeros) == ERR_OK)
            keys->free[keys->free_count++] = wipe->slot;
    }
    wipes->count = kept;
    return rc;
}

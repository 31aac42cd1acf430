#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/store_internal.h"

static const uint8_t zeros[STORE_SLOT_BYTES];

enum err store__keys_write(struct store__keys *keys, uint32_t slot,
                           const uint8_t *page)
{
    return store__write_all(keys->fd,
                            (struct span){(const char *)page, STORE_SLOT_BYTES},
                            (off_t)slot * STORE_SLOT_BYTES);
}

enum err store__keys_read(struct store__keys *keys, uint32_t slot,
                          uint8_t *page)
{
    ssize_t got;

    do
        got = pread(keys->fd, page, STORE_SLOT_BYTES,
                    (off_t)slot * STORE_SLOT_BYTES);
    while (got < 0 && errno == EINTR);
    return got == STORE_SLOT_BYTES ? ERR_OK : ERR_SYSTEM;
}

enum err store__keys_sync(struct store__keys *keys)
{
    return fdatasync(keys->fd) == 0 ? ERR_OK : store__errno_err();
}

/* Appends a chunk of real zeros: the file system must give the blocks now, so
 * that a later write of a key overwrites in place. */
static enum err add_chunk(struct store__keys *keys)
{
    uint32_t old_count = keys->count;
    enum err rc = ERR_OK;

    if (old_count > STORE_SLOTS_MAX - STORE_CHUNK_SLOTS)
        return ERR_FULL;
    for (uint32_t i = 0; i < STORE_CHUNK_SLOTS && rc == ERR_OK; i++)
        rc = store__keys_write(keys, old_count + i, zeros);
    if (rc == ERR_OK)
        rc = store__keys_sync(keys);
    if (rc == ERR_OK)
        keys->count += STORE_CHUNK_SLOTS;
    else if (ftruncate(keys->fd, (off_t)old_count * STORE_SLOT_BYTES) != 0)
        return ERR_SYSTEM;
    return rc;
}

enum err store__keys_reserve(struct store__keys *keys, size_t count)
{
    while (keys->free_count < count) {
        size_t cap = keys->count + STORE_CHUNK_SLOTS;
        uint32_t *free_slots = realloc(keys->free, cap * sizeof(*free_slots));
        enum err rc;

        if (free_slots == NULL)
            return ERR_NOMEM;
        keys->free = free_slots;
        if ((rc = add_chunk(keys)) != ERR_OK)
            return rc;
        for (uint32_t i = 1; i <= STORE_CHUNK_SLOTS; i++)
            keys->free[keys->free_count++] = keys->count - i;
    }
    return ERR_OK;
}

static enum err write_first_pages(struct store__keys *keys)
{
    struct store__slot slot = {.generation = 0};
    enum err rc;

    rc = store__page_encode(keys->crypto, STORE_PAGE_STAMP, &slot, keys->page);
    for (uint32_t i = 0; i < 2 && rc == ERR_OK; i++)
        rc = store__keys_write(keys, STORE_SLOT_STAMP + i, keys->page);
    crypto_random(keys->crypto, slot.keys.seal.at, SECRET_BYTES);
    if (rc == ERR_OK)
        rc = store__page_encode(keys->crypto, STORE_PAGE_INSTANCE, &slot,
                                keys->page);
    if (rc == ERR_OK)
        rc = store__keys_write(keys, STORE_SLOT_INSTANCE, keys->page);
    if (rc == ERR_OK)
        rc = store__keys_sync(keys);
    explicit_bzero(&slot, sizeof(slot));
    return rc;
}

/* Under another name first: a half made file would look like a broken one. */
static enum err make_file(struct store__keys *keys, int dir_fd)
{
    enum err rc;

    rc = store__file_open(dir_fd, "keys.new", O_CREAT | O_TRUNC, &keys->fd);
    if (rc == ERR_OK)
        rc = add_chunk(keys);
    if (rc == ERR_OK)
        rc = write_first_pages(keys);
    if (rc == ERR_OK && (renameat(dir_fd, "keys.new", dir_fd, "keys") != 0 ||
                         fsync(dir_fd) != 0))
        rc = store__errno_err();
    return rc;
}

static enum err read_first_pages(struct store__keys *keys)
{
    struct store__slot slot;
    bool has_stamp = false;
    enum err rc;

    if ((rc = store__keys_read(keys, STORE_SLOT_INSTANCE, keys->page)) !=
        ERR_OK)
        return rc;
    rc = store__page_decode(keys->crypto, STORE_PAGE_INSTANCE, keys->page,
                            &slot);
    if (rc != ERR_OK)
        return rc;
    keys->instance = slot.keys.seal;
    for (uint32_t i = 0; i < 2; i++) {
        rc = store__keys_read(keys, STORE_SLOT_STAMP + i, keys->page);
        if (rc != ERR_OK)
            return rc;
        rc = store__page_decode(keys->crypto, STORE_PAGE_STAMP, keys->page,
                                &slot);
        if (rc != ERR_OK && rc != ERR_SYNTAX)
            return rc;
        if (rc == ERR_OK && (!has_stamp || slot.generation > keys->stamp))
            keys->stamp = slot.generation;
        has_stamp = has_stamp || rc == ERR_OK;
    }
    explicit_bzero(&slot, sizeof(slot));
    explicit_bzero(keys->page, STORE_SLOT_BYTES);
    return has_stamp ? ERR_OK : ERR_SYNTAX;
}

static enum err measure(struct store__keys *keys)
{
    struct stat about;
    off_t slots;

    if (fstat(keys->fd, &about) != 0)
        return ERR_SYSTEM;
    slots = about.st_size / STORE_SLOT_BYTES;
    if (slots < STORE_CHUNK_SLOTS || slots > STORE_SLOTS_MAX)
        return ERR_SYNTAX;
    /* A chunk that a crash cut short is written anew. */
    keys->count = (uint32_t)slots / STORE_CHUNK_SLOTS * STORE_CHUNK_SLOTS;
    return ERR_OK;
}

enum err store__keys_open(struct store__keys *keys, int dir_fd, bool may_make)
{
    enum err rc;

    keys->page = aligned_alloc(STORE_SLOT_BYTES, STORE_SLOT_BYTES);
    keys->check = aligned_alloc(STORE_SLOT_BYTES, STORE_SLOT_BYTES);
    if (keys->page == NULL || keys->check == NULL)
        return ERR_NOMEM;
    rc = store__file_open(dir_fd, "keys", 0, &keys->fd);
    if (rc == ERR_NOTFOUND && may_make)
        rc = make_file(keys, dir_fd);
    if (rc == ERR_OK)
        rc = measure(keys);
    if (rc == ERR_OK)
        rc = read_first_pages(keys);
    if (rc == ERR_OK) {
        keys->generation = keys->stamp;
        keys->direct_fd =
            openat(dir_fd, "keys", O_RDONLY | O_DIRECT | O_CLOEXEC);
        keys->free = calloc(keys->count, sizeof(*keys->free));
        rc = keys->free == NULL ? ERR_NOMEM : ERR_OK;
    }
    return rc;
}

void store__keys_close(struct store__keys *keys)
{
    if (keys->fd >= 0)
        close(keys->fd);
    if (keys->direct_fd >= 0)
        close(keys->direct_fd);
    if (keys->page != NULL)
        explicit_bzero(keys->page, STORE_SLOT_BYTES);
    if (keys->check != NULL)
        explicit_bzero(keys->check, STORE_SLOT_BYTES);
    free(keys->page);
    free(keys->check);
    free(keys->free);
    secret_clear(&keys->instance);
}

static enum err see_page(struct store__keys *keys, struct store__seen *seen)
{
    struct store__slot slot;
    enum err rc;

    seen->what = STORE_SEEN_EMPTY;
    if (memcmp(keys->page, zeros, STORE_SLOT_BYTES) == 0)
        return ERR_OK;
    rc = store__page_decode(keys->crypto, STORE_PAGE_ROOM, keys->page, &slot);
    if (rc == ERR_SYNTAX) {
        seen->what = STORE_SEEN_NOISE;
        return ERR_OK;
    }
    if (rc == ERR_OK) {
        seen->what = STORE_SEEN_ROOM;
        seen->generation = slot.generation;
        memcpy(seen->hash, slot.hash, SECRET_BYTES);
        if (slot.generation > keys->generation)
            keys->generation = slot.generation;
    }
    explicit_bzero(&slot, sizeof(slot));
    return rc;
}

enum err store__keys_scan(struct store__keys *keys, struct store__seen **out)
{
    struct store__seen *seen = calloc(keys->count, sizeof(*seen));
    enum err rc = ERR_OK;

    if (seen == NULL)
        return ERR_NOMEM;
    for (uint32_t i = STORE_SLOT_FIRST; i < keys->count && rc == ERR_OK; i++) {
        rc = store__keys_read(keys, i, keys->page);
        if (rc == ERR_OK)
            rc = see_page(keys, &seen[i]);
    }
    explicit_bzero(keys->page, STORE_SLOT_BYTES);
    if (rc == ERR_OK)
        *out = seen;
    else
        free(seen);
    return rc;
}

enum err store__keys_get(struct store__keys *keys,
                         const struct store__wipe *where, struct room_keys *out)
{
    struct store__slot slot;
    enum err rc;

    if (where->slot < STORE_SLOT_FIRST || where->slot >= keys->count)
        return ERR_SYNTAX;
    if ((rc = store__keys_read(keys, where->slot, keys->page)) != ERR_OK)
        return rc;
    rc = store__page_decode(keys->crypto, STORE_PAGE_ROOM, keys->page, &slot);
    if (rc == ERR_OK && (slot.generation != where->generation ||
                         memcmp(slot.hash, where->hash, SECRET_BYTES) != 0))
        rc = ERR_SYNTAX;
    if (rc == ERR_OK)
        *out = slot.keys;
    explicit_bzero(&slot, sizeof(slot));
    explicit_bzero(keys->page, STORE_SLOT_BYTES);
    return rc;
}

void store__keys_stamp(struct store__keys *keys, uint64_t generation)
{
    struct store__slot slot = {.generation = generation};
    /* In turn, so that one whole stamp is always there. */
    uint32_t page = STORE_SLOT_STAMP + (uint32_t)(generation & 1);

    if (generation <= keys->stamp)
        return;
    if (store__page_encode(keys->crypto, STORE_PAGE_STAMP, &slot, keys->page) ==
            ERR_OK &&
        store__keys_write(keys, page, keys->page) == ERR_OK)
        keys->stamp = generation;
}

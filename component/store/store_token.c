/* Tokens on disk: one row a family, its digests sealed. */
#include <string.h>

#include "room/room_view.h"
#include "store/store_internal.h"

enum { TOKEN_FIELDS = 2 };

/* The columns of STORE_SQL_GET_TOKENS. */
enum { TOKEN_FAMILY, TOKEN_SEAT, TOKEN_ISSUED, TOKEN_USED, TOKEN_SEALED };

static enum err delete_family(struct store *store, int64_t number,
                              uint32_t family)
{
    const struct store__value row[] = {store__int(number), store__int(family)};

    return store__run(store, STORE_SQL_DELETE_TOKEN, row, STORE_COUNT(row));
}

enum err store__write_token(struct store *store, const struct room *room,
                            const struct room_token_image *token)
{
    const int64_t number = room_number(room);
    const struct store__bound bound = store__bind_token(number, token);
    const struct span fields[TOKEN_FIELDS] = {
        {(const char *)token->digests, token->count * sizeof(struct secret)},
        token->holder,
    };
    enum err rc;

    if (token->seat == 0)
        return delete_family(store, number, token->family);
    rc = store__seal(store, &room_get_keys(room)->seal, &bound, fields,
                     TOKEN_FIELDS);
    if (rc == ERR_OK) {
        const struct store__value row[] = {
            store__int(number),         store__int(token->family),
            store__int(token->seat),    store__int(token->issued_ms),
            store__int(token->used_ms), store__span(buf_span(&store->sealed)),
        };

        rc = store__run(store, STORE_SQL_SET_TOKEN, row, STORE_COUNT(row));
    }
    return rc;
}

static int64_t column(struct store *store, int which)
{
    return store__column_int(store, STORE_SQL_GET_TOKENS, which);
}

static enum err copy_token(struct store_room *out, const struct span *fields,
                           struct room_token_image *token, bool *is_good)
{
    size_t count = fields[0].len / sizeof(struct secret);
    enum err rc;

    if (count < 1 || count > ROOM_TOKENS_KEPT ||
        count * sizeof(struct secret) != fields[0].len)
        return ERR_OK;
    token->count = (uint8_t)count;
    memcpy(token->digests, fields[0].at, fields[0].len);
    rc = arena_copy(&out->arena, fields[1], &token->holder);
    *is_good = rc == ERR_OK;
    return rc;
}

/* A row that does not open is left out: one tab needs its code again. */
static enum err read_token(struct store *store, struct store_room *out,
                           void *item, bool *is_good)
{
    struct room_token_image *token = item;
    const int64_t family = column(store, TOKEN_FAMILY);
    const int64_t seat = column(store, TOKEN_SEAT);
    struct store__fields fields = {.count = TOKEN_FIELDS};
    struct store__bound bound;
    enum err rc;

    *is_good = false;
    if (seat < 1 || seat > ROOM_SEATS || family < 0 || family > UINT32_MAX)
        return ERR_OK;
    token->family = (uint32_t)family;
    token->seat = (uint8_t)seat;
    token->issued_ms = column(store, TOKEN_ISSUED);
    token->used_ms = column(store, TOKEN_USED);
    bound = store__bind_token(out->image.number, token);
    rc = store__unseal(
        store, &out->image.keys.seal, &bound,
        store__column_blob(store, STORE_SQL_GET_TOKENS, TOKEN_SEALED), &fields);
    if (rc == ERR_SYNTAX)
        return ERR_OK;
    if (rc == ERR_OK)
        rc = copy_token(out, fields.at, token, is_good);
    return rc;
}

enum err store__load_tokens(struct store *store, struct store_room *out)
{
    static const struct store__rows rows = {
        STORE_SQL_GET_TOKENS, sizeof(struct room_token_image), read_token};
    struct store__items items;
    enum err rc = store__load_rows(store, out, &rows, &items);

    out->image.tokens = items.at;
    out->image.token_count = items.count;
    return rc;
}

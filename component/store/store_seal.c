#include <string.h>

#include "store/store_internal.h"

void store__forget_plain(struct store *store)
{
    if (store->plain.at != NULL)
        explicit_bzero(store->plain.at, store->plain.len);
    store->plain.len = 0;
}

enum err store__unseal(struct store *store, const struct secret *key,
                       const struct store__bound *bound, struct span sealed,
                       struct store__fields *out)
{
    enum err rc;

    store__forget_plain(store);
    rc = crypto_open(store->crypto, key, store__bound_span(bound), sealed,
                     &store->plain);
    if (rc == ERR_LIMIT)
        return ERR_SYNTAX;
    if (rc != ERR_OK ||
        store__unpack(buf_span(&store->plain), out->at, out->count))
        return rc;
    if (!out->has_optional ||
        !store__unpack(buf_span(&store->plain), out->at, out->count - 1))
        return ERR_SYNTAX;
    out->at[out->count - 1] = SPAN_EMPTY;
    return ERR_OK;
}

enum err store__seal(struct store *store, const struct secret *key,
                     const struct store__bound *bound,
                     const struct span *fields, size_t count)
{
    enum err rc;

    store__forget_plain(store);
    buf_truncate(&store->sealed, 0);
    rc = store__pack(&store->plain, fields, count);
    if (rc == ERR_OK)
        rc = crypto_seal(store->crypto, key, store__bound_span(bound),
                         buf_span(&store->plain), &store->sealed);
    store__forget_plain(store);
    return rc;
}

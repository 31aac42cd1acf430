#include "wire/jid.h"

#include <string.h>

#include "wire/jid_prep.h"

/* The three parts, as sent or prepared; `at` NULL when a part is absent. */
struct parts {
    struct span local;
    struct span domain;
    struct span resource;
};

/* RFC 6122 2.1: the first slash ends the bare address, an at sign before it
 * ends the local part. */
static struct parts split(struct span text)
{
    struct parts parts = {SPAN_EMPTY, text, SPAN_EMPTY};
    size_t slash = span_find(text, '/');
    size_t at;

    if (slash < text.len) {
        parts.resource = span_slice(text, slash + 1, text.len);
        parts.domain = span_slice(text, 0, slash);
    }
    at = span_find(parts.domain, '@');
    if (at < parts.domain.len) {
        parts.local = span_slice(parts.domain, 0, at);
        parts.domain = span_slice(parts.domain, at + 1, parts.domain.len);
    }
    return parts;
}

static enum err prepare(struct arena *arena, const struct parts *raw,
                        struct parts *out)
{
    enum err rc = jid__prepare_domain(arena, raw->domain, &out->domain);

    if (rc == ERR_OK && raw->local.at != NULL)
        rc = jid__prepare_local(arena, raw->local, &out->local);
    if (rc == ERR_OK && raw->resource.at != NULL)
        rc = jid_prepare_resource(arena, raw->resource, &out->resource);
    return rc;
}

static struct span add(char **at, struct span part)
{
    struct span to = {*at, part.len};

    if (part.len > 0)
        memcpy(*at, part.at, part.len);
    *at += part.len;
    return to;
}

/* Puts prepared parts together in one piece. */
static enum err join(struct arena *arena, const struct parts *parts,
                     struct jid *out)
{
    size_t size = parts->local.len + parts->domain.len + parts->resource.len;
    char *start = arena_alloc(arena, size + 3);
    char *at = start;

    if (start == NULL)
        return ERR_NOMEM;
    out->local = add(&at, parts->local);
    if (parts->local.len > 0)
        *at++ = '@';
    out->domain = add(&at, parts->domain);
    out->bare = (struct span){start, (size_t)(at - start)};
    if (parts->resource.len > 0)
        *at++ = '/';
    out->resource = add(&at, parts->resource);
    out->full = (struct span){start, (size_t)(at - start)};
    return ERR_OK;
}

static bool is_same_place(struct span a, struct span b)
{
    return a.at == b.at && a.len == b.len;
}

enum err jid_parse(struct arena *arena, struct span text, struct jid *out)
{
    struct parts raw = split(text);
    struct parts parts = {SPAN_EMPTY, SPAN_EMPTY, SPAN_EMPTY};
    enum err rc = prepare(arena, &raw, &parts);
    size_t bare_len;

    if (rc != ERR_OK)
        return rc;
    if (!is_same_place(raw.local, parts.local) ||
        !is_same_place(raw.domain, parts.domain) ||
        !is_same_place(raw.resource, parts.resource))
        return join(arena, &parts, out);
    bare_len =
        raw.resource.at != NULL ? text.len - raw.resource.len - 1 : text.len;
    *out = (struct jid){
        .full = text,
        .bare = {text.at, bare_len},
        .local = parts.local,
        .domain = parts.domain,
        .resource = parts.resource,
    };
    return ERR_OK;
}

#include "wire/xml_reader.h"

#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "wire/xml_reader_state.h"

enum {
    CHUNK_MIN_BYTES = 1024,
    CHUNK_MAX_BYTES = 64 * 1024,
    /* A reference, a CDATA opening or an XML declaration that has not ended
     * by then is none. */
    TOKEN_MAX_BYTES = 256,
};

/* Puts a fresh parser in place; expat seeds its hashes by itself, from the
 * system. */
static enum err open_parser(struct xml_reader *reader)
{
    /* Named so that tests can make its allocations fail.  No separator: we
     * resolve prefixes, see xml_names.h. */
    static const XML_Memory_Handling_Suite memory = {malloc, heap_realloc,
                                                     heap_free};
    XML_Parser parser = XML_ParserCreate_MM("UTF-8", &memory, NULL);

    if (parser == NULL)
        return ERR_NOMEM;
    /* On, it would sit on a complete stanza until more bytes come. */
    XML_SetReparseDeferralEnabled(parser, XML_FALSE);
    xml__events_attach(reader, parser);
    reader->parser = parser;
    reader->parsed_bytes = 0;
    return ERR_OK;
}

static enum err parse_error(const struct xml_reader *reader)
{
    enum XML_Error error = XML_GetErrorCode(reader->parser);

    if (reader->rc != ERR_OK)
        return reader->rc;
    if (error == XML_ERROR_NO_MEMORY)
        return ERR_NOMEM;
    return error == XML_ERROR_UNDEFINED_ENTITY ? ERR_RESTRICTED : ERR_SYNTAX;
}

static enum err replay_root(struct xml_reader *reader)
{
    const struct span parts[] = {SPAN("<"), reader->root_name, SPAN(">")};

    reader->is_replaying = true;
    for (size_t i = 0; i < 3; i++) {
        if (XML_Parse(reader->parser, parts[i].at, (int)parts[i].len,
                      XML_FALSE) != XML_STATUS_OK)
            return parse_error(reader);
        reader->parsed_bytes += parts[i].len;
    }
    return ERR_OK;
}

static enum err open_chunk(struct xml_reader *reader, size_t want)
{
    size_t cap = want > reader->pending.bytes ? want : reader->pending.bytes;

    if (cap < CHUNK_MIN_BYTES)
        cap = CHUNK_MIN_BYTES;
    if (cap > CHUNK_MAX_BYTES)
        cap = CHUNK_MAX_BYTES;
    reader->chunk = XML_GetBuffer(reader->parser, (int)cap);
    if (reader->chunk == NULL)
        return ERR_NOMEM;
    reader->chunk_len = 0;
    reader->chunk_cap = cap;
    return ERR_OK;
}

/* A fresh parser takes over behind the stanza just read.  What the old one
 * was given beyond that becomes the chunk. */
static enum err renew(struct xml_reader *reader)
{
    XML_Parser old = reader->parser;
    size_t rest_bytes = reader->parsed_bytes - reader->stanza_end;
    struct span chunk = {reader->chunk, reader->chunk_len};
    struct span rest = span_slice(chunk, chunk.len - rest_bytes, rest_bytes);
    enum err rc = open_parser(reader);

    if (rc != ERR_OK)
        return rc;
    reader->is_renewal_due = false;
    if ((rc = replay_root(reader)) == ERR_OK &&
        (rc = open_chunk(reader, rest.len)) == ERR_OK) {
        if (rest.len > 0)
            memcpy(reader->chunk, rest.at, rest.len);
        reader->chunk_len = rest.len;
    }
    XML_ParserFree(old);
    return rc;
}

/* Notes what expat could not use yet. */
static enum err note_pending(struct xml_reader *reader)
{
    struct span tail = {reader->chunk, reader->chunk_len};
    long used = XML_GetCurrentByteIndex(reader->parser);
    size_t bytes = reader->parsed_bytes - (used > 0 ? (size_t)used : 0);
    struct xml_pending *pending = &reader->pending;

    xml__pending_set(pending, tail, bytes);
    /* Expat keeps what it has read until something else stands there. */
    if (bytes < tail.len)
        explicit_bzero(reader->chunk, tail.len - bytes);
    if (bytes > RENEW_TAG_BYTES)
        reader->is_renewal_due = true;
    if (pending->is_tag)
        return bytes > XML_TAG_MAX_BYTES ? ERR_LIMIT : ERR_OK;
    return bytes > TOKEN_MAX_BYTES ? ERR_RESTRICTED : ERR_OK;
}

/* Parses the chunk. */
static enum err parse(struct xml_reader *reader)
{
    enum XML_Status status;
    enum err rc = ERR_OK;

    do {
        reader->parsed_bytes += reader->chunk_len;
        status =
            XML_ParseBuffer(reader->parser, (int)reader->chunk_len, XML_FALSE);
        if (status == XML_STATUS_SUSPENDED)
            rc = renew(reader);
    } while (rc == ERR_OK && status == XML_STATUS_SUSPENDED);
    if (rc == ERR_OK && status == XML_STATUS_ERROR)
        rc = parse_error(reader);
    if (rc == ERR_OK)
        rc = reader->rc;
    if (rc == ERR_OK)
        rc = note_pending(reader);
    reader->chunk = NULL;
    return rc;
}

/* Takes some of `bytes` and, unless a tag is still open, parses them. */
static enum err take(struct xml_reader *reader, struct span *bytes)
{
    struct span piece;
    bool waits;
    enum err rc;

    if (reader->chunk == NULL &&
        (rc = open_chunk(reader, bytes->len)) != ERR_OK)
        return rc;
    piece = span_slice(*bytes, 0, reader->chunk_cap - reader->chunk_len);
    memcpy(reader->chunk + reader->chunk_len, piece.at, piece.len);
    reader->chunk_len += piece.len;
    *bytes = span_slice(*bytes, piece.len, bytes->len);
    waits = xml__pending_waits(&reader->pending, piece);
    if (waits && reader->chunk_len < reader->chunk_cap)
        return ERR_OK;
    return parse(reader);
}

enum err xml_reader_feed(struct xml_reader *reader, struct span bytes)
{
    enum err rc = ERR_OK;

    if (reader->rc != ERR_OK)
        return ERR_CLOSED;
    while (bytes.len > 0 && rc == ERR_OK)
        rc = take(reader, &bytes);
    reader->rc = rc;
    return rc;
}

void xml_reader_stop(struct xml_reader *reader)
{
    xml__events_fail(reader, ERR_CLOSED);
}

struct span xml_reader_default_ns(const struct xml_reader *reader)
{
    struct span ns = SPAN("");

    if (xml__resolve(reader->tree.root_bindings, SPAN(""), &ns) != ERR_OK)
        return SPAN("");
    return ns;
}

struct xml_reader *xml_reader_new(const struct xml_handler *handler, void *self)
{
    struct xml_reader *reader = calloc(1, sizeof(*reader));

    if (reader == NULL)
        return NULL;
    reader->handler = handler;
    reader->self = self;
    xml__tree_init(&reader->tree);
    if (open_parser(reader) != ERR_OK) {
        free(reader);
        return NULL;
    }
    return reader;
}

void xml_reader_free(struct xml_reader *reader)
{
    if (reader == NULL)
        return;
    XML_ParserFree(reader->parser);
    xml__tree_clear(&reader->tree);
    free(reader);
}

enum err xml_reader_reset(struct xml_reader *reader)
{
    struct xml_reader fresh = {
        .handler = reader->handler,
        .self = reader->self,
    };
    XML_Parser old = reader->parser;
    enum err rc = open_parser(reader);

    if (rc != ERR_OK) {
        reader->rc = rc;
        return rc;
    }
    fresh.parser = reader->parser;
    XML_ParserFree(old);
    xml__tree_clear(&reader->tree);
    xml__tree_init(&fresh.tree);
    *reader = fresh;
    return ERR_OK;
}

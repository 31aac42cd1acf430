/* xml_reader_state.h - a reader, as its two halves see it: the one that feeds
 * the parser and the one that the parser calls. */
#ifndef WIRE_XML_READER_STATE_H
#define WIRE_XML_READER_STATE_H

#include <expat.h>

#include "wire/xml_pending.h"
#include "wire/xml_reader.h"
#include "wire/xml_tree.h"

enum {
    /* expat keeps every attribute name it ever saw, and the room that its
     * largest tag and deepest nesting took.  So that nobody can fill memory
     * over the life of a link, a fresh parser takes over between two stanzas
     * after so many bytes or levels. */
    RENEW_BYTES = 1024 * 1024,
    RENEW_LEVELS = 1000,
    RENEW_TAG_BYTES = 64 * 1024,
};

struct xml_reader {
    const struct xml_handler *handler;
    void *self;
    XML_Parser parser;
    struct xml_tree tree;
    struct xml_pending pending;
    struct span root_name; /* as written; in the root's arena */
    bool is_open;          /* the root element is */
    bool is_replaying;     /* a fresh parser is told of the open root */
    bool is_renewal_due;
    enum err rc; /* why it is over */

    size_t parsed_bytes; /* given to this parser */
    size_t stanza_start; /* offsets in them */
    size_t stanza_end;

    char *chunk; /* expat's buffer while it is being filled, or NULL */
    size_t chunk_len;
    size_t chunk_cap;
};

/* Makes the parser call us. */
void xml__events_attach(struct xml_reader *reader, XML_Parser parser);

/* Ends the reading with `rc`, from within an event or outside of one. */
void xml__events_fail(struct xml_reader *reader, enum err rc);

#endif

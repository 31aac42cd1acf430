/* xml_reader.h - bytes to elements, over expat, with limits.
 *
 * Limits are checked before anything is built: depth 32, 512 elements, 64
 * attributes an element, 64 prefixes in scope, 64 KiB.  DOCTYPE, comments,
 * processing instructions and entity declarations end a stream with
 * ERR_RESTRICTED.  Reparse deferral is off, so that a stanza is delivered with
 * its last byte. */
#ifndef WIRE_XML_READER_H
#define WIRE_XML_READER_H

#include "base/err.h"
#include "base/span.h"
#include "wire/xml.h"

enum {
    XML_DEPTH_MAX = 32, /* elements in one another, the stanza is the first */
    XML_ELEMENTS_MAX = 512,
    XML_ATTRS_MAX = 64,
    XML_STANZA_MAX_BYTES = 64 * 1024,

    /* What even a skipped stanza may not pass: nobody can skip without
     * holding a tag until it ends and the names of what is open. */
    XML_TAG_MAX_BYTES = 1024 * 1024,
    XML_NESTING_MAX = 200 * 1000,
};

enum xml_verdict {
    XML_WHOLE,    /* the node is complete */
    XML_TOO_BIG,  /* over the bytes, elements or attributes allowed */
    XML_TOO_DEEP, /* nested past XML_DEPTH_MAX */
};

struct xml_handler {
    /* The root element, with its attributes and no children. */
    void (*on_open)(void *self, const struct xml_node *root);
    /* One child of the root.  When `verdict` is not XML_WHOLE, `node` has its
     * name and attributes only (no attributes when those were too many) and
     * the rest was skipped without being kept; the stream goes on. */
    void (*on_element)(void *self, const struct xml_node *node,
                       enum xml_verdict verdict);
    /* The end of the root element. */
    void (*on_close)(void *self);
};

struct xml_reader;

/* Makes a reader of one stream.  Borrows `handler` and `self` for its life.
 * NULL only when memory runs out. */
struct xml_reader *xml_reader_new(const struct xml_handler *handler,
                                  void *self);
void xml_reader_free(struct xml_reader *reader);

/* Reads `bytes`, calling the handler as things become whole.
 *
 * A callback may call xml_reader_stop, after which nothing more is called.
 * White space between elements is dropped; other text there is ERR_SYNTAX.
 * Errors: ERR_SYNTAX (not well formed, or invalid UTF-8), ERR_RESTRICTED,
 *         ERR_LIMIT (a tag over XML_TAG_MAX_BYTES, nesting past
 *         XML_NESTING_MAX, a root over the limits), ERR_NOMEM, ERR_CLOSED
 *         (stopped or after an earlier error).  The stream is over after any
 *         of them. */
enum err xml_reader_feed(struct xml_reader *reader,
                         struct span bytes) MUST_CHECK;

/* The namespace of children that declare none, from on_open on; else empty.
 * Borrowed from the reader. */
struct span xml_reader_default_ns(const struct xml_reader *reader);

/* Ends the reading from within a callback. */
void xml_reader_stop(struct xml_reader *reader);

/* Starts over, as for a new stream (RFC 6120 4.3.3). */
enum err xml_reader_reset(struct xml_reader *reader) MUST_CHECK;

#endif

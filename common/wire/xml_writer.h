/* xml_writer.h - the only place that writes XML.
 *
 * A writer appends to a buffer and remembers its first error, so that the
 * caller checks once, at the end.  Text that XML 1.0 cannot carry (control
 * characters, lone surrogates, U+FFFE, U+FFFF, invalid UTF-8) is ERR_SYNTAX
 * and never reaches the buffer's reader: the caller cuts it back. */
#ifndef WIRE_XML_WRITER_H
#define WIRE_XML_WRITER_H

#include "base/buf.h"
#include "base/err.h"
#include "wire/xml.h"

enum { XML_WRITER_DEPTH_MAX = 40 };

struct xml_writer {
    struct buf *out;
    enum err rc;      /* the first error, or ERR_OK */
    unsigned depth;   /* open elements */
    bool is_tag_open; /* the last start tag still takes attributes */
    size_t limit;     /* `out` may not pass this many bytes; 0: its own max */
    const char *names[XML_WRITER_DEPTH_MAX]; /* of the open elements */
};

#define XML_WRITER(out_buf)                                                    \
    ((struct xml_writer){.out = (out_buf), .rc = ERR_OK})

/* Opens an element.  `ns` NULL: the namespace of the parent, not declared
 * again.  `name` and `ns` are literals of the program, not input. */
void xml_open(struct xml_writer *writer, const char *name, const char *ns);

/* Adds a plain attribute to the element just opened; escapes `value`.  An
 * empty span with `at` NULL adds nothing. */
void xml_put_attr(struct xml_writer *writer, const char *name,
                  struct span value);
/* The same for literals of the program and for numbers. */
void xml_put_attr_text(struct xml_writer *writer, const char *name,
                       const char *value);
void xml_put_attr_number(struct xml_writer *writer, const char *name,
                         int64_t value);

/* Adds escaped text. */
void xml_put_text(struct xml_writer *writer, struct span text);

/* Closes the innermost element, as an empty tag if nothing is in it. */
void xml_close(struct xml_writer *writer);

/* Opens, fills with text and closes. */
void xml_put_element(struct xml_writer *writer, const char *name,
                     const char *ns, struct span text);

/* Writes an element that was read, with everything in it, as a child of an
 * element in namespace `outer_ns`.  Elements in `outer_ns` are written without
 * xmlns (so that the same bytes are good in jabber:client and in
 * jabber:component:accept); others declare theirs where it changes.
 * Attributes with a namespace keep it, under the sender's prefix. */
void xml_put_node(struct xml_writer *writer, const struct xml_node *node,
                  struct span outer_ns);

/* Ends the start tag, as for a root whose end comes much later. */
void xml_end_tag(struct xml_writer *writer);

/* Adds bytes that this module wrote earlier (a stored payload).  They must be
 * whole elements. */
void xml_put_written(struct xml_writer *writer, struct span written);

#endif

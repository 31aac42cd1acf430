/* xml_escape.h - bytes and text into a writer's buffer. */
#ifndef WIRE_XML_ESCAPE_H
#define WIRE_XML_ESCAPE_H

#include "wire/xml_writer.h"

enum xml_place { XML_IN_TEXT, XML_IN_ATTR };

/* Appends bytes as they are.
 * Errors: ERR_NOMEM, ERR_LIMIT.  The buffer is as before. */
enum err xml__put_bytes(struct xml_writer *writer,
                        struct span bytes) MUST_CHECK;

/* Appends text so that a parser reads it back unchanged.
 * Errors: ERR_SYNTAX when XML cannot carry it, ERR_NOMEM, ERR_LIMIT.  Some of
 *         it may be in the buffer. */
enum err xml__put_escaped(struct xml_writer *writer, struct span text,
                          enum xml_place place) MUST_CHECK;

#endif

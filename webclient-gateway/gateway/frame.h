/* frame.h - one WebSocket text frame is one XML element.
 *
 * One reader serves every connection: frames are whole, so they can follow
 * each other as children of one root that never ends.  A frame that is not
 * whole costs a fresh parser, and its sender the connection. */
#ifndef GATEWAY_FRAME_H
#define GATEWAY_FRAME_H

#include "base/err.h"
#include "base/span.h"
#include "wire/xml_reader.h"

struct frame_reader;

struct frame_handler {
    /* What a frame held.  `node` is good until the callback returns. */
    void (*on_frame)(void *self, const struct xml_node *node,
                     enum xml_verdict verdict);
};

/* NULL only when memory runs out. */
struct frame_reader *frame_reader_new(void);
/* NULL is fine. */
void frame_reader_free(struct frame_reader *reader);

/* Reads one frame and gives its element to `handler`, which must not read
 * another meanwhile.  An element without xmlns is in jabber:client.
 *
 * Errors: ERR_SYNTAX (not one element; the handler may have seen a first
 *         one), ERR_RESTRICTED (DOCTYPE, comment, processing instruction,
 *         entity), ERR_LIMIT, ERR_NOMEM.  The next frame is not harmed.
 * Specs:  RFC 7395 3.3.3. */
enum err frame_read(struct frame_reader *reader, struct span bytes,
                    const struct frame_handler *handler, void *self) MUST_CHECK;

#endif

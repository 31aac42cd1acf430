#include "gateway/frame.h"

#include <stdlib.h>

#include "wire/ns.h"

struct frame_reader {
    struct xml_reader *xml;
    const struct frame_handler *handler; /* NULL: the frame is over */
    void *self;
    unsigned count; /* elements that ended */
};

/* Ends whatever a frame left open: it would end up in there, and not here. */
#define SENTINEL SPAN("<end/>")

static void on_open(void *self, const struct xml_node *root)
{
    (void)self;
    (void)root;
}

static void on_element(void *self, const struct xml_node *node,
                       enum xml_verdict verdict)
{
    struct frame_reader *reader = self;

    reader->count++;
    if (reader->handler != NULL && reader->count == 1)
        reader->handler->on_frame(reader->self, node, verdict);
}

static void on_close(void *self)
{
    struct frame_reader *reader = self;

    xml_reader_stop(reader->xml);
}

static const struct xml_handler xml_calls = {
    .on_open = on_open,
    .on_element = on_element,
    .on_close = on_close,
};

static enum err open_root(struct frame_reader *reader)
{
    return xml_reader_feed(reader->xml, SPAN("<frames xmlns='" NS_CLIENT "'>"));
}

struct frame_reader *frame_reader_new(void)
{
    struct frame_reader *reader = calloc(1, sizeof(*reader));

    if (reader == NULL)
        return NULL;
    reader->xml = xml_reader_new(&xml_calls, reader);
    if (reader->xml == NULL || open_root(reader) != ERR_OK) {
        frame_reader_free(reader);
        return NULL;
    }
    return reader;
}

void frame_reader_free(struct frame_reader *reader)
{
    if (reader == NULL)
        return;
    xml_reader_free(reader->xml);
    free(reader);
}

/* What cannot begin an element.  Inside of a root the parser would call a
 * DOCTYPE a syntax error, which says less. */
static enum err check_beginning(struct span bytes)
{
    if (bytes.len < 2 || bytes.at[0] != '<')
        return ERR_SYNTAX;
    if (bytes.at[1] == '!' || bytes.at[1] == '?')
        return ERR_RESTRICTED;
    return ERR_OK;
}

static enum err read_part(struct frame_reader *reader, struct span bytes)
{
    enum err rc;

    reader->count = 0;
    rc = xml_reader_feed(reader->xml, bytes);
    /* Stopped by on_close: the frame held our end tag. */
    if (rc == ERR_CLOSED)
        rc = ERR_SYNTAX;
    return rc == ERR_OK && reader->count != 1 ? ERR_SYNTAX : rc;
}

static enum err start_over(struct frame_reader *reader)
{
    enum err rc = xml_reader_reset(reader->xml);

    return rc == ERR_OK ? open_root(reader) : rc;
}

enum err frame_read(struct frame_reader *reader, struct span bytes,
                    const struct frame_handler *handler, void *self)
{
    enum err rc = check_beginning(bytes);
    enum err again;

    if (rc != ERR_OK)
        return rc;
    reader->handler = handler;
    reader->self = self;
    rc = read_part(reader, bytes);
    reader->handler = NULL;
    reader->self = NULL;
    if (rc == ERR_OK)
        rc = read_part(reader, SENTINEL);
    if (rc == ERR_OK)
        return ERR_OK;
    again = start_over(reader);
    return again != ERR_OK ? again : rc;
}

#include "wire/stream.h"

#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "wire/jid.h"
#include "wire/ns.h"
#include "wire/xml_writer.h"

enum {
    SECRET_MAX_BYTES = 64 * 1024,
    ID_MAX_BYTES = 1024,
    EARLY_MAX_BYTES = 16 * 1024, /* read before the handshake is done */
};

enum stream_state {
    STREAM_NEW,    /* nothing read */
    STREAM_OPENED, /* the peer's header was good, no handshake yet */
    STREAM_IS_READY,
    STREAM_OVER,
};

struct stream {
    enum stream_role role;
    enum stream_state state;
    const struct stream_handler *handler;
    void *self;
    struct crypto *crypto;
    struct xml_reader *reader;
    struct buf domain;
    struct buf secret;
    struct buf id;
    struct buf *out;    /* during stream_feed only */
    size_t early_bytes; /* read while not ready */
    bool has_header;    /* ours is written */
    enum stream_error own_error;
    enum stream_error peer_error;
    enum err rc; /* of the current stream_feed */
};

#define ERROR_NAME(code, name) [code] = (name),
static const char *const error_names[] = {STREAM_ERROR_MAP(ERROR_NAME)};
#undef ERROR_NAME

const char *stream_error_name(enum stream_error error)
{
    BUG_IF((unsigned)error >= STREAM_ERROR_COUNT);
    return error_names[error];
}

/* The stream is over; whoever calls has written why. */
static void end(struct stream *stream)
{
    stream->state = STREAM_OVER;
    buf_clear(&stream->secret);
    xml_reader_stop(stream->reader);
}

/* Our own header: a component names whom it wants to be, a server who it is
 * and the id that the handshake digests. */
static enum err put_header(struct stream *stream, struct buf *out)
{
    struct xml_writer xml = XML_WRITER(out);
    bool is_server = stream->role == STREAM_SERVER;
    struct span domain = buf_span(&stream->domain);

    xml_put_written(&xml, SPAN("<?xml version='1.0'?>"));
    xml_open(&xml, "stream:stream", NS_COMPONENT);
    xml_put_attr_text(&xml, "xmlns:stream", NS_STREAM);
    xml_put_attr(&xml, is_server ? "from" : "to", domain);
    if (is_server)
        xml_put_attr(&xml, "id", buf_span(&stream->id));
    xml_end_tag(&xml);
    stream->has_header = stream->has_header || xml.rc == ERR_OK;
    return xml.rc;
}

static enum err put_end(struct stream *stream, enum stream_error error,
                        struct buf *out)
{
    struct xml_writer xml = XML_WRITER(out);

    if (!stream->has_header && (xml.rc = put_header(stream, out)) != ERR_OK)
        return xml.rc;
    if (error != STREAM_ERROR_NONE) {
        xml_open(&xml, "stream:error", NULL);
        xml_open(&xml, stream_error_name(error), NS_STREAM_ERRORS);
        xml_close(&xml);
        xml_close(&xml);
    }
    xml_put_written(&xml, SPAN("</stream:stream>"));
    return xml.rc;
}

/* Writes the end, or nothing at all when there is no room for it: the socket
 * is closed either way. */
static void finish(struct stream *stream, enum stream_error error,
                   struct buf *out)
{
    size_t start = out->len;

    if (stream->state == STREAM_OVER)
        return;
    if (put_end(stream, error, out) != ERR_OK)
        buf_truncate(out, start);
    stream->own_error = error;
    end(stream);
}

void stream_fail(struct stream *stream, enum stream_error error,
                 struct buf *out)
{
    finish(stream, error, out);
}

void stream_close(struct stream *stream, struct buf *out)
{
    finish(stream, STREAM_ERROR_NONE, out);
}

/* Keeps an error that a callback of the reader cannot return. */
static void keep_error(struct stream *stream, enum err rc)
{
    if (rc == ERR_OK)
        return;
    stream->rc = rc;
    end(stream);
}

static enum err put_handshake(struct stream *stream, struct span id)
{
    char hex[CRYPTO_SHA1_HEX_BYTES];
    struct xml_writer xml = XML_WRITER(stream->out);
    enum err rc =
        crypto_handshake(stream->crypto, id, buf_span(&stream->secret), hex);

    if (rc != ERR_OK)
        return rc;
    xml_put_element(&xml, "handshake", NULL, (struct span){hex, sizeof(hex)});
    return xml.rc;
}

/* Role server: takes the domain the peer asks for, when it may have it. */
static enum err take_claim(struct stream *stream, const struct xml_node *root)
{
    struct arena arena = ARENA_EMPTY(EARLY_MAX_BYTES);
    struct span to = xml_attr(root, "to");
    struct jid jid;
    enum err rc = to.len > 0 ? jid_parse(&arena, to, &jid) : ERR_SYNTAX;

    if (rc == ERR_SYNTAX) {
        finish(stream, STREAM_ERROR_IMPROPER_ADDRESSING, stream->out);
        rc = ERR_OK;
    } else if (rc == ERR_OK &&
               (jid.full.len != jid.domain.len ||
                !stream->handler->may_claim(stream->self, jid.domain))) {
        finish(stream, STREAM_ERROR_HOST_UNKNOWN, stream->out);
    } else if (rc == ERR_OK &&
               (rc = buf_append(&stream->domain, jid.domain)) == ERR_OK) {
        rc = put_header(stream, stream->out);
    }
    arena_clear(&arena);
    return rc;
}

static void on_open(void *self, const struct xml_node *root)
{
    struct stream *stream = self;
    struct span ns = xml_reader_default_ns(stream->reader);

    if (!xml_is(root, "stream", NS_STREAM) || !span_is(ns, NS_COMPONENT)) {
        finish(stream, STREAM_ERROR_INVALID_NAMESPACE, stream->out);
        return;
    }
    stream->state = STREAM_OPENED;
    if (stream->role == STREAM_SERVER)
        keep_error(stream, take_claim(stream, root));
    else
        keep_error(stream, put_handshake(stream, xml_attr(root, "id")));
}

/* Role server: compares what the peer sent with what it should have. */
static enum err check_handshake(struct stream *stream,
                                const struct xml_node *node)
{
    char hex[CRYPTO_SHA1_HEX_BYTES];
    struct xml_writer xml = XML_WRITER(stream->out);
    struct span right = {hex, sizeof(hex)};
    enum err rc = crypto_handshake(stream->crypto, buf_span(&stream->id),
                                   buf_span(&stream->secret), hex);

    if (rc != ERR_OK)
        return rc;
    if (!crypto_equal(xml_text(node), right)) {
        finish(stream, STREAM_ERROR_NOT_AUTHORIZED, stream->out);
        return ERR_OK;
    }
    xml_open(&xml, "handshake", NULL);
    xml_close(&xml);
    return xml.rc;
}

static void take_handshake(struct stream *stream, const struct xml_node *node,
                           enum xml_verdict verdict)
{
    if (verdict != XML_WHOLE || !xml_is(node, "handshake", NS_COMPONENT)) {
        finish(stream, STREAM_ERROR_NOT_AUTHORIZED, stream->out);
        return;
    }
    if (stream->role == STREAM_SERVER)
        keep_error(stream, check_handshake(stream, node));
    if (stream->state == STREAM_OVER)
        return;
    stream->state = STREAM_IS_READY;
    buf_clear(&stream->secret);
    stream->handler->on_ready(stream->self);
}

static enum stream_error read_error(const struct xml_node *node)
{
    const struct xml_node *child = xml_child(node, NULL, NS_STREAM_ERRORS);

    while (child != NULL && span_is(child->name, "text"))
        child = xml_sibling(child, NULL, NS_STREAM_ERRORS);
    if (child == NULL)
        return STREAM_ERROR_UNDEFINED;
    for (unsigned i = STREAM_ERROR_NONE + 1; i < STREAM_ERROR_COUNT; i++)
        if (span_is(child->name, error_names[i]))
            return (enum stream_error)i;
    return STREAM_ERROR_UNDEFINED;
}

static void on_element(void *self, const struct xml_node *node,
                       enum xml_verdict verdict)
{
    struct stream *stream = self;

    if (xml_is(node, "error", NS_STREAM)) {
        stream->peer_error = read_error(node);
        finish(stream, STREAM_ERROR_NONE, stream->out);
    } else if (stream->state == STREAM_IS_READY) {
        stream->handler->on_stanza(stream->self, node, verdict);
    } else {
        take_handshake(stream, node, verdict);
    }
}

static void on_close(void *self)
{
    struct stream *stream = self;

    finish(stream, STREAM_ERROR_NONE, stream->out);
}

static enum stream_error error_for(enum err rc)
{
    if (rc == ERR_RESTRICTED)
        return STREAM_ERROR_RESTRICTED_XML;
    return rc == ERR_LIMIT ? STREAM_ERROR_POLICY_VIOLATION
                           : STREAM_ERROR_NOT_WELL_FORMED;
}

/* Lets the reader have some bytes and turns its errors into stream errors. */
static enum err feed(struct stream *stream, struct span bytes)
{
    enum err rc = xml_reader_feed(stream->reader, bytes);

    if (stream->state == STREAM_OVER)
        return stream->rc;
    if (rc == ERR_NOMEM)
        end(stream);
    else if (rc != ERR_OK)
        finish(stream, error_for(rc), stream->out);
    return rc == ERR_NOMEM ? rc : ERR_OK;
}

/* While not ready only so much is read, however much came at once. */
static struct span next_piece(struct stream *stream, struct span bytes)
{
    if (stream->state == STREAM_IS_READY)
        return bytes;
    bytes = span_slice(bytes, 0, EARLY_MAX_BYTES - stream->early_bytes);
    stream->early_bytes += bytes.len;
    return bytes;
}

enum err stream_feed(struct stream *stream, struct span bytes, struct buf *out)
{
    enum err rc = ERR_OK;

    stream->out = out;
    while (bytes.len > 0 && rc == ERR_OK && stream->state != STREAM_OVER) {
        struct span piece = next_piece(stream, bytes);

        if (piece.len > 0)
            rc = feed(stream, piece);
        else
            finish(stream, STREAM_ERROR_POLICY_VIOLATION, out);
        bytes = span_slice(bytes, piece.len, bytes.len);
    }
    stream->out = NULL;
    if (rc != ERR_OK)
        return rc;
    return stream->state == STREAM_OVER ? ERR_CLOSED : ERR_OK;
}

enum err stream_start(struct stream *stream, struct buf *out)
{
    size_t start = out->len;
    enum err rc = ERR_OK;

    if (stream->role == STREAM_COMPONENT)
        rc = put_header(stream, out);
    if (rc != ERR_OK)
        buf_truncate(out, start);
    return rc;
}

static const struct xml_handler reader_handler = {
    .on_open = on_open,
    .on_element = on_element,
    .on_close = on_close,
};

struct stream *stream_new(const struct stream_options *options,
                          const struct stream_handler *handler, void *self)
{
    struct stream *stream = calloc(1, sizeof(*stream));

    if (stream == NULL)
        return NULL;
    stream->role = options->role;
    stream->handler = handler;
    stream->self = self;
    stream->crypto = options->crypto;
    stream->domain = BUF_EMPTY(JID_PART_MAX_BYTES);
    stream->secret = BUF_EMPTY(SECRET_MAX_BYTES);
    stream->id = BUF_EMPTY(ID_MAX_BYTES);
    stream->reader = xml_reader_new(&reader_handler, stream);
    if (stream->reader == NULL ||
        buf_append(&stream->secret, options->secret) != ERR_OK ||
        buf_append(&stream->id, options->id) != ERR_OK ||
        (options->role == STREAM_COMPONENT &&
         buf_append(&stream->domain, options->domain) != ERR_OK)) {
        stream_free(stream);
        return NULL;
    }
    return stream;
}

void stream_free(struct stream *stream)
{
    if (stream == NULL)
        return;
    xml_reader_free(stream->reader);
    buf_clear(&stream->domain);
    buf_clear(&stream->secret);
    buf_clear(&stream->id);
    free(stream);
}

enum stream_error stream_peer_error(const struct stream *stream)
{
    return stream->peer_error;
}

enum stream_error stream_own_error(const struct stream *stream)
{
    return stream->own_error;
}

bool stream_is_ready(const struct stream *stream)
{
    return stream->state == STREAM_IS_READY;
}

struct span stream_domain(const struct stream *stream)
{
    return buf_span(&stream->domain);
}

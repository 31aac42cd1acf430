/* stream.h - an XEP-0114 stream in either role, bytes in and bytes out.
 *
 * Pure: no sockets, no clock, no chance.  The owner moves the bytes. */
#ifndef WIRE_STREAM_H
#define WIRE_STREAM_H

#include "base/buf.h"
#include "base/err.h"
#include "crypto/crypto.h"
#include "wire/xml.h"
#include "wire/xml_reader.h"

enum stream_role {
    STREAM_COMPONENT, /* we connect to an XMPP server */
    STREAM_SERVER,    /* a local peer connects to us */
};

/* RFC 6120 4.9.3 stream errors that we send or tell apart. */
#define STREAM_ERROR_MAP(X)                                                    \
    X(STREAM_ERROR_NONE, "")                                                   \
    X(STREAM_ERROR_CONFLICT, "conflict")                                       \
    X(STREAM_ERROR_CONNECTION_TIMEOUT, "connection-timeout")                   \
    X(STREAM_ERROR_HOST_UNKNOWN, "host-unknown")                               \
    X(STREAM_ERROR_IMPROPER_ADDRESSING, "improper-addressing")                 \
    X(STREAM_ERROR_INVALID_FROM, "invalid-from")                               \
    X(STREAM_ERROR_INVALID_NAMESPACE, "invalid-namespace")                     \
    X(STREAM_ERROR_NOT_AUTHORIZED, "not-authorized")                           \
    X(STREAM_ERROR_NOT_WELL_FORMED, "not-well-formed")                         \
    X(STREAM_ERROR_POLICY_VIOLATION, "policy-violation")                       \
    X(STREAM_ERROR_RESET, "reset")                                             \
    X(STREAM_ERROR_RESOURCE_CONSTRAINT, "resource-constraint")                 \
    X(STREAM_ERROR_RESTRICTED_XML, "restricted-xml")                           \
    X(STREAM_ERROR_SYSTEM_SHUTDOWN, "system-shutdown")                         \
    X(STREAM_ERROR_UNDEFINED, "undefined-condition")

#define STREAM_ERROR_ENUM(code, name) code,
enum stream_error { STREAM_ERROR_MAP(STREAM_ERROR_ENUM) STREAM_ERROR_COUNT };
#undef STREAM_ERROR_ENUM

/* The name of its element, static; "" for none. */
const char *stream_error_name(enum stream_error error);

struct stream_handler {
    /* Role server only: may this peer be `domain`?  False ends the stream with
     * host-unknown. */
    bool (*may_claim)(void *self, struct span domain);
    /* The handshake is done; stanzas may flow. */
    void (*on_ready)(void *self);
    /* One stanza, see xml_handler.on_element.  The callback may call
     * stream_fail or stream_close. */
    void (*on_stanza)(void *self, const struct xml_node *node,
                      enum xml_verdict verdict);
};

struct stream_options {
    enum stream_role role;
    struct span domain;    /* component: whom we claim to be; server: ignored */
    struct span secret;    /* may be empty; copied, wiped after the handshake */
    struct span id;        /* server: the stream id we give, random; copied */
    struct crypto *crypto; /* borrowed for the stream's life */
};

struct stream;

/* NULL only when memory runs out.  Borrows `handler` and `self`. */
struct stream *stream_new(const struct stream_options *options,
                          const struct stream_handler *handler, void *self);
/* NULL is fine.  Not from within a callback. */
void stream_free(struct stream *stream);

/* Role component: appends our stream header to `out`.  Role server: nothing.
 * Errors: ERR_NOMEM, ERR_LIMIT.
 * Specs:  XEP-0114 3. */
enum err stream_start(struct stream *stream, struct buf *out) MUST_CHECK;

/* Reads what the peer sent and appends what must go back (headers, handshake,
 * stream errors) to `out`.
 *
 * Errors: ERR_CLOSED when the stream is over, for whatever reason: the peer
 *         closed it, sent an error (stream_peer_error tells which), or sent
 *         what we do not take (then `out` ends with our stream error).  The
 *         owner flushes `out` and closes the socket.  ERR_NOMEM, ERR_LIMIT. */
enum err stream_feed(struct stream *stream, struct span bytes,
                     struct buf *out) MUST_CHECK;

/* What the peer's <stream:error/> said, or STREAM_ERROR_NONE. */
enum stream_error stream_peer_error(const struct stream *stream);

/* What we ended the stream with, or STREAM_ERROR_NONE. */
enum stream_error stream_own_error(const struct stream *stream);

/* True from the end of the handshake to the end of the stream. */
bool stream_is_ready(const struct stream *stream);

/* The domain that the peer claimed (role server, once ready), or ours. */
struct span stream_domain(const struct stream *stream);

/* Appends a stream error and the closing tag; the stream is over. */
void stream_fail(struct stream *stream, enum stream_error error,
                 struct buf *out);

/* Appends the closing tag; the stream is over. */
void stream_close(struct stream *stream, struct buf *out);

#endif

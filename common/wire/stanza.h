/* stanza.h - the envelope of message, presence and iq, both ways. */
#ifndef WIRE_STANZA_H
#define WIRE_STANZA_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "wire/jid.h"
#include "wire/xml.h"
#include "wire/xml_reader.h"
#include "wire/xml_writer.h"

enum stanza_kind { STANZA_MESSAGE, STANZA_PRESENCE, STANZA_IQ };

/* One stanza as it came in.  Borrowed like its node. */
struct stanza {
    enum stanza_kind kind;
    struct jid from;
    struct jid to;
    struct span to_raw;   /* as sent, for answers when `to` is malformed */
    bool is_to_malformed; /* then `to` is empty but for what could be read */
    struct span type;     /* at NULL when absent */
    struct span id;       /* at NULL when absent */
    struct span lang;     /* xml:lang, at NULL when absent */
    const struct xml_node *node;
    enum xml_verdict verdict; /* not XML_WHOLE: `node` has no children */
};

/* Reads the envelope.
 *
 * Owner:  `out` borrows from `node` and `arena`.
 * Errors: ERR_SYNTAX when it is no stanza, or `from` is missing or malformed:
 *         there is nobody to answer.  ERR_NOMEM. */
enum err stanza_decode(struct arena *arena, const struct xml_node *node,
                       enum xml_verdict verdict, struct stanza *out) MUST_CHECK;

/* RFC 6120 8.3.2 error types and 8.3.3 conditions that we use. */
#define STANZA_ERROR_MAP(X)                                                    \
    X(STANZA_BAD_REQUEST, "bad-request", "modify", "400")                      \
    X(STANZA_CONFLICT, "conflict", "cancel", "409")                            \
    X(STANZA_FORBIDDEN, "forbidden", "auth", "403")                            \
    X(STANZA_GONE, "gone", "cancel", "302")                                    \
    X(STANZA_INTERNAL, "internal-server-error", "wait", "500")                 \
    X(STANZA_ITEM_NOT_FOUND, "item-not-found", "cancel", "404")                \
    X(STANZA_JID_MALFORMED, "jid-malformed", "modify", "400")                  \
    X(STANZA_NOT_ACCEPTABLE, "not-acceptable", "cancel", "406")                \
    X(STANZA_NOT_ACCEPTABLE_FORM, "not-acceptable", "modify", "406")           \
    X(STANZA_NOT_ALLOWED, "not-allowed", "cancel", "405")                      \
    X(STANZA_NOT_AUTHORIZED, "not-authorized", "auth", "401")                  \
    X(STANZA_POLICY_VIOLATION, "policy-violation", "modify", "500")            \
    X(STANZA_RATE_VIOLATION, "policy-violation", "wait", "500")                \
    X(STANZA_RESOURCE_CONSTRAINT, "resource-constraint", "wait", "500")        \
    X(STANZA_REMOTE_TIMEOUT, "remote-server-timeout", "wait", "504")           \
    X(STANZA_SERVICE_UNAVAILABLE, "service-unavailable", "cancel", "503")

#define STANZA_ERROR_ENUM(code, name, type, legacy) code,
enum stanza_error { STANZA_ERROR_MAP(STANZA_ERROR_ENUM) STANZA_ERROR_COUNT };
#undef STANZA_ERROR_ENUM

/* Where stanzas of one tick are written.  The one door to the outside: a
 * stanza that is malformed, over XML_STANZA_MAX_BYTES, without `to`, or whose
 * `from` is not `domain` or an address in it never stays in `out`. */
struct stanza_out {
    struct buf *out;
    struct span domain;
    struct xml_writer xml; /* write the children through this */
    size_t start;          /* where the current stanza began */
};

#define STANZA_OUT(out_buf, own_domain)                                        \
    ((struct stanza_out){.out = (out_buf), .domain = (own_domain)})

struct stanza_head {
    enum stanza_kind kind;
    struct span from;
    struct span to;
    struct span type; /* at NULL: none */
    struct span id;   /* at NULL: none */
    struct span lang; /* at NULL: none */
};

/* Writes the start tag.  Children follow through `out->xml`. */
void stanza_begin(struct stanza_out *out, const struct stanza_head *head);

/* Ends the stanza and checks it.
 * Errors: ERR_SYNTAX, ERR_LIMIT, ERR_NOMEM.  `out->out` is as it was before
 *         stanza_begin. */
enum err stanza_end(struct stanza_out *out) MUST_CHECK;

/* Writes a <error/> child: type, `by`, condition, legacy code and an optional
 * English text.
 * Specs: RFC 6120 8.3. */
void stanza_put_error(struct stanza_out *out, enum stanza_error error,
                      struct span by, const char *text);

/* Writes a Unix time in ms as XEP-0082 in UTC with milliseconds.  `out` takes
 * at least STANZA_TIME_BYTES and is NUL-terminated. */
enum { STANZA_TIME_BYTES = 32 };
void stanza_format_time(int64_t at_ms, char out[STANZA_TIME_BYTES]);

/* Reads an XEP-0082 time with optional fraction and Z or a numeric offset.
 * False when it is none.  `out_ms` is Unix time in ms. */
bool stanza_parse_time(struct span text, int64_t *out_ms);

#endif

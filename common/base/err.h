/* err.h - the one list of error codes. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#define ERR_MAP(X)                                                             \
    X(ERR_OK, "success")                                                       \
    X(ERR_NOMEM, "out of memory")                                              \
    X(ERR_LIMIT, "a configured limit would be passed")                         \
    X(ERR_SYNTAX, "input is not well formed")                                  \
    X(ERR_RESTRICTED, "input uses XML that XMPP forbids")                      \
    X(ERR_AGAIN, "not now, try again later")                                   \
    X(ERR_CLOSED, "the peer is gone")                                          \
    X(ERR_NOTFOUND, "there is no such thing")                                  \
    X(ERR_STORE, "the store refused")                                          \
    X(ERR_FULL, "the disk is full")                                            \
    X(ERR_SYSTEM, "the operating system refused")                              \
    X(ERR_CONFIG, "the configuration is not usable")

#define ERR_ENUM(code, text) code,
enum err { ERR_MAP(ERR_ENUM) ERR_COUNT };
#undef ERR_ENUM

#define MUST_CHECK __attribute__((warn_unused_result))

/* Says what `err` means, for a person.  Static text, never NULL. */
const char *err_text(enum err err);

#endif

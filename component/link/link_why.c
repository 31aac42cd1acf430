/* link_why.c - words for what went wrong.  All text is static. */
#include "link/link_internal.h"

const char *link__why_uv(int status)
{
    switch (status) {
    case UV_EOF:
        return "closed";
    case UV_ECONNREFUSED:
        return "connection refused";
    case UV_ECONNRESET:
    case UV_EPIPE:
        return "connection reset";
    case UV_ETIMEDOUT:
        return "timed out";
    case UV_EHOSTUNREACH:
    case UV_ENETUNREACH:
    case UV_EADDRNOTAVAIL:
        return "no route";
    case UV_EAI_NONAME:
    case UV_EAI_NODATA:
        return "name not found";
    case UV_EAI_AGAIN:
    case UV_EAI_FAIL:
        return "name server does not answer";
    case UV_EMFILE:
    case UV_ENFILE:
        return "too many open files";
    case UV_ENOMEM:
    case UV_ENOBUFS:
    case UV_EAI_MEMORY:
        return "out of memory";
    case UV_EACCES:
    case UV_EPERM:
        return "not permitted";
    default:
        return "network error";
    }
}

const char *link__why_stream(const struct stream *stream)
{
    if (stream_own_error(stream) != STREAM_ERROR_NONE)
        return stream_error_name(stream_own_error(stream));
    if (stream_peer_error(stream) != STREAM_ERROR_NONE)
        return stream_error_name(stream_peer_error(stream));
    return "closed";
}

bool link__why_is_config(enum stream_error error)
{
    return error == STREAM_ERROR_HOST_UNKNOWN ||
           error == STREAM_ERROR_NOT_AUTHORIZED ||
           error == STREAM_ERROR_INVALID_NAMESPACE ||
           error == STREAM_ERROR_IMPROPER_ADDRESSING;
}

const char *link__why_advice(enum stream_error error)
{
    if (error == STREAM_ERROR_NOT_AUTHORIZED)
        return "make domain and secret the same in [component] and in the "
               "XMPP server's configuration";
    if (error == STREAM_ERROR_INVALID_NAMESPACE)
        return "[component] server must be the XMPP server's component port";
    if (error == STREAM_ERROR_CONFLICT)
        return "another link has our domain; an old one of ours goes by "
               "itself in a minute";
    return "configure our domain as a component in the XMPP server, or "
           "correct [component] domain";
}

enum stream_error link__why_error(const char *name)
{
    for (int i = STREAM_ERROR_NONE + 1; i < STREAM_ERROR_COUNT; i++)
        if (span_is(span_of(name), stream_error_name((enum stream_error)i)))
            return (enum stream_error)i;
    return STREAM_ERROR_POLICY_VIOLATION;
}

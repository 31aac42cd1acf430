/* ctl_knock.c - one try of the XEP-0114 handshake with the XMPP server. */
#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "ctl/ctl_doctor.h"
#include "wire/stream.h"

enum { KNOCK_WAIT_S = 5, KNOCK_BYTES = 4096, KNOCK_ROUNDS = 32 };

static void on_ready(void *self)
{
    (void)self;
}

static void on_stanza(void *self, const struct xml_node *node,
                      enum xml_verdict verdict)
{
    (void)self;
    (void)node;
    (void)verdict;
}

static int connect_any(const struct addrinfo *found)
{
    struct timeval wait = {.tv_sec = KNOCK_WAIT_S};
    int fd = -1;

    for (const struct addrinfo *a = found; fd < 0 && a != NULL;
         a = a->ai_next) {
        fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, 0);
        if (fd < 0)
            continue;
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
        if (connect(fd, a->ai_addr, a->ai_addrlen) != 0) {
            int why = errno;

            close(fd);
            errno = why;
            fd = -1;
        }
    }
    return fd;
}

int doctor__dial(struct doctor *doctor, const struct doctor_call *call)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    char port[8];
    int fd;
    int rc;

    snprintf(port, sizeof(port), "%u", call->port);
    rc = getaddrinfo(call->host, port, &hints, &found);
    if (rc != 0) {
        doctor__bad(doctor, call->what, "%s: %s", call->host, gai_strerror(rc));
        return -1;
    }
    fd = connect_any(found);
    if (fd < 0)
        doctor__bad(doctor, call->what,
                    "%s:%s: %s; is the XMPP server up, and "
                    "is its %s port open?",
                    call->host, port, strerror(errno), call->port_name);
    freeaddrinfo(found);
    return fd;
}

static bool exchange(struct stream *stream, int fd)
{
    struct buf out = BUF_EMPTY(XML_STANZA_MAX_BYTES);
    enum err rc = stream_start(stream, &out);
    char bytes[KNOCK_BYTES];

    for (int i = 0; i < KNOCK_ROUNDS; i++) {
        ssize_t len;

        if (out.len > 0 && send(fd, out.at, out.len, MSG_NOSIGNAL) < 0)
            break;
        buf_truncate(&out, 0);
        if (rc != ERR_OK || stream_is_ready(stream))
            break;
        len = recv(fd, bytes, sizeof(bytes), 0);
        if (len <= 0)
            break;
        rc = stream_feed(stream, (struct span){bytes, (size_t)len}, &out);
    }
    buf_clear(&out);
    return stream_is_ready(stream);
}

static void tell(struct doctor *doctor, enum stream_error error)
{
    const char *domain = doctor->ctl->config.domain;

    if (error == STREAM_ERROR_HOST_UNKNOWN)
        doctor__bad(doctor, "server",
                    "it does not know the component %s (host-unknown): add it "
                    "to the server's configuration",
                    domain);
    else if (error == STREAM_ERROR_NOT_AUTHORIZED)
        doctor__bad(doctor, "server",
                    "wrong secret for %s, or (ejabberd says it so) no such "
                    "component (not-authorized): compare both with the "
                    "server's configuration",
                    domain);
    else if (error == STREAM_ERROR_CONFLICT)
        doctor__bad(doctor, "server",
                    "another component is linked as %s (conflict)", domain);
    else
        doctor__bad(doctor, "server",
                    "no handshake: %s; is this its component port (XEP-0114)?",
                    error == STREAM_ERROR_NONE ? "no answer"
                                               : stream_error_name(error));
}

static void shake(struct doctor *doctor, int fd, struct span secret)
{
    static const struct stream_handler handler = {
        .on_ready = on_ready,
        .on_stanza = on_stanza,
    };
    struct stream_options options = {
        .role = STREAM_COMPONENT,
        .domain = span_of(doctor->ctl->config.domain),
        .secret = secret,
        .crypto = doctor->ctl->crypto,
    };
    struct stream *stream = stream_new(&options, &handler, NULL);

    if (stream == NULL) {
        doctor__bad(doctor, "server", "out of memory");
        return;
    }
    if (exchange(stream, fd))
        doctor__good(doctor, "server", "takes our secret; start the component");
    else
        tell(doctor, stream_peer_error(stream));
    stream_free(stream);
}

void doctor__knock(struct doctor *doctor)
{
    const struct config *config = &doctor->ctl->config;
    struct buf secret = BUF_EMPTY(4096);
    struct buf error = BUF_EMPTY(CONFIG_ERROR_MAX_BYTES);
    struct doctor_call call = {
        .what = "server",
        .host = config->server.host,
        .port = config->server.port,
        .port_name = "component",
    };
    int fd = doctor__dial(doctor, &call);

    if (fd >= 0) {
        if (config_read_secret(config, &secret, &error) == ERR_OK)
            shake(doctor, fd, buf_span(&secret));
        close(fd);
    }
    buf_clear(&secret);
    buf_clear(&error);
}

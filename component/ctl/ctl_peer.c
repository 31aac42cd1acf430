#include "ctl/ctl_peer.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/base32.h"
#include "ctl/ctl_answer.h"
#include "wire/ns.h"
#include "wire/stanza.h"
#include "wire/stream.h"

enum { RESOURCE_CHARS = 16, READ_BYTES = 64 * 1024 };

struct ctl_peer {
    int fd;
    struct stream *stream;
    struct crypto *crypto;
    char domain[JID_PART_MAX_BYTES + 1];
    char own[JID_PART_MAX_BYTES + 32]; /* ctl.DOMAIN */
    char jid[JID_PART_MAX_BYTES + 64]; /* ctl.DOMAIN/RESOURCE */
    int64_t wait_ms;
    unsigned last_id;
    struct ctl_answer *answer; /* what we wait for, or NULL */
    bool is_answered;
    enum err rc; /* of reading the answer */
};

static void on_ready(void *self)
{
    (void)self;
}

static void on_stanza(void *self, const struct xml_node *node,
                      enum xml_verdict verdict)
{
    struct ctl_peer *peer = self;
    uint64_t id;

    if (peer->answer == NULL || peer->is_answered ||
        !xml_is(node, "iq", NULL) ||
        !span_to_u64(xml_attr(node, "id"), UINT32_MAX, &id) ||
        id != peer->last_id)
        return;
    peer->is_answered = true;
    peer->rc =
        verdict == XML_WHOLE ? ctl__read_answer(node, peer->answer) : ERR_LIMIT;
}

static int64_t monotonic_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static enum err send_all(struct ctl_peer *peer, struct span bytes)
{
    while (bytes.len > 0) {
        ssize_t sent = send(peer->fd, bytes.at, bytes.len, MSG_NOSIGNAL);

        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return ERR_CLOSED;
        bytes = span_slice(bytes, (size_t)sent, bytes.len);
    }
    return ERR_OK;
}

static enum err receive(struct ctl_peer *peer, char *bytes, size_t *len)
{
    ssize_t got = recv(peer->fd, bytes, READ_BYTES, 0);

    *len = 0;
    if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN))
        return ERR_CLOSED;
    if (got > 0)
        *len = (size_t)got;
    return ERR_OK;
}

/* Reads once, if something comes before `until_ms`. */
static enum err pump_once(struct ctl_peer *peer, int64_t until_ms)
{
    struct pollfd poll_fd = {.fd = peer->fd, .events = POLLIN};
    int64_t left_ms = until_ms - monotonic_ms();
    struct buf back = BUF_EMPTY(XML_STANZA_MAX_BYTES);
    char bytes[READ_BYTES];
    size_t len;
    enum err rc;

    if (left_ms <= 0)
        return ERR_AGAIN;
    if (poll(&poll_fd, 1, (int)left_ms) <= 0)
        return errno == EINTR ? ERR_OK : ERR_AGAIN;
    rc = receive(peer, bytes, &len);
    if (rc == ERR_OK)
        rc = stream_feed(peer->stream, (struct span){bytes, len}, &back);
    if (back.len > 0 && send_all(peer, buf_span(&back)) != ERR_OK)
        rc = ERR_CLOSED;
    buf_clear(&back);
    explicit_bzero(bytes, sizeof(bytes));
    return rc;
}

static enum err connect_socket(struct ctl_peer *peer, const char *path,
                               struct buf *error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *advice = "is duologue running with this configuration?";
    enum err rc = ERR_CLOSED;

    if (strlen(path) >= sizeof(address.sun_path)) {
        rc = buf_printf(error, "%s: a socket path has at most %zu bytes", path,
                        sizeof(address.sun_path) - 1);
        return rc == ERR_OK ? ERR_SYSTEM : rc;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    peer->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (peer->fd >= 0 &&
        connect(peer->fd, (struct sockaddr *)&address, sizeof(address)) == 0)
        return ERR_OK;
    if (errno == EACCES || errno == EPERM) {
        rc = ERR_SYSTEM;
        advice = "run it as root or as the component's own user";
    }
    if (buf_printf(error, "%s: %s; %s", path, strerror(errno), advice) !=
        ERR_OK)
        rc = ERR_NOMEM;
    return rc;
}

static void make_names(struct ctl_peer *peer, const char *domain)
{
    uint8_t random[RESOURCE_CHARS];
    char resource[RESOURCE_CHARS];

    crypto_random(peer->crypto, random, sizeof(random));
    base32_encode(random, resource, RESOURCE_CHARS);
    snprintf(peer->domain, sizeof(peer->domain), "%s", domain);
    snprintf(peer->own, sizeof(peer->own), "ctl.%s", peer->domain);
    snprintf(peer->jid, sizeof(peer->jid), "%s/%.*s", peer->own, RESOURCE_CHARS,
             resource);
}

static enum err start_stream(struct ctl_peer *peer)
{
    static const struct stream_handler handler = {
        .on_ready = on_ready,
        .on_stanza = on_stanza,
    };
    struct stream_options options = {
        .role = STREAM_COMPONENT,
        .domain = span_of(peer->own),
        .crypto = peer->crypto,
    };
    struct buf out = BUF_EMPTY(XML_STANZA_MAX_BYTES);
    enum err rc = ERR_NOMEM;

    peer->stream = stream_new(&options, &handler, peer);
    if (peer->stream != NULL)
        rc = stream_start(peer->stream, &out);
    if (rc == ERR_OK)
        rc = send_all(peer, buf_span(&out));
    buf_clear(&out);
    return rc;
}

/* What the component said, or else how it went. */
static const char *why_not_in(const struct ctl_peer *peer, enum err rc)
{
    const char *said = peer->stream != NULL
                           ? stream_error_name(stream_peer_error(peer->stream))
                           : "";

    return said[0] != '\0' ? said : err_text(rc);
}

static enum err shake_hands(struct ctl_peer *peer, struct buf *error)
{
    int64_t until_ms = monotonic_ms() + peer->wait_ms;
    enum err rc = start_stream(peer);

    while (rc == ERR_OK && !stream_is_ready(peer->stream))
        rc = pump_once(peer, until_ms);
    if (rc != ERR_OK &&
        buf_printf(error,
                   "the component did not let us in: %s; does it run with this "
                   "configuration?",
                   why_not_in(peer, rc)) != ERR_OK)
        rc = ERR_NOMEM;
    return rc;
}

enum err ctl_peer_open(const struct ctl_peer_options *options,
                       struct ctl_peer **out, struct buf *error)
{
    struct ctl_peer *peer = calloc(1, sizeof(*peer));
    enum err rc;

    if (peer == NULL)
        return ERR_NOMEM;
    peer->fd = -1;
    peer->crypto = options->crypto;
    peer->wait_ms =
        options->wait_ms > 0 ? options->wait_ms : CTL_ANSWER_WAIT_MS;
    make_names(peer, options->domain);
    rc = connect_socket(peer, options->socket_path, error);
    if (rc == ERR_OK)
        rc = shake_hands(peer, error);
    if (rc != ERR_OK) {
        ctl_peer_close(peer);
        return rc;
    }
    *out = peer;
    return ERR_OK;
}

void ctl_peer_close(struct ctl_peer *peer)
{
    if (peer == NULL)
        return;
    stream_free(peer->stream);
    if (peer->fd >= 0)
        close(peer->fd);
    free(peer);
}

static void put_form(struct xml_writer *xml, const struct ctl_request *request)
{
    xml_open(xml, "x", NS_DATA);
    xml_put_attr_text(xml, "type", "submit");
    for (size_t i = 0; i < request->value_count; i++) {
        if (request->values[i].value.at == NULL)
            continue;
        xml_open(xml, "field", NULL);
        xml_put_attr_text(xml, "var", request->values[i].var);
        xml_put_element(xml, "value", NULL, request->values[i].value);
        xml_close(xml);
    }
    xml_close(xml);
}

static enum err write_request(struct ctl_peer *peer,
                              const struct ctl_request *request,
                              struct buf *out)
{
    struct stanza_out stanza = STANZA_OUT(out, span_of(peer->own));
    char id[16];
    struct stanza_head head = {
        .kind = STANZA_IQ,
        .from = span_of(peer->jid),
        .to = span_of(peer->domain),
        .type = SPAN("set"),
    };

    snprintf(id, sizeof(id), "%u", ++peer->last_id);
    head.id = span_of(id);
    stanza_begin(&stanza, &head);
    xml_open(&stanza.xml, "command", NS_COMMANDS);
    xml_put_attr_text(&stanza.xml, "node", request->node);
    xml_put_attr_text(&stanza.xml, "action", "execute");
    put_form(&stanza.xml, request);
    xml_close(&stanza.xml);
    return stanza_end(&stanza);
}

enum err ctl_peer_ask(struct ctl_peer *peer, const struct ctl_request *request,
                      struct ctl_answer *out)
{
    int64_t until_ms = monotonic_ms() + peer->wait_ms;
    struct buf bytes = BUF_EMPTY(XML_STANZA_MAX_BYTES);
    enum err rc;

    *out = (struct ctl_answer){.arena = ARENA_EMPTY(CTL_ANSWER_MAX_BYTES)};
    rc = write_request(peer, request, &bytes);
    if (rc == ERR_OK)
        rc = send_all(peer, buf_span(&bytes));
    buf_clear(&bytes);
    peer->answer = out;
    peer->is_answered = false;
    peer->rc = ERR_OK;
    while (rc == ERR_OK && !peer->is_answered)
        rc = pump_once(peer, until_ms);
    peer->answer = NULL;
    return rc == ERR_OK ? peer->rc : rc;
}

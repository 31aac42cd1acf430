#include "support/fake_component.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/bug.h"
#include "crypto/crypto.h"
#include "wire/ns.h"
#include "wire/stream.h"
#include "wire/xml_writer.h"

enum { ASKED_MAX_BYTES = 64 * 1024, ANSWER_MAX_BYTES = 32 * 1024 * 1024 };

struct fake_component {
    const struct fake_script *script;
    struct crypto *crypto;
    pthread_t thread;
    int listener;
    int stop[2];
    size_t at; /* in the script */
    struct buf asked;
    struct buf out;
    bool hangs_up;
};

static void must(enum err rc)
{
    BUG_IF(rc != ERR_OK);
}

static void note(struct fake_component *fake, struct span text)
{
    must(buf_append(&fake->asked, text));
}

static bool may_claim(void *self, struct span domain)
{
    struct fake_component *fake = self;

    return !fake->script->refuses && span_starts_with(domain, SPAN("ctl."));
}

static void on_ready(void *self)
{
    (void)self;
}

static void note_command(struct fake_component *fake,
                         const struct xml_node *command)
{
    const struct xml_node *form = xml_child(command, "x", NS_DATA);
    const struct xml_node *field =
        form != NULL ? xml_child(form, "field", NS_DATA) : NULL;

    note(fake, xml_attr(command, "node"));
    for (; field != NULL; field = xml_sibling(field, "field", NS_DATA)) {
        note(fake, SPAN(" "));
        note(fake, xml_attr(field, "var"));
        note(fake, SPAN("="));
        note(fake, xml_text(xml_child(field, "value", NS_DATA)));
    }
    note(fake, SPAN("\n"));
}

static void answer(struct fake_component *fake, const struct xml_node *iq,
                   const struct fake_reply *reply)
{
    struct xml_writer xml = XML_WRITER(&fake->out);

    xml_open(&xml, "iq", NULL);
    xml_put_attr(&xml, "from", xml_attr(iq, "to"));
    xml_put_attr(&xml, "to", xml_attr(iq, "from"));
    if (reply->act == FAKE_STRAY)
        xml_put_attr_text(&xml, "id", "4711");
    else
        xml_put_attr(&xml, "id", xml_attr(iq, "id"));
    xml_put_attr_text(&xml, "type",
                      reply->act == FAKE_ERROR ? "error" : "result");
    xml_put_written(&xml, span_of(reply->xml));
    xml_close(&xml);
    must(xml.rc);
}

static void on_stanza(void *self, const struct xml_node *node,
                      enum xml_verdict verdict)
{
    struct fake_component *fake = self;
    const struct xml_node *command = xml_child(node, "command", NS_COMMANDS);
    const struct fake_reply *reply;

    BUG_IF(verdict != XML_WHOLE);
    if (command == NULL) {
        note(fake, SPAN("no command\n"));
        return;
    }
    note_command(fake, command);
    do {
        if (fake->at == fake->script->reply_count) {
            note(fake, SPAN("not in the script\n"));
            fake->hangs_up = true;
            return;
        }
        reply = &fake->script->replies[fake->at++];
        if (reply->act == FAKE_HANG_UP)
            fake->hangs_up = true;
        else if (reply->act != FAKE_SILENT)
            answer(fake, node, reply);
    } while (reply->act == FAKE_STRAY);
}

/* False when it is time to stop. */
static bool wait_for(const struct fake_component *fake, int fd)
{
    struct pollfd fds[2] = {
        {.fd = fake->stop[0], .events = POLLIN},
        {.fd = fd, .events = POLLIN},
    };

    return poll(fds, 2, -1) > 0 && fds[0].revents == 0;
}

static void send_all(struct fake_component *fake, int fd)
{
    while (fake->out.len > 0) {
        ssize_t sent = send(fd, fake->out.at, fake->out.len, MSG_NOSIGNAL);

        if (sent <= 0)
            return;
        buf_consume(&fake->out, (size_t)sent);
    }
}

static void serve(struct fake_component *fake, int fd)
{
    static const struct stream_handler handler = {
        .may_claim = may_claim,
        .on_ready = on_ready,
        .on_stanza = on_stanza,
    };
    struct stream_options options = {
        .role = STREAM_SERVER,
        .id = SPAN("fake"),
        .crypto = fake->crypto,
    };
    struct stream *stream = stream_new(&options, &handler, fake);
    enum err rc = ERR_OK;

    BUG_IF(stream == NULL);
    fake->hangs_up = false;
    buf_truncate(&fake->out, 0);
    while (rc == ERR_OK && !fake->hangs_up && wait_for(fake, fd)) {
        char bytes[4096];
        ssize_t got = recv(fd, bytes, sizeof(bytes), 0);

        if (got <= 0)
            break;
        if (!fake->script->is_deaf)
            rc = stream_feed(stream, (struct span){bytes, (size_t)got},
                             &fake->out);
        send_all(fake, fd);
    }
    stream_free(stream);
}

static void *run(void *self)
{
    struct fake_component *fake = self;

    while (wait_for(fake, fake->listener)) {
        int fd = accept(fake->listener, NULL, NULL);

        BUG_IF(fd < 0);
        serve(fake, fd);
        close(fd);
    }
    return NULL;
}

struct fake_component *fake_component_start(const struct fake_script *script)
{
    struct fake_component *fake = calloc(1, sizeof(*fake));
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    BUG_IF(fake == NULL);
    fake->script = script;
    fake->asked = BUF_EMPTY(ASKED_MAX_BYTES);
    fake->out = BUF_EMPTY(ANSWER_MAX_BYTES);
    fake->crypto = crypto_new();
    snprintf(address.sun_path, sizeof(address.sun_path), "%s",
             script->socket_path);
    unlink(script->socket_path);
    fake->listener = socket(AF_UNIX, SOCK_STREAM, 0);
    BUG_IF(fake->crypto == NULL || pipe(fake->stop) != 0 ||
           bind(fake->listener, (struct sockaddr *)&address, sizeof(address)) !=
               0 ||
           listen(fake->listener, 4) != 0 ||
           pthread_create(&fake->thread, NULL, run, fake) != 0);
    return fake;
}

char *fake_component_stop(struct fake_component *fake)
{
    char *asked;

    BUG_IF(write(fake->stop[1], "", 1) != 1);
    pthread_join(fake->thread, NULL);
    close(fake->listener);
    close(fake->stop[0]);
    close(fake->stop[1]);
    unlink(fake->script->socket_path);
    asked = strndup(fake->asked.len > 0 ? fake->asked.at : "", fake->asked.len);
    BUG_IF(asked == NULL);
    buf_clear(&fake->asked);
    buf_clear(&fake->out);
    crypto_free(fake->crypto);
    free(fake);
    return asked;
}

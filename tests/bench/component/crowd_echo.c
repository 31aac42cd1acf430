/* crowd_echo.c - what to compare with: a component that keeps nothing and
 * decides nothing.  Reads with expat, writes each message back twice. */
#include <arpa/inet.h>
#include <expat.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "component/crowd.h"

enum { ECHO_READ_BYTES = 64 * 1024, ECHO_MAX_BYTES = 64 * 1024 * 1024 };

struct echo {
    int fd;
    int depth;
    struct buf inner; /* the children of the stanza, written again */
    struct buf out;
    char from[CROWD_ADDRESS_BYTES];
    char to[CROWD_ADDRESS_BYTES];
    char id[CROWD_ADDRESS_BYTES];
};

static void put(struct buf *buf, const char *text, size_t len)
{
    if (buf_append(buf, (struct span){text, len}) != ERR_OK)
        _exit(1);
}

static void put_text(struct buf *buf, const char *text)
{
    put(buf, text, strlen(text));
}

static void keep(const char **attrs, const char *name, char *out)
{
    out[0] = '\0';
    for (; attrs[0] != NULL; attrs += 2)
        if (strcmp(attrs[0], name) == 0)
            snprintf(out, CROWD_ADDRESS_BYTES, "%s", attrs[1]);
}

static void on_start(void *self, const char *name, const char **attrs)
{
    struct echo *echo = self;

    echo->depth++;
    if (echo->depth == 2) {
        keep(attrs, "from", echo->from);
        keep(attrs, "to", echo->to);
        keep(attrs, "id", echo->id);
        buf_truncate(&echo->inner, 0);
    }
    if (echo->depth < 3)
        return;
    put_text(&echo->inner, "<");
    put_text(&echo->inner, name);
    for (; attrs[0] != NULL; attrs += 2) {
        put_text(&echo->inner, " ");
        put_text(&echo->inner, attrs[0]);
        put_text(&echo->inner, "='");
        put_text(&echo->inner, attrs[1]);
        put_text(&echo->inner, "'");
    }
    put_text(&echo->inner, ">");
}

static void on_text(void *self, const char *text, int len)
{
    struct echo *echo = self;

    if (echo->depth >= 3)
        put(&echo->inner, text, (size_t)len);
}

static void reflect(struct echo *echo)
{
    put_text(&echo->out, "<message type='groupchat' from='");
    put_text(&echo->out, echo->to);
    put_text(&echo->out, "' to='");
    put_text(&echo->out, echo->from);
    put_text(&echo->out, "' id='");
    put_text(&echo->out, echo->id);
    put_text(&echo->out, "'>");
    put(&echo->out, echo->inner.at, echo->inner.len);
    put_text(&echo->out, "</message>");
}

static void on_end(void *self, const char *name)
{
    struct echo *echo = self;

    if (echo->depth >= 3) {
        put_text(&echo->inner, "</");
        put_text(&echo->inner, name);
        put_text(&echo->inner, ">");
    } else if (echo->depth == 2 && strcmp(name, "message") == 0) {
        for (int i = 0; i < CROWD_REFLECTIONS; i++)
            reflect(echo);
    }
    echo->depth--;
}

static void send_all(struct echo *echo)
{
    while (echo->out.len > 0) {
        ssize_t sent =
            send(echo->fd, echo->out.at, echo->out.len, MSG_NOSIGNAL);

        if (sent <= 0)
            _exit(0);
        buf_consume(&echo->out, (size_t)sent);
    }
}

static void run(struct echo *echo, XML_Parser parser)
{
    XML_SetReparseDeferralEnabled(parser, XML_FALSE);
    XML_SetUserData(parser, echo);
    XML_SetElementHandler(parser, on_start, on_end);
    XML_SetCharacterDataHandler(parser, on_text);
    for (;;) {
        void *space = XML_GetBuffer(parser, ECHO_READ_BYTES);
        ssize_t got = recv(echo->fd, space, ECHO_READ_BYTES, 0);

        if (got <= 0)
            _exit(0);
        if (XML_ParseBuffer(parser, (int)got, 0) != XML_STATUS_OK)
            _exit(1);
        send_all(echo);
    }
}

void crowd_echo(uint16_t port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    struct echo echo = {
        .fd = socket(AF_INET, SOCK_STREAM, 0),
        .inner = BUF_EMPTY(ECHO_READ_BYTES),
        .out = BUF_EMPTY(ECHO_MAX_BYTES),
    };
    XML_Parser parser = XML_ParserCreate(NULL);
    int yes = 1;

    if (parser == NULL ||
        connect(echo.fd, (struct sockaddr *)&address, sizeof(address)) != 0)
        _exit(1);
    setsockopt(echo.fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    put_text(&echo.out, "<stream:stream xmlns='jabber:component:accept' "
                        "xmlns:stream='http://etherx.jabber.org/streams' "
                        "to='" LOAD_DOMAIN "'><handshake>00</handshake>");
    send_all(&echo);
    run(&echo, parser);
    _exit(0);
}

/* ctl_converse.c - the doctor as a client of its own.
 *
 * Over libstrophe, so that nothing of the component's own XML code is on this
 * side: what passes here passes with other people's software. */
#include <stdlib.h>
#include <string.h>
#include <strophe.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "ctl/ctl_doctor.h"

enum {
    CONVERSE_WAIT_S = 20,
    PASSWORD_MAX_BYTES = 1024,
    POLL_MS = 50,
    CLIENT_PORT = 5222,
    GOODBYE_POLLS = 20,
};

static const char words[] = "duologuectl doctor talks to itself";

enum step { STEP_CONNECT, STEP_JOIN, STEP_TALK, STEP_DONE, STEP_FAILED };

struct converse {
    struct doctor *doctor;
    xmpp_ctx_t *ctx;
    xmpp_conn_t *conn;
    enum step step;
    bool is_up; /* logged in */
    char room[1200];
    char code[16];
};

static void fail(struct converse *c, const char *why, const char *detail)
{
    if (c->step == STEP_FAILED || c->step == STEP_DONE)
        return;
    c->step = STEP_FAILED;
    doctor__bad(c->doctor, "conversation", "%s%s", why, detail);
}

static xmpp_stanza_t *add_child(struct converse *c, xmpp_stanza_t *parent,
                                const char *name, const char *text)
{
    xmpp_stanza_t *child = xmpp_stanza_new(c->ctx);

    xmpp_stanza_set_name(child, name);
    if (text != NULL) {
        xmpp_stanza_t *node = xmpp_stanza_new(c->ctx);

        xmpp_stanza_set_text(node, text);
        xmpp_stanza_add_child(child, node);
        xmpp_stanza_release(node);
    }
    xmpp_stanza_add_child(parent, child);
    xmpp_stanza_release(child);
    return child; /* the parent holds it */
}

static void send_join(struct converse *c)
{
    xmpp_stanza_t *presence = xmpp_presence_new(c->ctx);
    xmpp_stanza_t *x;
    char to[sizeof(c->room) + 16];

    snprintf(to, sizeof(to), "%s/doctor", c->room);
    xmpp_stanza_set_id(presence, "join");
    xmpp_stanza_set_to(presence, to);
    x = add_child(c, presence, "x", NULL);
    xmpp_stanza_set_ns(x, "http://jabber.org/protocol/muc");
    add_child(c, x, "password", c->code);
    xmpp_send(c->conn, presence);
    xmpp_stanza_release(presence);
    c->step = STEP_JOIN;
}

static void send_words(struct converse *c)
{
    xmpp_stanza_t *message =
        xmpp_message_new(c->ctx, "groupchat", c->room, "talk");

    xmpp_message_set_body(message, words);
    xmpp_send(c->conn, message);
    xmpp_stanza_release(message);
    c->step = STEP_TALK;
}

static bool has_status(xmpp_stanza_t *presence, const char *code)
{
    xmpp_stanza_t *x = xmpp_stanza_get_child_by_ns(
        presence, "http://jabber.org/protocol/muc#user");
    xmpp_stanza_t *child = x != NULL ? xmpp_stanza_get_children(x) : NULL;

    for (; child != NULL; child = xmpp_stanza_get_next(child)) {
        const char *name = xmpp_stanza_get_name(child);
        const char *value = xmpp_stanza_get_attribute(child, "code");

        if (name != NULL && value != NULL && strcmp(name, "status") == 0 &&
            strcmp(value, code) == 0)
            return true;
    }
    return false;
}

static bool is_from_room(const struct converse *c, xmpp_stanza_t *stanza)
{
    const char *from = xmpp_stanza_get_from(stanza);

    return from != NULL && strncmp(from, c->room, strlen(c->room)) == 0;
}

static int on_presence(xmpp_conn_t *conn, xmpp_stanza_t *stanza, void *self)
{
    struct converse *c = self;
    const char *type = xmpp_stanza_get_type(stanza);

    (void)conn;
    if (!is_from_room(c, stanza) || c->step != STEP_JOIN)
        return 1;
    if (type != NULL && strcmp(type, "error") == 0)
        fail(c, "the room refused to let the account in", "");
    else if (has_status(stanza, "110"))
        send_words(c);
    return 1;
}

static int on_message(xmpp_conn_t *conn, xmpp_stanza_t *stanza, void *self)
{
    struct converse *c = self;
    char *body;

    (void)conn;
    if (!is_from_room(c, stanza) || c->step != STEP_TALK)
        return 1;
    body = xmpp_message_get_body(stanza);
    if (body != NULL && strcmp(body, words) == 0) {
        c->step = STEP_DONE;
        doctor__good(c->doctor, "conversation",
                     "an account joined a fresh chat and heard itself");
    }
    if (body != NULL)
        xmpp_free(c->ctx, body);
    return 1;
}

static void on_connection(xmpp_conn_t *conn, xmpp_conn_event_t event, int error,
                          xmpp_stream_error_t *stream_error, void *self)
{
    struct converse *c = self;

    (void)stream_error;
    if (event == XMPP_CONN_CONNECT) {
        xmpp_stanza_t *presence = xmpp_presence_new(c->ctx);

        c->is_up = true;
        doctor__good(c->doctor, "account", "logged in");
        xmpp_handler_add(conn, on_presence, NULL, "presence", NULL, c);
        xmpp_handler_add(conn, on_message, NULL, "message", NULL, c);
        xmpp_send(conn, presence);
        xmpp_stanza_release(presence);
        send_join(c);
    } else {
        c->is_up = false;
        fail(c, "the account's server closed the connection: ",
             c->step == STEP_CONNECT
                 ? (error != 0 ? strerror(error)
                               : "not there (see --host), wrong password, or "
                                 "no TLS (see --plain)")
                 : "in mid-conversation");
    }
}

/* Takes "host", "host:port", "[::1]:port" or NULL apart.  The caller frees
 * *host.  False when it is none of these. */
static bool split_host(const char *text, char **host, unsigned short *port)
{
    struct span all = span_of(text);
    size_t end = span_find(all, ':');
    size_t start = 0;
    uint64_t number;

    *port = 0;
    *host = NULL;
    if (text == NULL)
        return true;
    if (span_starts_with(all, SPAN("["))) {
        start = 1;
        end = span_find(all, ']');
        if (end == all.len)
            return false;
        *host = strndup(text + 1, end > 0 ? end - 1 : 0);
        all = span_slice(all, end + 1, all.len);
    } else {
        *host = strndup(text, end);
        all = span_slice(all, end, all.len);
    }
    if (all.len == 0)
        return *host != NULL && end > start;
    if (!span_to_u64(span_slice(all, 1, all.len), 65535, &number))
        return false;
    *port = (unsigned short)number;
    return *host != NULL && all.at[0] == ':' && end > start;
}

/* libstrophe does not tell a port that is closed from a password that is
 * wrong, so we look at the port ourselves. */
static bool is_there(struct converse *c, const char *host, unsigned short port)
{
    struct doctor_call call = {
        .what = "account",
        .host = host,
        .port = port != 0 ? port : CLIENT_PORT,
        .port_name = "client",
    };
    int fd;

    if (host == NULL)
        return true; /* libstrophe finds it by DNS */
    fd = doctor__dial(c->doctor, &call);
    if (fd < 0) {
        c->step = STEP_FAILED;
        return false;
    }
    close(fd);
    return true;
}

static void run(struct converse *c)
{
    const struct ctl_options *options = c->doctor->ctl->options;
    time_t until = time(NULL) + CONVERSE_WAIT_S;
    unsigned short port;
    char *host;

    if (options->is_plain)
        xmpp_conn_set_flags(c->conn, XMPP_CONN_FLAG_DISABLE_TLS);
    if (!split_host(options->host, &host, &port))
        fail(c, "--host is HOST, HOST:PORT or [IPV6]:PORT, not ",
             options->host);
    else if (is_there(c, host, port) &&
             xmpp_connect_client(c->conn, host, port, on_connection, c) !=
                 XMPP_EOK)
        fail(c, "cannot connect to the account's server", "");
    while (c->step < STEP_DONE && time(NULL) < until)
        xmpp_run_once(c->ctx, POLL_MS);
    if (c->step == STEP_CONNECT)
        fail(c, "no login in 20 s", "");
    fail(c,
         "no answer from the room in 20 s: does the account's server reach "
         "the component?",
         "");
    xmpp_disconnect(c->conn);
    for (int i = 0; c->is_up && i < GOODBYE_POLLS; i++)
        xmpp_run_once(c->ctx, POLL_MS);
    free(host);
}

static bool read_password(const struct ctl_options *options,
                          char out[PASSWORD_MAX_BYTES])
{
    const char *path =
        options->password_file != NULL ? options->password_file : "/dev/tty";
    FILE *file = fopen(path, "r");
    struct termios shown;
    bool is_terminal;
    bool is_read;

    if (file == NULL)
        return false;
    is_terminal = tcgetattr(fileno(file), &shown) == 0;
    if (is_terminal) {
        struct termios hidden = shown;

        hidden.c_lflag &= (tcflag_t)~ECHO;
        fprintf(stderr, "Password of %s: ", options->account);
        tcsetattr(fileno(file), TCSAFLUSH, &hidden);
    }
    is_read = fgets(out, PASSWORD_MAX_BYTES, file) != NULL;
    if (is_terminal) {
        tcsetattr(fileno(file), TCSAFLUSH, &shown);
        fputc('\n', stderr);
    }
    fclose(file);
    if (is_read)
        out[strcspn(out, "\r\n")] = '\0';
    return is_read;
}

/* Logs in and talks; the room and its code are in `c`. */
static void log_in(struct converse *c)
{
    const struct ctl_options *options = c->doctor->ctl->options;
    char password[PASSWORD_MAX_BYTES];

    if (!read_password(options, password)) {
        if (options->password_file == NULL)
            doctor__bad(c->doctor, "account",
                        "no terminal to ask for the password: give "
                        "--password-file FILE");
        else
            doctor__bad(c->doctor, "account",
                        "no password can be read from %s: check the path, and "
                        "who may read it",
                        options->password_file);
        return;
    }
    xmpp_initialize();
    c->ctx = xmpp_ctx_new(NULL, NULL);
    c->conn = c->ctx != NULL ? xmpp_conn_new(c->ctx) : NULL;
    if (c->conn != NULL) {
        xmpp_conn_set_jid(c->conn, options->account);
        xmpp_conn_set_pass(c->conn, password);
        run(c);
        xmpp_conn_release(c->conn);
    }
    if (c->ctx != NULL)
        xmpp_ctx_free(c->ctx);
    xmpp_shutdown();
    explicit_bzero(password, sizeof(password));
}

static void take_room(struct converse *c, const struct ctl_answer *answer)
{
    struct span room = ctl_answer_get(answer, "room");
    struct span code = ctl_answer_get(answer, "seat1-code");

    snprintf(c->room, sizeof(c->room), "%.*s", (int)room.len, room.at);
    snprintf(c->code, sizeof(c->code), "%.*s", (int)code.len, code.at);
}

static void end_room(struct converse *c, struct ctl_peer *peer)
{
    struct ctl_value value = {"room", span_of(c->room)};
    struct ctl_request request = {"end-chat", &value, 1};
    struct ctl_answer answer;

    if (ctl_peer_ask(peer, &request, &answer) != ERR_OK || answer.is_refused)
        doctor__bad(c->doctor, "conversation",
                    "the fresh chat could not be ended");
    ctl_answer_clear(&answer);
}

void doctor__converse(struct doctor *doctor, struct ctl_peer *peer)
{
    static const struct ctl_value values[] = {
        {"your-name", {"Doctor", 6}},
        {"peer-name", {"Patient", 7}},
        {"idle", {"120s", 4}},
        {"protection", {"server", 6}},
    };
    struct ctl_request request = {"create-chat", values,
                                  sizeof(values) / sizeof(values[0])};
    struct converse c = {.doctor = doctor, .step = STEP_CONNECT};
    struct ctl_answer answer;

    if (doctor->ctl->config.server.host == NULL) {
        doctor__bad(doctor, "account",
                    "without an XMPP server no account can enter: set server, "
                    "or leave out --as");
        return;
    }
    if (ctl_peer_ask(peer, &request, &answer) != ERR_OK || answer.is_refused) {
        doctor__bad(doctor, "conversation", "no fresh chat could be made");
    } else {
        take_room(&c, &answer);
        log_in(&c);
        end_room(&c, peer);
    }
    ctl_answer_clear(&answer);
    explicit_bzero(c.code, sizeof(c.code));
}

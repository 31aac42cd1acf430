/* The account with which the doctor listens to itself. */
#include <stdio.h>
#include <string.h>

#include "support/check.h"
#include "support/ctl_case.h"
#include "support/fake_server.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

#define FRESH                                                                  \
    CTL_CASE_DONE(CTL_CASE_FIELD("room", "aaaabbbbccccdddd@d.example")         \
                      CTL_CASE_FIELD("seat1-code", "7K3M9-QXP2D"))

static const struct fake_reply conversation[] = {
    {FAKE_RESULT, CTL_CASE_DONE(CTL_CASE_FIELD("server_configured", "1")
                                    CTL_CASE_FIELD("server_up", "1"))},
    {FAKE_RESULT, FRESH},
    {FAKE_RESULT, CTL_CASE_DONE("")},
};

/* Whatever becomes of the account: the chat made for it is ended. */
static void converse(struct ctl_case *self, const char *words, const char *line)
{
    ctl_case_configure_server(self, 1, "s");
    assert_int_equal(
        ctl_case_run_with(self, words, conversation, COUNT(conversation)),
        CTL_FAILED);
    ctl_case_says(self, line);
    ctl_case_says_not(self, "7K3M9");
    assert_string_equal(self->asked,
                        "stats\n"
                        "create-chat your-name=Doctor peer-name=Patient "
                        "idle=120s protection=server\n"
                        "end-chat room=aaaabbbbccccdddd@d.example\n");
}

static void an_account_without_a_password(void **state)
{
    converse(*state, "doctor --as a@b.example --password-file /nonexistent",
             "BAD   account        no password can be read from /nonexistent: "
             "check the path, and who may read it\n");
}

/* Nor is a chat made for it. */
static void an_account_without_a_server(void **state)
{
    struct ctl_case *self = *state;

    assert_int_equal(
        ctl_case_run_with(self, "doctor --as a@b.example", conversation, 1),
        CTL_FAILED);
    ctl_case_says(self, "BAD   account        without an XMPP server no "
                        "account can enter: set server, or leave out --as\n");
    assert_string_equal(self->asked, "stats\n");
}

static void an_account_whose_server_is_away(void **state)
{
    struct ctl_case *self = *state;
    char words[256];
    char line[256];
    uint16_t port = fake_server_dead_port();

    snprintf(words, sizeof(words),
             "doctor --as a@b.example --password-file %s --host 127.0.0.1:%u "
             "--plain",
             self->config, port);
    snprintf(line, sizeof(line),
             "BAD   account        127.0.0.1:%u: Connection refused; is the "
             "XMPP server up, and is its client port open?\n",
             port);
    converse(self, words, line);
    ctl_case_says_not(self, "conversation");
}

static void an_account_whose_server_hangs_up(void **state)
{
    static const struct fake_line lines[] = {{NULL, NULL}};
    struct fake_server *server = fake_server_start(lines);
    struct ctl_case *self = *state;
    char words[256];

    snprintf(words, sizeof(words),
             "doctor --as a@b.example --password-file %s --host 127.0.0.1:%u "
             "--plain",
             self->config, fake_server_port(server));
    converse(self, words,
             "BAD   conversation   the account's server closed the "
             "connection: ");
    fake_server_stop(server);
}

/* The client's side of a server, as libstrophe wants it without TLS. */
#define CLIENT_STREAM                                                          \
    "<?xml version='1.0'?><stream:stream xmlns='jabber:client' "               \
    "xmlns:stream='http://etherx.jabber.org/streams' id='1' "                  \
    "from='b.example' version='1.0'>"
#define LOGIN                                                                  \
    {"version=", CLIENT_STREAM                                                 \
     "<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"  \
     "<mechanism>PLAIN</mechanism></mechanisms></stream:features>"},           \
        {"</auth>", "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"},    \
        {"version=", CLIENT_STREAM                                             \
         "<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>"   \
         "</stream:features>"},                                                \
    {                                                                          \
        "</iq>", "<iq type='result' id='_xmpp_bind1'><bind "                   \
                 "xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>a@b.example/"  \
                 "r</jid></bind></iq>"                                         \
    }
#define FROM_ROOM "from='aaaabbbbccccdddd@d.example/Doctor' to='a@b.example/r'"
#define LET_IN                                                                 \
    {                                                                          \
        "7K3M9-QXP2D",                                                         \
            "<presence " FROM_ROOM                                             \
            "><x xmlns='http://jabber.org/protocol/muc#user'><item role="      \
            "'participant'/><status code='110'/></x></presence>"               \
    }
#define OTHER_TALK                                                             \
    "<message from='x@y.example' to='a@b.example/r'><body>hi</body></message>" \
    "<presence from='x@y.example' to='a@b.example/r'/>"                        \
    "<message " FROM_ROOM " type='groupchat'><subject/></message>"

/* Logs in where `lines` are said; the command must end with `status`. */
static void log_in(struct ctl_case *self, const struct fake_line *lines,
                   enum ctl_exit status)
{
    struct fake_server *server = fake_server_start(lines);
    char words[256];

    snprintf(words, sizeof(words),
             "doctor --as a@b.example --password-file %s --host 127.0.0.1:%u "
             "--plain",
             self->config, fake_server_port(server));
    ctl_case_configure_server(self, 1, "s");
    assert_int_equal(
        ctl_case_run_with(self, words, conversation, COUNT(conversation)),
        status);
    fake_server_stop(server);
    assert_non_null(strstr(self->asked, "end-chat room=aaaabbbbccccdddd@"));
}

static void an_account_that_hears_itself(void **state)
{
    static const struct fake_line lines[] = {
        LOGIN,
        LET_IN,
        {"</body></message>",
         OTHER_TALK "<message " FROM_ROOM " type='groupchat' id='talk'><body>"
                    "duologuectl doctor talks to itself</body></message>"},
        {"</stream:stream>", "</stream:stream>"},
        {NULL, NULL},
    };

    log_in(*state, lines, CTL_GOOD);
    ctl_case_says(*state, "good  account        logged in\n");
    ctl_case_says(*state,
                  "good  conversation   an account joined a fresh chat and "
                  "heard itself\n");
}

static void an_account_that_is_not_let_in(void **state)
{
    static const struct fake_line lines[] = {
        LOGIN,
        {"7K3M9-QXP2D", "<presence " FROM_ROOM
                        " type='error'><error type='auth'><not-authorized "
                        "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"
                        "</presence>"},
        {"</stream:stream>", "</stream:stream>"},
        {NULL, NULL},
    };

    log_in(*state, lines, CTL_FAILED);
    ctl_case_says(*state,
                  "BAD   conversation   the room refused to let the account "
                  "in\n");
}

static void an_account_that_is_cut_off(void **state)
{
    static const struct fake_line lines[] = {LOGIN, LET_IN, {NULL, NULL}};

    log_in(*state, lines, CTL_FAILED);
    ctl_case_says(*state,
                  "BAD   conversation   the account's server closed the "
                  "connection: in mid-conversation\n");
}

static void a_wrong_password(void **state)
{
    static const struct fake_line lines[] = {
        {"version=", CLIENT_STREAM
         "<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:"
         "xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms></stream:"
         "features>"},
        {"</auth>", "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"
                    "<not-authorized/></failure>"},
        {"</stream:stream>", "</stream:stream>"},
        {NULL, NULL},
    };

    log_in(*state, lines, CTL_FAILED);
    ctl_case_says(*state,
                  "closed the connection: not there (see --host), wrong "
                  "password, or no TLS (see --plain)\n");
}

static void a_host_that_is_none(void **state)
{
    static const char *const hosts[] = {"h:",   "h:x",       ":5222", "h:70000",
                                        "[::1", "[::1]5222", "h:1:2"};
    struct ctl_case *self = *state;

    for (size_t i = 0; i < COUNT(hosts); i++) {
        char words[256];

        snprintf(words, sizeof(words),
                 "doctor --as a@b.example --password-file %s --host %s",
                 self->config, hosts[i]);
        converse(self, words,
                 "BAD   conversation   --host is HOST, HOST:PORT or "
                 "[IPV6]:PORT, not ");
    }
}

static void no_fresh_chat(void **state)
{
    static const struct fake_reply replies[] = {
        {FAKE_RESULT, CTL_CASE_DONE("")},
        {FAKE_ERROR, CTL_CASE_ERROR("wait", "resource-constraint", "")},
    };
    struct ctl_case *self = *state;

    ctl_case_configure_server(self, 1, "s");
    assert_int_equal(ctl_case_run_with(self, "doctor --as a@b.example", replies,
                                       COUNT(replies)),
                     CTL_FAILED);
    ctl_case_says(self, "BAD   conversation   no fresh chat could be made\n");
}

int main(void)
{
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, ctl_case_setup, ctl_case_teardown)
    const struct CMUnitTest tests[] = {
        TEST(an_account_without_a_password),
        TEST(an_account_without_a_server),
        TEST(an_account_whose_server_is_away),
        TEST(an_account_whose_server_hangs_up),
        TEST(an_account_that_hears_itself),
        TEST(an_account_that_is_not_let_in),
        TEST(an_account_that_is_cut_off),
        TEST(a_wrong_password),
        TEST(a_host_that_is_none),
        TEST(no_fresh_chat),
    };

    return cmocka_run_group_tests_name("ctl_account", tests, NULL, NULL);
}

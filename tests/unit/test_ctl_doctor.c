#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/check.h"
#include "support/ctl_case.h"
#include "support/fake_server.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

#define STREAM                                                                 \
    "<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' "     \
    "xmlns:stream='http://etherx.jabber.org/streams' id='1' "                  \
    "from='d.example'>"
#define STREAM_ERROR(name)                                                     \
    "<stream:error><" name " xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"    \
    "</stream:error></stream:stream>"

/* The component is not there; a server that says `lines` is. */
static void knock(struct ctl_case *self, const struct fake_line *lines)
{
    struct fake_server *server = fake_server_start(lines);

    ctl_case_configure_server(self, fake_server_port(server), "s");
    assert_int_equal(ctl_case_run(self, "doctor"), CTL_FAILED);
    fake_server_stop(server);
    ctl_case_says(self, "BAD   component      ");
}

static void the_server_does_not_know_us(void **state)
{
    static const struct fake_line lines[] = {
        {"", STREAM STREAM_ERROR("host-unknown")}, {NULL, NULL}};

    knock(*state, lines);
    ctl_case_says(*state, "BAD   server         it does not know the component "
                          "d.example (host-unknown): add it to the server's "
                          "configuration\n");
    ctl_case_says(*state, "2 things to mend\n");
}

static void the_secrets_differ(void **state)
{
    static const struct fake_line lines[] = {
        {"", STREAM},
        {"</handshake>", STREAM_ERROR("not-authorized")},
        {NULL, NULL}};

    knock(*state, lines);
    ctl_case_says(*state, "BAD   server         wrong secret for d.example, or "
                          "(ejabberd says it so) no such component "
                          "(not-authorized): compare both with the server's "
                          "configuration\n");
}

static void somebody_else_is_linked(void **state)
{
    static const struct fake_line lines[] = {
        {"", STREAM}, {"</handshake>", STREAM_ERROR("conflict")}, {NULL, NULL}};

    knock(*state, lines);
    ctl_case_says(*state, "BAD   server         another component is linked as "
                          "d.example (conflict)\n");
}

static void another_error(void **state)
{
    static const struct fake_line lines[] = {
        {"", STREAM_ERROR("undefined-condition")}, {NULL, NULL}};

    knock(*state, lines);
    ctl_case_says(*state, "BAD   server         no handshake: ");
}

static void not_an_xmpp_server(void **state)
{
    static const struct fake_line lines[] = {
        {"", "HTTP/1.1 400 Bad Request\r\n\r\n"}, {NULL, NULL}};

    knock(*state, lines);
    ctl_case_says(*state,
                  "BAD   server         no handshake: no answer; is this its "
                  "component port (XEP-0114)?\n");
}

static void the_server_takes_us(void **state)
{
    static const struct fake_line lines[] = {
        {"", STREAM}, {"</handshake>", "<handshake/>"}, {NULL, NULL}};

    knock(*state, lines);
    ctl_case_says(*state, "good  secret         readable\n");
    ctl_case_says(*state, "good  server         takes our secret; start the "
                          "component\n");
    ctl_case_says(*state, "1 thing to mend\n");
}

static void a_refused_port(void **state)
{
    struct ctl_case *self = *state;
    char line[128];
    uint16_t port = fake_server_dead_port();

    ctl_case_configure_server(self, port, "s");
    assert_int_equal(ctl_case_run(self, "doctor"), CTL_FAILED);
    snprintf(line, sizeof(line),
             "BAD   server         127.0.0.1:%u: Connection refused; is the "
             "XMPP server up, and is its component port open?\n",
             port);
    ctl_case_says(self, line);
}

static void no_daemon(void **state)
{
    struct ctl_case *self = *state;

    assert_int_equal(ctl_case_run(self, "doctor"), CTL_FAILED);
    ctl_case_says(self, "good  configuration  ");
    ctl_case_says(self,
                  "good  mode           no XMPP server is configured: browsers "
                  "only\n");
    ctl_case_says(
        self, "/s: No such file or directory; is duologue running with this "
              "configuration?\n");
    ctl_case_says(self, "1 thing to mend\n");
}

static void secrets_that_are_none(void **state)
{
    struct ctl_case *self = *state;

    ctl_case_configure_server(self, fake_server_dead_port(), "change-me");
    assert_int_equal(ctl_case_run(self, "doctor"), CTL_FAILED);
    ctl_case_says(self,
                  "BAD   secret         it is still \"change-me\"; set the one "
                  "that the XMPP server has for d.example\n");
    ctl_case_configure(self, "secret_file = /nonexistent/secret");
    assert_int_equal(ctl_case_run(self, "doctor"), CTL_FAILED);
    ctl_case_says(self, "BAD   secret         ");
    ctl_case_says(self, "/nonexistent/secret");
    ctl_case_configure(self, "");
    assert_int_equal(ctl_case_run(self, "doctor"), CTL_FAILED);
    ctl_case_says(self, "BAD   secret         ");
}

/* A secret is read, never shown. */
static void no_secret_is_shown(void **state)
{
    struct ctl_case *self = *state;

    ctl_case_configure_server(self, fake_server_dead_port(), "hush-hush");
    assert_int_equal(ctl_case_run(self, "doctor"), CTL_FAILED);
    ctl_case_says(self, "good  secret         readable\n");
    ctl_case_says_not(self, "hush-hush");
}

/* Gives the key another value. */
static void rewrite(const char *path, const char *key, const char *value)
{
    char line[256];
    char text[4096] = "";
    FILE *file = fopen(path, "r+");
    size_t len = 0;

    assert_non_null(file);
    while (fgets(line, sizeof(line), file) != NULL) {
        bool is_it = strncmp(line, key, strlen(key)) == 0;

        len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s%s",
                                is_it ? key : line, is_it ? value : "",
                                is_it ? "\n" : "");
    }
    rewind(file);
    assert_int_equal(ftruncate(fileno(file), 0), 0);
    assert_int_equal(fputs(text, file) >= 0, 1);
    assert_int_equal(fclose(file), 0);
}

static void the_folder(void **state)
{
    struct ctl_case *self = *state;
    char gone[96];

    chmod(self->folder, 0755);
    assert_int_equal(ctl_case_run(self, "doctor"), CTL_FAILED);
    ctl_case_says(self, " may be read by others: chmod 700\n");
    chmod(self->folder, 0700);
    assert_int_equal(ctl_case_run(self, "doctor"), CTL_FAILED);
    ctl_case_says(self, "good  data_dir       /tmp/ctl.");
    /* Here it is a file, there it is nothing at all. */
    snprintf(gone, sizeof(gone), "%s/x", self->folder);
    ctl_case_configure(self, "server =");
    rewrite(self->config, "data_dir = ", self->config);
    assert_int_equal(ctl_case_run(self, "doctor"), CTL_FAILED);
    ctl_case_says(self, "/conf is not a folder\n");
    rewrite(self->config, "data_dir = ", gone);
    assert_int_equal(ctl_case_run(self, "doctor"), CTL_FAILED);
    ctl_case_says(self,
                  "/x: No such file or directory; the component makes it when "
                  "it may write beside it\n");
}

static const struct fake_reply linked[] = {
    {FAKE_RESULT, CTL_CASE_DONE(CTL_CASE_FIELD("server_configured", "1")
                                    CTL_CASE_FIELD("server_up", "1")
                                        CTL_CASE_FIELD("gateway_up", "1"))},
};

static void all_is_well(void **state)
{
    struct ctl_case *self = *state;

    ctl_case_configure_server(self, 1, "s");
    assert_int_equal(ctl_case_run_with(self, "doctor", linked, COUNT(linked)),
                     CTL_GOOD);
    ctl_case_says(self, "good  component      answers on /tmp/ctl.");
    ctl_case_says(self, "good  server         linked\n");
    ctl_case_says(self, "good  gateway        linked\n");
    ctl_case_says_not(self, "BAD");
    ctl_case_says_not(self, "mend");
}

static void examine_error(struct ctl_case *self, const char *reply,
                          const char *line)
{
    struct fake_reply replies[] = {{FAKE_RESULT, reply}};

    ctl_case_configure_server(self, 1, "s");
    assert_int_equal(ctl_case_run_with(self, "doctor", replies, 1), CTL_FAILED);
    ctl_case_says(self, line);
}

#define NOT_LINKED(why)                                                        \
    CTL_CASE_DONE(CTL_CASE_FIELD("server_configured", "1") CTL_CASE_FIELD(     \
        "server_up", "0") CTL_CASE_FIELD("server_error", why))

static void what_the_component_met(void **state)
{
    examine_error(*state, NOT_LINKED("host-unknown"),
                  "not linked: host-unknown; the XMPP server does not know "
                  "this domain: add the component to its configuration\n");
    examine_error(*state, NOT_LINKED("not-authorized"),
                  "not linked: not-authorized; the secrets differ, or "
                  "(ejabberd says it so) it has no such component: compare "
                  "both with the server's configuration\n");
    examine_error(*state, NOT_LINKED("conflict"),
                  "not linked: conflict; another component holds this "
                  "domain\n");
    examine_error(*state, NOT_LINKED("connection refused"),
                  "not linked: connection refused; nothing listens there: is "
                  "the XMPP server up, and is its component port open?\n");
    examine_error(*state, NOT_LINKED("timed out"),
                  "not linked: timed out; look at the log of the XMPP "
                  "server\n");
}

static void a_missing_gateway_is_no_fault(void **state)
{
    static const struct fake_reply replies[] = {
        {FAKE_RESULT, CTL_CASE_DONE(CTL_CASE_FIELD("server_configured", "0")
                                        CTL_CASE_FIELD("gateway_up", "0"))},
    };
    struct ctl_case *self = *state;

    assert_int_equal(ctl_case_run_with(self, "doctor", replies, COUNT(replies)),
                     CTL_GOOD);
    ctl_case_says(
        self, "note  gateway        none is linked: browsers cannot enter\n");
}

static void it_does_not_answer(void **state)
{
    static const struct fake_reply replies[] = {{FAKE_HANG_UP, NULL}};
    struct ctl_case *self = *state;

    assert_int_equal(ctl_case_run_with(self, "doctor", replies, COUNT(replies)),
                     CTL_FAILED);
    ctl_case_says(self, "BAD   component      it does not answer\n");
}

static void the_gateways_user(void **state)
{
    struct ctl_case *self = *state;

    ctl_case_configure(self, "server =\ngateway_user = nobody-of-that-name");
    assert_int_equal(ctl_case_run(self, "doctor"), CTL_FAILED);
    ctl_case_says(self, "BAD   gateway_user   there is no user "
                        "\"nobody-of-that-name\"\n");
    ctl_case_configure(self, "server =\ngateway_user = root");
    assert_int_equal(ctl_case_run(self, "doctor"), CTL_FAILED);
    ctl_case_says_not(self, "gateway_user");
}

int main(void)
{
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, ctl_case_setup, ctl_case_teardown)
    const struct CMUnitTest tests[] = {
        TEST(the_server_does_not_know_us),
        TEST(the_secrets_differ),
        TEST(somebody_else_is_linked),
        TEST(another_error),
        TEST(not_an_xmpp_server),
        TEST(the_server_takes_us),
        TEST(a_refused_port),
        TEST(no_daemon),
        TEST(secrets_that_are_none),
        TEST(no_secret_is_shown),
        TEST(the_folder),
        TEST(all_is_well),
        TEST(what_the_component_met),
        TEST(a_missing_gateway_is_no_fault),
        TEST(it_does_not_answer),
        TEST(the_gateways_user),
    };

    return cmocka_run_group_tests_name("ctl_doctor", tests, NULL, NULL);
}

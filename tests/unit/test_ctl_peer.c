#include <stdlib.h>
#include <string.h>

#include "ctl/ctl_peer.h"
#include "support/check.h"
#include "support/ctl_case.h"
#include "wire/xml_reader.h"

/* Long for what comes, short for what does not. */
enum { LONG_WAIT_MS = 60 * 1000, SHORT_WAIT_MS = 1000 };

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static enum err open_peer(const struct ctl_case *self, const char *path,
                          int wait_ms, struct ctl_peer **out, struct buf *error)
{
    struct ctl_peer_options options = {
        .socket_path = path != NULL ? path : self->socket,
        .domain = "d.example",
        .wait_ms = wait_ms,
        .crypto = self->crypto,
    };

    return ctl_peer_open(&options, out, error);
}

static void check_not_opened(const struct ctl_case *self, const char *path,
                             enum err rc, const char *why)
{
    int wait_ms = rc == ERR_AGAIN ? SHORT_WAIT_MS : LONG_WAIT_MS;
    struct buf error = BUF_EMPTY(4096);
    struct ctl_peer *peer = NULL;

    check_err(open_peer(self, path, wait_ms, &peer, &error), rc);
    assert_null(peer);
    check_ok(buf_append_byte(&error, '\0'));
    if (strstr(error.at, why) == NULL)
        fail_msg("%s: not in: %s", why, error.at);
    buf_clear(&error);
}

static void nobody_there(void **state)
{
    check_not_opened(*state, NULL, ERR_CLOSED,
                     "/s: No such file or directory; is duologue running with "
                     "this configuration?");
}

static void a_path_that_is_too_long(void **state)
{
    char path[200];

    memset(path, 'x', sizeof(path) - 1);
    path[sizeof(path) - 1] = '\0';
    check_not_opened(*state, path, ERR_SYSTEM,
                     "a socket path has at most 107 bytes");
}

static void not_let_in(void **state)
{
    struct ctl_case *self = *state;
    struct fake_script script = {.socket_path = self->socket, .refuses = true};
    struct fake_component *fake = fake_component_start(&script);

    check_not_opened(self, NULL, ERR_CLOSED,
                     "the component did not let us in: host-unknown; does it "
                     "run with this configuration?");
    free(fake_component_stop(fake));
}

static void no_handshake_in_time(void **state)
{
    struct ctl_case *self = *state;
    struct fake_script script = {.socket_path = self->socket, .is_deaf = true};
    struct fake_component *fake = fake_component_start(&script);

    check_not_opened(
        self, NULL, ERR_AGAIN,
        "the component did not let us in: not now, try again later; "
        "does it run with this configuration?");
    free(fake_component_stop(fake));
}

/* Asks `stats` of a fake that does as told. */
static enum err ask(struct ctl_case *self, const struct fake_reply *replies,
                    size_t count, struct ctl_answer *answer)
{
    struct fake_script script = {
        .socket_path = self->socket,
        .replies = replies,
        .reply_count = count,
    };
    struct fake_component *fake = fake_component_start(&script);
    struct ctl_value values[] = {{"a", SPAN("<1>")}, {"b", SPAN_EMPTY}};
    struct ctl_request request = {"stats", values, COUNT(values)};
    bool is_answered = replies[count - 1].act != FAKE_SILENT;
    struct buf error = BUF_EMPTY(4096);
    struct ctl_peer *peer;
    enum err rc;

    check_ok(open_peer(self, NULL, is_answered ? LONG_WAIT_MS : SHORT_WAIT_MS,
                       &peer, &error));
    rc = ctl_peer_ask(peer, &request, answer);
    ctl_peer_close(peer);
    free(self->asked);
    self->asked = fake_component_stop(fake);
    return rc;
}

static void a_command_and_its_answer(void **state)
{
    struct ctl_case *self = *state;
    struct fake_reply replies[] = {
        {FAKE_RESULT, CTL_CASE_DONE(CTL_CASE_FIELD("x", "7"))},
    };
    struct ctl_answer answer;

    check_ok(ask(self, replies, COUNT(replies), &answer));
    check_span(ctl_answer_get(&answer, "x"), "7");
    /* What has no value is not in the form. */
    assert_string_equal(self->asked, "stats a=<1>\n");
    ctl_answer_clear(&answer);
}

static void other_answers_are_not_ours(void **state)
{
    struct fake_reply replies[] = {
        {FAKE_STRAY, CTL_CASE_DONE(CTL_CASE_FIELD("x", "6"))},
        {FAKE_RESULT, CTL_CASE_DONE(CTL_CASE_FIELD("x", "7"))},
    };
    struct ctl_answer answer;

    check_ok(ask(*state, replies, COUNT(replies), &answer));
    check_span(ctl_answer_get(&answer, "x"), "7");
    ctl_answer_clear(&answer);
}

static void another_answer_alone_is_silence(void **state)
{
    struct fake_reply replies[] = {
        {FAKE_STRAY, CTL_CASE_DONE(CTL_CASE_FIELD("x", "6"))},
        {FAKE_SILENT, NULL},
    };
    struct ctl_answer answer;

    check_err(ask(*state, replies, COUNT(replies), &answer), ERR_AGAIN);
    assert_null(answer.fields);
    ctl_answer_clear(&answer);
}

static void a_refusal_is_an_answer(void **state)
{
    struct fake_reply replies[] = {
        {FAKE_ERROR, CTL_CASE_ERROR("auth", "forbidden", "No.")},
    };
    struct ctl_answer answer;

    check_ok(ask(*state, replies, COUNT(replies), &answer));
    assert_true(answer.is_refused);
    check_span(answer.condition, "forbidden");
    ctl_answer_clear(&answer);
}

static void silence_ends(void **state)
{
    struct fake_reply replies[] = {{FAKE_SILENT, NULL}};
    struct ctl_answer answer;

    check_err(ask(*state, replies, COUNT(replies), &answer), ERR_AGAIN);
    ctl_answer_clear(&answer);
}

static void hanging_up_is_told(void **state)
{
    struct fake_reply replies[] = {{FAKE_HANG_UP, NULL}};
    struct ctl_answer answer;

    check_err(ask(*state, replies, COUNT(replies), &answer), ERR_CLOSED);
    ctl_answer_clear(&answer);
}

static void an_answer_over_the_limit(void **state)
{
    struct fake_reply replies[1] = {{FAKE_RESULT, NULL}};
    struct ctl_answer answer;
    char *xml = malloc(2 * XML_STANZA_MAX_BYTES);
    size_t len = strlen("<x>");

    assert_non_null(xml);
    memset(xml, 'x', 2 * XML_STANZA_MAX_BYTES);
    memcpy(xml, "<x>", len);
    memcpy(xml + 2 * XML_STANZA_MAX_BYTES - 5, "</x>", 5);
    replies[0].xml = xml;
    check_err(ask(*state, replies, 1, &answer), ERR_LIMIT);
    ctl_answer_clear(&answer);
    free(xml);
}

int main(void)
{
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, ctl_case_setup, ctl_case_teardown)
    const struct CMUnitTest tests[] = {
        TEST(nobody_there),
        TEST(a_path_that_is_too_long),
        TEST(not_let_in),
        TEST(no_handshake_in_time),
        TEST(a_command_and_its_answer),
        TEST(other_answers_are_not_ours),
        TEST(another_answer_alone_is_silence),
        TEST(a_refusal_is_an_answer),
        TEST(silence_ends),
        TEST(hanging_up_is_told),
        TEST(an_answer_over_the_limit),
    };

    return cmocka_run_group_tests_name("ctl_peer", tests, NULL, NULL);
}

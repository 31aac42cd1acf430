/* The link to the XMPP server: handshakes, refusals, coming back. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/link_case.h"

static void handshake_brings_the_link_up(void **state)
{
    struct link_case c;
    struct link_stats stats;
    int fd;

    (void)state;
    link_case_begin(&c);
    assert_null(link_server(c.hub));
    fd = link_case_serve(&c);
    assert_ptr_equal(link_server(c.hub), c.last_up);
    assert_int_equal(link_kind(c.last_up), LINK_SERVER);
    check_span(link_domain(c.last_up), "");
    link_get_stats(c.hub, &stats);
    assert_true(stats.is_server_up);
    assert_int_equal(stats.server_connects, 1);
    assert_null(stats.last_error);
    link_case_send(&c, fd, "<message from='a@b.example' to='duo.example'/>");
    link_case_until(&c, c.stanzas == 1 && c.idles >= 1);
    assert_int_equal(link_case_logged(&c, "event=server_up"), 1);
    assert_int_equal(link_case_logged(&c, "s3cr3t"), 0);
    link_case_end_with(&c, fd);
}

static void socket_is_tuned(void **state)
{
    struct link_case c;
    uv_os_fd_t ours;
    int value = 0;
    socklen_t len = sizeof(value);
    int fd;

    (void)state;
    fd = link_case_begin_up(&c);
    assert_int_equal(uv_fileno(&c.last_up->io.handle, &ours), 0);
    getsockopt(ours, IPPROTO_TCP, TCP_NODELAY, &value, &len);
    assert_int_equal(value, 1);
    getsockopt(ours, SOL_SOCKET, SO_KEEPALIVE, &value, &len);
    assert_int_equal(value, 1);
    getsockopt(ours, IPPROTO_TCP, TCP_KEEPIDLE, &value, &len);
    assert_int_equal(value, 60);
    getsockopt(ours, IPPROTO_TCP, TCP_USER_TIMEOUT, &value, &len);
    assert_int_equal(value, 60000);
    link_case_end_with(&c, fd);
}

static void wrong_secret_is_told_once_and_tried_slowly(void **state)
{
    struct link_case c;
    struct link_stats stats;

    (void)state;
    link_case_begin(&c);
    link_case_tune(&c, config_ms, 100);
    for (int i = 0; i < 3; i++) {
        int64_t before = link_case_now_ms();

        link_case_refuse(&c, "not-authorized");
        if (i > 0)
            assert_true(link_case_now_ms() - before >= 50);
    }
    link_get_stats(c.hub, &stats);
    assert_string_equal(stats.last_error, "not-authorized");
    assert_false(stats.is_server_up);
    assert_int_equal(link_case_logged(&c, "level=error event=server_refused"),
                     1);
    assert_int_equal(link_case_logged(&c, "make domain and secret the same"),
                     1);
    assert_int_equal(c.ups, 0);
    /* Another cause is another line, with the count of the first. */
    link_case_refuse(&c, "host-unknown");
    link_case_until(&c, link_case_logged(&c, "why=\"host-unknown\"") == 1);
    assert_int_equal(link_case_logged(&c, "times=2"), 1);
    link_case_end(&c);
}

static void configuration_errors_wait_a_minute(void **state)
{
    static const char *const errors[] = {"not-authorized", "host-unknown",
                                         "invalid-namespace",
                                         "improper-addressing"};

    (void)state;
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        struct link_case c;

        link_case_begin(&c);
        link_case_refuse(&c, errors[i]);
        link_case_until(&c, link_case_logged(&c, errors[i]) == 1);
        uv_update_time(&c.loop);
        assert_true(uv_timer_get_due_in(&c.hub->server.phase) > 59000);
        link_case_end(&c);
    }
}

static void conflict_is_no_hot_loop(void **state)
{
    struct link_case c;
    struct link_tuning tuning;
    int64_t until;
    int connects = 0;

    (void)state;
    link_case_begin(&c);
    tuning = c.hub->tuning;
    tuning.backoff = (struct link_backoff){100, 1600, 0};
    link__hub_tune(c.hub, &tuning);
    until = link_case_now_ms() + 3000;
    /* Let in and thrown out at once, as by kick_old. */
    while (link_case_now_ms() < until) {
        int fd = accept(c.listener, NULL, NULL);

        link_case_turn(&c);
        if (fd < 0)
            continue;
        connects++;
        link_case_send(&c, fd,
                       "<stream:stream xmlns='jabber:component:accept' "
                       "xmlns:stream='http://etherx.jabber.org/streams' "
                       "from='duo.example' id='1'><handshake/>"
                       "<stream:error><conflict xmlns='urn:ietf:params:xml:"
                       "ns:xmpp-streams'/></stream:error>");
        close(fd);
    }
    assert_in_range(connects, 2, 12);
    assert_true(c.ups >= 2);
    assert_true(link_case_logged(&c, "why=\"conflict\"") >= 2);
    link_case_end(&c);
}

static void refused_port_is_tried_until_it_opens(void **state)
{
    struct link_case c;
    int fd;

    (void)state;
    link_case_new(&c);
    link_case_listen(&c);
    close(c.listener);
    link_case_open(&c);
    link_case_until(&c, c.hub->stats.server_failures >= 3);
    assert_string_equal(c.hub->stats.last_error, "connection refused");
    assert_int_equal(link_case_logged(&c, "event=server_unreachable"), 1);
    link_case_listen(&c);
    fd = link_case_serve(&c);
    assert_int_equal(link_case_logged(&c, "event=server_up failures="), 1);
    link_case_end_with(&c, fd);
}

static void lost_link_comes_back(void **state)
{
    struct link_case c;
    int fd;

    (void)state;
    fd = link_case_begin_up(&c);
    close(fd);
    link_case_until(&c, c.downs == 1);
    assert_null(link_server(c.hub));
    assert_false(c.hub->stats.is_server_up);
    fd = link_case_serve(&c);
    assert_int_equal(c.ups, 2);
    assert_int_equal(c.hub->stats.server_connects, 2);
    link_case_end_with(&c, fd);
}

static void only_a_settled_link_resets_the_backoff(void **state)
{
    struct link_case c;
    struct link_tuning tuning;
    int fd;

    (void)state;
    fd = link_case_begin_up(&c);
    close(fd);
    link_case_until(&c, c.downs == 1);
    fd = link_case_serve(&c);
    assert_int_not_equal(c.hub->server.backoff.ceiling_ms, 0);
    close(fd);
    link_case_until(&c, c.downs == 2);
    tuning = c.hub->tuning;
    tuning.settled_ms = 30;
    tuning.backoff = c.hub->server.backoff;
    link__hub_tune(c.hub, &tuning);
    fd = link_case_serve(&c);
    link_case_until(&c, c.hub->server.backoff.ceiling_ms == 0);
    link_case_end_with(&c, fd);
}

static void silent_server_is_given_up(void **state)
{
    struct link_case c;
    int fd;

    (void)state;
    link_case_new(&c);
    link_case_listen(&c);
    close(c.listener);
    link_case_open(&c);
    link_case_tune(&c, attempt_ms, 60);
    link_case_until(&c, c.hub->stats.server_failures >= 1);
    link_case_listen(&c);
    fd = link_case_accept(&c);
    link_case_expect(&c, fd, "connection-timeout");
    assert_string_equal(c.hub->stats.last_error, "timed out");
    close(fd);
    fd = link_case_serve(&c);
    link_case_end_with(&c, fd);
}

static void every_address_of_a_name_is_tried(void **state)
{
    struct link_case c;
    int fd;

    (void)state;
    link_case_new(&c);
    link_case_listen(&c); /* on 127.0.0.1 alone */
    c.host = "localhost"; /* ::1 comes first, where there is one */
    link_case_open(&c);
    fd = link_case_serve(&c);
    assert_int_equal(c.hub->stats.server_failures, 0);
    link_case_end_with(&c, fd);
}

/* A port whose queue is full swallows whoever else connects. */
static int fill_queue(const struct link_case *c)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(c->port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(listen(c->listener, 0), 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    return fd;
}

static void address_that_swallows_all_is_given_up(void **state)
{
    struct link_case c;
    int fd;

    (void)state;
    link_case_new(&c);
    link_case_listen(&c);
    fd = fill_queue(&c);
    link_case_open(&c);
    link_case_until(&c, c.hub->server.peer != NULL);
    uv_timer_set_repeat(&c.hub->server.phase, 50);
    uv_timer_again(&c.hub->server.phase);
    link_case_until(&c, c.hub->stats.server_failures == 1);
    assert_string_equal(c.hub->stats.last_error, "timed out");
    assert_int_equal(c.hub->server.turn, 1); /* another address is first */
    link_case_end_with(&c, fd);
}

static void unknown_name_is_an_error_with_backoff(void **state)
{
    struct link_case c;
    struct link_options options = {
        .server_host = "no-such-host.invalid",
        .server_port = 5347,
    };

    (void)state;
    link_case_begin_alone(&c);
    /* The same hub, given a name that no resolver knows. */
    check_ok(link__server_init(c.hub, &options));
    link__server_begin(c.hub);
    link_case_until(&c, c.hub->stats.server_failures >= 1);
    link_case_end(&c);
}

static void malformed_input_ends_with_our_error(void **state)
{
    static const char *const bad[][2] = {
        {"<message></presence>", "not-well-formed"},
        {"<message>&#0;</message>", "not-well-formed"},
        {"<!DOCTYPE x []>", "not-well-formed"},
        {"<!-- x -->", "restricted-xml"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct link_case c;
        int fd;

        fd = link_case_begin_up(&c);
        link_case_send(&c, fd, bad[i][0]);
        link_case_expect(&c, fd, bad[i][1]);
        close(fd);
        link_case_until(&c, c.downs == 1);
        fd = link_case_serve(&c);
        link_case_end_with(&c, fd);
    }
}

static void half_a_stanza_is_nothing(void **state)
{
    struct link_case c;
    int fd;

    (void)state;
    fd = link_case_begin_up(&c);
    link_case_send(&c, fd, "<message from='a@b.example'><body>ha");
    close(fd);
    link_case_until(&c, c.downs == 1);
    assert_int_equal(c.stanzas, 0);
    link_case_end(&c);
}

static void stanzas_before_the_end_are_read(void **state)
{
    struct link_case c;
    int fd;

    (void)state;
    fd = link_case_begin_up(&c);
    link_case_send(&c, fd,
                   "<message id='0'/><message id='1'/>"
                   "</stream:stream>");
    close(fd);
    link_case_until(&c, c.downs == 1);
    assert_int_equal(c.stanzas, 2);
    link_case_end(&c);
}

static void silence_is_broken_by_a_space(void **state)
{
    struct link_case c;
    int fd;

    (void)state;
    link_case_begin(&c);
    link_case_tune(&c, keepalive_ms, 40);
    fd = link_case_serve(&c);
    link_case_expect(&c, fd, "  ");
    link_case_end_with(&c, fd);
}

/* A turn of the loop that waits must not put off what a timer brought. */
static void stop_loop(struct link_case *c)
{
    if (c->downs == 1)
        uv_stop(&c->loop);
}

static void end_is_told_without_further_traffic(void **state)
{
    struct link_case c;
    int64_t before;
    int fd;

    (void)state;
    fd = link_case_begin_up(&c);
    link_case_until(&c, c.idles >= 1);
    c.on_idle = stop_loop;
    before = link_case_now_ms();
    link_fail(c.last_up, "policy-violation");
    assert_null(link_server(c.hub));
    assert_int_equal(c.downs, 0); /* never from within link_fail */
    uv_run(&c.loop, UV_RUN_DEFAULT);
    assert_int_equal(c.downs, 1);
    assert_true(link_case_now_ms() - before < 15);
    link_case_expect(&c, fd, "policy-violation");
    link_case_end_with(&c, fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(handshake_brings_the_link_up),
        cmocka_unit_test(socket_is_tuned),
        cmocka_unit_test(wrong_secret_is_told_once_and_tried_slowly),
        cmocka_unit_test(configuration_errors_wait_a_minute),
        cmocka_unit_test(conflict_is_no_hot_loop),
        cmocka_unit_test(refused_port_is_tried_until_it_opens),
        cmocka_unit_test(lost_link_comes_back),
        cmocka_unit_test(only_a_settled_link_resets_the_backoff),
        cmocka_unit_test(silent_server_is_given_up),
        cmocka_unit_test(every_address_of_a_name_is_tried),
        cmocka_unit_test(address_that_swallows_all_is_given_up),
        cmocka_unit_test(unknown_name_is_an_error_with_backoff),
        cmocka_unit_test(malformed_input_ends_with_our_error),
        cmocka_unit_test(half_a_stanza_is_nothing),
        cmocka_unit_test(stanzas_before_the_end_are_read),
        cmocka_unit_test(silence_is_broken_by_a_space),
        cmocka_unit_test(end_is_told_without_further_traffic),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

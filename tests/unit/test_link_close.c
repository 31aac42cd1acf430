/* Closing, in every state a hub can be in. */
#include <string.h>
#include <unistd.h>

#include "support/link_case.h"

static void before_the_loop_ran(void **state)
{
    struct link_case c;

    (void)state;
    link_case_begin(&c);
    link_case_end(&c);
}

static void without_a_server(void **state)
{
    struct link_case c;

    (void)state;
    link_case_begin_alone(&c);
    link_case_turn(&c);
    link_case_end(&c);
}

static void at_every_turn_of_an_attempt(void **state)
{
    (void)state;
    for (int turns = 0; turns < 12; turns++) {
        struct link_case c;

        link_case_begin(&c);
        for (int i = 0; i < turns; i++)
            link_case_turn(&c);
        link_case_end(&c);
    }
}

static void during_the_handshake(void **state)
{
    struct link_case c;
    int fd;

    (void)state;
    link_case_begin(&c);
    fd = link_case_accept(&c);
    link_case_expect(&c, fd, "to='duo.example'");
    link_case_close(&c);
    link_case_expect(&c, fd, "</stream:stream>");
    link_case_end_with(&c, fd);
    assert_int_equal(c.ups, 0);
}

static void while_waiting_for_the_next_attempt(void **state)
{
    struct link_case c;

    (void)state;
    link_case_new(&c);
    link_case_listen(&c);
    close(c.listener);
    c.listener = -1;
    link_case_open(&c);
    link_case_until(&c, c.hub->stats.server_failures == 1);
    link_case_end(&c);
}

static void with_all_peers_up(void **state)
{
    struct link_case c;
    int server;
    int gateway;
    int control;

    (void)state;
    server = link_case_begin_up(&c);
    gateway = link_case_join(&c, "guests.duo.example");
    control = link_case_join(&c, "ctl.duo.example");
    check_ok(buf_append(link_out(link_server(c.hub)), SPAN("<message/>")));
    check_ok(buf_append(link_out(link_gateway(c.hub)), SPAN("<presence/>")));
    link_flush(c.hub);
    link_case_close(&c);
    link_case_expect(&c, server, "<message/></stream:stream>");
    link_case_expect(&c, gateway, "<presence/></stream:stream>");
    link_case_expect(&c, control, "</stream:stream>");
    assert_false(c.is_closed); /* they have not closed yet */
    close(server);
    close(gateway);
    link_case_end_with(&c, control);
    assert_int_equal(c.downs, 3);
}

static void peers_that_never_close_are_waited_for_so_long(void **state)
{
    struct link_case c;
    int64_t before;
    int fd;

    (void)state;
    link_case_begin_alone(&c);
    fd = link_case_join(&c, "ctl.duo.example");
    before = link_case_now_ms();
    link_case_close(&c);
    link_case_until(&c, c.is_closed);
    assert_in_range(link_case_now_ms() - before, 400, 1500);
    link_case_end_with(&c, fd);
}

static void with_much_still_to_send(void **state)
{
    static char space[4 * 1024 * 1024];
    struct link_case c;
    int fd;

    (void)state;
    memset(space, ' ', sizeof(space));
    link_case_begin_alone(&c);
    fd = link_case_join(&c, "ctl.duo.example");
    check_ok(
        buf_append(link_out(c.last_up), (struct span){space, sizeof(space)}));
    link_flush(c.hub);
    link_case_close(&c);
    link_case_expect(&c, fd, "</stream:stream>");
    assert_int_equal(c.got.len, sizeof(space) + strlen("</stream:stream>"));
    link_case_end_with(&c, fd);
}

static void close_hub(struct link_case *c, struct link_peer *peer,
                      const struct xml_node *node)
{
    (void)peer;
    (void)node;
    if (!c->hub->is_closing)
        link_case_close(c);
}

static void from_within_a_stanza(void **state)
{
    struct link_case c;
    int fd;

    (void)state;
    link_case_begin_alone(&c);
    fd = link_case_join(&c, "ctl.duo.example");
    c.on_stanza = close_hub;
    link_case_send(&c, fd, "<iq/><iq/><iq/>");
    link_case_until(&c, c.stanzas > 0);
    link_case_end_with(&c, fd);
    assert_int_equal(c.stanzas, 1);
}

static void close_on_idle(struct link_case *c)
{
    if (!c->hub->is_closing)
        link_case_close(c);
}

static void from_within_idle(void **state)
{
    struct link_case c;
    int fd;

    (void)state;
    link_case_begin_alone(&c);
    fd = link_case_join(&c, "ctl.duo.example");
    c.on_idle = close_on_idle;
    link_case_send(&c, fd, "<iq/>");
    link_case_end_with(&c, fd);
}

static void fail_peer(struct link_case *c, struct link_peer *peer)
{
    (void)c;
    link_fail(peer, "out of memory");
}

static void peer_that_fails_as_it_comes(void **state)
{
    struct link_case c;
    int server;

    (void)state;
    link_case_begin(&c);
    c.on_up = fail_peer;
    server = link_case_serve(&c);
    link_case_expect_end(&c, server);
    assert_non_null(strstr(c.got.at, "policy-violation"));
    link_case_until(&c, c.downs == 1);
    link_case_end(&c);
}

/* Whoever is not read from is still listened to for its end. */
static void peer_that_is_choked_is_seen_to_close(void **state)
{
    struct link_case c;
    int64_t before = link_case_now_ms();
    int fd;

    (void)state;
    link_case_begin_alone(&c);
    link_case_tune(&c, close_ms, 60 * 1000);
    fd = link_case_join(&c, "ctl.duo.example");
    c.last_up->is_choked = true;
    link__read_update(c.last_up);
    link_case_close(&c);
    link_case_expect_end(&c, fd);
    assert_non_null(strstr(c.got.at, "</stream:stream>"));
    link_case_until(&c, c.is_closed);
    assert_true(link_case_now_ms() - before < 1000);
    link_case_end(&c);
}

static void many_lives_leave_nothing(void **state)
{
    struct link_case c;

    (void)state;
    link_case_begin_alone(&c);
    for (int i = 0; i < 300; i++) {
        int fd = link_case_knock(&c);

        if (i % 2 == 0)
            link_case_send(&c, fd, "<stream:stream");
        close(fd);
        link_case_turn(&c);
    }
    link_case_until(&c, c.hub->local.count == 0);
    link_case_end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(before_the_loop_ran),
        cmocka_unit_test(without_a_server),
        cmocka_unit_test(at_every_turn_of_an_attempt),
        cmocka_unit_test(during_the_handshake),
        cmocka_unit_test(while_waiting_for_the_next_attempt),
        cmocka_unit_test(with_all_peers_up),
        cmocka_unit_test(peers_that_never_close_are_waited_for_so_long),
        cmocka_unit_test(with_much_still_to_send),
        cmocka_unit_test(from_within_a_stanza),
        cmocka_unit_test(from_within_idle),
        cmocka_unit_test(peer_that_fails_as_it_comes),
        cmocka_unit_test(peer_that_is_choked_is_seen_to_close),
        cmocka_unit_test(many_lives_leave_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

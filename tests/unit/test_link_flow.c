/* Bytes in and out: what is held, what is bounded. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/link_case.h"

static void nothing_leaves_before_the_flush(void **state)
{
    struct link_case c;
    int fd;

    (void)state;
    fd = link_case_begin_up(&c);
    check_ok(buf_append(link_out(c.last_up), SPAN("<message id='x'/>")));
    link_case_expect_nothing(&c, fd);
    /* Stanzas that come in meanwhile push nothing out either. */
    link_case_send(&c, fd, "<message id='0'/>");
    link_case_until(&c, c.stanzas == 1);
    link_case_expect_nothing(&c, fd);
    link_flush(c.hub);
    link_case_expect(&c, fd, "<message id='x'/>");
    assert_int_equal(link_out(c.last_up)->len, 0);
    link_case_end_with(&c, fd);
}

static void held_bytes_go_with_a_failed_link(void **state)
{
    struct link_case c;
    int fd;

    (void)state;
    fd = link_case_begin_up(&c);
    check_ok(buf_append(link_out(c.last_up), SPAN("<message id='x'/>")));
    link_fail(c.last_up, "policy-violation");
    link_flush(c.hub);
    link_case_expect_end(&c, fd);
    assert_non_null(strstr(c.got.at, "policy-violation"));
    assert_null(strstr(c.got.at, "<message"));
    link_case_end(&c);
}

static void space_never_splits_a_stanza(void **state)
{
    struct link_case c;
    int fd;

    (void)state;
    fd = link_case_begin_up(&c);
    link_case_tune(&c, keepalive_ms, 10);
    link__server_up(c.last_up);
    check_ok(buf_append(link_out(c.last_up), SPAN("<message")));
    link_case_expect(&c, fd, "  "); /* half a stanza is held meanwhile */
    check_ok(buf_append(link_out(c.last_up), SPAN(" id='x'/>")));
    link_flush(c.hub);
    link_case_expect(&c, fd, "<message id='x'/>");
    link_case_end_with(&c, fd);
}

static void tick_is_bounded_and_nothing_lost(void **state)
{
    enum { TICKS = 4, STANZAS = TICKS * LINK_TICK_STANZAS_MAX };
    struct link_case c;
    struct span all = link_case_stanzas(STANZAS);
    int fd;

    (void)state;
    fd = link_case_begin_up(&c);
    c.idles = 0;
    link_case_send_bytes(&c, fd, all);
    link_case_until(&c, c.stanzas == STANZAS);
    link_case_turn(&c);
    assert_true(c.idles >= TICKS);
    assert_true(c.is_in_order);
    assert_true(c.tick_stanzas_max <= LINK_TICK_STANZAS_MAX);
    assert_int_equal(c.hub->stats.stanzas_in, STANZAS);
    free((void *)(uintptr_t)all.at);
    link_case_end_with(&c, fd);
}

/* What was read from the kernel and kept is gone on with at once, though the
 * sender is silent. */
static void stop_when_all_are_read(struct link_case *c)
{
    if (c->stanzas == 3000)
        uv_stop(&c->loop);
}

static void rest_waits_for_no_new_bytes(void **state)
{
    struct link_case c;
    struct span all = link_case_stanzas(3000);
    int64_t before;
    int size = 1024 * 1024;
    int fd;

    (void)state;
    fd = link_case_begin_up(&c);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
    c.on_idle = stop_when_all_are_read;
    link_case_send_bytes(&c, fd, all);
    before = link_case_now_ms();
    if (c.stanzas < 3000)
        uv_run(&c.loop, UV_RUN_DEFAULT);
    assert_true(link_case_now_ms() - before < 1000);
    assert_int_equal(c.stanzas, 3000);
    free((void *)(uintptr_t)all.at);
    link_case_end_with(&c, fd);
}

static void flooding_peer_leaves_room_for_another(void **state)
{
    struct link_case c;
    struct span all = link_case_stanzas(20000);
    int fd;
    int gateway;

    (void)state;
    fd = link_case_begin_up(&c);
    gateway = link_case_join(&c, "guests.duo.example");
    /* As much as the kernel takes, without turning the loop. */
    assert_true(send(fd, all.at, all.len, MSG_NOSIGNAL) > 200 * 1000);
    assert_true(send(gateway, "<iq/>", 5, MSG_NOSIGNAL) == 5);
    for (int i = 0; i < 4; i++)
        link_case_turn(&c);
    assert_true(link_gateway(c.hub)->hub->stats.stanzas_in > 1);
    assert_in_range(c.tick_stanzas_max, 1, LINK_TICK_STANZAS_MAX);
    free((void *)(uintptr_t)all.at);
    close(fd);
    link_case_end_with(&c, gateway);
}

static void all_peers_together_are_bounded(void **state)
{
    struct link_case c;
    struct span all = link_case_stanzas(2000);
    int fds[4];

    (void)state;
    link_case_begin_alone(&c);
    for (int i = 0; i < 4; i++) {
        int size = 1024 * 1024;

        fds[i] = link_case_join(&c, "ctl.duo.example");
        setsockopt(fds[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
    }
    for (int i = 0; i < 4; i++)
        assert_int_equal(send(fds[i], all.at, all.len, MSG_NOSIGNAL), all.len);
    link_case_until(&c, c.stanzas == 8000);
    /* A slice more at the most. */
    assert_true(c.tick_stanzas_max < LINK_TICK_STANZAS_MAX + 100);
    free((void *)(uintptr_t)all.at);
    for (int i = 0; i < 4; i++)
        close(fds[i]);
    link_case_end(&c);
}

static void count_peer(struct link_case *c, struct link_peer *peer,
                       const struct xml_node *node)
{
    int *count = link_get_tag(peer);

    (void)c;
    (void)node;
    (*count)++;
}

/* Two who send more than a tick holds, and a third who says one thing. */
static void nobody_starves(void **state)
{
    static char tiny[4 * 40000 + 1];
    struct link_case c;
    int counts[3] = {0};
    int fds[3];

    (void)state;
    for (size_t i = 0; i + 1 < sizeof(tiny); i += 4)
        memcpy(tiny + i, "<a/>", 4);
    link_case_begin_alone(&c);
    c.on_stanza = count_peer;
    for (int i = 0; i < 3; i++) {
        int size = 1024 * 1024;

        fds[i] = link_case_join(&c, "ctl.duo.example");
        setsockopt(fds[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
        link_set_tag(c.last_up, &counts[i]);
    }
    /* The hub asks the last to come first: worst off is number 0. */
    for (int i = 1; i < 3; i++)
        assert_true(send(fds[i], tiny, sizeof(tiny) - 1, MSG_NOSIGNAL) > 99999);
    link_case_turn(&c);
    link_case_turn(&c);
    assert_int_equal(send(fds[0], "<a/>", 4, MSG_NOSIGNAL), 4);
    for (int i = 0; i < 6; i++)
        link_case_turn(&c);
    assert_int_equal(counts[0], 1);
    assert_true(counts[1] > 1500);
    assert_true(counts[2] > 1500);
    for (int i = 0; i < 3; i++)
        close(fds[i]);
    link_case_end(&c);
}

/* A peer that is written to from its own stanza, as the router might. */
static void answer(struct link_case *c, struct link_peer *peer,
                   const struct xml_node *node)
{
    (void)c;
    (void)node;
    check_ok(buf_append(link_out(peer), SPAN("<iq type='result'/>")));
}

static void flush(struct link_case *c)
{
    link_flush(c->hub);
}

static void answers_leave_with_the_tick(void **state)
{
    struct link_case c;
    int fd;

    (void)state;
    fd = link_case_begin_up(&c);
    c.on_stanza = answer;
    link_case_send(&c, fd, "<iq id='0'/>");
    link_case_until(&c, c.stanzas == 1);
    link_case_expect_nothing(&c, fd);
    c.on_idle = flush;
    link_case_send(&c, fd, "<iq id='1'/>");
    link_case_expect(&c, fd, "<iq type='result'/><iq type='result'/>");
    link_case_end_with(&c, fd);
}

static void greet(struct link_case *c, struct link_peer *peer)
{
    check_ok(buf_append(link_out(peer), SPAN("<message id='hello'/>")));
    link_flush(c->hub);
}

static void handshake_goes_before_what_follows(void **state)
{
    struct link_case c;
    int fd;

    (void)state;
    link_case_begin_alone(&c);
    c.on_up = greet;
    fd = link_case_join(&c, "ctl.duo.example");
    if (strstr(c.got.at, "hello") != NULL)
        assert_true(strstr(c.got.at, "<handshake/>") <
                    strstr(c.got.at, "<message id='hello'/>"));
    else
        link_case_expect(&c, fd, "<message id='hello'/>");
    link_case_end_with(&c, fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_leaves_before_the_flush),
        cmocka_unit_test(held_bytes_go_with_a_failed_link),
        cmocka_unit_test(space_never_splits_a_stanza),
        cmocka_unit_test(tick_is_bounded_and_nothing_lost),
        cmocka_unit_test(rest_waits_for_no_new_bytes),
        cmocka_unit_test(flooding_peer_leaves_room_for_another),
        cmocka_unit_test(all_peers_together_are_bounded),
        cmocka_unit_test(nobody_starves),
        cmocka_unit_test(handshake_goes_before_what_follows),
        cmocka_unit_test(answers_leave_with_the_tick),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

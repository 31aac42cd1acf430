/* Bytes in and out: what is held, what is bounded, who is cut. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/link_case.h"

static int open_with_server(struct link_case *c)
{
    link_case_new(c);
    link_case_listen(c);
    link_case_open(c);
    return link_case_serve(c);
}

/* Stanzas numbered from 0, as one span; free its bytes. */
static struct span make_stanzas(int count)
{
    struct buf text = BUF_EMPTY(64 * 1024 * 1024);

    for (int i = 0; i < count; i++)
        check_ok(buf_printf(&text,
                            "<message from='a@b.example/c' to='r@duo.example' "
                            "id='%d'><body>hello</body></message>",
                            i));
    return buf_span(&text);
}

static void nothing_leaves_before_the_flush(void **state)
{
    struct link_case c;
    int fd;

    (void)state;
    fd = open_with_server(&c);
    check_ok(buf_append(link_out(c.last_up), SPAN("<message id='x'/>")));
    link_case_expect_nothing(&c, fd);
    /* Stanzas that come in meanwhile push nothing out either. */
    link_case_send(&c, fd, "<message id='0'/>");
    link_case_until(&c, c.stanzas == 1);
    link_case_expect_nothing(&c, fd);
    link_flush(c.hub);
    link_case_expect(&c, fd, "<message id='x'/>");
    assert_int_equal(link_out(c.last_up)->len, 0);
    close(fd);
    link_case_end(&c);
}

static void held_bytes_go_with_a_failed_link(void **state)
{
    struct link_case c;
    int fd;

    (void)state;
    fd = open_with_server(&c);
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
    struct link_tuning tuning;
    int fd;

    (void)state;
    fd = open_with_server(&c);
    tuning = c.hub->tuning;
    tuning.keepalive_ms = 10;
    link__hub_tune(c.hub, &tuning);
    link__server_up(c.last_up);
    check_ok(buf_append(link_out(c.last_up), SPAN("<message")));
    link_case_expect(&c, fd, "  "); /* half a stanza is held meanwhile */
    check_ok(buf_append(link_out(c.last_up), SPAN(" id='x'/>")));
    link_flush(c.hub);
    link_case_expect(&c, fd, "<message id='x'/>");
    close(fd);
    link_case_end(&c);
}

static void tick_is_bounded_and_nothing_lost(void **state)
{
    enum { TICKS = 4, STANZAS = TICKS * LINK_TICK_STANZAS_MAX };
    struct link_case c;
    struct span all = make_stanzas(STANZAS);
    int fd;

    (void)state;
    fd = open_with_server(&c);
    c.idles = 0;
    link_case_send_bytes(&c, fd, all);
    link_case_until(&c, c.stanzas == STANZAS);
    link_case_turn(&c);
    assert_true(c.idles >= TICKS);
    assert_true(c.is_in_order);
    assert_true(c.tick_stanzas_max <= LINK_TICK_STANZAS_MAX);
    assert_int_equal(c.hub->stats.stanzas_in, STANZAS);
    free((void *)(uintptr_t)all.at);
    close(fd);
    link_case_end(&c);
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
    struct span all = make_stanzas(3000);
    int64_t before;
    int size = 1024 * 1024;
    int fd;

    (void)state;
    fd = open_with_server(&c);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
    c.on_idle = stop_when_all_are_read;
    link_case_send_bytes(&c, fd, all);
    before = link_case_now_ms();
    if (c.stanzas < 3000)
        uv_run(&c.loop, UV_RUN_DEFAULT);
    assert_true(link_case_now_ms() - before < 1000);
    assert_int_equal(c.stanzas, 3000);
    free((void *)(uintptr_t)all.at);
    close(fd);
    link_case_end(&c);
}

static void flooding_peer_leaves_room_for_another(void **state)
{
    struct link_case c;
    struct span all = make_stanzas(20000);
    int fd;
    int gateway;

    (void)state;
    fd = open_with_server(&c);
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
    close(gateway);
    link_case_end(&c);
}

static void all_peers_together_are_bounded(void **state)
{
    struct link_case c;
    struct span all = make_stanzas(2000);
    int fds[4];

    (void)state;
    link_case_new(&c);
    link_case_open(&c);
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
    link_case_new(&c);
    link_case_open(&c);
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

static void reading_stops_while_the_server_does_not_read(void **state)
{
    struct link_case c;
    struct span out = make_stanzas(10000); /* about 900 kB */
    int size = 128 * 1024;
    int fd;
    int64_t total = 0;

    (void)state;
    fd = open_with_server(&c);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
    while (!c.last_up->is_choked) {
        struct buf *buf = link_out(c.last_up);

        check_ok(buf_append(buf, out));
        total += (int64_t)out.len;
        link_flush(c.hub);
        link_case_turn(&c);
    }
    link_case_send(&c, fd, "<message id='0'/>");
    link_case_pass(&c, 50);
    assert_int_equal(c.stanzas, 0);
    assert_int_equal(c.downs, 0);
    /* The ceiling is for all that waits, and only then is it an error. */
    while (buf_append(link_out(c.last_up), out) == ERR_OK) {
        total += (int64_t)out.len;
        link_flush(c.hub);
        link_case_turn(&c);
        assert_true(total < 4 * LINK_OUT_MAX_BYTES);
    }
    assert_ptr_equal(link_server(c.hub), c.last_up);
    /* It reads again: all arrives, and so does what it had to say. */
    c.got.len = 0;
    while (total > 0) {
        static char bytes[256 * 1024];
        ssize_t len = recv(fd, bytes, sizeof(bytes), 0);

        if (len > 0)
            total -= len;
        assert_true(len != 0);
        link_case_turn(&c);
    }
    assert_int_equal(total, 0);
    link_case_until(&c, c.stanzas == 1);
    assert_int_equal(c.downs, 0);
    free((void *)(uintptr_t)out.at);
    close(fd);
    link_case_end(&c);
}

static bool is_number(const char *six_digits, int number)
{
    uint64_t read = 0;

    return span_to_u64((struct span){six_digits, 6}, 999999, &read) &&
           read == (uint64_t)number;
}

static void order_is_kept_behind_a_slow_reader(void **state)
{
    struct link_case c;
    int size = 128 * 1024;
    int fd;
    int next = 0;
    char *at;

    (void)state;
    fd = open_with_server(&c);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
    for (int i = 0; i < 2000; i++) {
        check_ok(buf_printf(link_out(c.last_up), "<m i='%06d'/>%4000s", i, ""));
        link_flush(c.hub);
    }
    check_ok(buf_append(link_out(c.last_up), SPAN("<end/>")));
    link_flush(c.hub);
    link_case_expect(&c, fd, "<m i='001999'/>");
    for (at = c.got.at; (at = strstr(at, "<m i='")) != NULL; at++)
        assert_true(is_number(at + 6, next++));
    assert_int_equal(next, 2000);
    close(fd);
    link_case_end(&c);
}

static void stalled_local_peer_is_cut(void **state)
{
    struct link_case c;
    struct link_tuning tuning;
    struct span out = make_stanzas(10000);
    int server;
    int fd;

    (void)state;
    server = open_with_server(&c);
    tuning = c.hub->tuning;
    tuning.stall_ms = 100;
    link__hub_tune(c.hub, &tuning);
    fd = link_case_join(&c, "guests.duo.example");
    check_ok(buf_append(link_out(c.last_up), out));
    link_flush(c.hub);
    link_case_pass(&c, 50);
    assert_int_equal(c.downs, 0);
    link_case_until(&c, c.downs == 1);
    assert_ptr_equal(c.last_down, c.last_up);
    assert_null(link_gateway(c.hub));
    assert_int_equal(link_case_logged(&c, "kind=gateway why=\"too far behind"),
                     1);
    /* Nobody else noticed. */
    check_ok(buf_append(link_out(link_server(c.hub)), SPAN("<message/>")));
    link_flush(c.hub);
    link_case_expect(&c, server, "<message/>");
    free((void *)(uintptr_t)out.at);
    close(fd);
    close(server);
    link_case_end(&c);
}

static void local_peer_eight_mib_behind_is_cut(void **state)
{
    struct link_case c;
    struct span out = make_stanzas(500); /* a stanza of the greatest size */
    int64_t before = link_case_now_ms();
    int fd;

    (void)state;
    link_case_new(&c);
    link_case_open(&c);
    fd = link_case_join(&c, "ctl.duo.example");
    while (c.downs == 0) {
        /* The one that finds no room is the last. */
        if (buf_append(link_out(c.last_up), out) != ERR_OK)
            c.tick_stanzas++;
        assert_true(c.tick_stanzas <= 1);
        link_flush(c.hub);
        link_case_turn(&c);
    }
    assert_true(link_case_now_ms() - before < LINK_STALL_MAX_MS / 2);
    free((void *)(uintptr_t)out.at);
    close(fd);
    link_case_end(&c);
}

static void slow_but_steady_reader_is_kept(void **state)
{
    struct link_case c;
    struct link_tuning tuning;
    struct span out = make_stanzas(2000);
    size_t left = 0;
    int fd;

    (void)state;
    link_case_new(&c);
    link_case_open(&c);
    tuning = c.hub->tuning;
    tuning.stall_ms = 400;
    link__hub_tune(c.hub, &tuning);
    fd = link_case_join(&c, "ctl.duo.example");
    for (int i = 0; i < 10; i++) {
        check_ok(buf_append(link_out(c.last_up), out));
        left += out.len;
        link_flush(c.hub);
        for (int64_t until = link_case_now_ms() + 100;
             link_case_now_ms() < until;) {
            static char bytes[64 * 1024];
            ssize_t len = recv(fd, bytes, sizeof(bytes), 0);

            left -= len > 0 ? (size_t)len : 0;
            link_case_turn(&c);
        }
    }
    assert_int_equal(c.downs, 0);
    assert_int_equal(left, 0);
    free((void *)(uintptr_t)out.at);
    close(fd);
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
    fd = open_with_server(&c);
    c.on_stanza = answer;
    link_case_send(&c, fd, "<iq id='0'/>");
    link_case_until(&c, c.stanzas == 1);
    link_case_expect_nothing(&c, fd);
    c.on_idle = flush;
    link_case_send(&c, fd, "<iq id='1'/>");
    link_case_expect(&c, fd, "<iq type='result'/><iq type='result'/>");
    close(fd);
    link_case_end(&c);
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
    link_case_new(&c);
    link_case_open(&c);
    c.on_up = greet;
    fd = link_case_join(&c, "ctl.duo.example");
    if (strstr(c.got.at, "hello") != NULL)
        assert_true(strstr(c.got.at, "<handshake/>") <
                    strstr(c.got.at, "<message id='hello'/>"));
    else
        link_case_expect(&c, fd, "<message id='hello'/>");
    close(fd);
    link_case_end(&c);
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
        cmocka_unit_test(reading_stops_while_the_server_does_not_read),
        cmocka_unit_test(order_is_kept_behind_a_slow_reader),
        cmocka_unit_test(stalled_local_peer_is_cut),
        cmocka_unit_test(local_peer_eight_mib_behind_is_cut),
        cmocka_unit_test(slow_but_steady_reader_is_kept),
        cmocka_unit_test(handshake_goes_before_what_follows),
        cmocka_unit_test(answers_leave_with_the_tick),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

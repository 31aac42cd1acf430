/* Those who do not read: what waits for them, and who is cut. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/link_case.h"

static void reading_stops_while_the_server_does_not_read(void **state)
{
    struct link_case c;
    struct span out = link_case_stanzas(10000); /* about 900 kB */
    int size = 128 * 1024;
    int fd;
    int64_t total = 0;

    (void)state;
    fd = link_case_begin_up(&c);
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
    link_case_end_with(&c, fd);
}

static void write_out(struct link_case *c, struct span bytes)
{
    check_ok(buf_append(link_out(c->last_up), bytes));
    link_flush(c->hub);
    link_case_turn(c);
}

/* What fills the buffers of both kernels was never confirmed. */
static void a_dead_link_knows_since_when(void **state)
{
    struct link_case c;
    struct span out = link_case_stanzas(20000);
    int size = 128 * 1024;
    int64_t began_ms;
    int fd;

    (void)state;
    fd = link_case_begin_up(&c);
    write_out(&c, SPAN("<message id='0'/>"));
    link_case_expect(&c, fd, "<message id='0'/>");
    link_case_pass(&c, 1100);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
    began_ms = link_case_now_ms();
    while (!c.last_up->is_choked)
        write_out(&c, out);
    link_case_pass(&c, 1500);
    write_out(&c, SPAN("<message id='later'/>"));
    link_case_pass(&c, 200);
    close(fd);
    link_case_until(&c, c.downs == 1);
    assert_in_range(c.unconfirmed_ms, 1700, link_case_now_ms() - began_ms + 50);
    free((void *)(uintptr_t)out.at);
    link_case_end(&c);
}

static void what_arrived_is_known_to_have_arrived(void **state)
{
    struct link_case c;
    int fd;

    (void)state;
    fd = link_case_begin_up(&c);
    write_out(&c, SPAN("<message id='0'/>"));
    link_case_expect(&c, fd, "<message id='0'/>");
    link_case_pass(&c, 100);
    link_case_send(&c, fd, "</stream:stream>");
    link_case_until(&c, c.downs == 1);
    assert_int_equal(c.unconfirmed_ms, 0);
    link_case_end_with(&c, fd);
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
    fd = link_case_begin_up(&c);
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
    link_case_end_with(&c, fd);
}

static void stalled_local_peer_is_cut(void **state)
{
    struct link_case c;
    struct span out = link_case_stanzas(10000);
    int server;
    int fd;

    (void)state;
    server = link_case_begin_up(&c);
    link_case_tune(&c, stall_ms, 100);
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
    link_case_end_with(&c, server);
}

static void fill_until_cut(struct link_case *c)
{
    struct span out =
        link_case_stanzas(500); /* a stanza of the greatest size */
    int64_t before = link_case_now_ms();
    int refused = 0;

    while (c->downs == 0) {
        /* The one that finds no room is the last. */
        if (buf_append(link_out(c->last_up), out) != ERR_OK)
            refused++;
        assert_true(refused <= 1);
        link_flush(c->hub);
        link_case_turn(c);
    }
    assert_true(link_case_now_ms() - before < LINK_STALL_MAX_MS / 2);
    free((void *)(uintptr_t)out.at);
}

static void local_peer_eight_mib_behind_is_cut(void **state)
{
    struct link_case c;
    int fd;

    (void)state;
    link_case_begin_alone(&c);
    fd = link_case_join(&c, "ctl.duo.example");
    fill_until_cut(&c);
    link_case_end_with(&c, fd);
}

/* Rather than that what finds no room is never heard of again. */
static void server_eight_mib_behind_is_cut(void **state)
{
    struct link_case c;
    int fd;

    (void)state;
    fd = link_case_begin_up(&c);
    fill_until_cut(&c);
    assert_int_equal(link_case_logged(&c, "why=\"too far behind\""), 1);
    assert_true(c.unconfirmed_ms > 0);
    link_case_end_with(&c, fd);
}

static void slow_but_steady_reader_is_kept(void **state)
{
    struct link_case c;
    struct span out = link_case_stanzas(2000);
    size_t left = 0;
    int fd;

    (void)state;
    link_case_begin_alone(&c);
    link_case_tune(&c, stall_ms, 400);
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
    link_case_end_with(&c, fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reading_stops_while_the_server_does_not_read),
        cmocka_unit_test(a_dead_link_knows_since_when),
        cmocka_unit_test(what_arrived_is_known_to_have_arrived),
        cmocka_unit_test(order_is_kept_behind_a_slow_reader),
        cmocka_unit_test(stalled_local_peer_is_cut),
        cmocka_unit_test(local_peer_eight_mib_behind_is_cut),
        cmocka_unit_test(server_eight_mib_behind_is_cut),
        cmocka_unit_test(slow_but_steady_reader_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

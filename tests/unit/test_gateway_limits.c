/* Addresses, origins, buckets, shares and queues, and what the manual says of
 * the limits. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/limits.h"

#include <string.h>

#include "gateway/guest.h"
#include "gateway/origin.h"
#include "gateway/queue.h"
#include "gateway/session.h"
#include "support/check.h"
#include "support/manual.h"
#include "wire/xml_reader.h"

enum { KIB = 1024, MIB = 1024 * 1024 };

static struct address address(const char *text)
{
    struct address out;

    assert_true(address_parse(span_of(text), &out));
    return out;
}

static void a_household_is_one_address(void **state)
{
    char a[ADDRESS_KEY_BYTES];
    char b[ADDRESS_KEY_BYTES];
    struct address one = address("2001:db8:1:2::1");
    struct address two = address("2001:db8:1:2:ffff::9");
    struct address other = address("2001:db8:1:3::1");
    struct address v4 = address("192.0.2.1");
    struct address mapped = address("::ffff:192.0.2.1");
    struct address out = v4;

    (void)state;
    assert_true(span_equal(address_key(&one, a), address_key(&two, b)));
    assert_false(span_equal(address_key(&one, a), address_key(&other, b)));
    assert_true(span_equal(address_key(&v4, a), address_key(&mapped, b)));
    assert_int_equal(address_key(&v4, a).len, 5);
    assert_false(address_parse(SPAN("192.0.2"), &out));
    assert_false(address_parse(SPAN(""), &out));
    assert_false(address_parse(SPAN("localhost"), &out));
    assert_true(span_equal(address_key(&v4, a), address_key(&out, b)));
}

static void only_proxies_speak_for_others(void **state)
{
    static const struct {
        const char *peer;
        const char *header;
        const char *client;
    } cases[] = {
        {"192.0.2.1", "198.51.100.1", "192.0.2.1"},
        {"127.0.0.1", "198.51.100.1", "198.51.100.1"},
        {"127.0.0.1", "", "127.0.0.1"},
        {"127.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"},
        {"127.0.0.1", "198.51.100.1,10.0.0.1", "198.51.100.1"},
        {"10.0.0.1", "6.6.6.6,198.51.100.1 , 127.0.0.1", "198.51.100.1"},
        {"127.0.0.1", "6.6.6.6, 198.51.100.1:443", "198.51.100.1"},
        {"127.0.0.1", "2001:db8::1", "2001:db8::1"},
        {"127.0.0.1", "[2001:db8::1]", "2001:db8::1"},
        {"127.0.0.1", "[2001:db8::1]:443", "2001:db8::1"},
        {"192.0.2.1", "unknown", "192.0.2.1"},
        {"127.0.0.1", "127.0.0.1", "127.0.0.1"},
    };
    char *names[] = {(char[]){"127.0.0.1"}, (char[]){"10.0.0.1"}};
    struct config_list proxies = {names, 2};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct address peer = address(cases[i].peer);
        struct address wanted = address(cases[i].client);
        struct address got = address("0.0.0.0");

        assert_true(
            address_of_client(&proxies, &peer, span_of(cases[i].header), &got));
        assert_memory_equal(got.bytes, wanted.bytes, sizeof(got.bytes));
    }
}

/* Nor is the proxy taken for a client that it does not tell of. */
static void what_a_proxy_tells_is_an_address(void **state)
{
    static const char *const headers[] = {
        "unknown",  "6.6.6.6, unknown", "x, 10.0.0.1",
        "6.6.6.6,", "[2001:db8::1",     "[",
        ":",        "192.0.2.1:1:2",    "192.0.2.300",
    };
    char *names[] = {(char[]){"127.0.0.1"}, (char[]){"10.0.0.1"}};
    struct config_list proxies = {names, 2};
    struct address peer = address("127.0.0.1");
    struct address out = peer;

    (void)state;
    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
        if (address_of_client(&proxies, &peer, span_of(headers[i]), &out))
            fail_msg("\"%s\" was taken", headers[i]);
        assert_memory_equal(out.bytes, peer.bytes, sizeof(out.bytes));
    }
}

static void an_origin_is_exact(void **state)
{
    static const char *const others[] = {
        "null",
        "",
        "https://chat.example.org.evil.example",
        "https://chat.example.org:443",
        "http://chat.example.org",
        "https://CHAT.example.org",
        "https://chat.example.org/",
        "https://a.chat.example.org",
    };
    char *names[] = {(char[]){"https://other.example"}};
    struct config config = CONFIG_EMPTY;

    (void)state;
    config.public_url.origin = (char[]){"https://chat.example.org"};
    config.origins.list = (struct config_list){names, 1};
    assert_true(origin_is_allowed(&config, SPAN("https://chat.example.org")));
    assert_true(origin_is_allowed(&config, SPAN("https://other.example")));
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        assert_false(origin_is_allowed(&config, span_of(others[i])));
    assert_false(origin_is_allowed(&config, SPAN_EMPTY));
    config.origins.is_missing_allowed = true;
    assert_true(origin_is_allowed(&config, SPAN_EMPTY));
    assert_false(origin_is_allowed(&config, SPAN("")));
}

static void a_bucket_fills_at_its_pace(void **state)
{
    struct bucket bucket;

    (void)state;
    bucket_init(&bucket, 5, 10, 1000);
    bucket_take(&bucket, 10, 1000);
    assert_false(bucket_has(&bucket, 1000));
    assert_false(bucket_has(&bucket, 1199));
    assert_true(bucket_has(&bucket, 1200));
    assert_false(bucket_is_full(&bucket, 2999));
    assert_true(bucket_is_full(&bucket, 3000));
    bucket_take(&bucket, 100, 3000); /* more than there is */
    assert_false(bucket_has(&bucket, 3000));
    assert_true(bucket_is_full(&bucket, INT64_MAX / 2));
    assert_true(bucket_is_full(&bucket, 0)); /* a clock does not go back */
}

static void an_address_has_its_share(void **state)
{
    const uint64_t seed[2] = {1, 2};
    struct address one = address("192.0.2.1");
    struct address two = address("192.0.2.2");
    struct limits_entry *entries[LIMITS_CONNECTIONS];
    struct limits_entry *entry = NULL;
    struct limits limits;
    int64_t now_ms = 0;

    (void)state;
    limits_init(&limits, seed);
    for (int i = 0; i < LIMITS_CONNECTIONS; i++) {
        assert_true(limits_allows(&limits, &one, now_ms));
        check_ok(limits_enter(&limits, &one, now_ms, &entries[i]));
        now_ms += 200;
    }
    now_ms += 60 * 1000;
    assert_false(limits_allows(&limits, &one, now_ms));
    check_err(limits_enter(&limits, &one, now_ms, &entry), ERR_LIMIT);
    check_ok(limits_enter(&limits, &two, now_ms, &entry));
    limits_leave(entry);
    limits_leave(entries[0]);
    check_ok(limits_enter(&limits, &one, now_ms, &entries[0]));
    for (int i = 0; i < LIMITS_CONNECTIONS; i++)
        limits_leave(entries[i]);
    for (int i = 0; i < LIMITS_BURST - 1; i++) {
        check_ok(limits_enter(&limits, &one, now_ms, &entry));
        limits_leave(entry);
    }
    check_err(limits_enter(&limits, &one, now_ms, &entry), ERR_LIMIT);
    limits_sweep(&limits, now_ms);
    assert_int_equal(limits.map.count, 2);
    limits_sweep(&limits, now_ms + 60 * 1000);
    assert_int_equal(limits.map.count, 0);
    limits_clear(&limits);
}

static void an_address_has_so_many_lines(void **state)
{
    const uint64_t seed[2] = {1, 2};
    struct address one = address("2001:db8:1:2::1");
    struct address beside = address("2001:db8:1:2:ffff::1");
    struct address two = address("2001:db8:1:3::1");
    struct limits_entry *entries[LIMITS_LINES];
    struct limits_entry *entry = NULL;
    struct limits limits;

    (void)state;
    limits_init(&limits, seed);
    for (int i = 0; i < LIMITS_LINES; i++) {
        assert_true(limits_may_pick_up(&limits, &one));
        check_ok(limits_pick_up(&limits, &one, 0, &entries[i]));
    }
    assert_false(limits_may_pick_up(&limits, &beside)); /* the same /64 */
    check_err(limits_pick_up(&limits, &beside, 0, &entry), ERR_LIMIT);
    assert_true(limits_may_pick_up(&limits, &two));
    check_ok(limits_pick_up(&limits, &two, 0, &entry));
    limits_hang_up(entry);
    limits_hang_up(NULL);
    /* Lines are not WebSockets, and both keep an address in mind. */
    assert_true(limits_allows(&limits, &one, 0));
    limits_sweep(&limits, 60 * 1000);
    assert_int_equal(limits.map.count, 1);
    for (int i = 0; i < LIMITS_LINES; i++)
        limits_hang_up(entries[i]);
    assert_true(limits_may_pick_up(&limits, &one));
    limits_sweep(&limits, 60 * 1000);
    assert_int_equal(limits.map.count, 0);
    limits_clear(&limits);
}

/* A line to ourselves, as a listener of `family` sees it. */
static struct address address_of_line(struct sockaddr *name, socklen_t len)
{
    int listener = socket(name->sa_family, SOCK_STREAM, 0);
    int far = socket(name->sa_family, SOCK_STREAM, 0);
    struct address out = {{0}, false};
    int near;

    assert_int_equal(bind(listener, name, len), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, name, &len), 0);
    assert_int_equal(connect(far, name, len), 0);
    near = accept(listener, NULL, NULL);
    assert_true(near >= 0);
    assert_true(address_of_socket(near, &out));
    close(near);
    close(far);
    close(listener);
    return out;
}

static void a_socket_has_an_address(void **state)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET,
                             .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6,
                              .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    struct address wanted = address("127.0.0.1");
    struct address got = address_of_line((struct sockaddr *)&v4, sizeof(v4));
    int pair[2];

    (void)state;
    assert_memory_equal(got.bytes, wanted.bytes, sizeof(got.bytes));
    wanted = address("::1");
    got = address_of_line((struct sockaddr *)&v6, sizeof(v6));
    assert_memory_equal(got.bytes, wanted.bytes, sizeof(got.bytes));
    assert_false(got.is_v4);
    inet_pton(AF_INET6, "::ffff:127.0.0.1", &v6.sin6_addr);
    v6.sin6_port = 0;
    assert_true(address_of_line((struct sockaddr *)&v6, sizeof(v6)).is_v4);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    assert_false(address_of_socket(pair[0], &got));
    close(pair[0]);
    close(pair[1]);
    assert_false(address_of_socket(-1, &got));
}

static void a_queue_keeps_order_and_bounds(void **state)
{
    struct queue queue = QUEUE_EMPTY(3, 10);

    (void)state;
    assert_null(queue_front(&queue).at);
    check_ok(queue_push(&queue, SPAN("one")));
    check_ok(queue_push(&queue, SPAN("")));
    check_err(queue_push(&queue, SPAN("eightchr")), ERR_LIMIT);
    check_ok(queue_push(&queue, SPAN("seven77")));
    check_err(queue_push(&queue, SPAN("")), ERR_LIMIT);
    check_span(queue_front(&queue), "one");
    queue_pull(&queue);
    assert_int_equal(queue_front(&queue).len, 0);
    assert_non_null(queue_front(&queue).at);
    queue_pull(&queue);
    assert_int_equal(queue.bytes, 7);
    check_ok(queue_push(&queue, SPAN("abc")));
    queue_clear(&queue);
    assert_int_equal(queue.bytes + queue.count, 0);
    check_ok(queue_push(&queue, SPAN("again")));
    queue_clear(&queue);
}

static void the_manual_tells_the_limits(void **state)
{
    static const char page[] = "duologue-gateway.8";

    (void)state;
    manual_says(page,
                "may hold %d connections, of which %d may be WebSockets, and "
                "open %d of those a second, %d at once.",
                LIMITS_LINES, LIMITS_CONNECTIONS, LIMITS_PER_SECOND,
                LIMITS_BURST);
    manual_says(page, "At most %d browsers are in at once", GATE_GUESTS_MAX);
    manual_says(page,
                "has %d seconds to say something and %d to bind; it is closed "
                "after %d minutes without a room.",
                SESSION_FIRST_MS / 1000, SESSION_BIND_MS / 1000,
                SESSION_ROOM_MS / 60000);
    manual_says(page, "at most %d KiB before the login and %d KiB after.",
                SESSION_EARLY_MAX_BYTES / KIB, XML_STANZA_MAX_BYTES / KIB);
    manual_says(page, "more than %d stanzas or %d KiB a second",
                SESSION_STANZAS_PER_SECOND, SESSION_BYTES_PER_SECOND / KIB);
    manual_says(page,
                "more than %d KiB unread for %d seconds, or %d MiB at once, is "
                "cut; when %d MiB wait for all together",
                SESSION_OUT_BYTES / KIB, SESSION_SLOW_MS / 1000,
                SESSION_OUT_MAX_BYTES / MIB, GATE_OUT_BYTES / MIB);
}

static void the_manual_tells_how_long_a_guest_is_kept(void **state)
{
    static const char page[] = "duologue-gateway.8";

    (void)state;
    manual_says(page, "is kept for %d minutes, or %d stanzas or %d KiB,",
                GATE_HIBERNATE_MS / 60000, GUEST_QUEUE_STANZAS,
                GUEST_QUEUE_BYTES / KIB);
    manual_says(page, "When %d MiB are kept for all together, %d KiB is what",
                GATE_UNACKED_BYTES / MIB, GUEST_QUEUE_LEAST_BYTES / KIB);
    manual_says(page, "In no room it is kept for %d seconds.",
                GATE_HIBERNATE_ROOMLESS_MS / 1000);
    manual_says(page, "is asked after %d seconds", SESSION_PING_SECONDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_household_is_one_address),
        cmocka_unit_test(only_proxies_speak_for_others),
        cmocka_unit_test(what_a_proxy_tells_is_an_address),
        cmocka_unit_test(an_origin_is_exact),
        cmocka_unit_test(a_bucket_fills_at_its_pace),
        cmocka_unit_test(an_address_has_its_share),
        cmocka_unit_test(an_address_has_so_many_lines),
        cmocka_unit_test(a_socket_has_an_address),
        cmocka_unit_test(a_queue_keeps_order_and_bounds),
        cmocka_unit_test(the_manual_tells_the_limits),
        cmocka_unit_test(the_manual_tells_how_long_a_guest_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

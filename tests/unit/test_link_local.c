/* Local peers: who may come in, and as whom. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/link_case.h"

enum { NOBODY = 65534 };

static void gateway_and_control_come_in(void **state)
{
    struct link_case c;
    int gateway;
    int control;

    (void)state;
    link_case_begin_alone(&c);
    gateway = link_case_join(&c, "guests.duo.example");
    assert_int_equal(link_kind(c.last_up), LINK_GATEWAY);
    check_span(link_domain(c.last_up), "guests.duo.example");
    assert_ptr_equal(link_gateway(c.hub), c.last_up);
    control = link_case_join(&c, "ctl.duo.example");
    assert_int_equal(link_kind(c.last_up), LINK_CONTROL);
    check_span(link_domain(c.last_up), "ctl.duo.example");
    assert_ptr_not_equal(link_gateway(c.hub), c.last_up);
    link_set_tag(c.last_up, &c);
    assert_ptr_equal(link_get_tag(c.last_up), &c);
    assert_int_equal(c.hub->local.count, 2);
    close(control);
    link_case_until(&c, c.downs == 1 && c.hub->local.count == 1);
    close(gateway);
    link_case_until(&c, c.downs == 2);
    assert_null(link_gateway(c.hub));
    link_case_end(&c);
}

static void other_domains_are_unknown(void **state)
{
    static const char *const domains[] = {
        "duo.example", "x.guests.duo.example", "guests.duo.example.evil",
        "muc.example", "u@guests.duo.example"};
    struct link_case c;

    (void)state;
    link_case_begin_alone(&c);
    for (size_t i = 0; i < sizeof(domains) / sizeof(domains[0]); i++) {
        char text[300];
        int fd = link_case_knock(&c);

        snprintf(text, sizeof(text),
                 "<stream:stream xmlns='jabber:component:accept' "
                 "xmlns:stream='http://etherx.jabber.org/streams' to='%s'>",
                 domains[i]);
        link_case_send(&c, fd, text);
        link_case_expect(&c, fd, "host-unknown");
        close(fd);
    }
    assert_int_equal(c.ups, 0);
    link_case_end(&c);
}

static void wrong_digest_is_refused(void **state)
{
    struct link_case c;
    int fd;

    (void)state;
    link_case_begin_alone(&c);
    fd = link_case_knock(&c);
    link_case_send(&c, fd,
                   "<stream:stream xmlns='jabber:component:accept' "
                   "xmlns:stream='http://etherx.jabber.org/streams' "
                   "to='ctl.duo.example'><handshake>00</handshake>");
    link_case_expect(&c, fd, "not-authorized");
    link_case_expect_end(&c, fd);
    assert_int_equal(c.ups, 0);
    link_case_end(&c);
}

/* A child of another user that connects; what it read goes to a pipe. */
static pid_t knock_as(uid_t uid, const char *path, const char *to, int out)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    char text[2000];
    ssize_t len;
    pid_t pid = fork();
    int fd;

    if (pid != 0)
        return pid;
    snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
    if (setgid(uid) != 0 || setuid(uid) != 0)
        _exit(2);
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&at, sizeof(at)) != 0)
        _exit(3);
    snprintf(text, sizeof(text),
             "<stream:stream xmlns='jabber:component:accept' "
             "xmlns:stream='http://etherx.jabber.org/streams' to='%s'>",
             to);
    if (send(fd, text, strlen(text), MSG_NOSIGNAL) > 0 &&
        (len = recv(fd, text, sizeof(text), 0)) > 0 &&
        write(out, text, (size_t)len) != len)
        _exit(4);
    _exit(0);
}

static void check_knock(struct link_case *c, uid_t uid, const char *to,
                        const char *answer)
{
    char text[2001];
    int ends[2];
    int status = -1;
    ssize_t len;
    pid_t pid;

    assert_int_equal(pipe(ends), 0);
    pid = knock_as(uid, c->path, to, ends[1]);
    close(ends[1]);
    link_case_until(c, waitpid(pid, &status, WNOHANG) == pid);
    assert_int_equal(status, 0);
    len = read(ends[0], text, sizeof(text) - 1);
    text[len > 0 ? len : 0] = '\0';
    close(ends[0]);
    if (answer[0] == '\0')
        assert_string_equal(text, "");
    else
        assert_non_null(strstr(text, answer));
}

static void open_to_all(struct link_case *c)
{
    assert_int_equal(chmod(c->dir, 0755), 0);
    assert_int_equal(chmod(c->path, 0666), 0);
}

static void strangers_are_closed_at_once(void **state)
{
    struct link_case c;

    (void)state;
    if (geteuid() != 0)
        fail_msg("somebody else can be played by root alone");
    link_case_begin_alone(&c);
    open_to_all(&c); /* the file's mode is not what keeps them out */
    check_knock(&c, NOBODY, "guests.duo.example", "");
    check_knock(&c, NOBODY, "ctl.duo.example", "");
    assert_int_equal(link_case_logged(&c, "event=local_peer_refused"), 1);
    assert_int_equal(c.ups, 0);
    link_case_end(&c);
}

static void gateway_user_is_the_gateway_alone(void **state)
{
    struct link_case c;
    struct stat file;

    (void)state;
    if (geteuid() != 0)
        fail_msg("somebody else can be played by root alone");
    link_case_new(&c);
    c.gateway_uid = NOBODY;
    link_case_open(&c);
    assert_int_equal(stat(c.path, &file), 0);
    assert_int_equal(file.st_mode & 0777, 0660);
    assert_int_equal(file.st_gid, NOBODY); /* nogroup */
    assert_int_equal(file.st_uid, geteuid());
    assert_int_equal(chmod(c.dir, 0755), 0);
    check_knock(&c, NOBODY, "guests.duo.example", "id='");
    check_knock(&c, NOBODY, "ctl.duo.example", "host-unknown");
    check_knock(&c, 0, "ctl.duo.example", "id='");
    check_knock(&c, 0, "guests.duo.example", "host-unknown");
    link_case_end(&c);
}

static void first_is_gone_by_now(struct link_case *c, struct link_peer *peer)
{
    assert_int_equal(c->downs, c->ups - 1);
    assert_ptr_equal(link_gateway(c->hub), peer);
}

static void second_gateway_replaces_the_first(void **state)
{
    struct link_case c;
    struct link_peer *first;
    int old;
    int new;

    (void)state;
    link_case_begin_alone(&c);
    old = link_case_join(&c, "guests.duo.example");
    first = c.last_up;
    c.on_up = first_is_gone_by_now;
    new = link_case_join(&c, "guests.duo.example");
    assert_int_equal(c.downs, 1);
    assert_ptr_equal(c.last_down, first);
    assert_ptr_equal(link_gateway(c.hub), c.last_up);
    link_case_expect_end(&c, old);
    assert_non_null(strstr(c.got.at, "conflict"));
    link_case_send(&c, new, "<presence/>");
    link_case_until(&c, c.stanzas == 1);
    link_case_end_with(&c, new);
}

static void peers_are_counted(void **state)
{
    struct link_case c;
    int fds[LINK_LOCAL_PEERS_MAX];
    int fd;

    (void)state;
    link_case_begin_alone(&c);
    for (int i = 0; i < LINK_LOCAL_PEERS_MAX; i++)
        fds[i] = link_case_join(&c, "ctl.duo.example");
    fd = link_case_knock(&c);
    link_case_expect_end(&c, fd);
    assert_int_equal(c.got.len, 0);
    assert_int_equal(link_case_logged(&c, "too many local peers"), 1);
    close(fds[0]);
    link_case_until(&c, c.hub->local.count == LINK_LOCAL_PEERS_MAX - 1);
    fds[0] = link_case_join(&c, "ctl.duo.example");
    for (int i = 0; i < LINK_LOCAL_PEERS_MAX; i++)
        close(fds[i]);
    link_case_end(&c);
}

/* A child of NOBODY that holds as many lines as it gets. */
static pid_t crowd_as_nobody(const char *path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    pid_t pid = fork();

    if (pid != 0)
        return pid;
    snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
    if (setgid(NOBODY) != 0 || setuid(NOBODY) != 0)
        _exit(2);
    for (int i = 0; i < LINK_LOCAL_PEERS_MAX; i++) {
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);

        if (connect(fd, (struct sockaddr *)&at, sizeof(at)) != 0)
            _exit(3);
    }
    pause();
    _exit(0);
}

static void a_crowd_of_gateways_keeps_nobody_out(void **state)
{
    struct link_case c;
    int fds[LINK_LOCAL_PEERS_MAX - LINK_GATEWAY_PEERS_MAX];
    pid_t crowd;

    (void)state;
    if (geteuid() != 0)
        fail_msg("somebody else can be played by root alone");
    link_case_new(&c);
    c.gateway_uid = NOBODY;
    link_case_open(&c);
    assert_int_equal(chmod(c.dir, 0755), 0);
    crowd = crowd_as_nobody(c.path);
    link_case_until(&c, link_case_logged(&c, "too many local peers") == 1);
    assert_int_equal(c.hub->local.count, LINK_GATEWAY_PEERS_MAX);
    for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
        fds[i] = link_case_join(&c, "ctl.duo.example");
    for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
        close(fds[i]);
    kill(crowd, SIGKILL);
    assert_int_equal(waitpid(crowd, NULL, 0), crowd);
    link_case_until(&c, c.hub->local.count == 0);
    check_knock(&c, NOBODY, "guests.duo.example", "id='");
    link_case_end(&c);
}

static void silent_peer_is_closed(void **state)
{
    struct link_case c;
    int fd;

    (void)state;
    link_case_begin_alone(&c);
    link_case_tune(&c, handshake_ms, 40);
    fd = link_case_knock(&c);
    link_case_expect_end(&c, fd);
    assert_non_null(strstr(c.got.at, "connection-timeout"));
    assert_int_equal(c.ups, 0);
    assert_int_equal(c.downs, 0);
    link_case_end(&c);
}

/* Without descriptors nobody new gets in, nobody old is lost, and the loop
 * does not spin. */
static void no_descriptor_is_survived(void **state)
{
    struct link_case c;
    struct rlimit usual;
    struct rlimit none;
    int old;
    int fd;

    (void)state;
    link_case_begin_alone(&c);
    link_case_tune(&c, accept_ms, 30);
    old = link_case_join(&c, "ctl.duo.example");
    fd = link_case_knock(&c);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &usual), 0);
    none = usual;
    none.rlim_cur = (rlim_t)fd + 1;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    link_case_until(&c, c.hub->local.is_accept_failing);
    assert_false(uv_is_active((uv_handle_t *)&c.hub->local.poll));
    link_case_pass(&c, 100);
    link_case_send(&c, old, "<message id='0'/>");
    link_case_until(&c, c.stanzas == 1);
    assert_int_equal(link_case_logged(&c, "event=accept_failed"), 1);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &usual), 0);
    link_case_until(&c, c.hub->local.count == 2);
    close(old);
    link_case_end_with(&c, fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gateway_and_control_come_in),
        cmocka_unit_test(other_domains_are_unknown),
        cmocka_unit_test(wrong_digest_is_refused),
        cmocka_unit_test(strangers_are_closed_at_once),
        cmocka_unit_test(gateway_user_is_the_gateway_alone),
        cmocka_unit_test(second_gateway_replaces_the_first),
        cmocka_unit_test(peers_are_counted),
        cmocka_unit_test(a_crowd_of_gateways_keeps_nobody_out),
        cmocka_unit_test(silent_peer_is_closed),
        cmocka_unit_test(no_descriptor_is_survived),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

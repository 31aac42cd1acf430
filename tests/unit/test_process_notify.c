#include "process/process_notify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/check.h"

/* Listens at `path`, or in the abstract namespace when it begins with @. */
static int listen_at(const char *path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    size_t len = strlen(path);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

    memcpy(at.sun_path, path, len);
    if (path[0] == '@')
        at.sun_path[0] = '\0';
    assert_int_equal(
        bind(fd, (struct sockaddr *)&at,
             (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)),
        0);
    return fd;
}

static void check_heard(int fd, const char *text)
{
    char got[200];
    ssize_t len = recv(fd, got, sizeof(got) - 1, 0);

    assert_true(len > 0);
    got[len] = '\0';
    assert_string_equal(got, text);
}

static void speak_to(const char *path)
{
    struct process_notify notify;
    int fd = listen_at(path);

    process_notify_open(&notify, path);
    assert_true(notify.fd >= 0);
    process_notify_send(&notify, "READY=1");
    check_heard(fd, "READY=1");
    process_notify_reloading(&notify, 123456);
    check_heard(fd, "RELOADING=1\nMONOTONIC_USEC=123456");
    process_notify_send(&notify, "STOPPING=1");
    check_heard(fd, "STOPPING=1");
    close(fd);
    process_notify_send(&notify, "READY=1"); /* nobody there: no harm */
    process_notify_close(&notify);
    process_notify_close(&notify);
}

static void manager_at_a_path_hears_us(void **state)
{
    char path[] = "/tmp/duologue-notify-XXXXXX";

    (void)state;
    close(mkstemp(path));
    unlink(path);
    speak_to(path);
    unlink(path);
}

static void manager_at_an_abstract_name_hears_us(void **state)
{
    char name[60];

    (void)state;
    snprintf(name, sizeof(name), "@duologue-notify-%d", (int)getpid());
    speak_to(name);
}

static void nobody_listens(void **state)
{
    static const char *const paths[] = {NULL, "", "@", "/", "relative/path"};
    char deep[300];
    struct process_notify notify;

    (void)state;
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        process_notify_open(&notify, paths[i]);
        assert_int_equal(notify.fd, -1);
        process_notify_send(&notify, "READY=1");
        process_notify_close(&notify);
    }
    memset(deep, '/', sizeof(deep));
    deep[sizeof(deep) - 1] = '\0';
    process_notify_open(&notify, deep);
    assert_int_equal(notify.fd, -1);
}

static void watchdog_is_fed_twice_as_often(void **state)
{
    (void)state;
    assert_int_equal(process_notify_watchdog_ms("30000000", NULL, 7), 15000);
    assert_int_equal(process_notify_watchdog_ms("30000000", "7", 7), 15000);
    assert_int_equal(process_notify_watchdog_ms("30000000", "8", 7), 0);
    assert_int_equal(process_notify_watchdog_ms("30000000", "x", 7), 0);
    assert_int_equal(process_notify_watchdog_ms("1000", NULL, 7), 1);
    assert_int_equal(process_notify_watchdog_ms("0", NULL, 7), 0);
    assert_int_equal(process_notify_watchdog_ms("soon", NULL, 7), 0);
    assert_int_equal(process_notify_watchdog_ms(NULL, NULL, 7), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(manager_at_a_path_hears_us),
        cmocka_unit_test(manager_at_an_abstract_name_hears_us),
        cmocka_unit_test(nobody_listens),
        cmocka_unit_test(watchdog_is_fed_twice_as_often),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The socket file of local peers. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "support/link_case.h"

static void socket_file_is_ours_alone(void **state)
{
    struct link_case c;
    struct stat file;
    mode_t usual = umask(0);

    (void)state;
    link_case_begin_alone(&c);
    umask(usual);
    assert_int_equal(lstat(c.path, &file), 0);
    assert_true(S_ISSOCK(file.st_mode));
    assert_int_equal(file.st_mode & 0777, 0600);
    link_case_end(&c);
    assert_int_not_equal(lstat(c.path, &file), 0);
}

static enum err open_second(struct link_case *c, struct link_hub **hub)
{
    static const struct link_handler nobody = {0};
    struct link_options options = {
        .loop = &c->loop,
        .domain = SPAN("duo.example"),
        .socket_path = c->path,
        .gateway_uid = (uid_t)-1,
        .crypto = c->crypto,
        .log = &c->log,
    };

    return link_open(&options, &nobody, c, hub, &c->error);
}

static void second_instance_is_turned_away(void **state)
{
    struct link_case c;
    struct link_hub *second = NULL;
    int fd;

    (void)state;
    link_case_begin_alone(&c);
    check_err(open_second(&c, &second), ERR_AGAIN);
    assert_null(second);
    check_ok(buf_append_byte(&c.error, '\0'));
    assert_non_null(strstr(c.error.at, c.path));
    assert_non_null(strstr(c.error.at, "stop it or change socket"));
    fd = link_case_join(&c, "ctl.duo.example"); /* the first goes on */
    link_case_end_with(&c, fd);
}

static void stale_socket_is_replaced(void **state)
{
    struct link_case c;
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int stale;
    int fd;

    (void)state;
    link_case_new(&c);
    stale = socket(AF_UNIX, SOCK_STREAM, 0);
    snprintf(at.sun_path, sizeof(at.sun_path), "%s", c.path);
    assert_int_equal(bind(stale, (struct sockaddr *)&at, sizeof(at)), 0);
    close(stale);
    assert_int_equal(access(c.path, F_OK), 0);
    link_case_open(&c);
    fd = link_case_join(&c, "ctl.duo.example");
    link_case_end_with(&c, fd);
}

static void other_files_are_not_touched(void **state)
{
    struct link_case c;
    struct link_hub *hub = NULL;
    int fd;

    (void)state;
    link_case_new(&c);
    fd = open(c.path, O_CREAT | O_WRONLY, 0600);
    assert_true(fd >= 0);
    close(fd);
    check_err(open_second(&c, &hub), ERR_SYSTEM);
    assert_int_equal(access(c.path, F_OK), 0);
    unlink(c.path);
    link_case_open(&c);
    /* What replaced our file is not ours to remove. */
    unlink(c.path);
    fd = open(c.path, O_CREAT | O_WRONLY, 0600);
    close(fd);
    link_case_close(&c);
    assert_int_equal(access(c.path, F_OK), 0);
    unlink(c.path);
    link_case_end(&c);
}

static void bad_paths_are_explained(void **state)
{
    struct link_case c;
    struct link_hub *hub = NULL;
    char usual[sizeof(c.path)];
    char deep[200];
    struct link_options options;

    (void)state;
    link_case_begin_alone(&c);
    memcpy(usual, c.path, sizeof(usual));
    snprintf(c.path, sizeof(c.path), "%s/no/such/dir", c.dir);
    check_err(open_second(&c, &hub), ERR_SYSTEM);
    check_ok(buf_append_byte(&c.error, '\0'));
    assert_non_null(strstr(c.error.at, "No such file or directory; check its "
                                       "folder"));
    buf_clear(&c.error);
    memset(deep, 'd', sizeof(deep));
    deep[sizeof(deep) - 1] = '\0';
    options = (struct link_options){.loop = &c.loop,
                                    .domain = SPAN("duo.example"),
                                    .socket_path = deep,
                                    .gateway_uid = (uid_t)-1,
                                    .crypto = c.crypto};
    check_err(link_open(&options, c.hub->handler, &c, &hub, &c.error),
              ERR_SYSTEM);
    check_ok(buf_append_byte(&c.error, '\0'));
    assert_non_null(strstr(c.error.at, "107 bytes"));
    memcpy(c.path, usual, sizeof(usual));
    link_case_end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(socket_file_is_ours_alone),
        cmocka_unit_test(second_instance_is_turned_away),
        cmocka_unit_test(stale_socket_is_replaced),
        cmocka_unit_test(other_files_are_not_touched),
        cmocka_unit_test(bad_paths_are_explained),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

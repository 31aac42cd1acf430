#include "base/log.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/check.h"
#include "support/child.h"

struct sink {
    struct log log;
    int ends[2];
    int64_t now_ms;
    char text[8192];
};

static int64_t told_time(void *self)
{
    return ((struct sink *)self)->now_ms;
}

static void sink_open(struct sink *sink)
{
    memset(sink, 0, sizeof(*sink));
    assert_int_equal(pipe(sink->ends), 0);
    sink->log = (struct log){sink->ends[1], NULL, sink};
}

/* Ends the log and gives all that was written. */
static const char *sink_close(struct sink *sink)
{
    ssize_t len;

    close(sink->ends[1]);
    len = read(sink->ends[0], sink->text, sizeof(sink->text) - 1);
    assert_true(len >= 0);
    sink->text[len] = '\0';
    close(sink->ends[0]);
    return sink->text;
}

static void line_is_logfmt(void **state)
{
    struct sink sink;

    (void)state;
    sink_open(&sink);
    log_info(&sink.log, "room_joined", "room=%08x seats=%d", 0x7f3aU, 2);
    log_warn(&sink.log, "disk_low", "%s", "");
    log_error(&sink.log, "stopped", "");
    assert_string_equal(sink_close(&sink),
                        "level=info event=room_joined room=00007f3a seats=2\n"
                        "level=warn event=disk_low \n"
                        "level=error event=stopped\n");
}

static void time_comes_from_the_outside(void **state)
{
    struct sink sink;

    (void)state;
    sink_open(&sink);
    sink.log.now_ms = told_time;
    sink.now_ms = 1000000000007;
    log_info(&sink.log, "tick", "");
    sink.now_ms = 0;
    log_info(&sink.log, "tick", "");
    assert_string_equal(sink_close(&sink),
                        "ts=2001-09-09T01:46:40.007Z level=info event=tick\n"
                        "ts=1970-01-01T00:00:00.000Z level=info event=tick\n");
}

static void each_line_names_its_level(void **state)
{
    struct sink sink;

    (void)state;
    sink_open(&sink);
    log_error(&sink.log, "e", "");
    log_warn(&sink.log, "w", "");
    log_info(&sink.log, "i", "");
    assert_string_equal(sink_close(&sink), "level=error event=e\n"
                                           "level=warn event=w\n"
                                           "level=info event=i\n");
}

static void a_line_stays_a_line(void **state)
{
    struct sink sink;

    (void)state;
    sink_open(&sink);
    log_info(&sink.log, "odd", "why=a\nb\tc\x1b[1m\x7f\xc3\xa4");
    assert_string_equal(sink_close(&sink),
                        "level=info event=odd why=a?b?c?[1m?\xc3\xa4\n");
}

static void long_line_is_cut(void **state)
{
    struct sink sink;
    const char *text;

    (void)state;
    sink_open(&sink);
    log_info(&sink.log, "long", "x=%03000d", 7);
    log_info(&sink.log, "next", "");
    text = sink_close(&sink);
    assert_int_equal(strchr(text, '\n') - text, 1022);
    assert_string_equal(strchr(text, '\n') + 1, "level=info event=next\n");
}

static void nowhere_to_write_is_fine(void **state)
{
    struct sink sink;
    struct log nowhere = {-1, NULL, NULL};

    (void)state;
    sink_open(&sink);
    sink_close(&sink);
    log_error(NULL, "e", "");
    log_error(&nowhere, "e", "");
    log_error(&sink.log, "e", "%s", "to a closed descriptor");
}

static void log_endless_name(void *self)
{
    char name[1100];
    struct log log = {2, NULL, NULL};

    (void)self;
    memset(name, 'x', sizeof(name));
    name[sizeof(name) - 1] = '\0';
    log_info(&log, name, "");
}

static void endless_event_name_is_a_bug(void **state)
{
    struct child_result result;

    (void)state;
    child_run(log_endless_name, NULL, &result);
    assert_true(WIFSIGNALED(result.status));
    assert_int_equal(WTERMSIG(result.status), SIGABRT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(line_is_logfmt),
        cmocka_unit_test(time_comes_from_the_outside),
        cmocka_unit_test(each_line_names_its_level),
        cmocka_unit_test(a_line_stays_a_line),
        cmocka_unit_test(long_line_is_cut),
        cmocka_unit_test(nowhere_to_write_is_fine),
        cmocka_unit_test(endless_event_name_is_a_bug),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

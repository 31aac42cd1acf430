#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/ctl_needles.h"
#include "support/check.h"
#include "support/ctl_case.h"
#include "support/folder.h"

enum { BIG_BYTES = 1 << 20 };

static void put(const struct ctl_case *self, const char *name, const void *at,
                size_t len)
{
    char path[256];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", self->folder, name);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(at, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static void put_text(const struct ctl_case *self, const char *name,
                     const char *text)
{
    put(self, name, text, strlen(text));
}

/* Searches `what`, a file or the folder below the case's own. */
static enum ctl_exit audit(struct ctl_case *self, const char *what)
{
    char words[512];

    snprintf(words, sizeof(words), "erase-audit --canary-file %s/c %s/%s",
             self->folder, self->folder, what);
    return ctl_case_run(self, words);
}

static void finds(struct ctl_case *self, const char *text, const char *shape)
{
    put_text(self, "file", text);
    assert_int_equal(audit(self, "file"), CTL_FAILED);
    assert_non_null(strstr(self->out, shape));
    assert_non_null(strstr(self->out, " 1 trace\n"));
    /* Where it is, never what it is. */
    assert_null(strstr(self->out, "kanarienvogel"));
}

static void every_shape_is_found(void **state)
{
    struct ctl_case *self = *state;
    static const char wide[] = "k\0a\0n\0a\0r\0i\0e\0n\0v\0o\0g\0e\0l";

    put_text(self, "c", "kanarienvogel\n");
    finds(self, "a kanarienvogel sang", "byte 2: canary 1, as it is\n");
    finds(self, "6b616e617269656e766f67656c", "as hex\n");
    finds(self, "6B616E617269656E766F67656C", "as hex\n");
    finds(self, "a2FuYXJpZW52b2dlbA==", "as base64\n");     /* at 0 of 3, */
    finds(self, "eGthbmFyaWVudm9nZWw=", "as base64\n");     /* at 1, */
    finds(self, "eHhrYW5hcmllbnZvZ2VsIQ==", "as base64\n"); /* and at 2 */
    put(self, "file", wide, sizeof(wide));
    assert_int_equal(audit(self, "file"), CTL_FAILED);
    assert_non_null(strstr(self->out, "byte 0: canary 1, as UTF-16 (little"));
    put(self, "file", "\0k\0a\0n\0a\0r\0i\0e\0n\0v\0o\0g\0e\0l", 26);
    assert_int_equal(audit(self, "file"), CTL_FAILED);
    assert_non_null(strstr(self->out, "byte 0: canary 1, as UTF-16 (big"));
}

static void bytes_are_found(void **state)
{
    struct ctl_case *self = *state;
    static const char key[] = {0x7f, 0, 1, 10, 13, -1, 5, 6};

    put_text(self, "c", "\nnot there at all\nhex:7F00010a0Dff0506\n");
    put(self, "file", key, sizeof(key));
    assert_int_equal(audit(self, "file"), CTL_FAILED);
    assert_non_null(strstr(self->out, "byte 0: canary 2, as it is\n"));
}

static void nothing_is_found_where_nothing_is(void **state)
{
    struct ctl_case *self = *state;

    put_text(self, "c", "kanarienvogel\r\n");
    put_text(self, "file", "kanarienvoge and l, kanarienvoge");
    assert_int_equal(audit(self, "file"), CTL_GOOD);
    assert_string_equal(self->out, "canaries 1, files 1, bytes 32: no trace\n");
}

/* At every offset around the seam of two blocks. */
static void a_trace_across_blocks_is_found_once(void **state)
{
    struct ctl_case *self = *state;
    char *big = calloc(1, 2 * BIG_BYTES);

    assert_non_null(big);
    put_text(self, "c", "kanarienvogel\n");
    for (size_t i = 0; i < 40; i += 3) {
        char line[80];
        size_t at = i < 20 ? BIG_BYTES - i : BIG_BYTES - 520 + i;

        memset(big, 0, 2 * BIG_BYTES);
        memcpy(big + at, "kanarienvogel", 13);
        put(self, "file", big, 2 * BIG_BYTES);
        assert_int_equal(audit(self, "file"), CTL_FAILED);
        snprintf(line, sizeof(line), "byte %zu: canary 1", at);
        assert_non_null(strstr(self->out, line));
        assert_non_null(strstr(self->out, " 1 trace\n"));
    }
    free(big);
}

static void folders_are_searched_but_not_the_canaries(void **state)
{
    struct ctl_case *self = *state;
    char path[256];

    put_text(self, "c", "kanarienvogel\n");
    snprintf(path, sizeof(path), "%s/below", self->folder);
    assert_int_equal(mkdir(path, 0700), 0);
    put_text(self, "below/file", "kanarienvogel");
    assert_int_equal(audit(self, ""), CTL_FAILED);
    assert_non_null(strstr(self->out, "below/file: byte 0"));
    assert_non_null(strstr(self->out, "c: holds the canaries, not searched"));
    assert_non_null(strstr(self->out, " 1 trace\n"));
}

static void what_cannot_be_searched_is_no_success(void **state)
{
    struct ctl_case *self = *state;

    put_text(self, "c", "kanarienvogel\n");
    assert_int_equal(audit(self, "missing"), CTL_FAILED);
    assert_non_null(strstr(self->err, "missing: No such file"));
}

static void bad_canaries_are_refused(void **state)
{
    static const char *const bad[] = {
        "short\n",
        "kanarienvogel\nhex:0011223344556\n",
        "hex:00112233\n",
        "hex:kanarienvogel000\n",
        "",
        "\n\n",
    };
    struct ctl_case *self = *state;

    put_text(self, "file", "x");
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        put_text(self, "c", bad[i]);
        assert_int_equal(audit(self, "file"), CTL_USAGE);
        assert_non_null(strstr(self->err, "canary"));
    }
    assert_int_equal(
        ctl_case_run(self, "erase-audit --canary-file /missing /tmp"),
        CTL_USAGE);
}

static void many_traces_are_counted(void **state)
{
    struct ctl_case *self = *state;
    char text[30 * 14 + 1] = "";

    put_text(self, "c", "kanarienvogel\n");
    for (int i = 0; i < 30; i++)
        memcpy(text + 14 * i, "kanarienvogel ", 14);
    put(self, "file", text, sizeof(text));
    assert_int_equal(audit(self, "file"), CTL_FAILED);
    assert_non_null(strstr(self->out, "and 10 more\n"));
    assert_non_null(strstr(self->out, " 30 traces\n"));
}

int main(void)
{
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, ctl_case_setup, ctl_case_teardown)
    const struct CMUnitTest tests[] = {
        TEST(every_shape_is_found),
        TEST(bytes_are_found),
        TEST(nothing_is_found_where_nothing_is),
        TEST(a_trace_across_blocks_is_found_once),
        TEST(folders_are_searched_but_not_the_canaries),
        TEST(what_cannot_be_searched_is_no_success),
        TEST(bad_canaries_are_refused),
        TEST(many_traces_are_counted),
    };
#undef TEST

    return cmocka_run_group_tests_name("ctl_audit", tests, NULL, NULL);
}

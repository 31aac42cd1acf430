#include "support/ctl_case.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "support/check.h"
#include "support/folder.h"

enum { WORDS_MAX = 24 };

int ctl_case_setup(void **state)
{
    struct ctl_case *self = calloc(1, sizeof(*self));

    assert_non_null(self);
    snprintf(self->folder, sizeof(self->folder), "/tmp/ctl.XXXXXX");
    assert_non_null(mkdtemp(self->folder));
    snprintf(self->config, sizeof(self->config), "%s/conf", self->folder);
    snprintf(self->socket, sizeof(self->socket), "%s/s", self->folder);
    self->crypto = crypto_new();
    assert_non_null(self->crypto);
    ctl_case_configure(self, "server =");
    *state = self;
    return 0;
}

static void forget(struct ctl_case *self)
{
    free(self->out);
    free(self->err);
    free(self->asked);
    self->out = self->err = self->asked = NULL;
}

int ctl_case_teardown(void **state)
{
    struct ctl_case *self = *state;

    forget(self);
    crypto_free(self->crypto);
    folder_remove(self->folder);
    free(self);
    return 0;
}

void ctl_case_configure(const struct ctl_case *self, const char *more)
{
    FILE *file = fopen(self->config, "w");

    assert_non_null(file);
    fprintf(file,
            "[component]\ndomain = d.example\ndata_dir = %s\nsocket = %s\n"
            "%s\n",
            self->folder, self->socket, more);
    assert_int_equal(fclose(file), 0);
}

static enum ctl_exit run(struct ctl_case *self, int argc, char **argv)
{
    struct buf error = BUF_EMPTY(4096);
    struct ctl_options options;
    size_t out_len, err_len;
    FILE *out = open_memstream(&self->out, &out_len);
    FILE *err = open_memstream(&self->err, &err_len);
    enum ctl_exit status = CTL_USAGE;

    assert_non_null(out);
    assert_non_null(err);
    if (ctl_parse_options(argc, argv, &options, &error) == ERR_OK)
        status = ctl_run(&options, out, err);
    else
        fprintf(err, "%.*s\n", (int)error.len, error.at);
    fclose(out);
    fclose(err);
    buf_clear(&error);
    return status;
}

enum ctl_exit ctl_case_run(struct ctl_case *self, const char *words)
{
    char *copy = strdup(words);
    char *argv[WORDS_MAX + 4] = {"duologuectl", "-c", self->config};
    int argc = 3;
    char *rest = NULL;
    enum ctl_exit status;

    assert_non_null(copy);
    free(self->out);
    free(self->err);
    self->out = self->err = NULL;
    for (char *word = strtok_r(copy, " ", &rest); word != NULL;
         word = strtok_r(NULL, " ", &rest)) {
        assert_in_range(argc, 0, WORDS_MAX);
        argv[argc++] = word;
    }
    status = run(self, argc, argv);
    free(copy);
    return status;
}

enum ctl_exit ctl_case_run_with(struct ctl_case *self, const char *words,
                                const struct fake_reply *replies, size_t count)
{
    struct fake_script script = {
        .socket_path = self->socket,
        .replies = replies,
        .reply_count = count,
    };
    struct fake_component *fake = fake_component_start(&script);
    enum ctl_exit status = ctl_case_run(self, words);

    free(self->asked);
    self->asked = fake_component_stop(fake);
    return status;
}

void ctl_case_configure_server(const struct ctl_case *self, uint16_t port,
                               const char *secret)
{
    char more[128];

    snprintf(more, sizeof(more), "server = 127.0.0.1:%u\nsecret = %s", port,
             secret);
    ctl_case_configure(self, more);
}

void ctl_case_says(const struct ctl_case *self, const char *line)
{
    if (strstr(self->out, line) == NULL)
        fail_msg("not said: %s\nbut:\n%s", line, self->out);
}

void ctl_case_says_not(const struct ctl_case *self, const char *line)
{
    if (strstr(self->out, line) != NULL)
        fail_msg("said: %s\nin:\n%s", line, self->out);
}

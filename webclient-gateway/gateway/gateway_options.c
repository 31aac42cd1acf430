#include "gateway/gateway_options.h"

#include <stdbool.h>
#include <string.h>

const char *gateway_options_usage(void)
{
    return "Usage: duologue-gateway -c FILE [--static DIR] [--check]\n"
           "\n"
           "  -c, --config FILE  read the configuration from FILE\n"
           "      --static DIR   serve the web client that is built in DIR\n"
           "      --check        say whether FILE is good, and end\n"
           "  -h, --help         print this\n"
           "  -V, --version      print the version\n"
           "\n"
           "Exit status: 0 good, 1 failed while running, 2 bad usage or\n"
           "configuration.  duologue-gateway(8) and duologue.conf(5) say "
           "more.\n";
}

static enum err refuse(struct buf *error, const char *what, const char *word)
{
    /* Without memory the line is lost, the refusal is not. */
    if (buf_printf(error, "%s%s; try duologue-gateway --help", what, word) !=
        ERR_OK)
        return ERR_CONFIG;
    return ERR_CONFIG;
}

/* The value of an option, as --name=value or as the next word; NULL when
 * `word` is another option. */
static const char *value_of(const char *word, const char *name,
                            const char *next, bool *is_next)
{
    size_t len = strlen(name);

    *is_next = strcmp(word, name) == 0;
    if (*is_next)
        return next != NULL ? next : "";
    if (strncmp(word, name, len) == 0 && word[len] == '=')
        return word + len + 1;
    return NULL;
}

static enum err take(const char **into, const char *value, const char *name,
                     struct buf *error)
{
    if (value[0] == '\0')
        return refuse(error, name, " needs a name after it");
    if (*into != NULL)
        return refuse(error, name, " is there twice");
    *into = value;
    return ERR_OK;
}

static enum err take_word(const char *word, const char *next, bool *is_next,
                          struct gateway_options *options, struct buf *error)
{
    const char *value = value_of(word, "-c", next, is_next);

    if (value == NULL)
        value = value_of(word, "--config", next, is_next);
    if (value != NULL)
        return take(&options->file, value, "-c", error);
    value = value_of(word, "--static", next, is_next);
    if (value != NULL)
        return take(&options->static_dir, value, "--static", error);
    if (strcmp(word, "--check") == 0)
        options->action = GATEWAY_CHECK;
    else if (strcmp(word, "-h") == 0 || strcmp(word, "--help") == 0)
        options->action = GATEWAY_HELP;
    else if (strcmp(word, "-V") == 0 || strcmp(word, "--version") == 0)
        options->action = GATEWAY_VERSION;
    else
        return refuse(error, "do not understand ", word);
    return ERR_OK;
}

enum err gateway_options_parse(int argc, char **argv,
                               struct gateway_options *out, struct buf *error)
{
    struct gateway_options options = {GATEWAY_RUN, NULL, NULL};
    enum err rc = ERR_OK;

    for (int i = 1; i < argc && rc == ERR_OK; i++) {
        const char *next = i + 1 < argc ? argv[i + 1] : NULL;
        bool is_next = false;

        rc = take_word(argv[i], next, &is_next, &options, error);
        i += is_next;
        if (rc == ERR_OK && (options.action == GATEWAY_HELP ||
                             options.action == GATEWAY_VERSION))
            break;
    }
    if (rc == ERR_OK && options.file == NULL &&
        (options.action == GATEWAY_RUN || options.action == GATEWAY_CHECK))
        rc = refuse(error, "needs -c FILE", "");
    if (rc == ERR_OK)
        *out = options;
    return rc;
}

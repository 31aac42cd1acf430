#include "main/main_options.h"

#include <stdbool.h>
#include <string.h>

const char *main_options_usage(void)
{
    return "Usage: duologue -c FILE [--check]\n"
           "\n"
           "  -c, --config FILE  read the configuration from FILE\n"
           "      --check        say whether FILE is good, and end\n"
           "  -h, --help         print this\n"
           "  -V, --version      print the version\n"
           "\n"
           "Exit status: 0 good, 1 failed while running, 2 bad usage or\n"
           "configuration.  duologue(8) and duologue.conf(5) say more.\n";
}

static bool is_one_of(const char *word, const char *brief, const char *full)
{
    return strcmp(word, brief) == 0 || strcmp(word, full) == 0;
}

static enum err refuse(struct buf *error, const char *what, const char *word)
{
    /* Without memory the line is lost, the refusal is not. */
    if (buf_printf(error, "%s%s; try duologue --help", what, word) != ERR_OK)
        return ERR_CONFIG;
    return ERR_CONFIG;
}

static enum err take_file(const char *file, struct main_options *out,
                          struct buf *error)
{
    if (file == NULL || file[0] == '\0')
        return refuse(error, "-c needs the name of a file", "");
    if (out->file != NULL)
        return refuse(error, "-c is there twice", "");
    out->file = file;
    return ERR_OK;
}

enum err main_options_parse(int argc, char **argv, struct main_options *out,
                            struct buf *error)
{
    struct main_options options = {MAIN_RUN, NULL};
    enum err rc = ERR_OK;

    for (int i = 1; i < argc && rc == ERR_OK; i++) {
        const char *word = argv[i];

        if (is_one_of(word, "-c", "--config")) {
            i++;
            rc = take_file(i < argc ? argv[i] : NULL, &options, error);
        } else if (strncmp(word, "--config=", 9) == 0) {
            rc = take_file(word + 9, &options, error);
        } else if (strcmp(word, "--check") == 0) {
            options.action = MAIN_CHECK;
        } else if (is_one_of(word, "-h", "--help")) {
            *out = (struct main_options){MAIN_HELP, NULL};
            return ERR_OK;
        } else if (is_one_of(word, "-V", "--version")) {
            *out = (struct main_options){MAIN_VERSION, NULL};
            return ERR_OK;
        } else {
            rc = refuse(error, "do not understand ", word);
        }
    }
    if (rc == ERR_OK && options.file == NULL)
        rc = refuse(error, "needs -c FILE", "");
    if (rc == ERR_OK)
        *out = options;
    return rc;
}

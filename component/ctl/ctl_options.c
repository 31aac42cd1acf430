#include <getopt.h>
#include <string.h>

#include "ctl/ctl.h"
#include "wire/utf8.h"

enum { ARGUMENT_MAX_BYTES = 4096 };

enum option_id {
    OPTION_IDLE = 256,
    OPTION_PROTECTION,
    OPTION_JSON,
    OPTION_QR,
    OPTION_PROMETHEUS,
    OPTION_AS,
    OPTION_PASSWORD_FILE,
    OPTION_HOST,
    OPTION_PLAIN,
    OPTION_CANARY_FILE,
};

static const struct option long_options[] = {
    {"config", required_argument, NULL, 'c'},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {"idle", required_argument, NULL, OPTION_IDLE},
    {"protection", required_argument, NULL, OPTION_PROTECTION},
    {"json", no_argument, NULL, OPTION_JSON},
    {"qr", no_argument, NULL, OPTION_QR},
    {"prometheus", no_argument, NULL, OPTION_PROMETHEUS},
    {"as", required_argument, NULL, OPTION_AS},
    {"password-file", required_argument, NULL, OPTION_PASSWORD_FILE},
    {"host", required_argument, NULL, OPTION_HOST},
    {"plain", no_argument, NULL, OPTION_PLAIN},
    {"canary-file", required_argument, NULL, OPTION_CANARY_FILE},
    {NULL, 0, NULL, 0},
};

enum { SOME = -1 /* one argument or more */ };

static const struct {
    const char *name;
    enum ctl_command command;
    int arguments;
} commands[] = {
    {"new", CTL_NEW, 2},       {"list", CTL_LIST, 0},
    {"end", CTL_END, 1},       {"stats", CTL_STATS, 0},
    {"doctor", CTL_DOCTOR, 0}, {"erase-audit", CTL_AUDIT, SOME},
    {"help", CTL_HELP, 0},
};

const char *ctl_usage(void)
{
    return "Usage: duologuectl -c FILE COMMAND\n"
           "\n"
           "  -c, --config FILE   read the configuration from FILE\n"
           "  -h, --help          print this\n"
           "  -V, --version       print the version\n"
           "\n"
           "  new NAME1 NAME2 [--idle DURATION] [--protection "
           "server|link|omemo]\n"
           "                  [--json|--qr]   make a chat for two\n"
           "  list [--json]                   live chats\n"
           "  end ROOM                        end a chat and erase it\n"
           "  stats [--json|--prometheus]     counters\n"
           "  doctor [--as JID] [--password-file FILE] [--host "
           "HOST[:PORT]] [--plain]\n"
           "                                  find out why things do not "
           "connect\n"
           "  erase-audit [--canary-file FILE] PATH ...\n"
           "                                  search files for what a chat "
           "held\n"
           "\n"
           "A duration is a number with s, m, h or d. Exit status: 0 good, 1 "
           "refused\nor failed, 2 bad usage or configuration.  duologuectl(1) "
           "says more.\n";
}

static enum err complain(struct buf *error, const char *what, const char *which)
{
    enum err rc = buf_printf(error, "%s%s; see duologuectl --help", what,
                             which != NULL ? which : "");

    return rc == ERR_OK ? ERR_CONFIG : rc;
}

static void take_option(int id, struct ctl_options *options)
{
    switch (id) {
    case 'c':
        options->config_path = optarg;
        break;
    case OPTION_IDLE:
        options->idle = optarg;
        break;
    case OPTION_PROTECTION:
        options->protection = optarg;
        break;
    case OPTION_AS:
        options->account = optarg;
        break;
    case OPTION_PASSWORD_FILE:
        options->password_file = optarg;
        break;
    case OPTION_HOST:
        options->host = optarg;
        break;
    case OPTION_PLAIN:
        options->is_plain = true;
        break;
    case OPTION_CANARY_FILE:
        options->canary_file = optarg;
        break;
    default:
        break;
    }
}

/* Two forms at once are a mistake. */
static enum err take_format(int id, struct ctl_options *options,
                            struct buf *error)
{
    enum ctl_format format = CTL_TEXT;

    if (id == OPTION_JSON)
        format = CTL_JSON;
    else if (id == OPTION_QR)
        format = CTL_QR;
    else if (id == OPTION_PROMETHEUS)
        format = CTL_PROMETHEUS;
    if (format == CTL_TEXT)
        return ERR_OK;
    if (options->format != CTL_TEXT && options->format != format)
        return complain(
            error, "--json, --qr and --prometheus exclude each other", NULL);
    options->format = format;
    return ERR_OK;
}

/* Whether it can be said to the component: what cannot is no refusal of its
 * own but a slip at the keyboard. */
static bool is_sayable(struct span text)
{
    return text.len <= ARGUMENT_MAX_BYTES && utf8_is_xml_text(text);
}

static enum err take_arguments(char **argv, struct ctl_options *options,
                               struct buf *error)
{
    int count = options->command == CTL_NEW ? 2 : options->command == CTL_END;

    for (int i = 0; i < count; i++)
        if (!is_sayable(span_of(argv[i])))
            return complain(error, "names and rooms are short text in UTF-8",
                            NULL);
    if (options->command == CTL_NEW)
        memcpy(options->names, argv, sizeof(options->names));
    if (options->command == CTL_END)
        options->room = argv[0];
    if (options->command == CTL_AUDIT)
        options->paths = argv;
    return ERR_OK;
}

static enum err take_command(int argc, char **argv, struct ctl_options *options,
                             struct buf *error)
{
    if (argc == 0)
        return complain(error, "a command is missing", NULL);
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (strcmp(argv[0], commands[i].name) != 0)
            continue;
        if (commands[i].arguments == SOME ? argc < 2
                                          : argc - 1 != commands[i].arguments)
            return complain(error, "wrong number of arguments for ", argv[0]);
        options->command = commands[i].command;
        return take_arguments(argv + 1, options, error);
    }
    return complain(error, "there is no command ", argv[0]);
}

/* An option of another command is a mistake, not a wish. */
static enum err check_fit(const struct ctl_options *options, struct buf *error)
{
    bool is_new = options->command == CTL_NEW;

    if (!is_new && (options->idle != NULL || options->protection != NULL))
        return complain(error, "--idle and --protection belong to new", NULL);
    if (!is_new && options->format == CTL_QR)
        return complain(error, "--qr belongs to new", NULL);
    if (options->command != CTL_STATS && options->format == CTL_PROMETHEUS)
        return complain(error, "--prometheus belongs to stats", NULL);
    if (options->command != CTL_DOCTOR &&
        (options->account != NULL || options->password_file != NULL ||
         options->host != NULL || options->is_plain))
        return complain(
            error, "--as, --password-file, --host and --plain belong to doctor",
            NULL);
    if (options->account != NULL && strchr(options->account, '@') == NULL)
        return complain(error, "--as is an account, such as ann@example.org",
                        NULL);
    if (options->command != CTL_AUDIT && options->canary_file != NULL)
        return complain(error, "--canary-file belongs to erase-audit", NULL);
    if ((options->command == CTL_END || options->command == CTL_DOCTOR ||
         options->command == CTL_AUDIT) &&
        options->format == CTL_JSON)
        return complain(error, "--json belongs to new, list and stats", NULL);
    return ERR_OK;
}

enum err ctl_parse_options(int argc, char **argv, struct ctl_options *out,
                           struct buf *error)
{
    struct ctl_options options = {.command = CTL_HELP};
    enum err rc;
    int id;

    optind = 0; /* glibc: start anew, also in tests */
    opterr = 0;
    while ((id = getopt_long(argc, argv, "c:hV", long_options, NULL)) != -1) {
        if (id == '?')
            return complain(error, "unknown or incomplete option ",
                            argv[optind - 1]);
        if (id == 'h' || id == 'V') {
            options.command = id == 'h' ? CTL_HELP : CTL_VERSION;
            *out = options;
            return ERR_OK;
        }
        take_option(id, &options);
        if ((rc = take_format(id, &options, error)) != ERR_OK)
            return rc;
    }
    rc = take_command(argc - optind, argv + optind, &options, error);
    if (rc == ERR_OK)
        rc = check_fit(&options, error);
    if (rc == ERR_OK && options.command != CTL_HELP &&
        options.command != CTL_AUDIT && options.config_path == NULL)
        rc = complain(error, "-c FILE is missing", NULL);
    if (rc == ERR_OK)
        *out = options;
    return rc;
}

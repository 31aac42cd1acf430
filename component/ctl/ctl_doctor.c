/* ctl_doctor.c - duologuectl doctor: finds out why things do not connect. */
#include "ctl/ctl_doctor.h"

#include <errno.h>
#include <pwd.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

enum {
    FREE_BYTES_MIN = 64 * 1024 * 1024,
    SECRET_MAX_BYTES = 4096,
    USER_BYTES = 4096, /* one line of /etc/passwd */
};

static void say(struct doctor *doctor, const char *verdict, const char *what,
                const char *format, va_list args)
    __attribute__((format(printf, 4, 0)));

static void say(struct doctor *doctor, const char *verdict, const char *what,
                const char *format, va_list args)
{
    fprintf(doctor->ctl->out, "%-4s  %-14s ", verdict, what);
    vfprintf(doctor->ctl->out, format, args);
    fputc('\n', doctor->ctl->out);
    fflush(doctor->ctl->out);
}

void doctor__good(struct doctor *doctor, const char *what, const char *format,
                  ...)
{
    va_list args;

    va_start(args, format);
    say(doctor, "good", what, format, args);
    va_end(args);
}

void doctor__bad(struct doctor *doctor, const char *what, const char *format,
                 ...)
{
    va_list args;

    doctor->failures++;
    va_start(args, format);
    say(doctor, "BAD", what, format, args);
    va_end(args);
}

void doctor__note(struct doctor *doctor, const char *what, const char *format,
                  ...)
{
    va_list args;

    va_start(args, format);
    say(doctor, "note", what, format, args);
    va_end(args);
}

static void examine_secret(struct doctor *doctor)
{
    struct buf secret = BUF_EMPTY(SECRET_MAX_BYTES);
    struct buf error = BUF_EMPTY(CONFIG_ERROR_MAX_BYTES);
    const struct config *config = &doctor->ctl->config;

    if (config->server.host == NULL) {
        doctor__good(doctor, "mode",
                     "no XMPP server is configured: browsers "
                     "only");
        return;
    }
    if (config_check_component(config, &error) != ERR_OK ||
        config_read_secret(config, &secret, &error) != ERR_OK)
        doctor__bad(doctor, "secret", "%.*s", (int)error.len,
                    error.len > 0 ? error.at : "");
    else if (span_is(buf_span(&secret), "change-me"))
        doctor__bad(doctor, "secret",
                    "it is still \"change-me\"; set the one that the XMPP "
                    "server has for %s",
                    config->domain);
    else
        doctor__good(doctor, "secret", "readable");
    buf_clear(&secret);
    buf_clear(&error);
}

static void examine_directory(struct doctor *doctor)
{
    const char *path = doctor->ctl->config.data_dir;
    struct statvfs fs;
    struct stat st;

    if (stat(path, &st) != 0)
        doctor__bad(doctor, "data_dir", "%s: %s%s", path, strerror(errno),
                    errno == ENOENT ? "; the component makes it when it may "
                                      "write beside it"
                                    : "");
    else if (!S_ISDIR(st.st_mode))
        doctor__bad(doctor, "data_dir", "%s is not a folder", path);
    else if ((st.st_mode & 077) != 0)
        doctor__bad(doctor, "data_dir", "%s may be read by others: chmod 700",
                    path);
    else if (statvfs(path, &fs) == 0 &&
             (uint64_t)fs.f_bavail * fs.f_frsize < FREE_BYTES_MIN)
        doctor__bad(doctor, "data_dir", "%s has less than 64 MiB free", path);
    else
        doctor__good(doctor, "data_dir", "%s", path);
}

static void examine_user(struct doctor *doctor)
{
    const char *user = doctor->ctl->config.gateway_user;
    struct passwd *found = NULL;
    struct passwd entry;
    char bytes[USER_BYTES];

    if (user != NULL &&
        getpwnam_r(user, &entry, bytes, sizeof(bytes), &found) == 0 &&
        found == NULL)
        doctor__bad(doctor, "gateway_user", "there is no user \"%s\"", user);
}

static const char *advice_for(struct span error)
{
    if (span_is(error, "host-unknown"))
        return "the XMPP server does not know this domain: add the component "
               "to its configuration";
    if (span_is(error, "not-authorized"))
        return "the secrets differ, or (ejabberd says it so) it has no such "
               "component: compare both with the server's configuration";
    if (span_is(error, "conflict"))
        return "another component holds this domain";
    if (span_is(error, "connection refused"))
        return "nothing listens there: is the XMPP server up, and is its "
               "component port open?";
    return "look at the log of the XMPP server";
}

static void examine_link(struct doctor *doctor, const struct ctl_answer *answer)
{
    struct span error = ctl_answer_get(answer, "server_error");

    if (!span_is(ctl_answer_get(answer, "server_configured"), "1"))
        return;
    if (span_is(ctl_answer_get(answer, "server_up"), "1"))
        doctor__good(doctor, "server", "linked");
    else
        doctor__bad(doctor, "server", "not linked: %.*s; %s", (int)error.len,
                    error.len > 0 ? error.at : "", advice_for(error));
}

static void examine_gateway(struct doctor *doctor,
                            const struct ctl_answer *answer)
{
    if (span_is(ctl_answer_get(answer, "gateway_up"), "1"))
        doctor__good(doctor, "gateway", "linked");
    else
        doctor__note(doctor, "gateway",
                     "none is linked: browsers cannot enter");
}

static void examine_component(struct doctor *doctor)
{
    struct ctl_peer_options options = {
        .socket_path = doctor->ctl->config.socket,
        .domain = doctor->ctl->config.domain,
        .crypto = doctor->ctl->crypto,
    };
    struct ctl_request request = {"stats", NULL, 0};
    struct ctl_answer answer = {.fields = NULL};
    struct buf error = BUF_EMPTY(4096);
    struct ctl_peer *peer = NULL;

    if (ctl_peer_open(&options, &peer, &error) != ERR_OK) {
        doctor__bad(doctor, "component", "%.*s", (int)error.len,
                    error.len > 0 ? error.at : "");
        if (doctor->ctl->config.server.host != NULL)
            doctor__knock(doctor);
    } else if (ctl_peer_ask(peer, &request, &answer) != ERR_OK ||
               answer.is_refused) {
        doctor__bad(doctor, "component", "it does not answer");
    } else {
        doctor__good(doctor, "component", "answers on %s",
                     doctor->ctl->config.socket);
        examine_link(doctor, &answer);
        examine_gateway(doctor, &answer);
    }
    if (peer != NULL && doctor->ctl->options->account != NULL)
        doctor__converse(doctor, peer);
    ctl_answer_clear(&answer);
    ctl_peer_close(peer);
    buf_clear(&error);
}

enum ctl_exit ctl__doctor(struct ctl *ctl)
{
    struct doctor doctor = {.ctl = ctl};

    doctor__good(&doctor, "configuration", "%s", ctl->options->config_path);
    examine_secret(&doctor);
    examine_directory(&doctor);
    examine_user(&doctor);
    examine_component(&doctor);
    if (doctor.failures > 0)
        fprintf(ctl->out, "%u thing%s to mend\n", doctor.failures,
                doctor.failures == 1 ? "" : "s");
    return doctor.failures == 0 ? CTL_GOOD : CTL_FAILED;
}

/* ctl_run.c - from options to a command. */
#include "ctl/ctl_internal.h"

enum err ctl__connect(struct ctl *ctl, struct ctl_peer **out)
{
    struct buf error = BUF_EMPTY(4096);
    struct ctl_peer_options options = {
        .socket_path = ctl->config.socket,
        .domain = ctl->config.domain,
        .crypto = ctl->crypto,
    };
    enum err rc = ctl_peer_open(&options, out, &error);

    if (rc != ERR_OK)
        fprintf(ctl->complaints, "duologuectl: %.*s\n", (int)error.len,
                error.len > 0 ? error.at : err_text(rc));
    buf_clear(&error);
    return rc;
}

enum ctl_exit ctl__ask(struct ctl *ctl, struct ctl_peer *peer,
                       const struct ctl_request *request,
                       struct ctl_answer *out)
{
    enum err rc = ctl_peer_ask(peer, request, out);

    if (rc != ERR_OK) {
        fprintf(ctl->complaints, "duologuectl: no answer: %s\n", err_text(rc));
        return CTL_FAILED;
    }
    if (!out->is_refused)
        return CTL_GOOD;
    fprintf(ctl->complaints, "duologuectl: refused: %.*s%s%.*s\n",
            (int)out->condition.len,
            out->condition.len > 0 ? out->condition.at : "",
            out->condition.len > 0 && out->note.len > 0 ? ": " : "",
            (int)out->note.len, out->note.len > 0 ? out->note.at : "");
    return CTL_FAILED;
}

enum ctl_exit ctl__ask_once(struct ctl *ctl, const struct ctl_request *request,
                            struct ctl_answer *out)
{
    struct ctl_peer *peer = NULL;
    enum ctl_exit status = CTL_FAILED;

    *out = (struct ctl_answer){.fields = NULL};
    if (ctl__connect(ctl, &peer) == ERR_OK)
        status = ctl__ask(ctl, peer, request, out);
    ctl_peer_close(peer);
    return status;
}

static enum ctl_exit run_command(struct ctl *ctl)
{
    switch (ctl->options->command) {
    case CTL_NEW:
        return ctl__new(ctl);
    case CTL_LIST:
        return ctl__list(ctl);
    case CTL_END:
        return ctl__end(ctl);
    case CTL_STATS:
        return ctl__stats(ctl);
    case CTL_DOCTOR:
        return ctl__doctor(ctl);
    case CTL_AUDIT:
    case CTL_HELP:
    case CTL_VERSION:
        break;
    }
    return CTL_USAGE;
}

static enum ctl_exit run_configured(struct ctl *ctl)
{
    struct buf error = BUF_EMPTY(CONFIG_ERROR_MAX_BYTES);
    enum ctl_exit status = CTL_USAGE;
    enum err rc = config_load(ctl->options->config_path, &ctl->config, &error);

    if (rc == ERR_OK) {
        ctl->crypto = crypto_new();
        status = ctl->crypto != NULL ? run_command(ctl) : CTL_FAILED;
    } else {
        fprintf(ctl->complaints, "duologuectl: %.*s\n", (int)error.len,
                error.len > 0 ? error.at : "");
    }
    crypto_free(ctl->crypto);
    config_clear(&ctl->config);
    buf_clear(&error);
    return status;
}

enum ctl_exit ctl_run(const struct ctl_options *options, FILE *out,
                      FILE *complaints)
{
    struct ctl ctl = {
        .options = options,
        .config = CONFIG_EMPTY,
        .out = out,
        .complaints = complaints,
    };

    if (options->command == CTL_HELP) {
        fputs(ctl_usage(), out);
        return CTL_GOOD;
    }
    if (options->command == CTL_VERSION) {
        fputs("duologuectl " DUOLOGUE_VERSION "\n", out);
        return CTL_GOOD;
    }
    /* It looks at files, whoever wrote them. */
    if (options->command == CTL_AUDIT)
        return ctl__audit(&ctl);
    return run_configured(&ctl);
}

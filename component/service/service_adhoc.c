/* service_adhoc.c - XEP-0050: sessions, actions, answers. */
#include <string.h>

#include "service/service_commands.h"

enum action { ACTION_RUN, ACTION_BACK, ACTION_CANCEL, ACTION_UNKNOWN };

static enum action action_of(struct span text)
{
    if (text.len == 0 || span_is(text, "execute") || span_is(text, "next") ||
        span_is(text, "complete"))
        return ACTION_RUN;
    if (span_is(text, "prev"))
        return ACTION_BACK;
    return span_is(text, "cancel") ? ACTION_CANCEL : ACTION_UNKNOWN;
}

static enum err bad_command(struct service_call *call, const char *name,
                            enum service_text text)
{
    return service__error_full(
        call, &(struct service_error){.condition = STANZA_BAD_REQUEST,
                                      .text = service__text(text),
                                      .name = name,
                                      .ns = NS_COMMANDS});
}

struct stanza_out *service__command_open(struct service_call *call,
                                         const struct service_asked *asked,
                                         const char *status)
{
    struct stanza_out *out = service__query_open(call, "command", NS_COMMANDS);

    xml_put_attr_text(&out->xml, "node", asked->command->node);
    xml_put_attr(&out->xml, "sessionid", asked->session);
    xml_put_attr_text(&out->xml, "status", status);
    return out;
}

void service__command_note(struct stanza_out *out, const char *type,
                           const char *text)
{
    xml_open(&out->xml, "note", NULL);
    xml_put_attr_text(&out->xml, "type", type);
    xml_put_text(&out->xml, span_of(text));
    xml_close(&out->xml);
}

void service__command_actions(struct stanza_out *out)
{
    xml_open(&out->xml, "actions", NULL);
    xml_put_attr_text(&out->xml, "execute", "complete");
    xml_open(&out->xml, "complete", NULL);
    xml_close(&out->xml);
    xml_close(&out->xml);
}

enum err service__command_close(struct service_call *call)
{
    return service__query_close(call);
}

static struct service_session *find(struct service *service, struct span id)
{
    if (id.len != SERVICE_ID_CHARS)
        return NULL;
    for (size_t i = 0; i < SERVICE_COMMANDS_MAX; i++) {
        struct service_session *session = &service->sessions[i];

        if (session->until_ms != 0 && !session->is_over &&
            crypto_equal((struct span){session->id, SERVICE_ID_CHARS}, id))
            return session;
    }
    return NULL;
}

void service__command_over(struct service_call *call,
                           const struct service_asked *asked)
{
    struct service_session *session = find(call->service, asked->session);

    if (session == NULL)
        return;
    session->is_over = true;
    call->service->has_over = true;
}

void service_commands_over(struct service *service, bool is_stored)
{
    if (!service->has_over)
        return;
    for (size_t i = 0; i < SERVICE_COMMANDS_MAX; i++) {
        struct service_session *session = &service->sessions[i];

        if (session->is_over && is_stored)
            service__wipe(session, sizeof(*session));
        session->is_over = false;
    }
    service->has_over = false;
}

/* A free place, or that of the one which began first: of the account's own if
 * it has as many as it may, so that nobody pushes out the others. */
static struct service_session *place(struct service *service,
                                     const struct secret *account)
{
    struct service_session *oldest = &service->sessions[0], *own = NULL;
    size_t own_count = 0;

    for (size_t i = 0; i < SERVICE_COMMANDS_MAX; i++) {
        struct service_session *session = &service->sessions[i];

        if (session->until_ms < oldest->until_ms)
            oldest = session;
        if (session->until_ms == 0 || !secret_equal(&session->account, account))
            continue;
        own_count++;
        if (own == NULL || session->until_ms < own->until_ms)
            own = session;
    }
    return own_count < SERVICE_COMMANDS_OF_ONE ? oldest : own;
}

static enum err remember(struct service_call *call,
                         const struct service_asked *asked)
{
    struct crypto *crypto = call->service->crypto;
    struct service_session *session;
    struct secret who, account;
    enum err rc = crypto_sha256(crypto, call->stanza->from.full, &who);

    if (rc == ERR_OK)
        rc = crypto_sha256(crypto, call->stanza->from.bare, &account);
    if (rc != ERR_OK)
        return rc;
    session = place(call->service, &account);
    session->who = who;
    session->account = account;
    memcpy(session->id, asked->session.at, SERVICE_ID_CHARS);
    session->node = asked->command->node;
    session->is_over = false;
    session->until_ms = call->in->now_ms + SERVICE_COMMAND_TTL_MS;
    return ERR_OK;
}

enum err service__command_again(struct service_call *call,
                                const struct service_asked *asked,
                                enum service_text problem)
{
    enum err rc = ERR_OK;

    if (find(call->service, asked->session) == NULL)
        rc = remember(call, asked);
    return rc == ERR_OK ? asked->command->ask(call, asked, problem) : rc;
}

/* Finds the run that this request goes on with.  *is_known false: it has been
 * answered. */
static enum err resume(struct service_call *call,
                       const struct service_asked *asked, bool *is_known)
{
    struct service_session *session = find(call->service, asked->session);
    struct secret who;
    enum err rc =
        crypto_sha256(call->service->crypto, call->stanza->from.full, &who);

    *is_known = false;
    if (rc != ERR_OK)
        return rc;
    if (session == NULL || !secret_equal(&session->who, &who) ||
        session->node != asked->command->node)
        return bad_command(call, "bad-sessionid", TEXT_BAD_SESSION);
    if (session->until_ms < call->in->now_ms) {
        service__wipe(session, sizeof(*session));
        return bad_command(call, "session-expired", TEXT_SESSION_EXPIRED);
    }
    *is_known = true;
    return ERR_OK;
}

static enum err cancel(struct service_call *call,
                       const struct service_asked *asked)
{
    service__command_open(call, asked, "canceled");
    service__command_over(call, asked);
    return service__command_close(call);
}

static enum err go_on(struct service_call *call,
                      const struct service_asked *asked, enum action action)
{
    const struct xml_node *form = asked->form;

    if (action == ACTION_CANCEL ||
        (form != NULL && span_is(xml_attr(form, "type"), "cancel")))
        return cancel(call, asked);
    if (!asked->command->has_form || (form != NULL && action == ACTION_RUN))
        return asked->command->run(call, asked);
    return service__command_again(call, asked, TEXT_NONE);
}

/* An id for this run, kept only where a form is sent out. */
static struct span fresh_session(const struct service_call *call,
                                 char out[SERVICE_ID_CHARS])
{
    service__hex(call->in->random + SERVICE_RANDOM_BYTES - SERVICE_ID_CHARS / 2,
                 SERVICE_ID_CHARS / 2, out);
    return (struct span){out, SERVICE_ID_CHARS};
}

enum err service__command(struct service_call *call,
                          const struct xml_node *query)
{
    enum action action = action_of(xml_attr(query, "action"));
    struct service_asked asked = {
        .command = service__command_named(call, xml_attr(query, "node")),
        .form = xml_child(query, "x", NS_DATA),
        .session = xml_attr(query, "sessionid"),
    };
    char fresh[SERVICE_ID_CHARS];
    enum err rc;

    if (asked.command == NULL)
        return service__error(call, STANZA_ITEM_NOT_FOUND, TEXT_NO_COMMAND);
    if (!asked.command->may(call))
        return service__error(call, STANZA_FORBIDDEN, asked.command->refusal);
    if (action == ACTION_UNKNOWN)
        return bad_command(call, "malformed-action", TEXT_BAD_ACTION);
    if (asked.session.len > 0) {
        bool is_known;

        rc = resume(call, &asked, &is_known);
        if (rc != ERR_OK || !is_known)
            return rc;
    } else {
        asked.session = fresh_session(call, fresh);
    }
    return go_on(call, &asked, action);
}

#include "main/main_settings.h"

#include <pwd.h>

#include "wire/jid.h"

enum { PASSWD_BYTES = 4096 };

static enum err prepare(struct main_settings *settings, enum config_id id,
                        const char *text, struct buf *error, struct span *out)
{
    struct jid jid;
    enum err rc = jid_parse(&settings->arena, span_of(text), &jid);

    if (rc == ERR_SYNTAX)
        return config_refuse(
            &settings->config, id, error,
            "\"%s\" is no XMPP address; write one such as %s", text,
            id == CONFIG_KEY_DOMAIN ? "duo.example.org" : "ann@example.org");
    if (rc == ERR_OK)
        *out = jid.bare;
    return rc;
}

static enum err prepare_creators(struct main_settings *settings,
                                 struct buf *error)
{
    const struct config_list *list = &settings->config.create.list;
    enum err rc = ERR_OK;

    if (list->len == 0)
        return ERR_OK;
    settings->creators =
        arena_alloc(&settings->arena, list->len * sizeof(*settings->creators));
    if (settings->creators == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < list->len && rc == ERR_OK; i++)
        rc = prepare(settings, CONFIG_KEY_CREATE, list->at[i], error,
                     &settings->creators[i]);
    settings->creator_count = list->len;
    return rc;
}

static enum err find_gateway_user(struct main_settings *settings,
                                  struct buf *error)
{
    const char *name = settings->config.gateway_user;
    char text[PASSWD_BYTES];
    struct passwd entry;
    struct passwd *found = NULL;

    if (name == NULL)
        return ERR_OK;
    if (getpwnam_r(name, &entry, text, sizeof(text), &found) != 0 ||
        found == NULL)
        return config_refuse(&settings->config, CONFIG_KEY_GATEWAY_USER, error,
                             "there is no user \"%s\" on this system; make "
                             "it, or write the one that runs duologue-gateway",
                             name);
    settings->gateway_uid = entry.pw_uid;
    return ERR_OK;
}

enum err main_settings_load(const char *file, struct main_settings *out,
                            struct buf *error)
{
    struct config *config = &out->config;
    enum err rc = config_load(file, config, error);

    if (rc == ERR_OK)
        rc = config_check_component(config, error);
    if (rc == ERR_OK)
        rc = prepare(out, CONFIG_KEY_DOMAIN, config->domain, error,
                     &out->domain);
    if (rc == ERR_OK)
        rc = prepare_creators(out, error);
    if (rc == ERR_OK)
        rc = find_gateway_user(out, error);
    if (rc == ERR_OK && config->server.host != NULL)
        rc = config_read_secret(config, &out->secret, error);
    return rc;
}

void main_settings_forget_secret(struct main_settings *settings)
{
    config_forget_secret(&settings->config);
    buf_clear(&settings->secret);
}

void main_settings_clear(struct main_settings *settings)
{
    config_clear(&settings->config);
    arena_clear(&settings->arena);
    buf_clear(&settings->secret);
}

enum err main_settings_reload(struct main_settings *settings, struct buf *error)
{
    struct config *config = &settings->config;
    struct config fresh = CONFIG_EMPTY;
    enum err rc = config_load(config->file, &fresh, error);

    if (rc == ERR_OK) {
        config->body_max_bytes = fresh.body_max_bytes;
        config->messages_per_second = fresh.messages_per_second;
        config->message_burst = fresh.message_burst;
        config->sessions_per_seat = fresh.sessions_per_seat;
        config->creates_per_hour = fresh.creates_per_hour;
    }
    config_clear(&fresh);
    return rc;
}

struct room_limits main_settings_limits(const struct main_settings *settings)
{
    const struct config *config = &settings->config;

    return (struct room_limits){
        .body_max_bytes = config->body_max_bytes,
        .messages_per_second = config->messages_per_second,
        .message_burst = config->message_burst,
        .sessions_per_seat = config->sessions_per_seat,
        .creates_per_hour = config->creates_per_hour,
        .idle_warning_ms = config->idle_warning_ms,
    };
}

static enum service_create_policy create_policy(enum config_create who)
{
    switch (who) {
    case CONFIG_CREATE_ANYONE:
        return SERVICE_CREATE_ANYONE;
    case CONFIG_CREATE_NATIVE:
        return SERVICE_CREATE_NATIVE;
    case CONFIG_CREATE_LISTED:
        break;
    }
    return SERVICE_CREATE_LISTED;
}

struct service_options main_settings_service(
    const struct main_settings *settings)
{
    const struct config *config = &settings->config;

    return (struct service_options){
        .domain = settings->domain,
        .public_url = span_of(config->public_url.text),
        .create = create_policy(config->create.who),
        .create_list = settings->creators,
        .create_list_count = settings->creator_count,
        .idle_default_ms = config->idle_timeout_ms,
        .idle_max_ms = config->idle_max_ms,
        .body_max_bytes = config->body_max_bytes,
        .has_server = config->server.host != NULL,
        .version = DUOLOGUE_VERSION,
    };
}

#include "service/service.h"

#include <stdlib.h>
#include <string.h>

#include "service/service_internal.h"

static void clear_options(struct service *service)
{
    arena_clear(&service->owned);
    service->options = (struct service_options){0};
}

static enum err copy_list(struct arena *arena,
                          const struct service_options *from,
                          const struct span **out)
{
    struct span *list;

    *out = NULL;
    if (from->create_list_count == 0)
        return ERR_OK;
    list = arena_alloc(arena, from->create_list_count * sizeof(*list));
    if (list == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < from->create_list_count; i++)
        if (arena_copy(arena, from->create_list[i], &list[i]) != ERR_OK)
            return ERR_NOMEM;
    *out = list;
    return ERR_OK;
}

enum err service_set_options(struct service *service,
                             const struct service_options *options)
{
    struct arena arena = ARENA_EMPTY(SERVICE_OPTIONS_MAX_BYTES);
    struct service_options copy = *options;
    struct span version;
    enum err rc;

    if ((rc = arena_copy(&arena, options->domain, &copy.domain)) != ERR_OK)
        goto out;
    if ((rc = arena_copy(&arena, options->public_url, &copy.public_url)) !=
        ERR_OK)
        goto out;
    if ((rc = arena_copy(&arena, span_of(options->version), &version)) !=
        ERR_OK)
        goto out;
    copy.version = version.at;
    if ((rc = copy_list(&arena, options, &copy.create_list)) != ERR_OK)
        goto out;
    clear_options(service);
    service->owned = arena;
    service->options = copy;
    return ERR_OK;
out:
    arena_clear(&arena);
    return rc;
}

struct service *service_new(const struct service_options *options,
                            struct room_engine *engine, struct crypto *crypto,
                            const struct service_port *port)
{
    struct service *service = calloc(1, sizeof(*service));
    uint64_t seed[2];

    if (service == NULL)
        return NULL;
    crypto_random(crypto, seed, sizeof(seed));
    map_init(&service->guests, seed);
    map_init(&service->flows.senders, seed);
    service->owned = ARENA_EMPTY(SERVICE_OPTIONS_MAX_BYTES);
    service->arena = ARENA_EMPTY(SERVICE_ARENA_MAX_BYTES);
    service->payload = BUF_EMPTY(SERVICE_PAYLOAD_MAX_BYTES);
    service->written = BUF_EMPTY(SERVICE_BUFFER_MAX_BYTES);
    service->engine = engine;
    service->crypto = crypto;
    service->port = *port;
    if (service_set_options(service, options) == ERR_OK)
        return service;
    service_free(service);
    return NULL;
}

void service_free(struct service *service)
{
    if (service == NULL)
        return;
    service_forget_guests(service);
    service__flows_clear(&service->flows);
    arena_clear(&service->arena);
    buf_clear(&service->payload);
    buf_clear(&service->written);
    clear_options(service);
    service__wipe(service, sizeof(*service));
    free(service);
}

static enum room_request_kind kind_of(const struct stanza *stanza)
{
    switch (stanza->kind) {
    case STANZA_IQ:
        if (span_is(stanza->type, "get") || span_is(stanza->type, "set"))
            return ROOM_REQUEST_IQ;
        return ROOM_REQUEST_NONE;
    case STANZA_MESSAGE:
        if (span_is(stanza->type, "error"))
            return ROOM_REQUEST_NONE;
        return ROOM_REQUEST_MESSAGE;
    case STANZA_PRESENCE:
        if (stanza->type.at == NULL || span_is(stanza->type, "probe"))
            return ROOM_REQUEST_PRESENCE;
        return ROOM_REQUEST_NONE;
    }
    return ROOM_REQUEST_NONE;
}

void service_request_of(const struct stanza *stanza, struct room_request *out)
{
    *out = (struct room_request){
        .kind = kind_of(stanza),
        .from = stanza->from.full,
        .to = stanza->is_to_malformed ? stanza->to.bare : stanza->to.full,
        .id = stanza->id,
    };
}

enum err service_take_back(struct service *service,
                           const struct room_request *request,
                           struct stanza_out *out)
{
    struct room_request answer = *request;
    enum err rc;

    if (answer.kind == ROOM_REQUEST_NONE)
        return ERR_OK;
    if (answer.to.len == 0)
        answer.to = service->options.domain;
    rc = service__put_error(
        out, &answer,
        &(struct service_error){.condition = STANZA_RESOURCE_CONSTRAINT,
                                .text = service__text(TEXT_TRY_LATER)});
    return rc == ERR_SYNTAX || rc == ERR_LIMIT ? ERR_OK : rc;
}

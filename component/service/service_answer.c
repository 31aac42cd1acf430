#include <string.h>

#include "service/service_internal.h"

void service__wipe(void *at, size_t len)
{
    volatile unsigned char *byte = at;

    while (len-- > 0)
        *byte++ = 0;
}

void service__wipe_buf(struct buf *buf)
{
    if (buf->len > 0)
        memset(buf->at, 0, buf->len);
    buf_truncate(buf, 0);
}

struct stanza_out *service__open(struct service_call *call,
                                 const struct stanza_head *head)
{
    struct service *service = call->service;

    buf_truncate(&service->written, 0);
    call->door = STANZA_OUT(&service->written, service->options.domain);
    stanza_begin(&call->door, head);
    return &call->door;
}

enum err service__close(struct service_call *call, struct span to)
{
    struct room_effect *effect;
    enum err rc = stanza_end(&call->door);

    if (rc != ERR_OK)
        return rc;
    effect = room_effects_add(call->out, ROOM_EFFECT_WRITTEN, call->room, NULL);
    if (effect == NULL)
        return ERR_NOMEM;
    if ((rc = arena_copy(&call->out->arena, to, &effect->u.written.to)) ==
        ERR_OK)
        rc = arena_copy(&call->out->arena, buf_span(&call->service->written),
                        &effect->u.written.stanza);
    service__wipe_buf(&call->service->written);
    return rc;
}

struct stanza_out *service__answer_open(struct service_call *call)
{
    return service__open(call, &(struct stanza_head){
                                   .kind = STANZA_IQ,
                                   .from = call->request.to,
                                   .to = call->request.from,
                                   .type = SPAN("result"),
                                   .id = call->request.id,
                               });
}

/* An answer that the door refuses becomes an error: one must go out. */
enum err service__answer_close(struct service_call *call)
{
    enum err rc = service__close(call, call->request.from);

    call->is_answered = true;
    if (rc != ERR_SYNTAX && rc != ERR_LIMIT)
        return rc;
    return service__error(call, STANZA_INTERNAL, TEXT_NONE);
}

enum err service__answer_empty(struct service_call *call)
{
    service__answer_open(call);
    return service__answer_close(call);
}

struct stanza_out *service__query_open(struct service_call *call,
                                       const char *name, const char *ns)
{
    struct stanza_out *out = service__answer_open(call);

    xml_open(&out->xml, name, ns);
    return out;
}

enum err service__query_close(struct service_call *call)
{
    xml_close(&call->door.xml);
    return service__answer_close(call);
}

enum err service__end(struct stanza_out *out)
{
    enum err rc = stanza_end(out);

    return rc == ERR_SYNTAX || rc == ERR_LIMIT ? ERR_OK : rc;
}

#include "service/service_internal.h"

static struct span bare_of(struct span jid)
{
    return span_slice(jid, 0, span_find(jid, '/'));
}

static enum stanza_kind kind_of(enum room_request_kind kind)
{
    switch (kind) {
    case ROOM_REQUEST_PRESENCE:
        return STANZA_PRESENCE;
    case ROOM_REQUEST_MESSAGE:
        return STANZA_MESSAGE;
    case ROOM_REQUEST_IQ:
    case ROOM_REQUEST_NONE:
        break;
    }
    return STANZA_IQ;
}

static const struct {
    const char *name;
    const char *type;
    const char *code;
} conditions[STANZA_ERROR_COUNT] = {
#define SERVICE_CONDITION(code, name, type, legacy)                            \
    [code] = {name, type, legacy},
    STANZA_ERROR_MAP(SERVICE_CONDITION)
#undef SERVICE_CONDITION
};

static void put_detail(struct xml_writer *xml,
                       const struct service_error *error)
{
    xml_open(xml, error->name, error->ns);
    for (size_t i = 0; i < 2 && error->attrs[i].name != NULL; i++) {
        if (error->attrs[i].text != NULL)
            xml_put_attr_text(xml, error->attrs[i].name, error->attrs[i].text);
        else
            xml_put_attr_number(xml, error->attrs[i].name,
                                error->attrs[i].number);
    }
    xml_close(xml);
}

/* As stanza_put_error, with room for a condition of ours or of a XEP: it
 * stands inside the error (RFC 6120 8.3.4). */
static void put_with_detail(struct xml_writer *xml,
                            const struct service_error *error, struct span by)
{
    xml_open(xml, "error", NULL);
    xml_put_attr_text(xml, "type", conditions[error->condition].type);
    xml_put_attr(xml, "by", by);
    xml_put_attr_text(xml, "code", conditions[error->condition].code);
    xml_open(xml, conditions[error->condition].name, NS_STANZA_ERRORS);
    xml_close(xml);
    if (error->text != NULL) {
        xml_open(xml, "text", NS_STANZA_ERRORS);
        xml_put_attr_text(xml, "xml:lang", "en");
        xml_put_text(xml, span_of(error->text));
        xml_close(xml);
    }
    put_detail(xml, error);
    xml_close(xml);
}

enum err service__put_error(struct stanza_out *out,
                            const struct room_request *request,
                            const struct service_error *error)
{
    stanza_begin(out, &(struct stanza_head){
                          .kind = kind_of(request->kind),
                          .from = request->to,
                          .to = request->from,
                          .type = SPAN("error"),
                          .id = request->id,
                      });
    /* One client looks at the first <x/> of an error presence. */
    if (request->kind == ROOM_REQUEST_PRESENCE) {
        xml_open(&out->xml, "x", NS_MUC);
        xml_close(&out->xml);
    }
    if (error->name != NULL)
        put_with_detail(&out->xml, error, bare_of(request->to));
    else
        stanza_put_error(out, error->condition, bare_of(request->to),
                         error->text);
    return stanza_end(out);
}

enum err service__error_full(struct service_call *call,
                             const struct service_error *error)
{
    struct service *service = call->service;
    struct room_effect *effect;
    enum err rc;

    call->is_answered = true;
    if (call->request.kind == ROOM_REQUEST_NONE)
        return ERR_OK;
    buf_truncate(&service->written, 0);
    call->door = STANZA_OUT(&service->written, service->options.domain);
    rc = service__put_error(&call->door, &call->request, error);
    /* What cannot even be refused is left without an answer. */
    if (rc != ERR_OK)
        return rc == ERR_NOMEM ? rc : ERR_OK;
    effect = room_effects_add(call->out, ROOM_EFFECT_WRITTEN, call->room, NULL);
    if (effect == NULL)
        return ERR_NOMEM;
    rc = arena_copy(&call->out->arena, call->request.from,
                    &effect->u.written.to);
    if (rc == ERR_OK)
        rc = arena_copy(&call->out->arena, buf_span(&service->written),
                        &effect->u.written.stanza);
    return rc;
}

enum err service__error(struct service_call *call, enum stanza_error condition,
                        enum service_text text)
{
    return service__error_full(
        call, &(struct service_error){.condition = condition,
                                      .text = service__text(text)});
}

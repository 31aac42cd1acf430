#include "service/service_create.h"

#include <string.h>

#include "service/service_commands.h"

enum {
    LOCAL_BYTES = 10,       /* 16 characters of 5 bits */
    CODE_BYTES = 7,         /* 10 characters of 5 bits */
    INVITE_RANDOM_AT = 128, /* behind what a room needs */
};

bool service__may_create(const struct service_call *call)
{
    const struct service_options *options = &call->service->options;
    const struct jid *from = &call->stanza->from;

    if (call->in->leg == ROOM_LEG_CONTROL)
        return true;
    switch (options->create) {
    case SERVICE_CREATE_ANYONE:
        return true;
    case SERVICE_CREATE_NATIVE:
        return call->in->leg == ROOM_LEG_NATIVE;
    case SERVICE_CREATE_LISTED:
        break;
    }
    for (size_t i = 0; i < options->create_list_count; i++)
        if (span_equal(options->create_list[i], from->bare) ||
            span_equal(options->create_list[i], from->domain))
            return true;
    return false;
}

bool service__may_protect(enum room_leg leg, enum room_protection protection)
{
    switch (protection) {
    case ROOM_PROTECTION_SERVER:
        return true;
    case ROOM_PROTECTION_LINK:
        return leg != ROOM_LEG_NATIVE;
    case ROOM_PROTECTION_OMEMO:
        return leg != ROOM_LEG_GUEST;
    }
    return false;
}

/* A name stands behind the slash of an address: it must be prepared. */
static enum err prepare_name(struct service_call *call, struct span *name,
                             struct span *folded)
{
    struct arena *arena = &call->service->arena;
    enum err rc = jid_prepare_resource(arena, span_trim(*name), name);

    return rc == ERR_OK ? jid_fold_name(arena, *name, folded) : rc;
}

enum err service__check_names(struct service_call *call,
                              struct service_wish *wish,
                              enum service_text *problem)
{
    struct span folded[ROOM_SEATS];

    *problem = TEXT_NONE;
    for (size_t i = 0; i < ROOM_SEATS; i++) {
        enum err rc = prepare_name(call, &wish->names[i], &folded[i]);

        if (rc == ERR_SYNTAX || wish->names[i].len > ROOM_NAME_MAX_BYTES) {
            *problem = TEXT_BAD_NAME;
            return ERR_OK;
        }
        if (rc != ERR_OK)
            return rc;
    }
    if (span_equal(folded[0], folded[1]))
        *problem = TEXT_SAME_NAMES;
    return ERR_OK;
}

enum err service__check_reach(const struct service_call *call,
                              const struct service_wish *wish,
                              enum service_text *problem)
{
    bool has_apps = call->service->options.has_server &&
                    wish->protection != ROOM_PROTECTION_LINK;

    *problem = TEXT_NONE;
    for (size_t i = 0; has_apps && i < ROOM_SEATS; i++) {
        bool is_for_all;
        enum err rc = jid_is_resource_for_all(wish->names[i], &is_for_all);

        if (rc != ERR_OK)
            return rc;
        if (!is_for_all)
            *problem = TEXT_FAR_NAME;
    }
    return ERR_OK;
}

static const uint8_t *draw(const uint8_t **random, size_t len)
{
    const uint8_t *at = *random;

    *random += len;
    return at;
}

static enum err draw_room(struct service_call *call, struct room_create *create,
                          struct service_made *made)
{
    const uint8_t *random = call->in->random;
    struct span local = {made->local, ID_CHARS};
    enum err rc = ERR_OK;

    base32_encode(draw(&random, LOCAL_BYTES), made->local, ID_CHARS);
    memcpy(create->keys.seal.at, draw(&random, SECRET_BYTES), SECRET_BYTES);
    memcpy(create->keys.code.at, draw(&random, SECRET_BYTES), SECRET_BYTES);
    for (size_t i = 0; rc == ERR_OK && i < ROOM_SEATS; i++) {
        base32_encode(draw(&random, LOCAL_BYTES), made->seat_ids[i], ID_CHARS);
        base32_encode(draw(&random, CODE_BYTES), made->codes[i], CODE_CHARS);
        create->seat_ids[i] = (struct span){made->seat_ids[i], ID_CHARS};
        rc = service_code_digest(call->service->crypto, &create->keys.code,
                                 local, made->codes[i], &create->codes[i]);
    }
    return rc;
}

/* What the engine added behind `last`. */
static bool was_refused(const struct room_effects *effects,
                        const struct room_effect *last)
{
    const struct room_effect *effect =
        last != NULL ? last->next : effects->first;

    for (; effect != NULL; effect = effect->next)
        if (effect->kind == ROOM_EFFECT_REFUSE)
            return true;
    return false;
}

enum err service__create(struct service_call *call,
                         const struct service_wish *wish,
                         struct service_made *made)
{
    const struct service_port *port = &call->service->port;
    const struct room_effect *last = call->out->last;
    struct room_event event = service__event(call, ROOM_EVENT_CREATE);
    struct room_create *create = &event.u.create;
    enum err rc;

    memset(made, 0, sizeof(*made));
    create->number = port->next_number(port->self);
    made->is_refused = create->number == 0;
    if (made->is_refused)
        return service__error(call, STANZA_RESOURCE_CONSTRAINT, TEXT_TRY_LATER);
    rc = draw_room(call, create, made);
    event.room = (struct span){made->local, ID_CHARS};
    memcpy(create->names, wish->names, sizeof(create->names));
    create->protection = wish->protection;
    create->idle_ms = wish->idle_ms;
    if (rc == ERR_OK)
        rc = service__step(call, &event);
    service__wipe(&event, sizeof(event));
    if (rc == ERR_OK)
        made->is_refused = was_refused(call->out, last);
    return rc;
}

enum err service__put_link(const struct service *service,
                           const struct service_made *made, size_t seat,
                           struct buf *out)
{
    struct span id = {made->seat_ids[seat], ID_CHARS};
    enum err rc;

    if ((rc = buf_append(out, service->options.public_url)) != ERR_OK ||
        (rc = buf_append(out, SPAN("/#"))) != ERR_OK)
        return rc;
    return buf_append(out, id);
}

struct invitation {
    size_t seat;
    struct span to;
    struct span inviter;
    enum service_text reason;
};

/* XEP-0045 7.8.2: the one way by which a code gets into an app untyped. */
static enum err invite(struct service_call *call,
                       const struct service_made *made,
                       const struct invitation *about)
{
    struct span local = {made->local, ID_CHARS};
    char shown[CODE_CHARS + 2], id[SERVICE_ID_CHARS];
    struct service_address address;
    struct stanza_out *out;
    enum err rc;

    service__hex(call->in->random + INVITE_RANDOM_AT +
                     about->seat * SERVICE_ID_CHARS / 2,
                 SERVICE_ID_CHARS / 2, id);
    out =
        service__open(call, &(struct stanza_head){
                                .kind = STANZA_MESSAGE,
                                .from = service__address_of(
                                    call->service, local, SPAN_EMPTY, &address),
                                .to = about->to,
                                .id = {id, SERVICE_ID_CHARS},
                            });
    xml_open(&out->xml, "x", NS_MUC_USER);
    xml_open(&out->xml, "invite", NULL);
    xml_put_attr(&out->xml, "from", about->inviter);
    xml_put_element(&out->xml, "reason", NULL,
                    span_of(service__text(about->reason)));
    xml_close(&out->xml);
    base32_show_code(made->codes[about->seat], shown);
    xml_put_element(&out->xml, "password", NULL, span_of(shown));
    service__wipe(shown, sizeof(shown));
    xml_close(&out->xml);
    rc = service__close(call, about->to);
    return rc == ERR_SYNTAX || rc == ERR_LIMIT ? ERR_OK : rc;
}

enum err service__invite_both(struct service_call *call,
                              const struct service_wish *wish,
                              const struct service_made *made)
{
    struct span own = call->stanza->from.bare;
    struct invitation first = {0, own, own, TEXT_INVITE_OWN};
    struct invitation second = {1, wish->invite, own, TEXT_INVITE_PEER};
    struct service_address address;
    enum err rc = ERR_OK;

    if (wish->protection == ROOM_PROTECTION_LINK)
        return ERR_OK;
    if (call->in->leg == ROOM_LEG_NATIVE)
        rc = invite(call, made, &first);
    if (rc != ERR_OK || wish->invite.len == 0)
        return rc;
    /* Where addresses are hidden, the invitation does not tell one; nor does
     * the room invite, for Gajim up to 1.7 shows no such invitation. */
    if (wish->protection != ROOM_PROTECTION_OMEMO)
        second.inviter = service__address_of(call->service, SPAN_EMPTY,
                                             wish->names[0], &address);
    return invite(call, made, &second);
}

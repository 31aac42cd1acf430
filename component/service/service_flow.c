/* service_flow.c - how much one sender may make us do.
 *
 * Everything that is answered costs its sender units of a bucket.  Who has none
 * left is heard no more, before any room is woken: questions get a short
 * refusal, for they must be answered, and the rest gets nothing.  What a
 * session says in its own room is not counted here: the room limits that. */
#include <stdlib.h>
#include <string.h>

#include "service/service_internal.h"

enum {
    FLOW_UNITS = 2000,     /* at once: an app that enters a hundred chats */
    FLOW_UNITS_PER_S = 50, /* afterwards */
    FLOW_FULL_MS = FLOW_UNITS * 1000 / FLOW_UNITS_PER_S,
    FLOW_SENDERS_MAX = 8192, /* whose use we remember */
    COST_ANY = 1,
    COST_HEAVY = 4, /* a join, a page of the archive, a command */
};

struct service_flow {
    struct list_link link;
    int64_t level_milli;
    int64_t at_ms; /* when the level was true */
    size_t len;
    char sender[];
};

static struct span key_of(const struct service_flow *flow)
{
    return (struct span){flow->sender, flow->len};
}

static void drop(struct service_flows *flows, struct service_flow *flow)
{
    map_remove(&flows->senders, key_of(flow));
    list_remove(&flows->used, &flow->link);
    free(flow);
}

void service__flows_clear(struct service_flows *flows)
{
    while (flows->used.first != NULL)
        drop(flows, (struct service_flow *)flows->used.first);
    map_clear(&flows->senders);
}

static void fill(struct service_flow *flow, int64_t now_ms)
{
    int64_t elapsed_ms = now_ms - flow->at_ms;
    int64_t missing = (int64_t)FLOW_UNITS * 1000 - flow->level_milli;

    flow->at_ms = now_ms;
    if (elapsed_ms <= 0)
        return;
    if (elapsed_ms >= missing / FLOW_UNITS_PER_S)
        flow->level_milli += missing;
    else
        flow->level_milli += elapsed_ms * FLOW_UNITS_PER_S;
}

/* Two old ones go for each new one: who may do all again is as good as
 * forgotten, and no address stays for long. */
static void make_place(struct service_flows *flows, int64_t now_ms)
{
    for (int i = 0; i < 2; i++) {
        struct service_flow *oldest = (struct service_flow *)flows->used.first;

        if (oldest == NULL || (flows->senders.count < FLOW_SENDERS_MAX &&
                               now_ms - oldest->at_ms < FLOW_FULL_MS))
            return;
        drop(flows, oldest);
    }
}

static enum err add(struct service_flows *flows, struct span sender,
                    int64_t now_ms, struct service_flow **out)
{
    struct service_flow *flow;
    enum err rc;

    make_place(flows, now_ms);
    flow = calloc(1, sizeof(*flow) + sender.len);
    if (flow == NULL)
        return ERR_NOMEM;
    flow->level_milli = (int64_t)FLOW_UNITS * 1000;
    flow->at_ms = now_ms;
    flow->len = sender.len;
    memcpy(flow->sender, sender.at, sender.len);
    rc = map_put(&flows->senders, key_of(flow), flow);
    if (rc != ERR_OK) {
        free(flow);
        return rc;
    }
    list_append(&flows->used, &flow->link);
    *out = flow;
    return ERR_OK;
}

enum err service__flow_take(struct service *service,
                            const struct service_use *use, bool *is_taken)
{
    struct service_flows *flows = &service->flows;
    struct service_flow *flow = map_get(&flows->senders, use->sender);
    enum err rc = ERR_OK;

    *is_taken = false;
    if (flow == NULL) {
        rc = add(flows, use->sender, use->now_ms, &flow);
    } else {
        list_remove(&flows->used, &flow->link);
        list_append(&flows->used, &flow->link);
        fill(flow, use->now_ms);
    }
    if (rc != ERR_OK || flow->level_milli < use->units * 1000)
        return rc;
    flow->level_milli -= use->units * 1000;
    *is_taken = true;
    return ERR_OK;
}

enum err service__may_answer_stray(struct service_call *call, bool *may)
{
    const struct service_use use = {call->stanza->from.bare, SERVICE_COST_STRAY,
                                    call->in->now_ms};

    *may = true;
    if (call->in->leg == ROOM_LEG_CONTROL)
        return ERR_OK;
    return service__flow_take(call->service, &use, may);
}

enum err service__stray(struct service_call *call, enum stanza_error condition,
                        enum service_text text)
{
    bool may;
    enum err rc = service__may_answer_stray(call, &may);

    return rc == ERR_OK && may ? service__error(call, condition, text) : rc;
}

static bool is_iq_with(const struct stanza *stanza, const char *name,
                       const char *ns)
{
    return stanza->kind == STANZA_IQ &&
           xml_child(stanza->node, name, ns) != NULL;
}

/* What the room itself limits or answers from memory. */
static bool is_free_in_room(const struct stanza *stanza)
{
    if (stanza->kind == STANZA_PRESENCE)
        return span_is(stanza->type, "unavailable");
    return stanza->kind == STANZA_MESSAGE ||
           is_iq_with(stanza, "ping", NS_PING);
}

static int64_t cost_of(const struct stanza *stanza, enum room_leg leg,
                       const struct room *awake)
{
    struct room_request request;

    service_request_of(stanza, &request);
    if (leg == ROOM_LEG_CONTROL)
        return 0;
    /* The gateway says so, once for each browser. */
    if (leg == ROOM_LEG_GUEST && stanza->kind == STANZA_PRESENCE &&
        stanza->to.local.len == 0)
        return 0;
    if (request.kind == ROOM_REQUEST_NONE && stanza->kind != STANZA_PRESENCE)
        return 0;
    if (awake != NULL && is_free_in_room(stanza) &&
        room_seat_of_session(awake, stanza->from.full) != 0)
        return 0;
    if ((stanza->kind == STANZA_PRESENCE &&
         xml_child(stanza->node, "x", NS_MUC) != NULL) ||
        is_iq_with(stanza, "query", NS_MAM) ||
        is_iq_with(stanza, "command", NS_COMMANDS))
        return COST_HEAVY;
    return COST_ANY;
}

enum err service_admit(struct service *service, const struct service_input *in,
                       const struct room *awake, bool *is_admitted)
{
    const struct service_use use = {
        in->stanza->from.bare, cost_of(in->stanza, in->leg, awake), in->now_ms};

    *is_admitted = true;
    return use.units == 0 ? ERR_OK
                          : service__flow_take(service, &use, is_admitted);
}

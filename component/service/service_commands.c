#include "service/service_commands.h"

static bool is_operator(const struct service_call *call)
{
    return call->in->leg == ROOM_LEG_CONTROL;
}

static bool is_member(const struct service_call *call)
{
    return service__seat_of_sender(call) != 0;
}

static enum err keep(struct service_call *call,
                     const struct service_asked *asked)
{
    struct room_event event = service__event(call, ROOM_EVENT_KEEP);

    event.request.command_node = asked->command->node;
    return service__step(call, &event);
}

static enum err end(struct service_call *call,
                    const struct service_asked *asked)
{
    struct room_event event = service__event(call, ROOM_EVENT_END);

    event.request.command_node = asked->command->node;
    event.u.cause = service__seat_of_sender(call) == 2 ? ROOM_CAUSE_SEAT2
                                                       : ROOM_CAUSE_SEAT1;
    return service__step(call, &event);
}

static const struct service_command commands[] = {
    {"create-chat", "Create a private chat", false, true, service__may_create,
     TEXT_MAY_NOT_CREATE, service__create_ask, service__create_run},
    {"list-chats", "List the chats", false, false, is_operator, TEXT_NO_COMMAND,
     NULL, service__list_run},
    {"end-chat", "End a chat", false, true, is_operator, TEXT_NO_COMMAND,
     service__end_ask, service__end_run},
    {"stats", "Counters", false, false, is_operator, TEXT_NO_COMMAND, NULL,
     service__stats_run},
    {"keep-chat", "Keep this chat", true, false, is_member, TEXT_NOT_MEMBER,
     NULL, keep},
    {"end-chat", "End this chat and delete it", true, false, is_member,
     TEXT_NOT_MEMBER, NULL, end},
};

const struct service_command *service__command_at(size_t n)
{
    return n < sizeof(commands) / sizeof(*commands) ? &commands[n] : NULL;
}

bool service__command_is_here(const struct service_call *call,
                              const struct service_command *command)
{
    return command->is_of_room == (call->room != NULL);
}

const struct service_command *service__command_named(
    const struct service_call *call, struct span node)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
        if (service__command_is_here(call, &commands[i]) &&
            span_is(node, commands[i].node))
            return &commands[i];
    return NULL;
}

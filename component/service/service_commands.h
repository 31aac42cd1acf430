/* service_commands.h - the ad-hoc commands (XEP-0050) and their forms.
 *
 * On DOMAIN, for whom `create` admits:
 *   create-chat  form:   your-name, peer-name, invite-jid (may be empty),
 *                        idle (15m, 1h, 24h, 7d), protection
 *                result: room, seat1-name, seat1-code, seat1-link, seat1-xmpp,
 *                        seat2-name, seat2-code, seat2-link, seat2-xmpp;
 *                        no -xmpp where protection is `link`
 * On DOMAIN, for duologuectl alone (create-chat takes any duration from 1s to
 * idle_max from it, and its result also has `protection` and `idle-seconds`):
 *   list-chats   form:   after (a number; may be empty)
 *                result: a table (<reported/>, <item/>) of at most
 *                        SERVICE_LIST_PAGE chats: number, room, protection,
 *                        idle-seconds, deadline, messages, seat1, seat2
 *                        (new, offline or online).  Ask again with `after` =
 *                        the last number until there is no item.
 *   end-chat     form:   room (local part or address)
 *                completed once the chat is erased
 *   stats        result: one field a counter
 * On ROOM, for its two people: keep-chat, end-chat (completed once the chat is
 * erased); neither has a form.
 *
 * Every command with a form takes it in two steps, or at once when it comes
 * with the first request. */
#ifndef SERVICE_SERVICE_COMMANDS_H
#define SERVICE_SERVICE_COMMANDS_H

#include "service/service_internal.h"

/* A page must stay under XML_ELEMENTS_MAX: a chat takes 17 elements. */
enum { SERVICE_LIST_PAGE = 25 };

/* A command as it was asked. */
struct service_asked {
    const struct service_command *command;
    const struct xml_node *form; /* submitted, or NULL */
    struct span session;         /* of this run */
};

struct service_command {
    const char *node;
    const char *name; /* for people */
    bool is_of_room;  /* on ROOM; else on DOMAIN */
    bool has_form;
    bool (*may)(const struct service_call *call);
    /* Why not, for those who may not. */
    enum service_text refusal;
    /* Answers with the empty form, with `problem` beside it. */
    enum err (*ask)(struct service_call *call,
                    const struct service_asked *asked,
                    enum service_text problem);
    /* Does it; `form` is there when has_form. */
    enum err (*run)(struct service_call *call,
                    const struct service_asked *asked);
};

/* The n-th command of all, or NULL past the last. */
const struct service_command *service__command_at(size_t n);
/* The one with that node where the call was sent to, or NULL. */
const struct service_command *service__command_named(
    const struct service_call *call, struct span node);
bool service__command_is_here(const struct service_call *call,
                              const struct service_command *command);

/* Begins the answer: a command element of that status. */
struct stanza_out *service__command_open(struct service_call *call,
                                         const struct service_asked *asked,
                                         const char *status);
void service__command_note(struct stanza_out *out, const char *type,
                           const char *text);
/* What an executing form offers: to be completed. */
void service__command_actions(struct stanza_out *out);
/* Ends the answer. */
enum err service__command_close(struct service_call *call) MUST_CHECK;
/* Ends the session of a command that is over. */
void service__command_over(struct service_call *call,
                           const struct service_asked *asked);

/* Asks once more, and remembers the run if it was the first request. */
enum err service__command_again(struct service_call *call,
                                const struct service_asked *asked,
                                enum service_text problem) MUST_CHECK;

bool service__may_create(const struct service_call *call);
enum err service__create_ask(struct service_call *call,
                             const struct service_asked *asked,
                             enum service_text problem) MUST_CHECK;
enum err service__create_run(struct service_call *call,
                             const struct service_asked *asked) MUST_CHECK;
enum err service__list_run(struct service_call *call,
                           const struct service_asked *asked) MUST_CHECK;
enum err service__end_ask(struct service_call *call,
                          const struct service_asked *asked,
                          enum service_text problem) MUST_CHECK;
enum err service__end_run(struct service_call *call,
                          const struct service_asked *asked) MUST_CHECK;
enum err service__stats_run(struct service_call *call,
                            const struct service_asked *asked) MUST_CHECK;

#endif

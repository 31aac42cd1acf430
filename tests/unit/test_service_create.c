#include <stdio.h>
#include <string.h>

#include "support/check.h"
#include "support/service_scene.h"
#include "wire/ns.h"

#define CTL "ctl.chat.example.org/1"

struct asking {
    enum room_leg leg;
    const char *from;
    const char *node;
    const char *action;
    const char *session; /* NULL: none */
    const char *form;    /* fields; NULL: none */
};

static void ask(struct service_world *world, const struct asking *asking)
{
    char xml[4096];

    snprintf(xml, sizeof(xml),
             "<iq type='set' id='c' from='%s' to='" WORLD_DOMAIN
             "'><command xmlns='" NS_COMMANDS
             "' node='%s' action='%s'%s%s%s>%s%s%s</command></iq>",
             asking->from, asking->node, asking->action,
             asking->session != NULL ? " sessionid='" : "",
             asking->session != NULL ? asking->session : "",
             asking->session != NULL ? "'" : "",
             asking->form != NULL ? "<x xmlns='" NS_DATA "' type='submit'>"
                                  : "",
             asking->form != NULL ? asking->form : "",
             asking->form != NULL ? "</x>" : "");
    world_hear(world, asking->leg, xml);
}

#define FIELD(var, value)                                                      \
    "<field var='" var "'><value>" value "</value></field>"
#define NAMES FIELD("your-name", "Abhi") FIELD("peer-name", "Anny")

static void create(struct service_world *world, enum room_leg leg,
                   const char *form)
{
    const char *const from[] = {ABHI, GUEST, CTL};

    ask(world,
        &(struct asking){leg, from[leg], "create-chat", "execute", NULL, form});
}

enum { SESSION_BYTES = 64 };

/* Goes on with what it has begun. */
static void go_on(struct service_world *world, const char *action,
                  const char *session, const char *form)
{
    ask(world, &(struct asking){ROOM_LEG_NATIVE, ABHI, "create-chat", action,
                                session, form});
}

/* Is shown the form. */
static void begin(struct service_world *world, char session[SESSION_BYTES])
{
    struct span id;

    create(world, ROOM_LEG_NATIVE, NULL);
    id = xml_attr(xml_child(world_next(world), "command", NS_COMMANDS),
                  "sessionid");
    snprintf(session, SESSION_BYTES, "%.*s", (int)id.len, id.at);
}

static const char *status(const struct xml_node *out)
{
    static char text[32];
    const struct xml_node *command = xml_child(out, "command", NS_COMMANDS);
    struct span value;

    assert_non_null(command);
    value = xml_attr(command, "status");
    snprintf(text, sizeof(text), "%.*s", (int)value.len,
             value.at != NULL ? value.at : "");
    return text;
}

static void form_is_shown(void **state)
{
    struct service_world *world = *state;

    world_hear_file(world, ROOM_LEG_NATIVE, "create-request");
    world_says_file(world, "create-form");
    world_is_silent(world);
}

static void made_at_once_with_invitations(void **state)
{
    struct service_world *world = *state;

    world_hear_file(world, ROOM_LEG_NATIVE, "create-submit");
    world_says_file(world, "create-result");
    world_says_file(world, "invite-own");
    world_says_file(world, "invite-peer");
    world_is_silent(world);
}

static void made_in_two_steps(void **state)
{
    struct service_world *world = *state;
    char session[SESSION_BYTES];

    begin(world, session);
    ask(world, &(struct asking){ROOM_LEG_NATIVE, "mal@evil.example/x",
                                "create-chat", "complete", session, NAMES});
    assert_non_null(world_find(world_refuses(world, "modify", "bad-request"),
                               "bad-sessionid", NS_COMMANDS));
    go_on(world, "prev", session, NULL);
    assert_string_equal(status(world_next(world)), "executing");
    go_on(world, "bogus", session, NULL);
    assert_non_null(world_find(world_refuses(world, "modify", "bad-request"),
                               "malformed-action", NS_COMMANDS));
    go_on(world, "next", session, NAMES);
    assert_string_equal(status(world_next(world)), "completed");
    go_on(world, "next", session, NAMES);
    world_refuses(world, "modify", "bad-request");
}

static void cancelled(void **state)
{
    struct service_world *world = *state;

    ask(world, &(struct asking){ROOM_LEG_NATIVE, ABHI, "create-chat", "cancel",
                                NULL, NULL});
    assert_string_equal(status(world_next(world)), "canceled");
}

static void session_expires(void **state)
{
    struct service_world *world = *state;
    char session[SESSION_BYTES];

    begin(world, session);
    world->now_ms += SERVICE_COMMAND_TTL_MS + 1;
    go_on(world, "complete", session, NAMES);
    assert_non_null(world_find(world_refuses(world, "modify", "bad-request"),
                               "session-expired", NS_COMMANDS));
}

static void begin_another(struct service_world *world, const char *from, int i)
{
    world->now_ms++;
    world->random[250] = (uint8_t)i;
    world->random[251] = (uint8_t)(i >> 8);
    ask(world, &(struct asking){ROOM_LEG_NATIVE, from, "create-chat", "execute",
                                NULL, NULL});
    assert_string_equal(status(world_next(world)), "executing");
}

static void sessions_are_limited(void **state)
{
    struct service_world *world = *state;
    char session[SESSION_BYTES];

    begin(world, session);
    for (int i = 0; i < SERVICE_COMMANDS_MAX; i++) {
        char from[64];

        snprintf(from, sizeof(from), "m%d@evil.example/x", i);
        begin_another(world, from, i);
    }
    go_on(world, "complete", session, NAMES);
    world_refuses(world, "modify", "bad-request");
}

/* Whoever begins many forgets the own ones, not those of others. */
static void one_account_has_few_sessions(void **state)
{
    struct service_world *world = *state;
    char session[SESSION_BYTES];

    begin(world, session);
    for (int i = 0; i < SERVICE_COMMANDS_MAX; i++) {
        char from[64];

        snprintf(from, sizeof(from), "mal@evil.example/%d", i);
        world->now_ms += 100; /* or it is heard no more */
        begin_another(world, from, i);
    }
    go_on(world, "complete", session, NAMES);
    assert_string_equal(status(world_next(world)), "completed");
    world->now_ms++;
    begin(world, session);
    for (int i = 1; i < SERVICE_COMMANDS_OF_ONE; i++)
        begin_another(world, ABHI, i);
    go_on(world, "prev", session, NULL); /* it is still there */
    assert_string_equal(status(world_next(world)), "executing");
    begin_another(world, ABHI, SERVICE_COMMANDS_OF_ONE);
    go_on(world, "complete", session, NAMES);
    world_refuses(world, "modify", "bad-request");
}

static void mistakes_come_back(void **state)
{
    static const struct {
        enum room_leg leg;
        const char *form;
    } cases[] = {
        {ROOM_LEG_NATIVE, ""},
        {ROOM_LEG_NATIVE, FIELD("your-name", "Abhi")},
        {ROOM_LEG_NATIVE,
         FIELD("your-name", "Abhi") FIELD("peer-name", " abhi ")},
        {ROOM_LEG_NATIVE,
         FIELD("your-name", "Abhi") FIELD("peer-name", "\u202eynnA")},
        {ROOM_LEG_NATIVE, FIELD("your-name", "Abhi") FIELD("peer-name", "   ")},
        {ROOM_LEG_NATIVE, NAMES FIELD("idle", "90s")},
        {ROOM_LEG_NATIVE, NAMES FIELD("idle", "nonsense")},
        {ROOM_LEG_CONTROL, NAMES FIELD("idle", "0s")},
        {ROOM_LEG_CONTROL, NAMES FIELD("idle", "8d")},
        {ROOM_LEG_NATIVE, NAMES FIELD("protection", "link")},
        {ROOM_LEG_GUEST, NAMES FIELD("protection", "omemo")},
        {ROOM_LEG_GUEST, NAMES FIELD("protection", "magic")},
        {ROOM_LEG_NATIVE, NAMES FIELD("invite-jid", "@@")},
        {ROOM_LEG_NATIVE, NAMES FIELD("invite-jid", "example.org")},
        {ROOM_LEG_NATIVE, NAMES FIELD("invite-jid", "x@" WORLD_DOMAIN)},
        {ROOM_LEG_GUEST,
         NAMES FIELD("protection", "link") FIELD("invite-jid", "a@b.example")},
    };
    struct service_world *world = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const struct xml_node *out, *note;

        create(world, cases[i].leg, cases[i].form);
        out = world_next(world);
        assert_string_equal(status(out), "executing");
        note = world_find(out, "note", NS_COMMANDS);
        assert_non_null(note);
        check_span(xml_attr(note, "type"), "error");
        world_is_silent(world);
    }
    assert_int_equal(world->number, 0);
}

static void protections_by_leg(void **state)
{
    static const struct {
        enum room_leg leg;
        const char *has;
        const char *has_not;
    } cases[] = {
        {ROOM_LEG_NATIVE, ">omemo<", ">link<"},
        {ROOM_LEG_GUEST, ">link<", ">omemo<"},
    };
    struct service_world *world = *state;

    for (size_t i = 0; i < 2; i++) {
        create(world, cases[i].leg, NULL);
        assert_true(world_has(world, cases[i].has));
        assert_false(world_has(world, cases[i].has_not));
    }
    create(world, ROOM_LEG_CONTROL, NULL);
    assert_true(world_has(world, ">omemo<"));
    assert_true(world_has(world, ">link<"));
}

static void link_room_has_no_address(void **state)
{
    struct service_world *world = *state;
    const struct xml_node *out;

    create(world, ROOM_LEG_GUEST, NAMES FIELD("protection", "link"));
    out = world_next(world);
    assert_string_equal(status(out), "completed");
    assert_null(world_field(out, "seat1-xmpp").at);
    assert_true(span_starts_with(world_field(out, "seat1-link"),
                                 SPAN("https://chat.example.org/#")));
    world_is_silent(world);
}

static void operator_may_choose_any_silence(void **state)
{
    struct service_world *world = *state;
    const struct xml_node *out;

    create(world, ROOM_LEG_CONTROL, NAMES FIELD("idle", "90s"));
    out = world_next(world);
    assert_string_equal(status(out), "completed");
    check_span(world_field(out, "idle-seconds"), "90");
    check_span(world_field(out, "protection"), "server");
    world_is_silent(world);
}

static void only_those_allowed(void **state)
{
    struct service_world *world = *state;
    struct span listed[] = {SPAN("abhi@example.org")};

    world->options.create = SERVICE_CREATE_NATIVE;
    world_configure(world);
    create(world, ROOM_LEG_GUEST, NULL);
    world_refuses(world, "auth", "forbidden");
    create(world, ROOM_LEG_NATIVE, NULL);
    assert_string_equal(status(world_next(world)), "executing");
    world->options.create = SERVICE_CREATE_LISTED;
    world->options.create_list = listed;
    world->options.create_list_count = 1;
    world_configure(world);
    ask(world, &(struct asking){ROOM_LEG_NATIVE, "abhi@evil.example/x",
                                "create-chat", "execute", NULL, NULL});
    world_refuses(world, "auth", "forbidden");
    create(world, ROOM_LEG_NATIVE, NULL);
    assert_string_equal(status(world_next(world)), "executing");
    create(world, ROOM_LEG_CONTROL, NULL);
    assert_string_equal(status(world_next(world)), "executing");
    world_hear(
        world, ROOM_LEG_NATIVE,
        "<message type='chat' from='mal@evil.example/x' to='" WORLD_DOMAIN
        "'><body>new A B</body></message>");
    assert_false(world_has(world, "code:"));
    assert_int_equal(world->number, 0);
}

static void creations_are_limited(void **state)
{
    struct service_world *world = *state;

    world->limits.creates_per_hour = 1;
    world_configure(world);
    create(world, ROOM_LEG_NATIVE, NAMES);
    assert_string_equal(status(world_next(world)), "completed");
    create(world, ROOM_LEG_NATIVE, NAMES);
    world_refuses(world, "wait", "resource-constraint");
    world_is_silent(world);
}

static void control_lists(void **state)
{
    struct service_world *world = *state;
    char codes[2][CODE_CHARS + 2];

    world_make(world, "server", codes);
    ask(world, &(struct asking){ROOM_LEG_CONTROL, CTL, "list-chats", "execute",
                                NULL, FIELD("after", "0")});
    world_says_file(world, "control-list");
    ask(world, &(struct asking){ROOM_LEG_CONTROL, CTL, "list-chats", "execute",
                                NULL, FIELD("after", "1")});
    assert_null(world_find(world_next(world), "item", NS_DATA));
    ask(world, &(struct asking){ROOM_LEG_CONTROL, CTL, "list-chats", "execute",
                                NULL, FIELD("after", "x")});
    world_refuses(world, "modify", "bad-request");
    ask(world, &(struct asking){ROOM_LEG_CONTROL, CTL, "stats", "execute", NULL,
                                NULL});
    world_says_file(world, "control-stats");
}

static void control_ends(void **state)
{
    static const char *const rooms[] = {
        FIELD("room", "aaaaaaaaaaaaaaaa"),
        FIELD("room", WORLD_LOCAL "@example.org"),
        FIELD("room", "no room"),
    };
    struct service_world *world = *state;
    char codes[2][CODE_CHARS + 2];
    struct asking end = {ROOM_LEG_CONTROL, CTL,  "end-chat",
                         "execute",        NULL, NULL};

    world_make(world, "server", codes);
    world_join(world, ROOM_LEG_NATIVE, ABHI, codes[0]);
    ask(world, &end);
    assert_string_equal(status(world_next(world)), "executing");
    for (size_t i = 0; i < 3; i++) {
        end.form = rooms[i];
        ask(world, &end);
        world_refuses(world, "cancel", "item-not-found");
    }
    end.form = FIELD("room", WORLD_ROOM);
    ask(world, &end);
    world_says_file(world, "notice-ended-admin");
    world_next(world);
    world_is_silent(world);
    world_erased(world);
    world_says_file(world, "control-ended");
    ask(world, &end);
    world_refuses(world, "cancel", "gone");
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, service_world_set_up,                \
                                    service_world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(form_is_shown),
        TEST(made_at_once_with_invitations),
        TEST(made_in_two_steps),
        TEST(cancelled),
        TEST(session_expires),
        TEST(sessions_are_limited),
        TEST(one_account_has_few_sessions),
        TEST(mistakes_come_back),
        TEST(protections_by_leg),
        TEST(link_room_has_no_address),
        TEST(operator_may_choose_any_silence),
        TEST(only_those_allowed),
        TEST(creations_are_limited),
        TEST(control_lists),
        TEST(control_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

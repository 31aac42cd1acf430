#include <stdio.h>
#include <string.h>

#include "support/check.h"
#include "support/service_scene.h"
#include "wire/ns.h"

static int set_up(void **state)
{
    return service_scene_open(state, "server", 1);
}

static int set_up_omemo(void **state)
{
    return service_scene_open(state, "omemo", 1);
}

#define NOBODY "aaaaaaaaaaaaaaaa@" WORLD_DOMAIN

struct asking {
    const char *from;
    const char *to;
    const char *type;
    const char *query;
};

static void ask(struct service_scene *s, const struct asking *asking)
{
    char xml[2048];

    snprintf(xml, sizeof(xml), "<iq id='q' from='%s' to='%s' type='%s'>%s</iq>",
             asking->from, asking->to, asking->type, asking->query);
    world_hear(&s->world, ROOM_LEG_NATIVE, xml);
    /* Always one answer, and never two (RFC 6120 8.2.3). */
    assert_int_equal(s->world.out_count, 1);
    check_span(xml_attr(s->world.outs[0], "id"), "q");
}

#define PING "<ping xmlns='" NS_PING "'/>"
#define INFO "<query xmlns='" NS_DISCO_INFO "'/>"
#define VCARD "<vCard xmlns='" NS_VCARD "'/>"
#define ADMIN(inside)                                                          \
    "<query xmlns='" NS_MUC_ADMIN "'><item " inside "/></query>"
#define REGISTER "<query xmlns='" NS_REGISTER "'/>"

/* type NULL: the good answer */
static const struct {
    struct asking asking;
    const char *type;
    const char *condition;
} answers[] = {
    /* unknown questions, rooms and addresses */
    {{MAL, WORLD_ROOM, "get", "<x xmlns='urn:x'/>"},
     "cancel",
     "service-unavailable"},
    {{MAL, WORLD_DOMAIN, "set", "<x xmlns='urn:x'/>"},
     "cancel",
     "service-unavailable"},
    {{MAL, WORLD_ROOM, "set", PING}, "cancel", "service-unavailable"},
    {{MAL, WORLD_ROOM, "get", ""}, "modify", "bad-request"},
    {{MAL, WORLD_ROOM, "get", PING PING}, "modify", "bad-request"},
    {{MAL, NOBODY, "get", INFO}, "cancel", "item-not-found"},
    {{MAL, NOBODY, "get", PING}, "cancel", "item-not-found"},
    {{MAL, "aaaaaaaaaaaaaaaa@" WORLD_DOMAIN "/n", "get", PING},
     "cancel",
     "not-acceptable"},
    {{MAL, "no-id@" WORLD_DOMAIN, "get", INFO}, "cancel", "item-not-found"},
    {{MAL, WORLD_DOMAIN "/x", "get", PING}, "cancel", "service-unavailable"},
    {{MAL, WORLD_ROOM "/\u202e", "get", PING}, "modify", "jid-malformed"},
    /* XEP-0410: self-ping */
    {{MAL, WORLD_ROOM "/Abhi", "get", PING}, "cancel", "not-acceptable"},
    {{ABHI, WORLD_ROOM "/Abhi", "get", PING}, NULL, NULL},
    {{ABHI, WORLD_ROOM "/other", "get", PING}, NULL, NULL},
    {{ABHI, WORLD_ROOM "/Anny", "get", PING}, "cancel", "item-not-found"},
    {{"abhi@example.org/two", WORLD_ROOM "/Abhi", "get", PING},
     "cancel",
     "not-acceptable"},
    /* XEP-0199, XEP-0092, XEP-0202 */
    {{MAL, WORLD_ROOM, "get", PING}, NULL, NULL},
    {{MAL, WORLD_DOMAIN, "get", PING}, NULL, NULL},
    {{MAL, WORLD_DOMAIN, "get", "<query xmlns='" NS_VERSION "'/>"}, NULL, NULL},
    {{MAL, WORLD_ROOM, "get", "<time xmlns='urn:xmpp:time'/>"}, NULL, NULL},
    /* XEP-0077, XEP-0054; nothing reaches the person behind */
    {{ABHI, WORLD_ROOM, "get", REGISTER}, "cancel", "not-allowed"},
    {{ABHI, WORLD_ROOM, "set", REGISTER}, "cancel", "not-allowed"},
    {{ABHI, WORLD_ROOM, "get", VCARD}, "cancel", "item-not-found"},
    {{ABHI, WORLD_ROOM, "set", VCARD}, "auth", "forbidden"},
    {{ABHI, WORLD_ROOM "/Anny", "get", VCARD}, "cancel", "item-not-found"},
    {{ABHI, WORLD_ROOM "/Anny", "get", "<query xmlns='" NS_VERSION "'/>"},
     "cancel",
     "service-unavailable"},
    {{MAL, WORLD_ROOM "/Anny", "get", INFO}, "modify", "bad-request"},
    /* XEP-0045 9: lists and roles */
    {{ABHI, WORLD_ROOM, "get", ADMIN("affiliation='owner'")},
     "auth",
     "forbidden"},
    {{ABHI, WORLD_ROOM, "get", ADMIN("role='moderator'")}, "auth", "forbidden"},
    {{MAL, WORLD_ROOM, "get", ADMIN("affiliation='owner'")},
     "auth",
     "forbidden"},
    {{MAL, WORLD_ROOM, "get", ADMIN("affiliation='outcast'")},
     "auth",
     "forbidden"},
    {{ABHI, WORLD_ROOM, "get", ADMIN("affiliation='outcast'")}, NULL, NULL},
    {{ABHI, WORLD_ROOM, "get", "<query xmlns='" NS_MUC_ADMIN "'/>"},
     "modify",
     "bad-request"},
    {{ABHI, WORLD_ROOM, "set", ADMIN("nick='Anny' role='none'")},
     "cancel",
     "not-allowed"},
    {{ABHI, WORLD_ROOM, "set",
      ADMIN("nick='Anny' role='none' "
            "affiliation='none'")},
     "modify",
     "bad-request"},
    {{ABHI, WORLD_ROOM, "set", ADMIN("jid='a@b/c' affiliation='none'")},
     "modify",
     "jid-malformed"},
    {{ABHI, WORLD_ROOM, "set", ADMIN("jid='@' affiliation='none'")},
     "modify",
     "jid-malformed"},
    {{MAL, WORLD_ROOM, "set", ADMIN("nick='Anny' role='none'")},
     "auth",
     "forbidden"},
    /* XEP-0045 10: configuration and the end */
    {{ABHI, WORLD_ROOM, "get", "<query xmlns='" NS_MUC_OWNER "'/>"},
     "auth",
     "forbidden"},
    {{ABHI, WORLD_ROOM, "set", "<query xmlns='" NS_MUC_OWNER "'/>"},
     "modify",
     "bad-request"},
    {{ABHI, WORLD_ROOM, "set",
      "<query xmlns='" NS_MUC_OWNER "'><x xmlns='" NS_DATA
      "' type='cancel'/></query>"},
     NULL,
     NULL},
    {{ABHI, WORLD_ROOM, "set",
      "<query xmlns='" NS_MUC_OWNER "'><x xmlns='" NS_DATA
      "' type='submit'/></query>"},
     "modify",
     "not-acceptable"},
    {{MAL, WORLD_ROOM, "set",
      "<query xmlns='" NS_MUC_OWNER "'><destroy/></query>"},
     "auth",
     "forbidden"},
    /* XEP-0313, XEP-0441 */
    {{MAL, WORLD_ROOM, "set", "<query xmlns='" NS_MAM "'/>"},
     "auth",
     "forbidden"},
    {{ABHI, WORLD_ROOM, "get", "<prefs xmlns='" NS_MAM "'/>"},
     "cancel",
     "service-unavailable"},
    /* XEP-0030: nodes */
    {{MAL, WORLD_DOMAIN, "get", "<query xmlns='" NS_DISCO_INFO "' node='x'/>"},
     "cancel",
     "item-not-found"},
    {{MAL, WORLD_DOMAIN, "get", "<query xmlns='" NS_DISCO_ITEMS "' node='x'/>"},
     "cancel",
     "item-not-found"},
    {{MAL, WORLD_ROOM, "get", "<query xmlns='" NS_DISCO_INFO "' node='x'/>"},
     "cancel",
     "item-not-found"},
    {{MAL, WORLD_ROOM, "get", "<query xmlns='" NS_DISCO_ITEMS "' node='x'/>"},
     "cancel",
     "item-not-found"},
    {{MAL, WORLD_ROOM, "get",
      "<query xmlns='" NS_DISCO_INFO "' node='" NS_MUC "#traffic'/>"},
     "cancel",
     "service-unavailable"},
    /* commands */
    {{"admin@evil.example/a", WORLD_DOMAIN, "set",
      "<command xmlns='" NS_COMMANDS "' node='destroy-all'/>"},
     "cancel",
     "item-not-found"},
    {{MAL, WORLD_DOMAIN, "set",
      "<command xmlns='" NS_COMMANDS "' node='list-chats'/>"},
     "auth",
     "forbidden"},
    {{MAL, WORLD_DOMAIN, "set",
      "<command xmlns='" NS_COMMANDS "' node='end-chat'/>"},
     "auth",
     "forbidden"},
    {{MAL, WORLD_ROOM, "set",
      "<command xmlns='" NS_COMMANDS "' node='end-chat'/>"},
     "auth",
     "forbidden"},
    {{ABHI, WORLD_ROOM, "set",
      "<command xmlns='" NS_COMMANDS "' node='create-chat'/>"},
     "cancel",
     "item-not-found"},
    /* seats and rooms */
    {{MAL, WORLD_DOMAIN, "get", "<seat xmlns='" NS_SEAT "' id='x'/>"},
     "cancel",
     "item-not-found"},
    {{MAL, WORLD_DOMAIN, "get",
      "<seat xmlns='" NS_SEAT "' id='aaaaaaaaaaaaaaaa'/>"},
     "cancel",
     "item-not-found"},
    {{MAL, WORLD_ROOM, "get", "<room xmlns='" NS_ROOM "'/>"},
     "auth",
     "forbidden"},
};

static void every_question_has_its_answer(void **state)
{
    struct service_scene *s = *state;

    for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
        ask(s, &answers[i].asking);
        /* From where it was asked. */
        if (answers[i].condition == NULL ||
            strcmp(answers[i].condition, "jid-malformed") != 0)
            assert_true(span_is(xml_attr(s->world.outs[0], "from"),
                                answers[i].asking.to));
        if (answers[i].type == NULL)
            check_span(xml_attr(world_next(&s->world), "type"), "result");
        else
            world_refuses(&s->world, answers[i].type, answers[i].condition);
    }
}

static void iq_without_id(void **state)
{
    struct service_scene *s = *state;

    world_hear(&s->world, ROOM_LEG_NATIVE,
               "<iq type='get' from='" MAL "' to='" WORLD_ROOM "'>" PING
               "</iq>");
    world_refuses(&s->world, "modify", "bad-request");
}

static void x04_id_is_echoed_escaped(void **state)
{
    struct service_scene *s = *state;

    world_hear(&s->world, ROOM_LEG_NATIVE,
               "<iq from='" MAL "' to='" WORLD_ROOM "' type='get' id='a&apos;/"
               "&gt;&lt;message to=&quot;alice@example.org/p&quot;&gt;&lt;body"
               "&gt;x'>" PING "</iq>");
    assert_int_equal(s->world.out_count, 1);
    check_span(xml_attr(s->world.outs[0], "id"),
               "a'/><message to=\"alice@example.org/p\"><body>x");
}

static void disco_of_the_domain(void **state)
{
    struct service_scene *s = *state;

    world_hear_file(&s->world, ROOM_LEG_NATIVE, "disco-domain-request");
    world_says_file(&s->world, "disco-domain");
    world_hear(&s->world, ROOM_LEG_NATIVE,
               "<iq id='i' type='get' from='" MAL "' to='" WORLD_DOMAIN
               "'><query xmlns='" NS_DISCO_ITEMS "'/></iq>");
    assert_null(world_find(world_next(&s->world), "item", NULL));
    world_hear(&s->world, ROOM_LEG_NATIVE,
               "<iq id='i' type='get' from='" MAL "' to='" WORLD_DOMAIN
               "'><query xmlns='" NS_DISCO_ITEMS "' node='" NS_COMMANDS
               "'/></iq>");
    world_says(&s->world,
               "<iq id='i' type='result' to='" MAL "' from='" WORLD_DOMAIN
               "'><query xmlns='" NS_DISCO_ITEMS "' node='" NS_COMMANDS
               "'><item jid='" WORLD_DOMAIN
               "' node='create-chat' name='*'/></query></iq>");
}

static void disco_of_the_room_is_the_same_for_all(void **state)
{
    struct service_scene *s = *state;
    struct buf first = BUF_EMPTY(65536);

    world_hear_file(&s->world, ROOM_LEG_NATIVE, "disco-room-request");
    world_says_file(&s->world, "disco-room");
    check_ok(buf_append(&first, buf_span(&s->world.bytes)));
    world_hear(&s->world, ROOM_LEG_NATIVE,
               "<iq from='" ABHI "' to='" WORLD_ROOM
               "' type='get' id='disco-1'>" INFO "</iq>");
    /* byte-equal but for whom it goes to */
    assert_int_equal(s->world.bytes.len - strlen(ABHI),
                     first.len - strlen(MAL));
    buf_clear(&first);
}

static void own_name_is_told_to_members(void **state)
{
    struct service_scene *s = *state;
    static const char query[] =
        "<query xmlns='" NS_DISCO_INFO "' node='x-roomuser-item'/>";
    const struct xml_node *identity;

    ask(s, &(struct asking){ABHI, WORLD_ROOM, "get", query});
    identity = world_find(world_next(&s->world), "identity", NULL);
    check_span(xml_attr(identity, "name"), "Abhi");
    ask(s, &(struct asking){MAL, WORLD_ROOM, "get", query});
    assert_null(world_find(world_next(&s->world), "identity", NULL));
}

static void room_commands_are_listed_for_members(void **state)
{
    struct service_scene *s = *state;
    static const char query[] =
        "<query xmlns='" NS_DISCO_ITEMS "' node='" NS_COMMANDS "'/>";

    ask(s, &(struct asking){ABHI, WORLD_ROOM, "get", query});
    world_says_file(&s->world, "commands-of-room");
    ask(s, &(struct asking){MAL, WORLD_ROOM, "get", query});
    assert_null(world_find(world_next(&s->world), "item", NULL));
}

static void lists_where_addresses_are_shown(void **state)
{
    struct service_scene *s = *state;

    ask(s, &(struct asking){ABHI, WORLD_ROOM, "get",
                            ADMIN("affiliation='owner'")});
    world_says_file(&s->world, "admin-list");
    ask(s, &(struct asking){ABHI, WORLD_ROOM, "get",
                            ADMIN("affiliation='member'")});
    assert_null(world_find(world_next(&s->world), "item", NULL));
    ask(s,
        &(struct asking){ABHI, WORLD_ROOM, "get", ADMIN("role='moderator'")});
    check_span(xml_attr(world_find(world_next(&s->world), "item", NULL), "jid"),
               ABHI);
    ask(s,
        &(struct asking){MAL, WORLD_ROOM, "get", ADMIN("affiliation='owner'")});
    world_refuses(&s->world, "auth", "forbidden");
}

static void omemo_room_shows_addresses(void **state)
{
    struct service_scene *s = *state;

    world_hear(&s->world, ROOM_LEG_NATIVE,
               "<presence id='r' from='" ABHI "' to='" WORLD_ROOM
               "/Abhi'><x xmlns='" NS_MUC "'/></presence>");
    world_says_file(&s->world, "join-presence-omemo");
    world_hear_file(&s->world, ROOM_LEG_NATIVE, "disco-room-request");
    assert_true(world_has(&s->world, "muc_nonanonymous"));
    assert_false(world_has(&s->world, "muc_semianonymous"));
}

static void seat_look_up(void **state)
{
    struct service_scene *s = *state;

    world_hear_file(&s->world, ROOM_LEG_GUEST, "seat-request");
    world_says_file(&s->world, "seat-result");
    s->world.has_ended = true;
    s->world.cause = ROOM_CAUSE_SILENCE;
    room_forget(s->world.engine, room_find(s->world.engine, SPAN(WORLD_LOCAL)));
    world_hear_file(&s->world, ROOM_LEG_GUEST, "seat-request");
    world_says_file(&s->world, "seat-ended");
}

static void room_facts_for_members(void **state)
{
    struct service_scene *s = *state;

    ask(s, &(struct asking){ABHI, WORLD_ROOM, "get",
                            "<room xmlns='" NS_ROOM "'/>"});
    world_says_file(&s->world, "room-facts");
}

static void taken_back(void **state)
{
    struct service_scene *s = *state;
    struct room_request request = {.kind = ROOM_REQUEST_IQ,
                                   .from = SPAN(ABHI),
                                   .to = SPAN(WORLD_ROOM),
                                   .id = SPAN("q")};
    struct buf bytes = BUF_EMPTY(65536);
    struct stanza_out out = STANZA_OUT(&bytes, SPAN(WORLD_DOMAIN));

    check_ok(service_take_back(s->world.service, &request, &out));
    assert_non_null(strstr(bytes.at, "resource-constraint"));
    buf_truncate(&bytes, 0);
    request.kind = ROOM_REQUEST_NONE;
    check_ok(service_take_back(s->world.service, &request, &out));
    assert_int_equal(bytes.len, 0);
    buf_clear(&bytes);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, set_up, service_scene_close)
#define OMEMO(name)                                                            \
    cmocka_unit_test_setup_teardown(name, set_up_omemo, service_scene_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_question_has_its_answer),
        TEST(iq_without_id),
        TEST(x04_id_is_echoed_escaped),
        TEST(disco_of_the_domain),
        TEST(disco_of_the_room_is_the_same_for_all),
        TEST(own_name_is_told_to_members),
        TEST(room_commands_are_listed_for_members),
        OMEMO(lists_where_addresses_are_shown),
        OMEMO(omemo_room_shows_addresses),
        TEST(seat_look_up),
        TEST(room_facts_for_members),
        TEST(taken_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

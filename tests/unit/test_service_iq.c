#include <stdio.h>
#include <string.h>

#include "support/check.h"
#include "support/service_scene.h"
#include "wire/ns.h"

#define ABHI "abhi@example.org/phone"
#define ANNY "anny@example.net/desk"
#define MAL "mal@evil.example/x"
#define GUEST "4f2a@guests.chat.example.org/tab"

struct fixture {
    struct service_world world;
    char codes[2][CODE_CHARS + 2];
};

static struct fixture *with_abhi(const char *protection)
{
    struct fixture *f = test_malloc(sizeof(*f));

    world_open(&f->world);
    world_make(&f->world, protection, f->codes);
    world_join(&f->world, ROOM_LEG_NATIVE, ABHI, f->codes[0]);
    return f;
}

static int set_up(void **state)
{
    *state = with_abhi("server");
    return 0;
}

static int set_up_omemo(void **state)
{
    *state = with_abhi("omemo");
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    world_close(&f->world);
    test_free(f);
    return 0;
}

#define NOBODY "aaaaaaaaaaaaaaaa@" WORLD_DOMAIN

struct asking {
    const char *from;
    const char *to;
    const char *type;
    const char *query;
};

static void ask(struct fixture *f, const struct asking *asking)
{
    char xml[2048];

    snprintf(xml, sizeof(xml), "<iq id='q' from='%s' to='%s' type='%s'>%s</iq>",
             asking->from, asking->to, asking->type, asking->query);
    world_hear(&f->world, ROOM_LEG_NATIVE, xml);
    /* R-1: always one answer, and never two. */
    assert_int_equal(f->world.out_count, 1);
    check_span(xml_attr(f->world.outs[0], "id"), "q");
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
    /* R-2, R-5, R-6 */
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
    /* J-18 */
    {{MAL, WORLD_ROOM "/Abhi", "get", PING}, "cancel", "not-acceptable"},
    {{ABHI, WORLD_ROOM "/Abhi", "get", PING}, NULL, NULL},
    {{ABHI, WORLD_ROOM "/other", "get", PING}, NULL, NULL},
    {{ABHI, WORLD_ROOM "/Anny", "get", PING}, "cancel", "item-not-found"},
    {{"abhi@example.org/two", WORLD_ROOM "/Abhi", "get", PING},
     "cancel",
     "not-acceptable"},
    /* A-14 */
    {{MAL, WORLD_ROOM, "get", PING}, NULL, NULL},
    {{MAL, WORLD_DOMAIN, "get", PING}, NULL, NULL},
    {{MAL, WORLD_DOMAIN, "get", "<query xmlns='" NS_VERSION "'/>"}, NULL, NULL},
    {{MAL, WORLD_ROOM, "get", "<time xmlns='urn:xmpp:time'/>"}, NULL, NULL},
    /* A-10, A-12 */
    {{ABHI, WORLD_ROOM, "get", REGISTER}, "cancel", "not-allowed"},
    {{ABHI, WORLD_ROOM, "set", REGISTER}, "cancel", "not-allowed"},
    {{ABHI, WORLD_ROOM, "get", VCARD}, "cancel", "item-not-found"},
    {{ABHI, WORLD_ROOM, "set", VCARD}, "auth", "forbidden"},
    {{ABHI, WORLD_ROOM "/Anny", "get", VCARD}, "cancel", "item-not-found"},
    {{ABHI, WORLD_ROOM "/Anny", "get", "<query xmlns='" NS_VERSION "'/>"},
     "cancel",
     "service-unavailable"},
    {{MAL, WORLD_ROOM "/Anny", "get", INFO}, "modify", "bad-request"},
    /* A-2, A-3, A-4, A-5, A-6 */
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
    /* A-7, A-8, A-9 */
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
    /* H-1, H-14 */
    {{MAL, WORLD_ROOM, "set", "<query xmlns='" NS_MAM "'/>"},
     "auth",
     "forbidden"},
    {{ABHI, WORLD_ROOM, "get", "<prefs xmlns='" NS_MAM "'/>"},
     "cancel",
     "service-unavailable"},
    /* 4.2, 4.3 */
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
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
        ask(f, &answers[i].asking);
        /* R-3: from where it was asked */
        if (answers[i].condition == NULL ||
            strcmp(answers[i].condition, "jid-malformed") != 0)
            assert_true(span_is(xml_attr(f->world.outs[0], "from"),
                                answers[i].asking.to));
        if (answers[i].type == NULL)
            check_span(xml_attr(world_next(&f->world), "type"), "result");
        else
            world_refuses(&f->world, answers[i].type, answers[i].condition);
    }
}

static void iq_without_id(void **state)
{
    struct fixture *f = *state;

    world_hear(&f->world, ROOM_LEG_NATIVE,
               "<iq type='get' from='" MAL "' to='" WORLD_ROOM "'>" PING
               "</iq>");
    world_refuses(&f->world, "modify", "bad-request");
}

static void x04_id_is_echoed_escaped(void **state)
{
    struct fixture *f = *state;

    world_hear(&f->world, ROOM_LEG_NATIVE,
               "<iq from='" MAL "' to='" WORLD_ROOM "' type='get' id='a&apos;/"
               "&gt;&lt;message to=&quot;alice@example.org/p&quot;&gt;&lt;body"
               "&gt;x'>" PING "</iq>");
    assert_int_equal(f->world.out_count, 1);
    check_span(xml_attr(f->world.outs[0], "id"),
               "a'/><message to=\"alice@example.org/p\"><body>x");
}

static void disco_of_the_domain(void **state)
{
    struct fixture *f = *state;

    world_hear_file(&f->world, ROOM_LEG_NATIVE, "disco-domain-request");
    world_says_file(&f->world, "disco-domain");
    world_hear(&f->world, ROOM_LEG_NATIVE,
               "<iq id='i' type='get' from='" MAL "' to='" WORLD_DOMAIN
               "'><query xmlns='" NS_DISCO_ITEMS "'/></iq>");
    assert_null(world_find(world_next(&f->world), "item", NULL));
    world_hear(&f->world, ROOM_LEG_NATIVE,
               "<iq id='i' type='get' from='" MAL "' to='" WORLD_DOMAIN
               "'><query xmlns='" NS_DISCO_ITEMS "' node='" NS_COMMANDS
               "'/></iq>");
    world_says(&f->world,
               "<iq id='i' type='result' to='" MAL "' from='" WORLD_DOMAIN
               "'><query xmlns='" NS_DISCO_ITEMS "' node='" NS_COMMANDS
               "'><item jid='" WORLD_DOMAIN
               "' node='create-chat' name='*'/></query></iq>");
}

static void disco_of_the_room_is_the_same_for_all(void **state)
{
    struct fixture *f = *state;
    struct buf first = BUF_EMPTY(65536);

    world_hear_file(&f->world, ROOM_LEG_NATIVE, "disco-room-request");
    world_says_file(&f->world, "disco-room");
    check_ok(buf_append(&first, buf_span(&f->world.bytes)));
    world_hear(&f->world, ROOM_LEG_NATIVE,
               "<iq from='" ABHI "' to='" WORLD_ROOM
               "' type='get' id='disco-1'>" INFO "</iq>");
    /* byte-equal but for whom it goes to */
    assert_int_equal(f->world.bytes.len - strlen(ABHI),
                     first.len - strlen(MAL));
    buf_clear(&first);
}

static void own_name_is_told_to_members(void **state)
{
    struct fixture *f = *state;
    static const char query[] =
        "<query xmlns='" NS_DISCO_INFO "' node='x-roomuser-item'/>";
    const struct xml_node *identity;

    ask(f, &(struct asking){ABHI, WORLD_ROOM, "get", query});
    identity = world_find(world_next(&f->world), "identity", NULL);
    check_span(xml_attr(identity, "name"), "Abhi");
    ask(f, &(struct asking){MAL, WORLD_ROOM, "get", query});
    assert_null(world_find(world_next(&f->world), "identity", NULL));
}

static void room_commands_are_listed_for_members(void **state)
{
    struct fixture *f = *state;
    static const char query[] =
        "<query xmlns='" NS_DISCO_ITEMS "' node='" NS_COMMANDS "'/>";

    ask(f, &(struct asking){ABHI, WORLD_ROOM, "get", query});
    world_says_file(&f->world, "commands-of-room");
    ask(f, &(struct asking){MAL, WORLD_ROOM, "get", query});
    assert_null(world_find(world_next(&f->world), "item", NULL));
}

static void a1_lists_where_addresses_are_shown(void **state)
{
    struct fixture *f = *state;

    ask(f, &(struct asking){ABHI, WORLD_ROOM, "get",
                            ADMIN("affiliation='owner'")});
    world_says_file(&f->world, "admin-list");
    ask(f, &(struct asking){ABHI, WORLD_ROOM, "get",
                            ADMIN("affiliation='member'")});
    assert_null(world_find(world_next(&f->world), "item", NULL));
    ask(f,
        &(struct asking){ABHI, WORLD_ROOM, "get", ADMIN("role='moderator'")});
    check_span(xml_attr(world_find(world_next(&f->world), "item", NULL), "jid"),
               ABHI);
    ask(f,
        &(struct asking){MAL, WORLD_ROOM, "get", ADMIN("affiliation='owner'")});
    world_refuses(&f->world, "auth", "forbidden");
}

static void omemo_room_shows_addresses(void **state)
{
    struct fixture *f = *state;

    world_hear(&f->world, ROOM_LEG_NATIVE,
               "<presence id='r' from='" ABHI "' to='" WORLD_ROOM
               "/Abhi'><x xmlns='" NS_MUC "'/></presence>");
    world_says_file(&f->world, "join-presence-omemo");
    world_hear_file(&f->world, ROOM_LEG_NATIVE, "disco-room-request");
    assert_true(world_has(&f->world, "muc_nonanonymous"));
    assert_false(world_has(&f->world, "muc_semianonymous"));
}

static void seat_look_up(void **state)
{
    struct fixture *f = *state;

    world_hear_file(&f->world, ROOM_LEG_GUEST, "seat-request");
    world_says_file(&f->world, "seat-result");
    f->world.has_ended = true;
    f->world.cause = ROOM_CAUSE_SILENCE;
    room_forget(f->world.engine, room_find(f->world.engine, SPAN(WORLD_LOCAL)));
    world_hear_file(&f->world, ROOM_LEG_GUEST, "seat-request");
    world_says_file(&f->world, "seat-ended");
}

static void room_facts_for_members(void **state)
{
    struct fixture *f = *state;

    ask(f, &(struct asking){ABHI, WORLD_ROOM, "get",
                            "<room xmlns='" NS_ROOM "'/>"});
    world_says_file(&f->world, "room-facts");
}

static void r7_r8_presence_nobody_answers(void **state)
{
    struct fixture *f = *state;

    world_hear(&f->world, ROOM_LEG_NATIVE,
               "<presence type='subscribe' from='" MAL "' to='" WORLD_ROOM "'/>"
               "<presence type='subscribe' from='" MAL "' to='" WORLD_DOMAIN
               "'/><presence from='" MAL "' to='" WORLD_DOMAIN "'/>"
               "<presence type='unavailable' from='" MAL "' to='" WORLD_ROOM
               "/x'/>");
    world_is_silent(&f->world);
    world_hear(&f->world, ROOM_LEG_NATIVE,
               "<presence type='probe' from='" MAL "' to='" WORLD_ROOM
               "/Abhi'/>");
    world_refuses(&f->world, "cancel", "not-acceptable");
    world_hear(&f->world, ROOM_LEG_NATIVE,
               "<presence type='probe' from='" ABHI "' to='" WORLD_ROOM
               "/Abhi'/>");
    check_span(xml_attr(world_next(&f->world), "from"), WORLD_ROOM "/Abhi");
}

static void p2_leave(void **state)
{
    struct fixture *f = *state;

    world_join(&f->world, ROOM_LEG_NATIVE, ANNY, f->codes[1]);
    world_hear(&f->world, ROOM_LEG_NATIVE,
               "<presence type='unavailable' from='" ANNY "' to='" WORLD_ROOM
               "/whatever'><status>bye</status></presence>");
    world_says_file(&f->world, "presence-left");
    world_says_file(&f->world, "presence-gone");
    world_is_silent(&f->world);
}

static void p1_update_and_rename(void **state)
{
    struct fixture *f = *state;
    const struct xml_node *out;

    world_join(&f->world, ROOM_LEG_NATIVE, ANNY, f->codes[1]);
    world_hear(&f->world, ROOM_LEG_NATIVE,
               "<presence from='" ABHI "' to='" WORLD_ROOM
               "/Abhi'><show>away</show></presence>");
    assert_int_equal(f->world.out_count, 2);
    assert_non_null(xml_child(world_next(&f->world), "show", NULL));
    world_hear(&f->world, ROOM_LEG_NATIVE,
               "<presence from='" ABHI "' to='" WORLD_ROOM "/Other'/>");
    assert_int_equal(f->world.out_count, 1);
    out = world_next(&f->world);
    check_span(xml_attr(out, "from"), WORLD_ROOM "/Abhi");
    assert_null(xml_child(out, "error", NULL));
    assert_true(world_has(&f->world, "210"));
}

static void taken_back(void **state)
{
    struct fixture *f = *state;
    struct room_request request = {.kind = ROOM_REQUEST_IQ,
                                   .from = SPAN(ABHI),
                                   .to = SPAN(WORLD_ROOM),
                                   .id = SPAN("q")};
    struct buf bytes = BUF_EMPTY(65536);
    struct stanza_out out = STANZA_OUT(&bytes, SPAN(WORLD_DOMAIN));

    check_ok(service_take_back(f->world.service, &request, &out));
    assert_non_null(strstr(bytes.at, "resource-constraint"));
    buf_truncate(&bytes, 0);
    request.kind = ROOM_REQUEST_NONE;
    check_ok(service_take_back(f->world.service, &request, &out));
    assert_int_equal(bytes.len, 0);
    buf_clear(&bytes);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define OMEMO(name)                                                            \
    cmocka_unit_test_setup_teardown(name, set_up_omemo, tear_down)

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
        OMEMO(a1_lists_where_addresses_are_shown),
        OMEMO(omemo_room_shows_addresses),
        TEST(seat_look_up),
        TEST(room_facts_for_members),
        TEST(r7_r8_presence_nobody_answers),
        TEST(p2_leave),
        TEST(p1_update_and_rename),
        TEST(taken_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

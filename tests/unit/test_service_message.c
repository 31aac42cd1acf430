#include <stdio.h>
#include <string.h>

#include "support/check.h"
#include "support/service_scene.h"
#include "wire/ns.h"

static int set_up(void **state)
{
    return service_scene_open(state, "server", 2);
}

static void say(struct service_scene *s, const char *inside)
{
    service_scene_say(s, ABHI, inside);
}

static size_t archived(const struct service_scene *s)
{
    return s->world.said_count;
}

static void reflection(void **state)
{
    struct service_scene *s = *state;

    world_hear_file(&s->world, ROOM_LEG_NATIVE, "message-request");
    world_says_file(&s->world, "message-reflected");
    check_span(xml_attr(world_next(&s->world), "to"), ANNY);
    world_is_silent(&s->world);
    assert_int_equal(archived(s), 1);
}

static void stranger(void **state)
{
    struct service_scene *s = *state;

    service_scene_say(s, MAL, "<body>x</body>");
    world_refuses(&s->world, "cancel", "not-acceptable");
    service_scene_say(s, MAL, "<subject>x</subject>");
    world_refuses(&s->world, "cancel", "not-acceptable");
    world_is_silent(&s->world);
    assert_int_equal(archived(s), 0);
}

/* The attribute with a namespace is somebody's trick, not the sender. */
static void x01_namespaced_from(void **state)
{
    struct service_scene *s = *state;

    world_hear(&s->world, ROOM_LEG_NATIVE,
               "<message from='" MAL "' xmlns:z='urn:z' z:from='" ABHI
               "' to='" WORLD_ROOM "' type='groupchat' id='1'>"
               "<body>spoof</body></message>");
    world_refuses(&s->world, "cancel", "not-acceptable");
    assert_int_equal(archived(s), 0);
}

static void x21_spoofs_are_stripped(void **state)
{
    struct service_scene *s = *state;

    say(s,
        "<body>hi</body><subject>no</subject>"
        "<occupant-id xmlns='" NS_OCCUPANT_ID "' id='B'/>"
        "<occupant-id xmlns='" NS_OCCUPANT_ID "' id='C'/>"
        "<stanza-id xmlns='" NS_SID "' by='" WORLD_ROOM "' id='9'/>"
        "<stanza-id xmlns='" NS_SID "' by='RM7Q2K9D4XW3C5V8@CHAT.example.org'"
        " id='9'/><stanza-id xmlns='" NS_SID "' id='9'/>"
        "<stanza-id xmlns='" NS_SID "' by='example.org' id='theirs'/>"
        "<delay xmlns='" NS_DELAY
        "' stamp='2001-01-01T00:00:00Z' from='" WORLD_ROOM
        "/x'/><x xmlns='" NS_MUC_USER "'><status code='110'/></x>"
        "<x xmlns='" NS_MUC "'/><addresses xmlns='" NS_ADDRESS "'/>"
        "<mav xmlns='" NS_AFFILIATIONS "'/><token xmlns='" NS_TOKEN "'/>"
        "<source xmlns='" NS_SOURCE "' id='1'/><room xmlns='" NS_ROOM "'/>"
        "<gone xmlns='" NS_CHAT_STATES "'/>"
        "<received xmlns='" NS_CARBONS "'><forwarded xmlns='" NS_FORWARD
        "'/></received><result xmlns='" NS_MAM "'/>");
    world_says(&s->world,
               "<message type='groupchat' from='" WORLD_ROOM "/Abhi' to='" ABHI
               "' id='m'><body>hi</body>"
               "<stanza-id xmlns='" NS_SID "' by='example.org' id='theirs'/>"
               "<stanza-id xmlns='" NS_SID "' by='" WORLD_ROOM "' id='*'/>"
               "<occupant-id xmlns='" NS_OCCUPANT_ID "' id='*'/></message>");
}

/* Few bytes that become many when they are prepared, in as many elements as a
 * stanza may have: too much for one message, and nothing else. */
static void addresses_that_grow_are_no_trouble(void **state)
{
    struct service_scene *s = *state;
    struct buf xml = BUF_EMPTY(XML_STANZA_MAX_BYTES + 4096);

    check_ok(buf_append(
        &xml, SPAN("<message type='groupchat' from='" ABHI "' to='" WORLD_ROOM
                   "' id='m' xmlns:s='" NS_SID "'><body>hi</body>")));
    for (int i = 0; i < XML_ELEMENTS_MAX - 2; i++) {
        check_ok(buf_append(&xml, SPAN("<s:stanza-id by='a/")));
        for (int k = 0; k < 31; k++) /* 18 letters each */
            check_ok(buf_append(&xml, SPAN("\xef\xb7\xba")));
        check_ok(buf_append(&xml, SPAN("'/>")));
    }
    check_ok(buf_append(&xml, SPAN("</message>")));
    world_hear_span(&s->world, ROOM_LEG_NATIVE, buf_span(&xml));
    check_ok(s->world.rc);
    world_refuses(&s->world, "modify", "policy-violation");
    buf_clear(&xml);
}

static void children_stay_as_they_are(void **state)
{
    struct service_scene *s = *state;

    world_hear(&s->world, ROOM_LEG_NATIVE,
               "<message type='groupchat' from='" ABHI "' to='" WORLD_ROOM
               "' id='m' xml:lang='de'><body>a</body><body xml:lang='fr'>b"
               "</body><thread parent='p'>t</thread>"
               "<p:thing xmlns:p='urn:p' p:a='1' b='2'><p:x/>&lt;</p:thing>"
               "</message>");
    world_says(&s->world,
               "<message type='groupchat' from='" WORLD_ROOM "/Abhi' to='" ABHI
               "' id='m' xml:lang='de'><body>a</body><body xml:lang='fr'>b"
               "</body><thread parent='p'>t</thread>"
               "<p:thing xmlns:p='urn:p' p:a='1' b='2'><p:x/>&lt;</p:thing>"
               "<stanza-id xmlns='" NS_SID "' by='" WORLD_ROOM "' id='*'/>"
               "<occupant-id xmlns='" NS_OCCUPANT_ID "' id='*'/></message>");
}

static void x32_bytes_of_every_kind(void **state)
{
    struct service_scene *s = *state;

    say(s, "<body>'); DROP TABLE messages;-- \xf0\x9f\x92\xa9 %n%n%s "
           "]]&gt;&lt;/body&gt;</body>");
    check_span(xml_text(xml_child(world_next(&s->world), "body", NULL)),
               "'); DROP TABLE messages;-- \xf0\x9f\x92\xa9 %n%n%s ]]></body>");
}

static void x18_empty(void **state)
{
    struct service_scene *s = *state;

    say(s, "<body/>");
    world_refuses(&s->world, "modify", "bad-request");
    say(s, "");
    world_refuses(&s->world, "modify", "bad-request");
    say(s, "<occupant-id xmlns='" NS_OCCUPANT_ID "' id='B'/>");
    world_refuses(&s->world, "modify", "bad-request");
    assert_int_equal(archived(s), 0);
}

static void x19_sent_again(void **state)
{
    static const char words[] = "<origin-id xmlns='" NS_SID "' id='o1'/>"
                                "<body>once</body>";
    struct service_scene *s = *state;
    char id[64];
    struct span first;

    say(s, words);
    first = world_next_id(&s->world);
    memcpy(id, first.at, first.len);
    id[first.len] = '\0';
    say(s, words);
    assert_int_equal(s->world.out_count, 1);
    first = world_next_id(&s->world);
    assert_memory_equal(id, first.at, first.len);
    assert_int_equal(archived(s), 1);
}

static void subject(void **state)
{
    struct service_scene *s = *state;

    say(s, "<subject>new</subject>");
    world_refuses(&s->world, "auth", "forbidden");
    world_is_silent(&s->world);
}

static void groupchat_to_an_occupant(void **state)
{
    struct service_scene *s = *state;

    world_hear(&s->world, ROOM_LEG_NATIVE,
               "<message type='groupchat' from='" ABHI "' to='" WORLD_ROOM
               "/Anny' id='m'><body>x</body></message>");
    world_refuses(&s->world, "modify", "bad-request");
}

static void private_messages_are_refused(void **state)
{
    struct service_scene *s = *state;
    static const struct {
        const char *from;
        const char *to;
        const char *type;
        const char *condition;
    } cases[] = {{ABHI, "Anny", "auth", "forbidden"},
                 {ABHI, "Nobody", "cancel", "item-not-found"},
                 {MAL, "Anny", "cancel", "not-acceptable"}};

    for (size_t i = 0; i < 3; i++) {
        char xml[512];

        snprintf(xml, sizeof(xml),
                 "<message type='chat' from='%s' to='" WORLD_ROOM "/%s' "
                 "id='m'><body>x</body></message>",
                 cases[i].from, cases[i].to);
        world_hear(&s->world, ROOM_LEG_NATIVE, xml);
        world_refuses(&s->world, cases[i].type, cases[i].condition);
        world_is_silent(&s->world);
    }
}

static void other_types_to_the_room(void **state)
{
    struct service_scene *s = *state;

    service_scene_send(s, ABHI, "chat", "<body>x</body>");
    world_refuses(&s->world, "modify", "bad-request");
    service_scene_send(s, ABHI, "chat",
                       "<displayed xmlns='" NS_MARKERS "' id='1'/>");
    world_is_silent(&s->world);
    service_scene_send(s, MAL, "normal", "<received xmlns='" NS_CARBONS "'/>");
    world_refuses(&s->world, "cancel", "not-acceptable");
    service_scene_send(s, ABHI, "normal",
                       "<x xmlns='" NS_MUC_USER "'><decline to='a@b'/></x>");
    world_is_silent(&s->world);
}

static void invites_are_refused(void **state)
{
    struct service_scene *s = *state;
    static const char invite[] =
        "<x xmlns='" NS_MUC_USER "'><invite to='c@example.org'/></x>";

    service_scene_send(s, ABHI, "normal", invite);
    world_refuses(&s->world, "auth", "forbidden");
    service_scene_send(s, MAL, "normal", invite);
    world_refuses(&s->world, "cancel", "not-acceptable");
}

/* The table of docs/protocol.md 4. */
static void archive_rules(void **state)
{
    static const struct {
        const char *inside;
        bool is_kept;
        uint8_t flags;
    } cases[] = {
        {"<body>x</body>", true, ROOM_ENTRY_HISTORY | ROOM_ENTRY_ACTIVITY},
        {"<body>x</body><no-store xmlns='" NS_HINTS "'/>", false, 0},
        {"<body>x</body><no-permanent-store xmlns='" NS_HINTS "'/>", false, 0},
        {"<composing xmlns='" NS_CHAT_STATES "'/>", false, 0},
        {"<received xmlns='" NS_RECEIPTS "' id='1'/>", false, 0},
        {"<displayed xmlns='" NS_MARKERS "' id='1'/>", true, 0},
        {"<displayed xmlns='" NS_MARKERS "' id='1'/><store xmlns='" NS_HINTS
         "'/>",
         true, 0},
        {"<received xmlns='" NS_MARKERS "' id='1'/>", false, 0},
        {"<reactions xmlns='" NS_REACTIONS "' id='1'/>", true,
         ROOM_ENTRY_HISTORY | ROOM_ENTRY_ACTIVITY},
        {"<encryption xmlns='" NS_EME "' namespace='x'/>", true,
         ROOM_ENTRY_HISTORY | ROOM_ENTRY_ACTIVITY},
        {"<thing xmlns='urn:x'/>", false, 0},
        {"<thing xmlns='urn:x'/><store xmlns='" NS_HINTS "'/>", true,
         ROOM_ENTRY_HISTORY | ROOM_ENTRY_ACTIVITY},
    };
    struct service_scene *s = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        size_t before = archived(s);

        say(s, cases[i].inside);
        assert_int_equal(s->world.out_count, 2);
        assert_int_equal(archived(s) - before, cases[i].is_kept);
        assert_int_equal(world_find(s->world.outs[0], "stanza-id", NS_SID) !=
                             NULL,
                         cases[i].is_kept);
        if (cases[i].is_kept)
            assert_int_equal(s->world.said[before].entry.flags &
                                 (ROOM_ENTRY_HISTORY | ROOM_ENTRY_ACTIVITY),
                             cases[i].flags);
    }
}

static void too_long_and_too_big(void **state)
{
    struct service_scene *s = *state;
    char *xml = test_malloc(80 * 1024);
    size_t sizes[] = {17 * 1024, 70 * 1024};

    for (size_t i = 0; i < 2; i++) {
        int len = snprintf(xml, 1024,
                           "<message type='groupchat' from='" ABHI
                           "' to='" WORLD_ROOM "' id='big'><body>");

        memset(xml + len, 'A', sizes[i]);
        snprintf(xml + len + sizes[i], 64, "</body></message>");
        world_hear(&s->world, ROOM_LEG_NATIVE, xml);
        world_refuses(&s->world, "modify", "policy-violation");
        world_is_silent(&s->world);
    }
    test_free(xml);
    assert_int_equal(archived(s), 0);
}

static void x09_too_deep(void **state)
{
    struct service_scene *s = *state;
    char xml[2048] =
        "<message type='groupchat' from='" ABHI "' to='" WORLD_ROOM "' id='d'>";

    for (int i = 0; i < 60; i++)
        memcpy(xml + strlen(xml), "<a>", 4);
    for (int i = 0; i < 60; i++)
        memcpy(xml + strlen(xml), "</a>", 5);
    memcpy(xml + strlen(xml), "</message>", 11);
    world_hear(&s->world, ROOM_LEG_NATIVE, xml);
    world_refuses(&s->world, "modify", "policy-violation");
    say(s, "<body>still here</body>");
    assert_int_equal(s->world.out_count, 2);
}

static void words_are_commands(void **state)
{
    struct service_scene *s = *state;
    const struct xml_node *out;

    say(s, "<body>!status</body>");
    out = world_next(&s->world);
    check_span(xml_attr(out, "from"), WORLD_ROOM);
    check_span(xml_attr(world_find(out, "room", NS_ROOM), "event"), "status");
    assert_non_null(world_find(out, "no-store", NS_HINTS));
    world_is_silent(&s->world);
    say(s, "<body>/keep</body>");
    check_span(
        xml_attr(world_find(world_next(&s->world), "room", NS_ROOM), "event"),
        "kept");
    say(s, "<body>!end</body>");
    check_span(
        xml_attr(world_find(world_next(&s->world), "room", NS_ROOM), "event"),
        "end-confirm");
    say(s, "<body>!end please</body>");
    assert_int_equal(s->world.out_count, 2);
    assert_int_equal(archived(s), 1);
}

static void retraction_of_own_and_foreign(void **state)
{
    struct service_scene *s = *state;
    char inside[512];
    struct span id;

    say(s, "<body>secret</body>");
    id = world_next_id(&s->world);
    snprintf(inside, sizeof(inside),
             "<retract xmlns='" NS_RETRACT "' id='%.*s'/>", (int)id.len, id.at);
    service_scene_say(s, ANNY, inside);
    world_refuses(&s->world, "auth", "forbidden");
    assert_int_equal(s->world.said[0].payload.len > 0, 1);
    say(s, inside);
    assert_int_equal(s->world.out_count, 2);
    assert_int_equal(s->world.said[0].payload.len, 0);
}

static void correction_of_own_and_foreign(void **state)
{
    struct service_scene *s = *state;

    say(s, "<body>tpyo</body><origin-id xmlns='" NS_SID "' id='o1'/>");
    say(s, "<body>typo</body><origin-id xmlns='" NS_SID
           "' id='o2'/><replace xmlns='" NS_CORRECT "' id='o1'/>");
    assert_int_equal(s->world.out_count, 2);
    service_scene_say(s, ANNY,
                      "<body>forged</body><replace xmlns='" NS_CORRECT
                      "' id='o1'/>");
    world_refuses(&s->world, "auth", "forbidden");
    world_is_silent(&s->world);
    assert_int_equal(archived(s), 2);
}

/* Swift and Psi give no origin-id. */
static void correction_without_an_origin(void **state)
{
    struct service_scene *s = *state;
    char inside[512];
    struct span id;

    world_hear(&s->world, ROOM_LEG_NATIVE,
               "<message type='groupchat' id='m1' from='" ABHI
               "' to='" WORLD_ROOM "'><body>tpyo</body></message>");
    id = world_next_id(&s->world);
    snprintf(inside, sizeof(inside),
             "<retract xmlns='" NS_RETRACT "' id='%.*s'/>", (int)id.len, id.at);
    say(s, "<body>typo</body><replace xmlns='" NS_CORRECT "' id='m1'/>");
    say(s, inside);
    assert_int_equal(s->world.said[0].payload.len, 0);
    assert_int_equal(s->world.said[1].payload.len, 0);
}

static void x20_x29_errors_are_never_answered(void **state)
{
    struct service_scene *s = *state;

    world_hear(&s->world, ROOM_LEG_NATIVE,
               "<message type='error' from='" MAL "' to='" WORLD_ROOM "'/>"
               "<message type='error' from='" MAL "' to='" WORLD_DOMAIN "'/>"
               "<iq type='error' id='1' from='" MAL "' to='" WORLD_ROOM "'/>"
               "<iq type='result' id='1' from='" MAL "' to='" WORLD_ROOM "'/>"
               "<presence type='error' from='" MAL "' to='" WORLD_ROOM "/x'/>");
    world_is_silent(&s->world);
    world_hear(
        &s->world, ROOM_LEG_NATIVE,
        "<message type='error' from='" ABHI "' to='" WORLD_ROOM
        "' id='e'><error type='cancel'><recipient-unavailable xmlns='" NS_STANZA_ERRORS
        "'/></error></message>");
    /* told both: out, and gone */
    assert_true(s->world.out_count > 0);
    say(s, "<body>x</body>");
    world_refuses(&s->world, "cancel", "not-acceptable");
}

static void harmless_errors_evict_nobody(void **state)
{
    struct service_scene *s = *state;

    world_hear(
        &s->world, ROOM_LEG_NATIVE,
        "<message type='error' from='" ABHI "' to='" WORLD_ROOM
        "'><error type='modify'><policy-violation xmlns='" NS_STANZA_ERRORS
        "'/></error></message>"
        "<message type='error' from='abhi@example.org' to='" WORLD_ROOM
        "'><error type='cancel'><item-not-found xmlns='" NS_STANZA_ERRORS
        "'/></error></message>");
    world_is_silent(&s->world);
    say(s, "<body>x</body>");
    assert_int_equal(s->world.out_count, 2);
}

static void a_lost_server_takes_all_its_sessions(void **state)
{
    struct service_scene *s = *state;

    world_join(&s->world, ROOM_LEG_NATIVE, "abhi@example.org/two", NULL);
    world_hear(
        &s->world, ROOM_LEG_NATIVE,
        "<message type='error' from='abhi@example.org' to='" WORLD_ROOM
        "'><error type='cancel'><remote-server-not-found xmlns='" NS_STANZA_ERRORS
        "'/></error></message>");
    say(s, "<body>x</body>");
    world_refuses(&s->world, "cancel", "not-acceptable");
    service_scene_say(s, "abhi@example.org/two", "<body>x</body>");
    world_refuses(&s->world, "cancel", "not-acceptable");
    service_scene_say(s, ANNY, "<body>x</body>");
    assert_int_equal(s->world.out_count, 1);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, set_up, service_scene_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(reflection),
        TEST(stranger),
        TEST(x01_namespaced_from),
        TEST(x21_spoofs_are_stripped),
        TEST(addresses_that_grow_are_no_trouble),
        TEST(children_stay_as_they_are),
        TEST(x32_bytes_of_every_kind),
        TEST(x18_empty),
        TEST(x19_sent_again),
        TEST(subject),
        TEST(groupchat_to_an_occupant),
        TEST(private_messages_are_refused),
        TEST(other_types_to_the_room),
        TEST(invites_are_refused),
        TEST(archive_rules),
        TEST(too_long_and_too_big),
        TEST(x09_too_deep),
        TEST(words_are_commands),
        TEST(retraction_of_own_and_foreign),
        TEST(correction_of_own_and_foreign),
        TEST(correction_without_an_origin),
        TEST(x20_x29_errors_are_never_answered),
        TEST(harmless_errors_evict_nobody),
        TEST(a_lost_server_takes_all_its_sessions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

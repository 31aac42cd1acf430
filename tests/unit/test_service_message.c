/* What comes of a message: its reflection, and what is kept of it. */
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

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, set_up, service_scene_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(reflection),
        TEST(x21_spoofs_are_stripped),
        TEST(addresses_that_grow_are_no_trouble),
        TEST(children_stay_as_they_are),
        TEST(x32_bytes_of_every_kind),
        TEST(x18_empty),
        TEST(x19_sent_again),
        TEST(subject),
        TEST(archive_rules),
        TEST(words_are_commands),
        TEST(correction_without_an_origin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

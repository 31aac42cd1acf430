#include <stdio.h>
#include <string.h>

#include "support/check.h"
#include "support/service_scene.h"
#include "wire/ns.h"

static int set_up(void **state)
{
    return service_scene_open(state, "server", 0);
}

/* Asks to join as `jid`; `inside` is what stands in the muc element. */
static void ask(struct service_scene *s, enum room_leg leg, const char *jid,
                const char *inside)
{
    char xml[2048];

    snprintf(xml, sizeof(xml),
             "<presence id='j1' from='%s' to='" WORLD_ROOM "/nick'>"
             "<x xmlns='" NS_MUC "'>%s</x></presence>",
             jid, inside);
    world_hear(&s->world, leg, xml);
}

static void ask_code(struct service_scene *s, enum room_leg leg,
                     const char *jid, const char *code)
{
    char inside[256];

    snprintf(inside, sizeof(inside), "<password>%s</password>", code);
    ask(s, leg, jid, inside);
}

static bool is_in(struct service_scene *s)
{
    for (size_t i = 0; i < s->world.out_count; i++)
        if (world_find(s->world.outs[i], "subject", NULL) != NULL)
            return true;
    return false;
}

static void success_order(void **state)
{
    struct service_scene *s = *state;

    world_join(&s->world, ROOM_LEG_NATIVE, ANNY, s->codes[1]);
    world_hear_file(&s->world, ROOM_LEG_NATIVE, "message-request");
    world_hear_file(&s->world, ROOM_LEG_NATIVE, "join-request");
    world_says_file(&s->world, "join-presence-other");
    world_says_file(&s->world, "join-presence-self");
    world_says_file(&s->world, "join-subject");
    world_says_file(&s->world, "notice-welcome");
    world_says_file(&s->world, "presence-arrived");
    world_is_silent(&s->world);
}

static void wrong_code(void **state)
{
    struct service_scene *s = *state;

    ask_code(s, ROOM_LEG_NATIVE, ABHI, "7K3M9-QXP2D");
    world_says_file(&s->world, "join-refused");
    world_is_silent(&s->world);
}

static void no_code_and_no_code_form(void **state)
{
    struct service_scene *s = *state;
    const char *const inside[] = {"", "<password/>",
                                  "<password>short</password>",
                                  "<password>uuuuuuuuuu</password>"};

    for (size_t i = 0; i < 4; i++) {
        const struct xml_node *out;

        ask(s, ROOM_LEG_NATIVE, ABHI, inside[i]);
        out = world_refuses(&s->world, "auth", "not-authorized");
        assert_non_null(world_find(out, "attempts", NS_SEAT));
        world_is_silent(&s->world);
    }
}

static void code_in_any_spelling(void **state)
{
    static const struct {
        const char *open;
        const char *close;
    } forms[] = {{"<password>", "</password>"},
                 {"<password xmlns=''>  ", " </password>"},
                 {"<password xmlns='jabber:client'>", "</password>"}};
    struct service_scene *s = *state;

    for (size_t i = 0; i < 3; i++) {
        char inside[256], code[CODE_CHARS + 2], jid[64];

        memcpy(code, s->codes[0], sizeof(code));
        for (char *c = code; *c != '\0'; c++)
            if (*c >= 'A' && *c <= 'Z')
                *c = (char)(*c + 32);
        snprintf(inside, sizeof(inside), "%s%s%s", forms[i].open, code,
                 forms[i].close);
        snprintf(jid, sizeof(jid), "abhi%zu@example.org/x", i);
        ask(s, ROOM_LEG_NATIVE, jid, inside);
        assert_true(is_in(s));
    }
}

static void address_without_a_name(void **state)
{
    struct service_scene *s = *state;
    const struct xml_node *out;

    world_hear(&s->world, ROOM_LEG_NATIVE,
               "<presence id='j' from='" ABHI "' to='" WORLD_ROOM
               "'><x xmlns='" NS_MUC "'/></presence>");
    out = world_refuses(&s->world, "modify", "jid-malformed");
    check_span(xml_attr(out, "from"), WORLD_ROOM);
    world_hear(&s->world, ROOM_LEG_NATIVE,
               "<presence id='j' from='" ABHI "' to='" WORLD_ROOM
               "/\u202eecila'><x xmlns='" NS_MUC "'/></presence>");
    world_refuses(&s->world, "modify", "jid-malformed");
    world_is_silent(&s->world);
}

static void refusals_echo(void **state)
{
    struct service_scene *s = *state;
    const struct xml_node *out;

    ask(s, ROOM_LEG_NATIVE, ABHI, "");
    out = world_refuses(&s->world, "auth", "not-authorized");
    assert_true(xml_is(out->first, "x", NS_MUC));
    check_span(xml_attr(out, "id"), "j1");
    check_span(xml_attr(out, "from"), WORLD_ROOM "/nick");
    check_span(xml_attr(xml_child(out, "error", NULL), "code"), "401");
}

static void unknown_room(void **state)
{
    struct service_scene *s = *state;

    world_hear(&s->world, ROOM_LEG_NATIVE,
               "<presence id='j' from='" ABHI
               "' to='aaaaaaaaaaaaaaaa@" WORLD_DOMAIN "/n'><x xmlns='" NS_MUC
               "'/></presence>");
    world_refuses(&s->world, "cancel", "item-not-found");
    world_is_silent(&s->world);
}

static void wrong_kind_of_session(void **state)
{
    struct service_world world;
    char codes[2][CODE_CHARS + 2];
    const struct xml_node *out;
    struct span text;

    (void)state;
    world_open(&world);
    world_make(&world, "link", codes);
    world_hear(&world, ROOM_LEG_NATIVE,
               "<presence id='j' from='" ABHI "' to='" WORLD_ROOM
               "/n'><x xmlns='" NS_MUC "'/></presence>");
    out = world_refuses(&world, "auth", "forbidden");
    text = xml_text(world_find(out, "text", NS_STANZA_ERRORS));
    assert_true(text.len > 0);
    world_close(&world);
}

static void guest_joins_by_code(void **state)
{
    struct service_scene *s = *state;
    char xml[1024];

    snprintf(xml, sizeof(xml),
             "<presence id='g' from='" GUEST "' to='" WORLD_ROOM "/x'>"
             "<source xmlns='" NS_SOURCE "' id='9c11'/>"
             "<x xmlns='" NS_MUC "'><password>%s</password></x></presence>",
             s->codes[1]);
    world_hear(&s->world, ROOM_LEG_GUEST, xml);
    assert_true(is_in(s));
    assert_null(world_find(s->world.outs[0], "source", NULL));
    check_span(xml_attr(s->world.outs[0], "from"), WORLD_ROOM "/Anny");
}

static void join_again_is_a_resync(void **state)
{
    struct service_scene *s = *state;

    world_join(&s->world, ROOM_LEG_NATIVE, ABHI, s->codes[0]);
    ask(s, ROOM_LEG_NATIVE, ABHI, "");
    assert_true(is_in(s));
    assert_int_equal(s->world.out_count, 2);
}

static void member_needs_no_code(void **state)
{
    struct service_scene *s = *state;

    world_join(&s->world, ROOM_LEG_NATIVE, ABHI, s->codes[0]);
    ask_code(s, ROOM_LEG_NATIVE, "abhi@example.org/laptop", s->codes[1]);
    assert_true(is_in(s));
    check_span(xml_attr(s->world.outs[0], "from"), WORLD_ROOM "/Abhi");
}

static void presence_of_a_stranger(void **state)
{
    struct service_scene *s = *state;

    world_hear(&s->world, ROOM_LEG_NATIVE,
               "<presence from='" ABHI "' to='" WORLD_ROOM "/Abhi'/>");
    world_says_file(&s->world, "presence-stranger");
    world_is_silent(&s->world);
}

/* Says one message and gives the history that `history` brings. */
static size_t history_of(struct service_scene *s, const char *history)
{
    size_t count = 0;

    ask(s, ROOM_LEG_NATIVE, ABHI, history);
    for (size_t i = 0; i < s->world.out_count; i++)
        count += world_find(s->world.outs[i], "delay", NS_DELAY) != NULL;
    return count;
}

static void say(struct service_scene *s, const char *body)
{
    char xml[1024];

    snprintf(xml, sizeof(xml),
             "<message type='groupchat' from='" ABHI "' to='" WORLD_ROOM
             "' id='%s'><body>%s</body></message>",
             body, body);
    world_hear(&s->world, ROOM_LEG_NATIVE, xml);
}

static void history_wishes(void **state)
{
    struct service_scene *s = *state;

    world_join(&s->world, ROOM_LEG_NATIVE, ABHI, s->codes[0]);
    for (int i = 0; i < 5; i++) {
        char body[16];

        snprintf(body, sizeof(body), "m%d", i);
        say(s, body);
        s->world.now_ms += 60000;
    }
    assert_int_equal(history_of(s, ""), 5);
    assert_int_equal(history_of(s, "<history maxstanzas='0'/>"), 0);
    assert_int_equal(history_of(s, "<history maxstanzas='2'/>"), 2);
    assert_int_equal(history_of(s, "<history maxchars='0'/>"), 0);
    assert_int_equal(history_of(s, "<history maxchars='600'/>"), 1);
    assert_int_equal(history_of(s, "<history maxchars='60'/>"), 0);
    assert_int_equal(history_of(s, "<history seconds='130'/>"), 2);
    assert_int_equal(history_of(s, "<history seconds='nonsense'/>"), 5);
    assert_int_equal(history_of(s, "<history since='2026-11-21T12:03:00Z'/>"),
                     2);
    assert_int_equal(history_of(s, "<history since='2026-11-21T12:03:00Z' "
                                   "maxstanzas='1'/>"),
                     1);
}

static void history_is_in_order(void **state)
{
    struct service_scene *s = *state;

    world_join(&s->world, ROOM_LEG_NATIVE, ABHI, s->codes[0]);
    say(s, "one");
    say(s, "two");
    ask(s, ROOM_LEG_NATIVE, ABHI, "");
    world_next(&s->world);
    world_says_file(&s->world, "history-message");
    check_span(xml_attr(world_next(&s->world), "id"), "two");
    check_span(xml_attr(world_next(&s->world), "type"), "groupchat");
    world_is_silent(&s->world);
}

static void attempts_run_out(void **state)
{
    struct service_scene *s = *state;
    const struct xml_node *attempts = NULL;

    for (int i = 0; i < 6; i++) {
        ask_code(s, ROOM_LEG_NATIVE, ABHI, "0000000000");
        attempts =
            world_find(world_refuses(&s->world, "auth", "not-authorized"),
                       "attempts", NS_SEAT);
    }
    check_span(xml_attr(attempts, "left"), "0");
    assert_false(span_is(xml_attr(attempts, "wait"), "0"));
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, set_up, service_scene_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(success_order),
        TEST(wrong_code),
        TEST(no_code_and_no_code_form),
        TEST(code_in_any_spelling),
        TEST(address_without_a_name),
        TEST(refusals_echo),
        TEST(unknown_room),
        cmocka_unit_test(wrong_kind_of_session),
        TEST(guest_joins_by_code),
        TEST(join_again_is_a_resync),
        TEST(member_needs_no_code),
        TEST(presence_of_a_stranger),
        TEST(history_wishes),
        TEST(history_is_in_order),
        TEST(attempts_run_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

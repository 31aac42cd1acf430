#include <stdio.h>

#include "support/check.h"
#include "support/service_scene.h"
#include "wire/ns.h"

static int set_up(void **state)
{
    return service_scene_open(state, "server", 2);
}

static void gone_for_everything(struct service_scene *s)
{
    world_hear(&s->world, ROOM_LEG_NATIVE,
               "<presence id='j' from='" ABHI "' to='" WORLD_ROOM
               "/Abhi'><x xmlns='" NS_MUC "'/></presence>"
               "<message type='groupchat' id='m' from='" ABHI
               "' to='" WORLD_ROOM "'><body>x</body></message>"
               "<iq type='get' id='i' from='" ABHI "' to='" WORLD_ROOM
               "'><query xmlns='" NS_DISCO_INFO "'/></iq>");
    for (int i = 0; i < 3; i++)
        world_refuses(&s->world, "cancel", "gone");
    world_is_silent(&s->world);
    world_hear(&s->world, ROOM_LEG_NATIVE,
               "<iq type='get' id='p' from='" ABHI "' to='" WORLD_ROOM
               "/Abhi'><ping xmlns='" NS_PING "'/></iq>");
    world_refuses(&s->world, "cancel", "not-acceptable");
}

static void destroy_of_the_room(void **state)
{
    struct service_scene *s = *state;

    world_hear_file(&s->world, ROOM_LEG_NATIVE, "destroy-request");
    world_says_file(&s->world, "notice-ended");
    check_span(xml_attr(world_next(&s->world), "to"), ANNY);
    world_says_file(&s->world, "presence-destroyed");
    check_span(xml_attr(world_next(&s->world), "from"), WORLD_ROOM "/Anny");
    world_is_silent(&s->world);
    world_erased(&s->world);
    world_says(&s->world, "<iq type='result' id='destroy-1' from='" WORLD_ROOM
                          "' to='" ABHI "'/>");
    gone_for_everything(s);
}

static void end_by_command(void **state)
{
    struct service_scene *s = *state;

    world_hear(&s->world, ROOM_LEG_NATIVE,
               "<iq type='set' id='e' from='" ABHI "' to='" WORLD_ROOM
               "'><command xmlns='" NS_COMMANDS
               "' node='end-chat' action='execute'/></iq>");
    assert_int_equal(s->world.out_count, 4);
    world_erased(&s->world);
    world_says(&s->world, "<iq type='result' id='e' from='" WORLD_ROOM
                          "' to='" ABHI "'><command xmlns='" NS_COMMANDS
                          "' node='end-chat' sessionid='e' status='completed'>"
                          "<note type='info'>*</note></command></iq>");
}

static void keep_by_command(void **state)
{
    struct service_scene *s = *state;
    size_t results = 0;

    world_hear(&s->world, ROOM_LEG_NATIVE,
               "<iq type='set' id='k' from='" ABHI "' to='" WORLD_ROOM
               "'><command xmlns='" NS_COMMANDS
               "' node='keep-chat' action='execute'/></iq>");
    for (size_t i = 0; i < s->world.out_count; i++)
        results += xml_child(s->world.outs[i], "command", NS_COMMANDS) != NULL;
    assert_int_equal(results, 1);
}

static void end_by_word(void **state)
{
    struct service_scene *s = *state;

    for (int i = 0; i < 2; i++)
        service_scene_say(s, ANNY, "<body>!end</body>");
    world_says_file(&s->world, "notice-ended-2");
    assert_int_equal(s->world.out_count, 4);
    gone_for_everything(s);
}

static void silence_warns_and_ends(void **state)
{
    struct service_scene *s = *state;

    world_wait(&s->world, 24 * 3600 * INT64_C(1000) - 600000 + 1000);
    world_says_file(&s->world, "notice-silence");
    world_wait(&s->world, 600000);
    assert_true(world_has(&s->world, "cause='silence'"));
    assert_int_equal(s->world.out_count, 4);
    gone_for_everything(s);
}

static void sessions_are_pinged(void **state)
{
    struct service_scene *s = *state;
    const struct xml_node *out;
    char id[64], xml[512];
    struct span got;

    /* A doubtful error: it is asked again whether it lives. */
    world_hear(
        &s->world, ROOM_LEG_NATIVE,
        "<iq type='error' id='ping-x' from='" ABHI "' to='" WORLD_ROOM
        "'><error type='cancel'><service-unavailable xmlns='" NS_STANZA_ERRORS
        "'/></error></iq>");
    world_is_silent(&s->world);
    for (int i = 0; i < 10 && s->world.out_count == 0; i++)
        world_wait(&s->world, 60000);
    out = world_next(&s->world);
    assert_true(xml_is(out, "iq", NULL));
    check_span(xml_attr(out, "to"), ABHI);
    assert_non_null(xml_child(out, "ping", NS_PING));
    got = xml_attr(out, "id");
    snprintf(id, sizeof(id), "%.*s", (int)got.len, got.at);
    snprintf(xml, sizeof(xml),
             "<iq type='result' id='%s' from='" ABHI "' to='" WORLD_ROOM "'/>",
             id);
    world_hear(&s->world, ROOM_LEG_NATIVE, xml);
    world_is_silent(&s->world);
    snprintf(xml, sizeof(xml),
             "<iq type='error' id='%s' from='" ABHI "' to='" WORLD_ROOM
             "'><error type='cancel'><item-not-found xmlns='" NS_STANZA_ERRORS
             "'/></error></iq>",
             id);
    world_hear(&s->world, ROOM_LEG_NATIVE, xml);
    assert_true(s->world.out_count > 0);
    service_scene_say(s, ABHI, "<body>x</body>");
    world_refuses(&s->world, "cancel", "not-acceptable");
}

static void two_sentences_about_time(void **state)
{
    struct service_scene *s = *state;

    service_scene_say(s, ANNY, "<body>!status</body>");
    world_says_file(&s->world, "notice-status");
    service_scene_say(s, ANNY, "<body>!end</body>");
    world_says_file(&s->world, "notice-end-confirm");
}

static void hears_a_nick(struct service_scene *s, const char *jid)
{
    world_join(&s->world, ROOM_LEG_NATIVE, jid, s->codes[0]);
    service_scene_say(s, jid, "<body>!status</body>");
    assert_int_equal(s->world.out_count, 1);
    assert_true(span_is(xml_attr(s->world.outs[0], "from"),
                        WORLD_ROOM "/Duologue (the chat itself, no person)"));
}

/* Others hear the room itself: see notice-status. */
static void some_apps_need_a_nick(void **state)
{
    hears_a_nick(*state, "abhi@example.org/gajim.7Q2F");
    hears_a_nick(*state, "abhi@example.org/converse.js-110455878");
}

static size_t told_of_a_refusal(struct service_scene *s, const char *jid)
{
    service_scene_say(s, jid, "<retract xmlns='" NS_RETRACT "' id='none'/>");
    assert_true(span_is(xml_attr(s->world.outs[0], "type"), "error"));
    return s->world.out_count;
}

static void one_app_is_told_of_refusals_in_words(void **state)
{
    static const char gajim[] = "abhi@example.org/gajim.7Q2F";
    struct service_scene *s = *state;
    const struct xml_node *told;

    world_join(&s->world, ROOM_LEG_NATIVE, gajim, s->codes[0]);
    assert_int_equal(told_of_a_refusal(s, ABHI), 1);
    assert_int_equal(told_of_a_refusal(s, gajim), 2);
    told = s->world.outs[1];
    assert_true(span_is(xml_attr(told, "type"), "groupchat"));
    assert_true(span_is(xml_attr(told, "from"),
                        WORLD_ROOM "/Duologue (the chat itself, no person)"));
    assert_true(span_is(xml_attr(world_find(told, "room", NS_ROOM), "event"),
                        "refused"));
    assert_non_null(world_find(told, "body", NULL));
    assert_non_null(world_find(told, "no-store", NS_HINTS));
    /* Who is not in the chat hears the error alone. */
    assert_int_equal(told_of_a_refusal(s, "mal@example.org/gajim.7Q2F"), 1);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, set_up, service_scene_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(destroy_of_the_room),
        TEST(some_apps_need_a_nick),
        TEST(end_by_command),
        TEST(keep_by_command),
        TEST(end_by_word),
        TEST(silence_warns_and_ends),
        TEST(sessions_are_pinged),
        TEST(two_sentences_about_time),
        TEST(one_app_is_told_of_refusals_in_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

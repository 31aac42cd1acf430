#include <stdio.h>
#include <string.h>

#include "support/check.h"
#include "support/service_scene.h"
#include "wire/ns.h"

#define ABHI "abhi@example.org/phone"
#define ANNY "anny@example.net/desk"

struct fixture {
    struct service_world world;
    char codes[2][CODE_CHARS + 2];
};

static int set_up(void **state)
{
    struct fixture *f = test_malloc(sizeof(*f));

    world_open(&f->world);
    world_make(&f->world, "server", f->codes);
    world_join(&f->world, ROOM_LEG_NATIVE, ABHI, f->codes[0]);
    world_join(&f->world, ROOM_LEG_NATIVE, ANNY, f->codes[1]);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    world_close(&f->world);
    test_free(f);
    return 0;
}

static void gone_for_everything(struct fixture *f)
{
    world_hear(&f->world, ROOM_LEG_NATIVE,
               "<presence id='j' from='" ABHI "' to='" WORLD_ROOM
               "/Abhi'><x xmlns='" NS_MUC "'/></presence>"
               "<message type='groupchat' id='m' from='" ABHI
               "' to='" WORLD_ROOM "'><body>x</body></message>"
               "<iq type='get' id='i' from='" ABHI "' to='" WORLD_ROOM
               "'><query xmlns='" NS_DISCO_INFO "'/></iq>");
    for (int i = 0; i < 3; i++)
        world_refuses(&f->world, "cancel", "gone");
    world_is_silent(&f->world);
    world_hear(&f->world, ROOM_LEG_NATIVE,
               "<iq type='get' id='p' from='" ABHI "' to='" WORLD_ROOM
               "/Abhi'><ping xmlns='" NS_PING "'/></iq>");
    world_refuses(&f->world, "cancel", "not-acceptable");
}

static void p4_destroy(void **state)
{
    struct fixture *f = *state;

    world_hear_file(&f->world, ROOM_LEG_NATIVE, "destroy-request");
    world_says_file(&f->world, "notice-ended");
    check_span(xml_attr(world_next(&f->world), "to"), ANNY);
    world_says_file(&f->world, "presence-destroyed");
    check_span(xml_attr(world_next(&f->world), "from"), WORLD_ROOM "/Anny");
    world_is_silent(&f->world);
    world_erased(&f->world);
    world_says(&f->world, "<iq type='result' id='destroy-1' from='" WORLD_ROOM
                          "' to='" ABHI "'/>");
    gone_for_everything(f);
}

static void end_by_command(void **state)
{
    struct fixture *f = *state;

    world_hear(&f->world, ROOM_LEG_NATIVE,
               "<iq type='set' id='e' from='" ABHI "' to='" WORLD_ROOM
               "'><command xmlns='" NS_COMMANDS
               "' node='end-chat' action='execute'/></iq>");
    assert_int_equal(f->world.out_count, 4);
    world_erased(&f->world);
    world_says(&f->world, "<iq type='result' id='e' from='" WORLD_ROOM
                          "' to='" ABHI "'><command xmlns='" NS_COMMANDS
                          "' node='end-chat' sessionid='e' status='completed'>"
                          "<note type='info'>*</note></command></iq>");
}

static void keep_by_command(void **state)
{
    struct fixture *f = *state;
    size_t results = 0;

    world_hear(&f->world, ROOM_LEG_NATIVE,
               "<iq type='set' id='k' from='" ABHI "' to='" WORLD_ROOM
               "'><command xmlns='" NS_COMMANDS
               "' node='keep-chat' action='execute'/></iq>");
    for (size_t i = 0; i < f->world.out_count; i++)
        results += xml_child(f->world.outs[i], "command", NS_COMMANDS) != NULL;
    assert_int_equal(results, 1);
}

static void end_by_word(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < 2; i++)
        world_hear(&f->world, ROOM_LEG_NATIVE,
                   "<message type='groupchat' id='m' from='" ANNY
                   "' to='" WORLD_ROOM "'><body>!end</body></message>");
    world_says_file(&f->world, "notice-ended-2");
    assert_int_equal(f->world.out_count, 4);
    gone_for_everything(f);
}

static void silence_warns_and_ends(void **state)
{
    struct fixture *f = *state;

    world_wait(&f->world, 24 * 3600 * INT64_C(1000) - 600000 + 1000);
    world_says_file(&f->world, "notice-silence");
    world_wait(&f->world, 600000);
    assert_true(world_has(&f->world, "cause='silence'"));
    assert_int_equal(f->world.out_count, 4);
    gone_for_everything(f);
}

static void sessions_are_pinged(void **state)
{
    struct fixture *f = *state;
    const struct xml_node *out;
    char id[64], xml[512];
    struct span got;

    /* A doubtful error: it is asked again whether it lives. */
    world_hear(
        &f->world, ROOM_LEG_NATIVE,
        "<iq type='error' id='ping-x' from='" ABHI "' to='" WORLD_ROOM
        "'><error type='cancel'><service-unavailable xmlns='" NS_STANZA_ERRORS
        "'/></error></iq>");
    world_is_silent(&f->world);
    for (int i = 0; i < 10 && f->world.out_count == 0; i++)
        world_wait(&f->world, 60000);
    out = world_next(&f->world);
    assert_true(xml_is(out, "iq", NULL));
    check_span(xml_attr(out, "to"), ABHI);
    assert_non_null(xml_child(out, "ping", NS_PING));
    got = xml_attr(out, "id");
    snprintf(id, sizeof(id), "%.*s", (int)got.len, got.at);
    snprintf(xml, sizeof(xml),
             "<iq type='result' id='%s' from='" ABHI "' to='" WORLD_ROOM "'/>",
             id);
    world_hear(&f->world, ROOM_LEG_NATIVE, xml);
    world_is_silent(&f->world);
    snprintf(xml, sizeof(xml),
             "<iq type='error' id='%s' from='" ABHI "' to='" WORLD_ROOM
             "'><error type='cancel'><item-not-found xmlns='" NS_STANZA_ERRORS
             "'/></error></iq>",
             id);
    world_hear(&f->world, ROOM_LEG_NATIVE, xml);
    assert_true(f->world.out_count > 0);
    world_hear(&f->world, ROOM_LEG_NATIVE,
               "<message type='groupchat' id='m' from='" ABHI
               "' to='" WORLD_ROOM "'><body>x</body></message>");
    world_refuses(&f->world, "cancel", "not-acceptable");
}

static void two_sentences_about_time(void **state)
{
    struct fixture *f = *state;

    world_hear(&f->world, ROOM_LEG_NATIVE,
               "<message type='groupchat' id='m' from='" ANNY
               "' to='" WORLD_ROOM "'><body>!status</body></message>");
    world_says_file(&f->world, "notice-status");
    world_hear(&f->world, ROOM_LEG_NATIVE,
               "<message type='groupchat' id='m' from='" ANNY
               "' to='" WORLD_ROOM "'><body>!end</body></message>");
    world_says_file(&f->world, "notice-end-confirm");
}

static void hears_a_nick(struct fixture *f, const char *jid)
{
    char asked[256];

    world_join(&f->world, ROOM_LEG_NATIVE, jid, f->codes[0]);
    snprintf(asked, sizeof(asked),
             "<message type='groupchat' id='m' from='%s' to='" WORLD_ROOM
             "'><body>!status</body></message>",
             jid);
    world_hear(&f->world, ROOM_LEG_NATIVE, asked);
    assert_int_equal(f->world.out_count, 1);
    assert_true(span_is(xml_attr(f->world.outs[0], "from"),
                        WORLD_ROOM "/Duologue (the chat itself, no person)"));
}

/* Others hear the room itself: see notice-status. */
static void some_apps_need_a_nick(void **state)
{
    hears_a_nick(*state, "abhi@example.org/gajim.7Q2F");
    hears_a_nick(*state, "abhi@example.org/converse.js-110455878");
}

static size_t told_of_a_refusal(struct fixture *f, const char *jid)
{
    char asked[512];

    snprintf(asked, sizeof(asked),
             "<message type='groupchat' id='m' from='%s' to='" WORLD_ROOM
             "'><retract xmlns='" NS_RETRACT "' id='none'/></message>",
             jid);
    world_hear(&f->world, ROOM_LEG_NATIVE, asked);
    assert_true(span_is(xml_attr(f->world.outs[0], "type"), "error"));
    return f->world.out_count;
}

static void one_app_is_told_of_refusals_in_words(void **state)
{
    static const char gajim[] = "abhi@example.org/gajim.7Q2F";
    struct fixture *f = *state;
    const struct xml_node *told;

    world_join(&f->world, ROOM_LEG_NATIVE, gajim, f->codes[0]);
    assert_int_equal(told_of_a_refusal(f, ABHI), 1);
    assert_int_equal(told_of_a_refusal(f, gajim), 2);
    told = f->world.outs[1];
    assert_true(span_is(xml_attr(told, "type"), "groupchat"));
    assert_true(span_is(xml_attr(told, "from"),
                        WORLD_ROOM "/Duologue (the chat itself, no person)"));
    assert_true(span_is(xml_attr(world_find(told, "room", NS_ROOM), "event"),
                        "refused"));
    assert_non_null(world_find(told, "body", NULL));
    assert_non_null(world_find(told, "no-store", NS_HINTS));
    /* Who is not in the chat hears the error alone. */
    assert_int_equal(told_of_a_refusal(f, "mal@example.org/gajim.7Q2F"), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(p4_destroy),
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

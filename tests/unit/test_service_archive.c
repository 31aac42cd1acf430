/* What a query of the archive finds. */
#include <stdio.h>
#include <string.h>

#include "support/check.h"
#include "support/service_talk.h"
#include "wire/ns.h"

static int set_up(void **state)
{
    return talk_open(state, "server");
}

static int set_up_omemo(void **state)
{
    return talk_open(state, "omemo");
}

/* Asks, and compares the digits of the bodies with `wanted`, the count of all
 * that match, and whether it said that the end is reached. */
static void check_query(struct talk *t, const char *inside, const char *wanted,
                        int count, bool is_complete)
{
    char got[TALK_SAID + 1] = "", first[TALK_ID_BYTES] = "", text[16];
    const struct xml_node *fin, *set, *node;
    size_t n;

    talk_ask(t, ABHI, inside);
    n = t->scene.world.out_count - 1;
    assert_true(n <= TALK_SAID);
    for (size_t i = 0; i < n; i++) {
        struct span body =
            xml_text(world_find(t->scene.world.outs[i], "body", NULL));

        got[i] = body.at[1];
    }
    assert_string_equal(got, wanted);
    fin = world_find(t->scene.world.outs[n], "fin", NS_MAM);
    assert_non_null(fin);
    set = xml_child(fin, "set", NS_RSM);
    assert_non_null(set);
    snprintf(text, sizeof(text), "%d", count);
    assert_true(span_is(xml_text(xml_child(set, "count", NS_RSM)), text));
    assert_int_equal(span_is(xml_attr(fin, "complete"), "true"), is_complete);
    node = xml_child(set, "first", NS_RSM);
    assert_int_equal(node != NULL, n > 0);
    assert_int_equal(xml_child(set, "last", NS_RSM) != NULL, n > 0);
    if (n == 0)
        return;
    snprintf(first, sizeof(first), "%.*s", (int)xml_text(node).len,
             xml_text(node).at);
    for (int i = 0; i < TALK_SAID; i++)
        if (wanted[0] <= wanted[n - 1] && wanted[0] == '0' + i)
            assert_string_equal(first, t->ids[i]);
}

static void everything(void **state)
{
    check_query(*state, "", "012345", 6, true);
    check_query(*state, FORM(""), "012345", 6, true);
}

static void result_and_fin(void **state)
{
    struct talk *t = *state;

    world_hear_file(&t->scene.world, ROOM_LEG_NATIVE, "archive-request");
    world_says_file(&t->scene.world, "archive-result");
    world_next(&t->scene.world);
    world_says_file(&t->scene.world, "archive-fin");
    world_is_silent(&t->scene.world);
}

static void sender_where_addresses_are_shown(void **state)
{
    struct talk *t = *state;

    world_hear_file(&t->scene.world, ROOM_LEG_NATIVE, "archive-request");
    world_says_file(&t->scene.world, "archive-result-omemo");
}

/* Several accounts in one seat: each message names the one that sent it. */
static void each_account_of_a_seat(void **state)
{
    struct talk *t = *state;
    char id[TALK_ID_BYTES];

    world_join(&t->scene.world, ROOM_LEG_NATIVE, "abhi@work.example/w",
               t->scene.codes[0]);
    talk_say(t, "abhi@work.example/w",
             "<body>o</body><encrypted xmlns='" NS_OMEMO "'/>", id);
    talk_ask(t, ANNY, SET("<max>2</max><before/>"));
    assert_true(span_is(
        xml_attr(world_find(world_next(&t->scene.world), "item", NS_MUC_USER),
                 "jid"),
        "anny@example.net"));
    assert_true(span_is(
        xml_attr(world_find(world_next(&t->scene.world), "item", NS_MUC_USER),
                 "jid"),
        "abhi@work.example"));
}

static void by_time(void **state)
{
    check_query(*state, FORM(FIELD("start", "2026-11-21T12:02:00Z")), "2345", 4,
                true);
    check_query(*state, FORM(FIELD("start", "2026-11-21T14:02:00.5+02:00")),
                "345", 3, true);
    check_query(*state, FORM(FIELD("end", "2026-11-21T12:02:00Z")), "012", 3,
                true);
    check_query(*state,
                FORM(FIELD("start", "2026-11-21T12:02:00Z")
                         FIELD("end", "2026-11-21T12:03:00Z")),
                "23", 2, true);
    check_query(*state, FORM(FIELD("start", "2030-01-01T00:00:00Z")), "", 0,
                true);
}

static void with_somebody(void **state)
{
    check_query(*state, FORM(FIELD("with", WORLD_ROOM "/Anny")), "135", 3,
                true);
    check_query(*state, FORM(FIELD("with", WORLD_ROOM)), "012345", 6, true);
    check_query(*state, FORM(FIELD("with", "anny@example.net")), "", 0, true);
}

static void in_pages(void **state)
{
    struct talk *t = *state;
    char page[256];

    check_query(t, SET("<max>2</max>"), "01", 6, false);
    check_query(t, SET("<max>0</max>"), "", 6, false);
    check_query(t, SET("<max>2</max><before/>"), "45", 6, false);
    check_query(t, SET("<max>300</max>"), "012345", 6, true);
    check_query(t, SET("<max>2</max><index>3</index>"), "34", 6, false);
    snprintf(page, sizeof(page), SET("<max>2</max><after>%s</after>"),
             t->ids[1]);
    check_query(t, page, "23", 6, false);
    snprintf(page, sizeof(page), SET("<max>9</max><after>%s</after>"),
             t->ids[5]);
    check_query(t, page, "", 6, true);
    snprintf(page, sizeof(page), SET("<max>2</max><before>%s</before>"),
             t->ids[4]);
    check_query(t, page, "23", 6, false);
    snprintf(page, sizeof(page), SET("<max>9</max><before>%s</before>"),
             t->ids[4]);
    check_query(t, page, "0123", 6, true);
}

static void by_ids(void **state)
{
    struct talk *t = *state;
    char form[1024];

    snprintf(form, sizeof(form),
             FORM("<field var='ids'><value>%s</value><value>%s</value>"
                  "</field>"),
             t->ids[4], t->ids[1]);
    check_query(t, form, "14", 2, true);
    snprintf(form, sizeof(form),
             FORM("<field var='ids'><value>%s</value><value>%s</value>"
                  "<value>%s</value><value>%s</value></field>"),
             t->ids[2], t->ids[5], t->ids[0], t->ids[2]);
    check_query(t, form, "025", 3, true);
    snprintf(form, sizeof(form), FORM(FIELD("after-id", "%s")), t->ids[3]);
    check_query(t, form, "45", 2, true);
    snprintf(form, sizeof(form), FORM(FIELD("before-id", "%s")), t->ids[2]);
    check_query(t, form, "01", 2, true);
}

static void flipped(void **state)
{
    check_query(*state, SET("<max>3</max>") "<flip-page/>", "210", 6, false);
    check_query(*state, SET("<max>3</max><before/>") "<flip-page/>", "543", 6,
                false);
}

static void unknown_ids(void **state)
{
    static const char unknown[] = "00000000000000000000000000000000";
    static const char *const forms[] = {
        SET("<after>%s</after>"),       SET("<before>%s</before>"),
        FORM(FIELD("ids", "%s")),       FORM(FIELD("after-id", "%s")),
        FORM(FIELD("before-id", "%s")),
    };
    struct talk *t = *state;

    for (size_t i = 0; i < 5; i++) {
        char inside[512], *at;

        snprintf(inside, sizeof(inside), "%s", forms[i]);
        at = strstr(inside, "%s");
        assert_non_null(at);
        memmove(at + 32, at + 2, strlen(at + 2) + 1);
        memcpy(at, unknown, 32);
        talk_ask(t, ABHI, inside);
        world_refuses(&t->scene.world, "cancel", "item-not-found");
        world_is_silent(&t->scene.world);
    }
}

static void nonsense(void **state)
{
    static const char *const cases[] = {
        "<x xmlns='" NS_DATA "' type='submit'/>",
        "<x xmlns='" NS_DATA "'><field var='FORM_TYPE'><value>urn:x</value>"
        "</field></x>",
        FORM(FIELD("unheard-of", "x")),
        FORM(FIELD("start", "yesterday")),
        FORM(FIELD("with", "@")),
        SET("<max>many</max>"),
    };
    struct talk *t = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        talk_ask(t, ABHI, cases[i]);
        world_refuses(&t->scene.world, "modify", "bad-request");
        world_is_silent(&t->scene.world);
    }
}

static void members_only(void **state)
{
    struct talk *t = *state;

    talk_ask(t, MAL, "");
    world_refuses(&t->scene.world, "auth", "forbidden");
    world_hear(&t->scene.world, ROOM_LEG_NATIVE,
               "<presence type='unavailable' from='" ABHI "' to='" WORLD_ROOM
               "/Abhi'/>");
    talk_ask(t, "abhi@example.org/other", "");
    assert_int_equal(t->scene.world.out_count, TALK_SAID + 1);
}

static void form_and_metadata(void **state)
{
    struct talk *t = *state;

    world_hear(&t->scene.world, ROOM_LEG_NATIVE,
               "<iq type='get' id='f' from='" ABHI "' to='" WORLD_ROOM
               "'><query xmlns='" NS_MAM "'/></iq>");
    world_says_file(&t->scene.world, "archive-form");
    world_hear(&t->scene.world, ROOM_LEG_NATIVE,
               "<iq type='get' id='f' from='" ABHI "' to='" WORLD_ROOM
               "'><metadata xmlns='" NS_MAM "'/></iq>");
    world_says_file(&t->scene.world, "archive-metadata");
}

static void taken_back_is_not_there(void **state)
{
    struct talk *t = *state;
    char inside[256], id[TALK_ID_BYTES], page[256];

    snprintf(inside, sizeof(inside),
             "<retract xmlns='" NS_RETRACT "' id='%s'/>", t->ids[0]);
    talk_say(t, ABHI, inside, id);
    talk_ask(t, ABHI, "");
    assert_int_equal(t->scene.world.out_count, TALK_SAID + 1);
    check_span(xml_text(world_find(t->scene.world.outs[0], "body", NULL)),
               "m1");
    assert_non_null(
        world_find(t->scene.world.outs[TALK_SAID - 1], "retract", NS_RETRACT));
    snprintf(page, sizeof(page), FORM(FIELD("ids", "%s")), t->ids[0]);
    talk_ask(t, ABHI, page);
    world_refuses(&t->scene.world, "cancel", "item-not-found");
}

static void begins_behind_the_third(struct talk *t, const char *inside)
{
    talk_ask(t, ABHI, inside);
    /* m3, m4, m5, the retraction and the end. */
    assert_int_equal(t->scene.world.out_count, 5);
    check_span(xml_text(world_find(t->scene.world.outs[0], "body", NULL)),
               "m3");
    assert_non_null(world_find(t->scene.world.outs[3], "retract", NS_RETRACT));
}

static void taken_back_keeps_its_place(void **state)
{
    struct talk *t = *state;
    char inside[512], id[TALK_ID_BYTES];

    snprintf(inside, sizeof(inside),
             "<retract xmlns='" NS_RETRACT "' id='%s'/>", t->ids[2]);
    talk_say(t, ABHI, inside, id);
    snprintf(inside, sizeof(inside), SET("<after>%s</after>"), t->ids[2]);
    begins_behind_the_third(t, inside);
    snprintf(inside, sizeof(inside), FORM(FIELD("after-id", "%s")), t->ids[2]);
    begins_behind_the_third(t, inside);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, set_up, service_scene_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(everything),
        TEST(result_and_fin),
        cmocka_unit_test_setup_teardown(sender_where_addresses_are_shown,
                                        set_up_omemo, service_scene_close),
        cmocka_unit_test_setup_teardown(each_account_of_a_seat, set_up_omemo,
                                        service_scene_close),
        TEST(by_time),
        TEST(with_somebody),
        TEST(in_pages),
        TEST(by_ids),
        TEST(flipped),
        TEST(unknown_ids),
        TEST(nonsense),
        TEST(members_only),
        TEST(form_and_metadata),
        TEST(taken_back_is_not_there),
        TEST(taken_back_keeps_its_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

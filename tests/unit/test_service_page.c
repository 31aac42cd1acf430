/* How much of the archive an answer carries, and when. */
#include <stdio.h>
#include <string.h>

#include "support/check.h"
#include "support/service_talk.h"
#include "wire/ns.h"

static int set_up(void **state)
{
    return talk_open(state, "server");
}

static void a_page_has_so_many_bytes(void **state)
{
    struct talk *t = *state;
    char *xml = test_malloc(64 * 1024);
    const struct xml_node *fin;

    for (int i = 0; i < 90; i++) {
        int len = snprintf(xml, 1024,
                           "<message type='groupchat' from='" ABHI
                           "' to='" WORLD_ROOM "'><body>");

        t->scene.world.now_ms += 1000;
        memset(xml + len, 'A', 15 * 1024);
        snprintf(xml + len + 15 * 1024, 64, "</body></message>");
        world_hear(&t->scene.world, ROOM_LEG_NATIVE, xml);
        assert_int_equal(t->scene.world.out_count, 2);
    }
    test_free(xml);
    talk_ask(t, ABHI, SET("<max>250</max><before/>"));
    assert_true(t->scene.world.bytes.len < SERVICE_PAGE_MAX_BYTES + 4096);
    assert_true(t->scene.world.out_count > 60);
    fin = t->scene.world.outs[t->scene.world.out_count - 1];
    assert_null(xml_attr(world_find(fin, "fin", NS_MAM), "complete").at);
}

/* Forty who ask at once: the link could not take what all of them may have.
 * Each gets a part or a "later", whole, and nothing that was said is lost. */
static void many_pages_at_once_leave_room(void **state)
{
    static char xml[64 * 1024];
    struct talk *t = *state;
    char id[TALK_ID_BYTES];
    static char body[16 * 1024];
    int pages = 0, refusals = 0;
    size_t len = 0;

    memset(body, 'b', sizeof(body) - 1);
    for (int i = 0; i < 64; i++) {
        size_t at = 0;

        at += (size_t)snprintf(xml, sizeof(xml),
                               "<message type='groupchat' from='" ABHI
                               "' to='" WORLD_ROOM "'><body>%s</body>"
                               "</message>",
                               body);
        t->scene.world.now_ms += 1000;
        world_hear_span(&t->scene.world, ROOM_LEG_NATIVE,
                        (struct span){xml, at});
        assert_int_equal(t->scene.world.out_count, 2);
    }
    for (int i = 0; i < 40; i++)
        len += (size_t)snprintf(xml + len, sizeof(xml) - len,
                                "<iq type='set' id='q%d' from='" ABHI
                                "' to='" WORLD_ROOM "'><query xmlns='" NS_MAM
                                "'>" SET("<max>250</max>") "</query></iq>",
                                i);
    len +=
        (size_t)snprintf(xml + len, sizeof(xml) - len,
                         "<message type='groupchat' id='last' from='" ABHI
                         "' to='" WORLD_ROOM "'><body>heard</body></message>");
    world_hear_span(&t->scene.world, ROOM_LEG_NATIVE, (struct span){xml, len});
    for (size_t i = 0, results = 0; i < t->scene.world.out_count; i++) {
        const struct xml_node *out = t->scene.world.outs[i];
        const struct xml_node *fin = world_find(out, "fin", NS_MAM);

        results += xml_child(out, "result", NS_MAM) != NULL;
        refusals +=
            world_find(out, "resource-constraint", NS_STANZA_ERRORS) != NULL;
        if (fin == NULL)
            continue;
        pages++;
        assert_true(results > 0);
        assert_int_equal(xml_attr(fin, "complete").at != NULL,
                         results == TALK_SAID + 64);
        results = 0;
    }
    assert_int_equal(pages + refusals, 40);
    assert_true(pages >= 8 && refusals > 0);
    assert_true(world_has(&t->scene.world, "heard"));
    talk_say(t, ABHI, "<body>and on</body>", id);
}

static void after_the_join_in_the_same_breath(void **state)
{
    struct talk *t = *state;

    world_hear(&t->scene.world, ROOM_LEG_NATIVE,
               "<presence id='j' from='abhi@example.org/new' to='" WORLD_ROOM
               "/x'><x xmlns='" NS_MUC "'><history maxstanzas='0'/></x>"
               "</presence><iq type='set' id='q' from='abhi@example.org/new' "
               "to='" WORLD_ROOM "'><query xmlns='" NS_MAM "'/></iq>");
    check_span(
        xml_attr(t->scene.world.outs[t->scene.world.out_count - 1], "id"), "q");
    check_span(
        xml_attr(t->scene.world.outs[t->scene.world.out_count - 1], "type"),
        "result");
}

static void a_broken_store_is_told(void **state)
{
    struct talk *t = *state;

    t->scene.world.is_store_broken = true;
    talk_ask(t, ABHI, "");
    world_refuses(&t->scene.world, "wait", "internal-server-error");
    world_is_silent(&t->scene.world);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, set_up, service_scene_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_page_has_so_many_bytes),
        TEST(many_pages_at_once_leave_room),
        TEST(after_the_join_in_the_same_breath),
        TEST(a_broken_store_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

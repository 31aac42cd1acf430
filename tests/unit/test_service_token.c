#include <stdio.h>
#include <string.h>

#include "support/check.h"
#include "support/service_scene.h"
#include "wire/ns.h"

#define TAB "4f2a@guests.chat.example.org/tab"
#define OTHER "77aa@guests.chat.example.org/tab"

enum { TOKEN_BYTES = 65 };

static int set_up(void **state)
{
    return service_scene_open(state, "server", 0);
}

/* Joins with that password.  Gives the token that came, or "" when refused. */
static const char *join(struct service_scene *s, const char *from,
                        const char *password, char token[TOKEN_BYTES])
{
    enum room_leg leg =
        strstr(from, "@guests.") != NULL ? ROOM_LEG_GUEST : ROOM_LEG_NATIVE;
    char xml[1024];
    const struct xml_node *node = NULL;

    snprintf(xml, sizeof(xml),
             "<presence id='j' from='%s' to='" WORLD_ROOM
             "/x'><x xmlns='" NS_MUC "'><password>%s</password></x></presence>",
             from, password);
    world_hear(&s->world, leg, xml);
    for (size_t i = 0; i < s->world.out_count && node == NULL; i++)
        node = xml_child(s->world.outs[i], "token", NS_TOKEN);
    token[0] = '\0';
    if (node != NULL)
        snprintf(token, TOKEN_BYTES, "%.*s", (int)xml_text(node).len,
                 xml_text(node).at);
    return token;
}

static void leave(struct service_scene *s, const char *from)
{
    char xml[256];

    snprintf(xml, sizeof(xml),
             "<presence type='unavailable' from='%s' to='" WORLD_ROOM "/x'/>",
             from);
    world_hear(&s->world, ROOM_LEG_GUEST, xml);
}

static bool is_refused(struct service_scene *s)
{
    return s->world.out_count == 1 && world_has(&s->world, "not-authorized");
}

static void token_opens_its_seat(void **state)
{
    struct service_scene *s = *state;
    char first[TOKEN_BYTES], second[TOKEN_BYTES];

    join(s, TAB, s->codes[1], first);
    assert_int_equal(strlen(first), 64);
    leave(s, TAB);
    join(s, OTHER, first, second);
    assert_int_equal(strlen(second), 64);
    assert_string_not_equal(first, second);
    check_span(xml_attr(s->world.outs[0], "from"), WORLD_ROOM "/Anny");
}

static void old_one_dies_with_its_successor(void **state)
{
    struct service_scene *s = *state;
    char first[TOKEN_BYTES], second[TOKEN_BYTES], third[TOKEN_BYTES];
    char none[TOKEN_BYTES];

    join(s, TAB, s->codes[1], first);
    leave(s, TAB);
    join(s, TAB, first, second);
    leave(s, TAB);
    join(s, TAB, second, third);
    leave(s, TAB);
    /* a copy in other hands: it ends the family */
    assert_string_equal(join(s, OTHER, first, none), "");
    assert_true(is_refused(s));
    assert_string_equal(join(s, TAB, third, none), "");
    assert_string_equal(join(s, TAB, second, none), "");
}

static void lost_answer_is_no_replay(void **state)
{
    struct service_scene *s = *state;
    char first[TOKEN_BYTES], second[TOKEN_BYTES], again[TOKEN_BYTES];

    join(s, TAB, s->codes[1], first);
    leave(s, TAB);
    join(s, TAB, first, second);
    leave(s, TAB);
    assert_int_equal(strlen(join(s, OTHER, first, again)), 64);
    assert_string_not_equal(second, again);
}

static void a_copied_tab_goes_its_own_way(void **state)
{
    struct service_scene *s = *state;
    char first[TOKEN_BYTES], second[TOKEN_BYTES], copy[TOKEN_BYTES];
    char third[TOKEN_BYTES];

    join(s, TAB, s->codes[1], first);
    leave(s, TAB);
    join(s, TAB, first, second);
    assert_int_equal(strlen(join(s, OTHER, first, copy)), 64);
    leave(s, TAB);
    leave(s, OTHER);
    assert_int_equal(strlen(join(s, TAB, second, third)), 64);
    assert_int_equal(strlen(join(s, OTHER, copy, third)), 64);
}

static void forged_tokens(void **state)
{
    struct service_scene *s = *state;
    char token[TOKEN_BYTES], none[TOKEN_BYTES];

    join(s, TAB, s->codes[1], token);
    leave(s, TAB);
    for (size_t i = 0; i < 64; i += 21) {
        char forged[TOKEN_BYTES];

        memcpy(forged, token, sizeof(forged));
        forged[i] = forged[i] == '0' ? '1' : '0';
        assert_string_equal(join(s, OTHER, forged, none), "");
        assert_true(is_refused(s));
    }
}

static void other_forms_are_wrong_codes(void **state)
{
    struct service_scene *s = *state;
    char token[TOKEN_BYTES], next[TOKEN_BYTES], text[2 * TOKEN_BYTES];

    join(s, TAB, s->codes[1], token);
    leave(s, TAB);
    snprintf(text, sizeof(text), "%.63s", token);
    assert_string_equal(join(s, OTHER, text, next), "");
    assert_true(is_refused(s));
    assert_true(world_has(&s->world, "left='4'"));
    snprintf(text, sizeof(text), "%sa", token);
    assert_string_equal(join(s, OTHER, text, next), "");
    snprintf(text, sizeof(text), "%.63sg", token);
    assert_string_equal(join(s, OTHER, text, next), "");
    assert_true(world_has(&s->world, "left='2'"));
    snprintf(text, sizeof(text), " %s\n", token);
    assert_int_equal(strlen(join(s, OTHER, text, next)), 64);
}

static void apps_get_and_use_none(void **state)
{
    struct service_scene *s = *state;
    char token[TOKEN_BYTES], none[TOKEN_BYTES];

    assert_string_equal(join(s, "abhi@example.org/a", s->codes[0], none), "");
    assert_false(is_refused(s));
    join(s, TAB, s->codes[1], token);
    assert_string_equal(join(s, "mal@evil.example/a", token, none), "");
    assert_true(is_refused(s));
}

static void nobody_else_sees_it(void **state)
{
    struct service_scene *s = *state;
    char token[TOKEN_BYTES], again[TOKEN_BYTES];
    size_t tokens = 0;

    world_join(&s->world, ROOM_LEG_NATIVE, "abhi@example.org/a", s->codes[0]);
    join(s, TAB, s->codes[1], token);
    for (size_t i = 0; i < s->world.out_count; i++)
        tokens += world_find(s->world.outs[i], "token", NULL) != NULL;
    assert_int_equal(tokens, 1);
    /* nor does it come back with the next presence of the seat */
    join(s, OTHER, token, again);
    tokens = 0;
    for (size_t i = 0; i < s->world.out_count; i++)
        tokens += world_find(s->world.outs[i], "token", NULL) != NULL;
    assert_int_equal(tokens, 1);
}

static void token_of_another_room(void **state)
{
    struct service_scene *s = *state;
    char codes[2][CODE_CHARS + 2];
    char token[TOKEN_BYTES], xml[1024];
    struct service_world other;

    world_open(&other);
    other.random[40] ^= 1; /* other keys */
    world_make(&other, "server", codes);
    join(s, TAB, s->codes[1], token);
    leave(s, TAB);
    snprintf(xml, sizeof(xml),
             "<presence id='j' from='" TAB "' to='" WORLD_ROOM
             "/x'><x xmlns='" NS_MUC "'><password>%s</password></x></presence>",
             token);
    world_hear(&other, ROOM_LEG_GUEST, xml);
    world_refuses(&other, "auth", "not-authorized");
    world_close(&other);
}

/* What the gateway says to the domain goes for every room. */
static void away_and_gone_by_one_presence(void **state)
{
    struct service_scene *s = *state;
    char token[TOKEN_BYTES];
    const struct xml_node *out;

    world_join(&s->world, ROOM_LEG_NATIVE, "abhi@example.org/a", s->codes[0]);
    join(s, TAB, s->codes[1], token);
    world_hear(&s->world, ROOM_LEG_GUEST,
               "<presence from='" TAB "' to='" WORLD_DOMAIN
               "'><show>away</show></presence>");
    assert_int_equal(s->world.out_count, 2);
    out = s->world.outs[1];
    check_span(xml_attr(out, "from"), WORLD_ROOM "/Anny");
    check_span(xml_text(xml_child(out, "show", NULL)), "away");
    world_hear(&s->world, ROOM_LEG_NATIVE,
               "<presence type='unavailable' from='" TAB "' to='" WORLD_DOMAIN
               "'/>");
    world_is_silent(&s->world);
    world_hear(&s->world, ROOM_LEG_GUEST,
               "<presence type='unavailable' from='" TAB "' to='" WORLD_DOMAIN
               "'/>");
    assert_int_equal(s->world.out_count, 2);
    assert_true(world_has(&s->world, "unavailable"));
    world_hear(&s->world, ROOM_LEG_GUEST,
               "<presence type='unavailable' from='" TAB "' to='" WORLD_DOMAIN
               "'/>");
    world_is_silent(&s->world);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, set_up, service_scene_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(token_opens_its_seat),
        TEST(old_one_dies_with_its_successor),
        TEST(lost_answer_is_no_replay),
        TEST(a_copied_tab_goes_its_own_way),
        TEST(forged_tokens),
        TEST(other_forms_are_wrong_codes),
        TEST(apps_get_and_use_none),
        TEST(nobody_else_sees_it),
        TEST(token_of_another_room),
        TEST(away_and_gone_by_one_presence),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

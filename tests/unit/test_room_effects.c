#include "room/room_state.h"
#include "support/check.h"

static void they_keep_their_order(void **state)
{
    struct room_effects effects = ROOM_EFFECTS_EMPTY;

    (void)state;
    assert_non_null(room_effects_add(&effects, ROOM_EFFECT_ASK, NULL, NULL));
    assert_non_null(
        room_effects_add(&effects, ROOM_EFFECT_SUBJECT, NULL, NULL));
    assert_int_equal(effects.count, 2);
    assert_int_equal(effects.first->kind, ROOM_EFFECT_ASK);
    assert_ptr_equal(effects.first->next, effects.last);
    assert_int_equal(effects.last->kind, ROOM_EFFECT_SUBJECT);
    assert_null(effects.last->next);
    room_effects_clear(&effects);
}

static void a_request_is_copied(void **state)
{
    char from[] = "ann@x.example/p";
    struct room_effects effects = ROOM_EFFECTS_EMPTY;
    struct room_request request = {.kind = ROOM_REQUEST_IQ,
                                   .from = span_of(from),
                                   .to = SPAN("tea@d"),
                                   .command_node = "end-chat"};
    struct room_effect *effect;

    (void)state;
    effect = room_effects_add(&effects, ROOM_EFFECT_RESULT, NULL, &request);
    assert_non_null(effect);
    from[0] = 'x';
    check_span(effect->request.from, "ann@x.example/p");
    check_span(effect->request.to, "tea@d");
    assert_null(effect->request.id.at);
    assert_int_equal(effect->request.kind, ROOM_REQUEST_IQ);
    assert_string_equal(effect->request.command_node, "end-chat");
    room_effects_clear(&effects);
}

static void an_absent_span_stays_absent(void **state)
{
    struct room_effects effects = ROOM_EFFECTS_EMPTY;
    struct span copy = SPAN("x");

    (void)state;
    check_ok(room__copy(&effects, SPAN_EMPTY, &copy));
    assert_null(copy.at);
    check_ok(room__copy(&effects, SPAN(""), &copy));
    assert_non_null(copy.at);
    assert_int_equal(copy.len, 0);
    room_effects_clear(&effects);
}

static void the_ceiling_holds(void **state)
{
    struct room_effects effects = {.arena = ARENA_EMPTY(64)};
    struct room_request request = {.from = SPAN("a@b/c")};

    (void)state;
    assert_null(room_effects_add(&effects, ROOM_EFFECT_ASK, NULL, NULL));
    effects.arena.max_bytes = sizeof(struct room_effect) + 64;
    request.from = SPAN("an address that does not fit into what is left of it "
                        "after the effect itself has taken its share of it");
    assert_null(room_effects_add(&effects, ROOM_EFFECT_ASK, NULL, &request));
    assert_int_equal(effects.count, 0);
    assert_null(effects.first);
    room_effects_clear(&effects);
}

static void reset_forgets_and_goes_on(void **state)
{
    struct room_effects effects = ROOM_EFFECTS_EMPTY;

    (void)state;
    assert_non_null(room_effects_add(&effects, ROOM_EFFECT_ASK, NULL, NULL));
    room_effects_reset(&effects);
    assert_null(effects.first);
    assert_null(effects.last);
    assert_int_equal(effects.count, 0);
    assert_non_null(room_effects_add(&effects, ROOM_EFFECT_ASK, NULL, NULL));
    assert_int_equal(effects.count, 1);
    room_effects_clear(&effects);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_keep_their_order),
        cmocka_unit_test(a_request_is_copied),
        cmocka_unit_test(an_absent_span_stays_absent),
        cmocka_unit_test(the_ceiling_holds),
        cmocka_unit_test(reset_forgets_and_goes_on),
    };

    return cmocka_run_group_tests_name("room_effects", tests, NULL, NULL);
}

/* Where a tag ends, seen byte by byte. */
#include "wire/xml_pending.h"

#include <string.h>

#include "support/check.h"

/* Gives how many bytes of `text`, one by one, wait after `pending`. */
static size_t waits_for(const char *pending, const char *text)
{
    struct xml_pending it = {0};
    size_t len = 0;

    xml__pending_set(&it, span_of(pending), strlen(pending));
    while (text[len] != '\0' &&
           xml__pending_waits(&it, (struct span){text + len, 1}))
        len++;
    return len;
}

static void a_tag_waits_for_its_end(void **state)
{
    (void)state;
    assert_int_equal(waits_for("<", "m a='>' b=\">'>\" c=''/>x"), 21);
    assert_int_equal(waits_for("<m", " a='>'>"), 6);
    assert_int_equal(waits_for("<m a='", ">>'>"), 3);
    assert_int_equal(waits_for("<m a=\"'", "'>\">"), 3);
    assert_int_equal(waits_for("</m", " \n>"), 2);
}

static void other_tokens_do_not_wait(void **state)
{
    (void)state;
    assert_int_equal(waits_for("", "<m"), 0);
    assert_int_equal(waits_for("&am", "p"), 0);
    assert_int_equal(waits_for("<!", "[CDATA"), 0);
    assert_int_equal(waits_for("<", "!--"), 0);
    assert_int_equal(waits_for("<", "?x"), 0);
    assert_int_equal(waits_for("<?xml", " "), 0);
    assert_int_equal(waits_for("]", "]>"), 0);
}

static void only_the_unused_tail_counts(void **state)
{
    struct xml_pending it = {0};

    (void)state;
    xml__pending_set(&it, SPAN("<a b='"), 0);
    assert_false(xml__pending_waits(&it, SPAN("x")));
    xml__pending_set(&it, SPAN("<x/><a b='"), 6);
    assert_int_equal(it.bytes, 6);
    assert_true(xml__pending_waits(&it, SPAN(">")));
    /* The same tag, longer than what came last. */
    xml__pending_set(&it, SPAN(">"), 7);
    assert_int_equal(it.bytes, 7);
    assert_true(xml__pending_waits(&it, SPAN(">")));
    assert_true(xml__pending_waits(&it, SPAN_EMPTY));
    assert_false(xml__pending_waits(&it, SPAN("'>")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tag_waits_for_its_end),
        cmocka_unit_test(other_tokens_do_not_wait),
        cmocka_unit_test(only_the_unused_tail_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

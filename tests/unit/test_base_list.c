#include "base/list.h"

#include <string.h>

#include "support/check.h"

struct item {
    struct list_link link;
    char letter;
};

static char letter_of(const struct list_link *link)
{
    return ((const struct item *)link)->letter;
}

/* The letters in order, and again from behind. */
static void check_list(const struct list *list, const char *letters)
{
    const struct list_link *link;
    char forward[8] = "", back[8] = "";
    size_t at = 0;

    for (link = list->first; link != NULL && at < sizeof(forward) - 1;
         link = link->next)
        forward[at++] = letter_of(link);
    assert_string_equal(forward, letters);
    for (link = list->last; link != NULL && at > 0; link = link->prev)
        back[--at] = letter_of(link);
    assert_null(link);
    assert_string_equal(back, letters);
}

static void items_keep_their_order(void **state)
{
    struct item a = {.letter = 'a'}, b = {.letter = 'b'}, c = {.letter = 'c'};
    struct list list = {0};

    (void)state;
    check_list(&list, "");
    list_append(&list, &a.link);
    list_append(&list, &b.link);
    list_append(&list, &c.link);
    check_list(&list, "abc");
    list_remove(&list, &b.link);
    check_list(&list, "ac");
    list_append(&list, &b.link);
    list_remove(&list, &a.link);
    check_list(&list, "cb");
    list_remove(&list, &b.link);
    check_list(&list, "c");
    list_remove(&list, &c.link);
    check_list(&list, "");
    list_append(&list, &a.link);
    check_list(&list, "a");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_keep_their_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Finding one's way in a tree. */
#include "wire/xml.h"

#include "support/check.h"

/* <a from='1' p:to='2' xml:lang='de' lang='en'>one<b/><b xmlns='u'/>two<c/></a>
 */
struct tree {
    struct xml_attr attrs[4];
    struct xml_node nodes[5];
    struct xml_node root;
};

static int set_up(void **state)
{
    static struct tree tree;

    tree = (struct tree){
        .attrs = {{.name = SPAN("from"), .value = SPAN("1")},
                  {.name = SPAN("to"),
                   .ns = SPAN("urn:p"),
                   .prefix = SPAN("p"),
                   .value = SPAN("2")},
                  {.name = SPAN("lang"),
                   .ns = SPAN("http://www.w3.org/XML/1998/namespace"),
                   .prefix = SPAN("xml"),
                   .value = SPAN("de")},
                  {.name = SPAN("lang"), .value = SPAN("en")}},
        .nodes = {{.text = SPAN("one")},
                  {.name = SPAN("b"), .ns = SPAN("d")},
                  {.name = SPAN("b"), .ns = SPAN("u")},
                  {.text = SPAN("two")},
                  {.name = SPAN("c"), .ns = SPAN("d")}},
        .root = {.name = SPAN("a"),
                 .ns = SPAN("d"),
                 .attrs = tree.attrs,
                 .first = &tree.nodes[0],
                 .last = &tree.nodes[4]},
    };
    for (size_t i = 0; i < 3; i++)
        tree.attrs[i].next = &tree.attrs[i + 1];
    for (size_t i = 0; i < 4; i++)
        tree.nodes[i].next = &tree.nodes[i + 1];
    *state = &tree;
    return 0;
}

static void names_and_namespaces_are_compared(void **state)
{
    const struct tree *tree = *state;

    assert_true(xml_is(&tree->root, "a", "d"));
    assert_true(xml_is(&tree->root, "a", NULL));
    assert_true(xml_is(&tree->root, NULL, "d"));
    assert_false(xml_is(&tree->root, "a", "u"));
    assert_false(xml_is(&tree->root, "b", "d"));
    assert_false(xml_is(&tree->nodes[0], "", NULL));
    assert_false(xml_is(&tree->nodes[0], NULL, NULL));
}

static void attributes_are_found_by_plain_names(void **state)
{
    const struct tree *tree = *state;

    check_span(xml_attr(&tree->root, "from"), "1");
    assert_null(xml_attr(&tree->root, "to").at);
    check_span(xml_attr(&tree->root, "lang"), "en");
    check_span(xml_lang(&tree->root), "de");
    assert_null(xml_lang(&tree->nodes[1]).at);
    assert_null(xml_attr(&tree->root, "none").at);
}

static void children_are_found_in_order(void **state)
{
    const struct tree *tree = *state;

    assert_ptr_equal(xml_child(&tree->root, "b", NULL), &tree->nodes[1]);
    assert_ptr_equal(xml_child(&tree->root, "b", "u"), &tree->nodes[2]);
    assert_ptr_equal(xml_child(&tree->root, NULL, "u"), &tree->nodes[2]);
    assert_ptr_equal(xml_sibling(&tree->nodes[1], "b", NULL), &tree->nodes[2]);
    assert_null(xml_sibling(&tree->nodes[2], "b", NULL));
    assert_null(xml_child(&tree->root, "d", NULL));
    assert_ptr_equal(xml_child(&tree->root, NULL, NULL), &tree->nodes[1]);
    assert_null(xml_child(&tree->nodes[1], NULL, NULL));
}

static void text_is_the_first_there_is(void **state)
{
    const struct tree *tree = *state;
    struct xml_node late = {.name = SPAN("x"), .first = tree->root.first->next};

    check_span(xml_text(&tree->root), "one");
    check_span(xml_text(&late), "two");
    assert_null(xml_text(&tree->nodes[4]).at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(names_and_namespaces_are_compared, set_up),
        cmocka_unit_test_setup(attributes_are_found_by_plain_names, set_up),
        cmocka_unit_test_setup(children_are_found_in_order, set_up),
        cmocka_unit_test_setup(text_is_the_first_there_is, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

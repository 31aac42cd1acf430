/* Random trees: what is written reads as what was meant, whatever the pieces
 * it comes in; and text that XML cannot carry never gets out. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "support/check.h"
#include "support/wire_trace.h"
#include "wire/ns.h"
#include "wire/utf8.h"
#include "wire/xml_writer.h"

enum {
    LIVES = 3000,
    TEXT_MAX_BYTES = 40,
    CHILDREN_MAX = 4,
    ATTRS_MAX = 4,
    LEVELS_MAX = 6,
};

/* xorshift64*: the same trees on every machine. */
static uint32_t chance(uint64_t *seed, uint32_t below)
{
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;
    return (uint32_t)((*seed * 0x2545F4914F6CDD1DULL) >> 33) % below;
}

static struct span any(uint64_t *seed, const char *const *texts, size_t count)
{
    return span_of(texts[chance(seed, (uint32_t)count)]);
}

static struct span any_name(uint64_t *seed)
{
    static const char *const names[] = {
        "body", "x", "a-b.c", "_", "t\xC3\xA9", "xmlns-not", "lang", "from"};

    return any(seed, names, 8);
}

static struct span any_ns(uint64_t *seed)
{
    static const char *const spaces[] = {
        NS_COMPONENT, NS_CLIENT, "", "urn:x", "a&b'\"<>", "urn:\xC3\xA4"};

    return any(seed, spaces, 6);
}

static struct span any_text(uint64_t *seed, struct arena *arena)
{
    static const char *const pieces[] = {"a",
                                         " ",
                                         "\t",
                                         "\n",
                                         "\r",
                                         "<",
                                         ">",
                                         "&",
                                         "'",
                                         "\"",
                                         "]]>",
                                         "&lt;",
                                         "\0",
                                         "\x7F",
                                         "\xC2\x85",
                                         "\xE2\x80\xA8",
                                         "\xF0\x9F\x98\x80",
                                         "<!--"};
    char *at = arena_alloc(arena, TEXT_MAX_BYTES + 8);
    uint32_t want = 1 + chance(seed, TEXT_MAX_BYTES - 1);
    size_t len = 0;

    assert_non_null(at);
    while (len < want) {
        struct span piece = any(seed, pieces, 18);

        memcpy(at + len, piece.at, piece.len);
        len += piece.len > 0 ? piece.len : 1;
        if (piece.len == 0)
            at[len - 1] = 'z';
    }
    return (struct span){at, len};
}

static bool has_attr(const struct xml_node *node, const struct xml_attr *attr)
{
    for (const struct xml_attr *at = node->attrs; at; at = at->next)
        if (span_equal(at->name, attr->name) && span_equal(at->ns, attr->ns))
            return true;
    return false;
}

/* Prefix and namespace go together in one element, as they do in XML. */
static void add_attr(uint64_t *seed, struct arena *arena, struct xml_node *node)
{
    static const char *const spaces[] = {"", "", "urn:p", "urn:q'&", NS_XML};
    static const char *const prefixes[] = {"", "", "p", "q", "xml"};
    uint32_t pick = chance(seed, 5);
    struct xml_attr *attr = arena_alloc(arena, sizeof(*attr));
    struct xml_attr **link = &node->attrs;

    assert_non_null(attr);
    attr->ns = span_of(spaces[pick]);
    attr->prefix = span_of(prefixes[pick]);
    attr->name = any_name(seed);
    attr->value = chance(seed, 5) == 0 ? SPAN("") : any_text(seed, arena);
    if (has_attr(node, attr))
        return;
    while (*link != NULL)
        link = &(*link)->next;
    *link = attr;
}

static struct xml_node *any_tree(uint64_t *seed, struct arena *arena,
                                 unsigned levels)
{
    struct xml_node *node = arena_alloc(arena, sizeof(*node));
    uint32_t attrs = chance(seed, ATTRS_MAX + 1);
    uint32_t children = levels > 0 ? chance(seed, CHILDREN_MAX + 1) : 0;

    assert_non_null(node);
    node->name = any_name(seed);
    node->ns = any_ns(seed);
    for (uint32_t i = 0; i < attrs; i++)
        add_attr(seed, arena, node);
    for (uint32_t i = 0; i < children; i++) {
        struct xml_node *child;

        /* Two texts side by side would be read as one. */
        if (chance(seed, 2) == 0 &&
            (node->last == NULL || node->last->name.len > 0)) {
            child = arena_alloc(arena, sizeof(*child));
            assert_non_null(child);
            child->text = any_text(seed, arena);
        } else {
            child = any_tree(seed, arena, levels - 1);
        }
        if (node->last != NULL)
            node->last->next = child;
        else
            node->first = child;
        node->last = child;
    }
    return node;
}

/* Feeds in random pieces. */
static void feed(uint64_t *seed, struct wire_trace *trace, struct span bytes)
{
    while (bytes.len > 0) {
        size_t len = 1 + chance(seed, 60);

        check_ok(xml_reader_feed(trace->reader, span_slice(bytes, 0, len)));
        bytes = span_slice(bytes, len, bytes.len);
    }
}

static void one_tree(uint64_t seed, const char *outer)
{
    struct arena arena = ARENA_EMPTY(1024 * 1024);
    struct buf out = BUF_EMPTY(1024 * 1024);
    struct buf meant = BUF_EMPTY(1024 * 1024);
    struct xml_writer xml = XML_WRITER(&out);
    struct xml_node *node = any_tree(&seed, &arena, LEVELS_MAX);
    struct wire_trace trace;

    xml_put_node(&xml, node, span_of(outer));
    check_ok(xml.rc);
    if (out.len > XML_STANZA_MAX_BYTES)
        goto out;
    check_ok(buf_append(&meant, SPAN("element ")));
    wire_trace_node(&meant, node);
    check_ok(buf_append(&meant, SPAN("\n\0")));
    wire_trace_open(&trace);
    check_ok(buf_append(&trace.text, SPAN("")));
    check_ok(xml_reader_feed(trace.reader, SPAN("<r xmlns='")));
    check_ok(xml_reader_feed(trace.reader, span_of(outer)));
    check_ok(xml_reader_feed(trace.reader, SPAN("' xmlns:p='urn:other'>")));
    buf_truncate(&trace.text, 0);
    feed(&seed, &trace, buf_span(&out));
    assert_true(wire_trace_is(&trace, meant.at));
    wire_trace_close(&trace);
out:
    buf_clear(&meant);
    buf_clear(&out);
    arena_clear(&arena);
}

static void prop_trees_read_as_they_were_meant(void **state)
{
    static const char *const outer[] = {NS_COMPONENT, NS_CLIENT};

    (void)state;
    for (uint64_t life = 1; life <= LIVES; life++)
        one_tree(life * 0x9E3779B97F4A7C15ULL, outer[life % 2]);
}

/* Random bytes, mostly such as make or break UTF-8. */
static void prop_bytes_get_out_whole_or_not_at_all(void **state)
{
    static const char edges[] =
        "a<&'\x01\t\x80\xBF\xC2\xE0\xED\xEF\xF0\xF4\xFF";

    (void)state;
    for (uint64_t life = 1; life <= 10 * LIVES; life++) {
        uint64_t seed = life * 0x9E3779B97F4A7C15ULL;
        char bytes[8];
        struct span text = {bytes, 1 + chance(&seed, sizeof(bytes))};
        struct buf out = BUF_EMPTY(4096);
        struct xml_writer xml = XML_WRITER(&out);

        for (size_t i = 0; i < text.len; i++)
            bytes[i] = chance(&seed, 3) == 0
                           ? (char)chance(&seed, 256)
                           : edges[chance(&seed, sizeof(edges) - 1)];
        xml_open(&xml, "a", NULL);
        xml_put_attr(&xml, "b", text);
        xml_put_text(&xml, text);
        xml_close(&xml);
        assert_int_equal(xml.rc, utf8_is_xml_text(text) ? ERR_OK : ERR_SYNTAX);
        buf_clear(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prop_trees_read_as_they_were_meant),
        cmocka_unit_test(prop_bytes_get_out_whole_or_not_at_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

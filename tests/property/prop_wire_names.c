/* Names of random documents, as our reader resolves them and as expat does by
 * itself: both refuse the same documents, and of the others see the same
 * names. */
#include <expat.h>
#include <stdio.h>
#include <string.h>

#include "support/check.h"
#include "support/dice.h"
#include "support/wire_trace.h"

enum {
    DOCUMENTS = 20000,
    DOCUMENT_MAX_BYTES = 64 * 1024,
    LEVELS_MAX = 4,
    CHILDREN_MAX = 2,
    ATTRS_MAX = 2,
};

#define SEPARATOR '\n'

static const char *any(struct dice *dice, const char *const *of, unsigned count)
{
    return of[dice_throw(dice, count)];
}

/* --- documents --- */

static void put(struct buf *out, const char *text)
{
    check_ok(buf_append(out, span_of(text)));
}

/* Most are right: one that is wrong is enough for a document. */
static bool is_wrong(struct dice *dice)
{
    return dice_throw(dice, 40) == 0;
}

static void put_name(struct dice *dice, struct buf *out)
{
    static const char *const prefixes[] = {
        "", "", "", "p:", "p:", "p:", "q:", "xml:", "xmlns:", ":", "none:"};
    static const char *const locals[] = {"a", "b", "x", "-", "1", "c:d"};

    put(out, any(dice, prefixes, is_wrong(dice) ? 11 : 6));
    put(out, any(dice, locals, is_wrong(dice) ? 6 : 3));
}

static void put_attr(struct dice *dice, struct buf *out)
{
    static const char *const declared[] = {"xmlns",   "xmlns:p",   "xmlns:p",
                                           "xmlns:q", "xmlns:xml", "xmlns:"};
    static const char *const uris[] = {"u:1",
                                       "u:2",
                                       "u:3",
                                       "",
                                       "http://www.w3.org/XML/1998/namespace",
                                       "http://www.w3.org/2000/xmlns/"};

    put(out, " ");
    if (dice_throw(dice, 2) == 0) {
        put_name(dice, out);
        put(out, "='v'");
        return;
    }
    put(out, any(dice, declared, is_wrong(dice) ? 6 : 4));
    put(out, "='");
    put(out, any(dice, uris, is_wrong(dice) ? 6 : 3));
    put(out, "'");
}

static void put_element(struct dice *dice, struct buf *out, unsigned level)
{
    size_t from;
    size_t to;

    put(out, "<");
    from = out->len;
    put_name(dice, out);
    to = out->len;
    for (unsigned i = dice_throw(dice, ATTRS_MAX + 1); i > 0; i--)
        put_attr(dice, out);
    put(out, ">");
    if (level < LEVELS_MAX)
        for (unsigned i = dice_throw(dice, CHILDREN_MAX + 1); i > 0; i--)
            put_element(dice, out, level + 1);
    put(out, "</");
    check_ok(buf_reserve(out, to - from));
    memcpy(out->at + out->len, out->at + from, to - from);
    buf_grew(out, to - from);
    put(out, ">");
}

/* --- what expat sees, as wire_trace writes it --- */

struct seen {
    struct buf text;
    unsigned depth;
    bool has_child[LEVELS_MAX + 3];
};

/* `name` is [URI] LOCAL [PREFIX], in lines. */
static void put_seen(struct buf *out, const char *name, bool is_attr)
{
    const char *local = strchr(name, SEPARATOR);
    const char *prefix = local != NULL ? strchr(local + 1, SEPARATOR) : NULL;

    if (local == NULL) {
        put(out, is_attr ? "" : "{}");
        put(out, name);
        return;
    }
    if (is_attr && prefix != NULL) {
        put(out, prefix + 1);
        put(out, ":");
    }
    put(out, "{");
    check_ok(buf_append(out, (struct span){name, (size_t)(local - name)}));
    put(out, "}");
    local++;
    check_ok(buf_append(out, (struct span){local, prefix != NULL
                                                      ? (size_t)(prefix - local)
                                                      : strlen(local)}));
}

static void on_start(void *self, const char *name, const char **attrs)
{
    struct seen *seen = self;

    if (seen->depth == 0)
        put(&seen->text, "open ");
    else if (seen->depth == 1)
        put(&seen->text, "element ");
    else
        put(&seen->text, seen->has_child[seen->depth] ? " " : " (");
    seen->has_child[seen->depth] = true;
    put_seen(&seen->text, name, false);
    for (; *attrs != NULL; attrs += 2) {
        put(&seen->text, " ");
        put_seen(&seen->text, attrs[0], true);
        put(&seen->text, "=\"");
        put(&seen->text, attrs[1]);
        put(&seen->text, "\"");
    }
    seen->depth++;
    seen->has_child[seen->depth] = false;
    if (seen->depth == 1)
        put(&seen->text, "\n");
}

static void on_end(void *self, const char *name)
{
    struct seen *seen = self;

    (void)name;
    if (seen->depth > 2 && seen->has_child[seen->depth])
        put(&seen->text, ")");
    else if (seen->depth == 2)
        put(&seen->text, seen->has_child[2] ? ")\n" : "\n");
    else if (seen->depth == 1)
        put(&seen->text, "close\n");
    seen->depth--;
}

static bool read_by_expat(struct span document, struct seen *out)
{
    XML_Parser parser = XML_ParserCreateNS("UTF-8", SEPARATOR);
    bool is_taken;

    assert_non_null(parser);
    XML_SetReturnNSTriplet(parser, 1);
    XML_SetUserData(parser, out);
    XML_SetElementHandler(parser, on_start, on_end);
    is_taken =
        XML_Parse(parser, document.at, (int)document.len, 1) == XML_STATUS_OK;
    XML_ParserFree(parser);
    return is_taken;
}

static void compare(struct span document, unsigned *taken)
{
    struct seen seen = {.text = BUF_EMPTY(WIRE_TRACE_MAX_BYTES)};
    struct wire_trace ours;
    bool is_taken;

    wire_trace_open(&ours);
    is_taken = xml_reader_feed(ours.reader, document) == ERR_OK;
    if (is_taken != read_by_expat(document, &seen))
        fail_msg("%s: %.*s", is_taken ? "only we take" : "only expat takes",
                 (int)document.len, document.at);
    if (is_taken && !span_equal(buf_span(&ours.text), buf_span(&seen.text)))
        fail_msg("of %.*s\nwe see   %.*s\nexpat    %.*s", (int)document.len,
                 document.at, (int)ours.text.len, ours.text.at,
                 (int)seen.text.len, seen.text.at);
    *taken += is_taken;
    wire_trace_close(&ours);
    buf_clear(&seen.text);
}

static void names_are_those_that_expat_sees(void **state)
{
    struct dice dice = dice_of_seed(1);
    struct buf document = BUF_EMPTY(DOCUMENT_MAX_BYTES);
    unsigned taken = 0;

    (void)state;
    for (int i = 0; i < DOCUMENTS; i++) {
        buf_truncate(&document, 0);
        put(&document, "<r xmlns='u:d' xmlns:p='u:p' xmlns:q='u:q'>");
        put_element(&dice, &document, 1);
        put(&document, "</r>");
        compare(buf_span(&document), &taken);
    }
    buf_clear(&document);
    printf("%u of %d documents are taken\n", taken, DOCUMENTS);
    assert_in_range(taken, DOCUMENTS / 10, DOCUMENTS * 9 / 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_those_that_expat_sees),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Addresses, prepared. */
#include "wire/jid.h"

#include <string.h>

#include "base/buf.h"
#include "support/check.h"

static int set_up(void **state)
{
    static struct arena arena;

    arena = ARENA_EMPTY(256 * 1024);
    *state = &arena;
    return 0;
}

static int tear_down(void **state)
{
    arena_clear(*state);
    return 0;
}

static void prepared_text_is_borrowed(void **state)
{
    struct arena *arena = *state;
    struct span text = SPAN("rm7q2k9d@rooms.example.org/Alice B. @ home/2");
    struct jid jid;

    check_ok(jid_parse(arena, text, &jid));
    assert_ptr_equal(jid.full.at, text.at);
    assert_int_equal(jid.full.len, text.len);
    check_span(jid.bare, "rm7q2k9d@rooms.example.org");
    check_span(jid.local, "rm7q2k9d");
    check_span(jid.domain, "rooms.example.org");
    check_span(jid.resource, "Alice B. @ home/2");
    assert_int_equal(arena->used_bytes, 0);
}

static void parts_may_be_absent(void **state)
{
    struct jid jid;

    check_ok(jid_parse(*state, SPAN("example.org"), &jid));
    check_span(jid.full, "example.org");
    check_span(jid.bare, "example.org");
    assert_int_equal(jid.local.len, 0);
    assert_int_equal(jid.resource.len, 0);
    check_ok(jid_parse(*state, SPAN("example.org/a@b"), &jid));
    check_span(jid.bare, "example.org");
    check_span(jid.resource, "a@b");
    assert_int_equal(jid.local.len, 0);
    check_ok(jid_parse(*state, SPAN("a@example.org"), &jid));
    check_span(jid.bare, "a@example.org");
    assert_int_equal(jid.resource.len, 0);
}

struct pair {
    const char *text;
    const char *prepared;
};

static void spellings_become_one(void **state)
{
    static const struct pair pairs[] = {
        {"Juliet@Example.COM/Balcony", "juliet@example.com/Balcony"},
        {"example.com.", "example.com"},
        {"a@example.com./r", "a@example.com/r"},
        {"\xC3\x84@\xC3\xA4.example", "\xC3\xA4@\xC3\xA4.example"},
        {"stra\xC3\x9F"
         "e@example.com",
         "strasse@example.com"},
        {"a\xCC\x88@example.com", "\xC3\xA4@example.com"},
        {"\xEF\xBC\xA1@example.com", "a@example.com"},
        {"a@b\xC3\xBC"
         "cher\xE3\x80\x82"
         "example",
         "a@b\xC3\xBC"
         "cher.example"},
        {"a@EXAMPLE\xE3\x80\x82", "a@example"},
        {"a@example.com/\xE2\x85\xA3", "a@example.com/IV"},
        {"a@example.com/\xF0\x9F\x92\xA9", "a@example.com/\xF0\x9F\x92\xA9"},
        {"a\xC2\xADz@example.com", "az@example.com"},
        {"a@[::1]/r", "a@[::1]/r"},
        {"a@[2001:DB8::1]", "a@[2001:db8::1]"},
        {"a@127.0.0.1", "a@127.0.0.1"},
        {"a@my_host", "a@my_host"},
    };

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        struct jid jid;

        check_ok(jid_parse(*state, span_of(pairs[i].text), &jid));
        assert_true(span_is(jid.full, pairs[i].prepared));
        assert_true(span_starts_with(jid.full, jid.bare));
    }
}

static void what_is_no_address_is_refused(void **state)
{
    static const char *const inputs[] = {
        "",
        "@",
        "/",
        "@example.com",
        "a@",
        "a@/r",
        "example.com/",
        "a@example.com/",
        "a@@example.com",
        "a@b@example.com",
        "a b@example.com",
        "a\"b@example.com",
        "a&b@example.com",
        "a'b@example.com",
        "a:b@example.com",
        "a<b@example.com",
        "a>b@example.com",
        "a@exa mple.com",
        "a@exam!ple.com",
        "a@.example.com",
        "a@example..com",
        "a@.",
        "a@example.com..",
        "a@example.com/\x01",
        "a@example.com/\x7F",
        "a\x01@example.com",
        "a@example.com/\xC0\xAF",
        "\xFF@example.com",
        "a@\xED\xA0\x80.com",
        "a@example.com/\xE2\x80\xAE-ecila",
        "a@example.com/\xEE\x80\x80",
        "\xC2\xAD@example.com",
        "a@[::1",
        "a@[zz]",
        "a@[]",
        "a@\xE2\x84\x80.com/x y\xE2\x80\xA8",
        "0123456789012345678901234567890123456789012345678901234567890123.x",
    };
    struct jid jid = {.full = SPAN("untouched")};

    for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++)
        check_err(jid_parse(*state, span_of(inputs[i]), &jid), ERR_SYNTAX);
    check_err(jid_parse(*state, SPAN("a\0b@example.com"), &jid), ERR_SYNTAX);
    check_err(jid_parse(*state, SPAN("a@example.com/\xC3\xA4\0"), &jid),
              ERR_SYNTAX);
    check_err(jid_parse(*state, SPAN_EMPTY, &jid), ERR_SYNTAX);
    check_span(jid.full, "untouched");
}

/* `before`, then `fill` as often as fits into `bytes`, then `after`. */
static struct span stretch(struct arena *arena, const char *before,
                           const char *fill, size_t bytes, const char *after)
{
    struct buf text = BUF_EMPTY(8192);
    struct span out;

    check_ok(buf_append(&text, span_of(before)));
    for (size_t len = strlen(fill); len <= bytes; len += strlen(fill))
        check_ok(buf_append(&text, span_of(fill)));
    check_ok(buf_append(&text, span_of(after)));
    check_ok(arena_copy(arena, buf_span(&text), &out));
    buf_clear(&text);
    return out;
}

/* Each part may have 1023 bytes and no more. */
static void length_is_bounded(void **state)
{
    static const char *const fills[] = {"a", "\xC3\xA4"};
    const size_t max = JID_PART_MAX_BYTES;

    for (size_t i = 0; i < 2; i++) {
        const char *fill = fills[i];
        size_t over = max + strlen(fill);
        struct jid jid;

        check_ok(jid_parse(*state, stretch(*state, "", fill, max, "@b"), &jid));
        check_err(
            jid_parse(*state, stretch(*state, "", fill, over, "@b"), &jid),
            ERR_SYNTAX);
        check_ok(jid_parse(*state, stretch(*state, "b/", fill, max, ""), &jid));
        check_err(
            jid_parse(*state, stretch(*state, "b/", fill, over, ""), &jid),
            ERR_SYNTAX);
    }
}

/* U+FDFA alone becomes 18 characters, U+2167 three and one. */
static void growing_text_is_bounded(void **state)
{
    static const char *const fills[] = {"\xEF\xB7\xBA", "\xE2\x85\xA7"};
    struct jid jid;

    for (size_t i = 0; i < 2; i++)
        check_err(
            jid_parse(*state,
                      stretch(*state, "", fills[i], JID_PART_MAX_BYTES, "@b"),
                      &jid),
            ERR_SYNTAX);
}

static void a_resource_is_prepared_alone(void **state)
{
    struct span text = SPAN("Abhi B.");
    struct span out;

    check_ok(jid_prepare_resource(*state, text, &out));
    assert_ptr_equal(out.at, text.at);
    check_ok(jid_prepare_resource(*state, SPAN("A\xCC\x88"), &out));
    check_span(out, "\xC3\x84");
    check_err(jid_prepare_resource(*state, SPAN(""), &out), ERR_SYNTAX);
    check_err(jid_prepare_resource(*state, SPAN("a\x02"), &out), ERR_SYNTAX);
}

static void what_is_young_is_not_for_all(void **state)
{
    static const struct {
        const char *name;
        bool is_for_all;
    } cases[] = {
        {"Abhi B.", true},
        {"\u00c4nny \u03a9 \u674e\u96f7", true},
        {"\u05d3\u05d5\u05d3", true},
        {"Abhi \U0001F642", false},
        {"STRA\u1E9EE", false}, /* a letter of Unicode 5.1 */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bool is_for_all;

        check_ok(jid_is_resource_for_all(span_of(cases[i].name), &is_for_all));
        assert_int_equal(is_for_all, cases[i].is_for_all);
    }
}

static void no_memory_is_told(void **state)
{
    struct arena small = ARENA_EMPTY(16);
    struct jid jid;

    (void)state;
    check_err(jid_parse(&small, SPAN("Juliet@example.com"), &jid), ERR_NOMEM);
    arena_clear(&small);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(prepared_text_is_borrowed),
        TEST(parts_may_be_absent),
        TEST(spellings_become_one),
        TEST(what_is_no_address_is_refused),
        TEST(length_is_bounded),
        TEST(growing_text_is_bounded),
        TEST(a_resource_is_prepared_alone),
        TEST(what_is_young_is_not_for_all),
        TEST(no_memory_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

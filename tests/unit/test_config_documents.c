/* What operators read says what the code does: every key, default and range,
 * in config/duologue.conf and duologue.conf(5), and no key beside. */
#include "config/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/check.h"

enum { PAGE_MAX_BYTES = 256 * 1024, WORD_MAX_BYTES = 200 };

#define SAMPLE DUOLOGUE_SOURCE_DIR "/config/duologue.conf"
#define MANUAL DUOLOGUE_SOURCE_DIR "/docs/man/duologue.conf.5"

/* What one document says of one key. */
struct entry {
    char fallback[WORD_MAX_BYTES]; /* "" also when it must be set */
    bool is_seen;
    bool is_needed;
    struct buf text; /* what explains it, in one line */
};

static const char *page_name(const char *path)
{
    return strrchr(path, '/') + 1;
}

static struct buf read_page(const char *path)
{
    struct buf page = BUF_EMPTY(PAGE_MAX_BYTES);
    FILE *file = fopen(path, "re");
    int byte;

    assert_non_null(file);
    while ((byte = fgetc(file)) != EOF)
        check_ok(buf_append_byte(&page, (char)byte));
    fclose(file);
    return page;
}

static bool next_line(struct span *rest, struct span *line)
{
    size_t end = span_find(*rest, '\n');

    if (rest->len == 0)
        return false;
    *line = span_slice(*rest, 0, end);
    *rest = span_slice(*rest, end + 1, rest->len);
    return true;
}

static void keep_word(struct span text, char out[WORD_MAX_BYTES])
{
    assert_true(text.len < WORD_MAX_BYTES);
    snprintf(out, WORD_MAX_BYTES, "%.*s", (int)text.len,
             text.len > 0 ? text.at : "");
}

/* The entry of a key that a document names; fails when the code knows none. */
static struct entry *entry_of(struct entry *entries, const char *page,
                              const char *section, struct span name)
{
    for (size_t i = 0; i < CONFIG_KEY_COUNT; i++) {
        const struct config_key *key = &config_keys()[i];

        if (strcmp(key->section, section) != 0 || !span_is(name, key->name))
            continue;
        if (entries[i].is_seen)
            fail_msg("%s explains [%s] %s twice", page, section, key->name);
        entries[i].is_seen = true;
        return &entries[i];
    }
    fail_msg("%s explains [%s] %.*s, which the code does not know", page,
             section, (int)name.len, name.at);
    return NULL;
}

/* Takes `key = value` or `;key = value` apart; a line of prose is neither. */
static bool split_setting(struct span line, struct span *name,
                          struct span *value)
{
    size_t equals;

    if (line.len > 0 && line.at[0] == ';')
        line = span_slice(line, 1, line.len);
    else if (line.len == 0 || line.at[0] == '#' || line.at[0] == '[')
        return false;
    equals = span_find(line, '=');
    assert_true(equals < line.len);
    *name = span_trim(span_slice(line, 0, equals));
    *value = span_trim(span_slice(line, equals + 1, line.len));
    return true;
}

static void add_text(struct buf *text, struct span line)
{
    check_ok(buf_append(text, line));
    check_ok(buf_append_byte(text, ' '));
}

static void read_sample(struct span page, struct entry *entries)
{
    struct buf text = BUF_EMPTY(PAGE_MAX_BYTES);
    char section[WORD_MAX_BYTES] = "";
    struct span line;
    struct span name;
    struct span value;

    while (next_line(&page, &line)) {
        if (line.len > 0 && line.at[0] == '[') {
            keep_word(span_slice(line, 1, line.len - 2), section);
        } else if (line.len > 0 && line.at[0] == '#') {
            add_text(&text, span_trim(span_slice(line, 1, line.len)));
        } else if (split_setting(line, &name, &value)) {
            struct entry *entry =
                entry_of(entries, page_name(SAMPLE), section, name);

            keep_word(value, entry->fallback);
            check_ok(buf_append(&entry->text, buf_span(&text)));
        } else {
            buf_truncate(&text, 0);
        }
    }
    buf_clear(&text);
}

/* The words behind `label`, up to the full stop at the end of the line. */
static bool labelled(struct span line, struct span label, struct span *out)
{
    if (!span_starts_with(line, label))
        return false;
    assert_true(line.at[line.len - 1] == '.');
    *out = span_slice(line, label.len, line.len - label.len - 1);
    return true;
}

static void read_manual(struct span page, struct entry *entries)
{
    char section[WORD_MAX_BYTES] = "";
    struct entry *entry = NULL;
    struct span line;
    struct span word;

    while (next_line(&page, &line)) {
        if (span_starts_with(line, SPAN(".Ss ["))) {
            word = span_slice(line, 5, line.len);
            keep_word(span_slice(word, 0, span_find(word, ']')), section);
        } else if (*section != '\0' &&
                   span_starts_with(line, SPAN(".It Cm "))) {
            entry = entry_of(entries, page_name(MANUAL), section,
                             span_slice(line, 7, line.len));
        } else if (span_is(line, ".El") || span_starts_with(line, SPAN(".S"))) {
            entry = NULL;
        } else if (entry != NULL && labelled(line, SPAN("Default: "), &word)) {
            keep_word(span_is(word, "empty") ? SPAN_EMPTY : word,
                      entry->fallback);
        } else if (entry != NULL) {
            entry->is_needed |= span_is(line, "Must be set.");
            add_text(&entry->text, line);
        }
    }
}

static struct entry *read_document(const char *path,
                                   void (*read)(struct span, struct entry *))
{
    struct entry *entries = calloc(CONFIG_KEY_COUNT, sizeof(*entries));
    struct buf page = read_page(path);

    assert_non_null(entries);
    for (size_t i = 0; i < CONFIG_KEY_COUNT; i++)
        entries[i].text = BUF_EMPTY(PAGE_MAX_BYTES);
    read(buf_span(&page), entries);
    buf_clear(&page);
    return entries;
}

static void free_entries(struct entry *entries)
{
    for (size_t i = 0; i < CONFIG_KEY_COUNT; i++)
        buf_clear(&entries[i].text);
    free(entries);
}

static bool mentions(const struct entry *entry, const char *words)
{
    return entry->text.len > 0 && memmem(entry->text.at, entry->text.len, words,
                                         strlen(words)) != NULL;
}

/* Asks the parser itself: "1s to 365d". */
static void range_of(const struct config_key *key, const char *too_much,
                     char out[WORD_MAX_BYTES])
{
    struct buf text = BUF_EMPTY(1000);
    struct buf error = BUF_EMPTY(CONFIG_ERROR_MAX_BYTES);
    struct config config = CONFIG_EMPTY;
    char *from;

    check_ok(buf_printf(&text, "[%s]\n%s = %s\n", key->section, key->name,
                        too_much));
    check_err(config_parse("f", buf_span(&text), &config, &error), ERR_CONFIG);
    check_ok(buf_append_byte(&error, '\0'));
    from = strstr(error.at, "out of range; write ");
    assert_non_null(from);
    from += strlen("out of range; write ");
    keep_word((struct span){from, strcspn(from, ";")}, out);
    buf_clear(&text);
    buf_clear(&error);
}

/* The kind of a value in a word, and a value that is too great; NULL where
 * there is no range. */
static const char *kind_of(const struct config_key *key, const char **too_much)
{
    if (key->type == CONFIG_TYPE_DURATION) {
        *too_much = "99999d";
        return "duration";
    }
    if (key->type == CONFIG_TYPE_SIZE) {
        *too_much = "99999MiB";
        return "size";
    }
    if (key->type == CONFIG_TYPE_COUNT) {
        *too_much = "4000000000";
        return "count";
    }
    return NULL;
}

static void check_entries(const char *page, const struct entry *entries)
{
    for (size_t i = 0; i < CONFIG_KEY_COUNT; i++) {
        const struct config_key *key = &config_keys()[i];

        if (!entries[i].is_seen)
            fail_msg("%s does not explain [%s] %s", page, key->section,
                     key->name);
        if (key->fallback != NULL &&
            strcmp(entries[i].fallback, key->fallback) != 0)
            fail_msg("%s: the default of %s is \"%s\", not \"%s\"", page,
                     key->name, key->fallback, entries[i].fallback);
        if (entries[i].text.len < strlen("what it is"))
            fail_msg("%s says nothing of %s", page, key->name);
    }
}

static void the_sample_shows_every_key(void **state)
{
    struct entry *entries = read_document(SAMPLE, read_sample);
    char range[WORD_MAX_BYTES];
    char words[WORD_MAX_BYTES + 20];

    (void)state;
    check_entries("duologue.conf", entries);
    for (size_t i = 0; i < CONFIG_KEY_COUNT; i++) {
        const struct config_key *key = &config_keys()[i];
        const char *too_much = NULL;
        const char *kind = kind_of(key, &too_much);

        if (kind == NULL)
            continue;
        range_of(key, too_much, range);
        snprintf(words, sizeof(words), "(%s, %s)", kind, range);
        if (!mentions(&entries[i], words))
            fail_msg("duologue.conf does not say %s of %s", words, key->name);
    }
    free_entries(entries);
}

static void the_manual_explains_every_key(void **state)
{
    struct entry *entries = read_document(MANUAL, read_manual);
    char range[WORD_MAX_BYTES];
    char words[WORD_MAX_BYTES + 20];

    (void)state;
    check_entries("duologue.conf.5", entries);
    for (size_t i = 0; i < CONFIG_KEY_COUNT; i++) {
        const struct config_key *key = &config_keys()[i];
        const char *too_much = NULL;
        const char *kind = kind_of(key, &too_much);

        if (entries[i].is_needed != (key->fallback == NULL))
            fail_msg("duologue.conf.5: is %s needed?", key->name);
        if (kind == NULL)
            continue;
        range_of(key, too_much, range);
        snprintf(words, sizeof(words), "%c%s. ", kind[0] - 'a' + 'A', kind + 1);
        if (!mentions(&entries[i], words))
            fail_msg("duologue.conf.5: %s is a %s", key->name, kind);
        snprintf(words, sizeof(words), "Range: %s. ", range);
        if (!mentions(&entries[i], words))
            fail_msg("duologue.conf.5 does not say %sof %s", words, key->name);
    }
    free_entries(entries);
}

/* As shipped it wants one thing only: the secret. */
static void the_sample_loads(void **state)
{
    struct buf text = read_page(SAMPLE);
    struct buf with = BUF_EMPTY(PAGE_MAX_BYTES);
    struct buf error = BUF_EMPTY(CONFIG_ERROR_MAX_BYTES);
    struct config config = CONFIG_EMPTY;
    char *at;

    (void)state;
    check_ok(config_load(SAMPLE, &config, &error));
    check_ok(config_check_gateway(&config, &error));
    check_err(config_check_component(&config, &error), ERR_CONFIG);
    config_clear(&config);

    check_ok(buf_append_byte(&text, '\0'));
    at = strstr(text.at, "\n;secret =\n");
    assert_non_null(at);
    check_ok(buf_append(&with, (struct span){text.at, (size_t)(at - text.at)}));
    check_ok(buf_append(&with, SPAN("\nsecret = s\n")));
    check_ok(buf_append(&with, span_of(at + strlen("\n;secret =\n"))));
    check_ok(config_parse("f", buf_span(&with), &config, &error));
    check_ok(config_check_component(&config, &error));
    config_clear(&config);
    buf_clear(&text);
    buf_clear(&with);
    buf_clear(&error);
}

/* Taking the ; off every line changes no value. */
static void the_sample_shows_values_that_load(void **state)
{
    struct buf page = read_page(SAMPLE);
    struct buf text = BUF_EMPTY(PAGE_MAX_BYTES);
    struct buf error = BUF_EMPTY(CONFIG_ERROR_MAX_BYTES);
    struct config config = CONFIG_EMPTY;
    struct span rest = buf_span(&page);
    struct span line;

    (void)state;
    while (next_line(&rest, &line)) {
        size_t skip = line.len > 0 && line.at[0] == ';' ? 1 : 0;

        check_ok(buf_append(&text, span_slice(line, skip, line.len)));
        check_ok(buf_append_byte(&text, '\n'));
    }
    check_ok(config_parse("f", buf_span(&text), &config, &error));
    for (size_t i = 0; i < CONFIG_KEY_COUNT; i++)
        assert_true(config.lines[i] > 0);
    config_clear(&config);
    buf_clear(&page);
    buf_clear(&text);
    buf_clear(&error);
}

static void the_table_is_in_order(void **state)
{
    (void)state;
    assert_string_equal(config_keys()[CONFIG_KEY_DOMAIN].name, "domain");
    assert_string_equal(config_keys()[CONFIG_KEY_METRICS].name, "metrics");
    for (size_t i = 0; i < CONFIG_KEY_COUNT; i++) {
        assert_non_null(config_keys()[i].section);
        assert_true(config_keys()[i].type <= CONFIG_TYPE_ADDRESSES);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_is_in_order),
        cmocka_unit_test(the_sample_shows_every_key),
        cmocka_unit_test(the_manual_explains_every_key),
        cmocka_unit_test(the_sample_loads),
        cmocka_unit_test(the_sample_shows_values_that_load),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "support/manual.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "support/check.h"

enum { PAGE_MAX_BYTES = 256 * 1024, WORD_MAX_BYTES = 64 };

static struct buf read_page(const char *page)
{
    struct buf text = BUF_EMPTY(PAGE_MAX_BYTES);
    char path[1024];
    FILE *file;
    int byte;

    snprintf(path, sizeof(path), "docs/man/%s", page);
    file = fopen(path, "re");
    assert_non_null(file);
    while ((byte = fgetc(file)) != EOF)
        check_ok(buf_append_byte(&text, (char)byte));
    check_ok(buf_append_byte(&text, '\0'));
    fclose(file);
    return text;
}

static size_t word_len(const char *at)
{
    size_t len = 0;

    while (isalnum((unsigned char)at[len]) || (len > 0 && at[len] == '-'))
        len++;
    return len;
}

/* Whether `before` and then exactly that word stand somewhere in `text`. */
static bool has_word(const char *text, const char *before, const char *word,
                     size_t len)
{
    for (const char *at = text; (at = strstr(at, before)) != NULL; at++) {
        const char *found = at + strlen(before);

        if (word_len(found) == len && memcmp(found, word, len) == 0)
            return true;
    }
    return false;
}

/* Every word of `from` behind `mark` is in `to` behind one of two marks. */
static void check_words(const char *from, const char *mark, const char *to,
                        const char *const marks[2])
{
    size_t count = 0;

    for (const char *at = from; (at = strstr(at, mark)) != NULL; at++) {
        const char *word = at + strlen(mark);
        size_t len = word_len(word);

        if (len == 0)
            continue;
        count++;
        if (!has_word(to, marks[0], word, len) &&
            !has_word(to, marks[1], word, len))
            fail_msg("\"%.*s\" is in one of man page and help, not in both",
                     (int)len, word);
    }
    assert_true(count > 0);
}

void manual_fits(const char *page, const char *usage)
{
    static const char *const in_page[] = {"Fl -", " , -"};
    static const char *const in_usage[] = {"--", "--"};
    static const char *const commands[] = {".Cm ", ".Cm "};
    struct buf text = read_page(page);

    check_words(usage, "--", text.at, in_page);
    check_words(text.at, in_page[0], usage, in_usage);
    check_words(text.at, in_page[1], usage, in_usage);
    if (strstr(usage, "COMMAND") != NULL)
        check_words(usage, "\n  ", text.at, commands);
    buf_clear(&text);
}

void manual_says(const char *page, const char *format, ...)
{
    struct buf text = read_page(page);
    char words[512];
    va_list args;

    va_start(args, format);
    vsnprintf(words, sizeof(words), format, args);
    va_end(args);
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] == '\n')
            text.at[i] = ' ';
    if (strstr(text.at, words) == NULL)
        fail_msg("docs/man/%s does not say: %s", page, words);
    buf_clear(&text);
}

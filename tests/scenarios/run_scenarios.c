/* run_scenarios.c - plays the transcripts of this folder against the engine.
 *
 * run_scenarios [--accept] FILE...
 *
 * A line at the left margin is an event or a setting (see
 * support/room_script.h), lines that begin with two blanks are what follows
 * from it, the rest is for readers.  On a difference both texts are shown;
 * --accept writes the file as it is now. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/room_script.h"
#include "support/room_text.h"

enum { FILE_MAX_BYTES = 1024 * 1024 };

static bool read_file(const char *path, struct buf *out)
{
    FILE *file = fopen(path, "rb");
    char block[4096];
    size_t got;

    if (file == NULL) {
        perror(path);
        return false;
    }
    while ((got = fread(block, 1, sizeof(block), file)) > 0) {
        if (buf_append(out, (struct span){block, got}) != ERR_OK)
            abort();
    }
    fclose(file);
    return true;
}

static bool write_file(const char *path, struct span text)
{
    FILE *file = fopen(path, "wb");
    bool is_good;

    if (file == NULL) {
        perror(path);
        return false;
    }
    is_good = fwrite(text.at, 1, text.len, file) == text.len;
    return fclose(file) == 0 && is_good;
}

static struct span take_line(struct span *rest)
{
    struct span line = span_slice(*rest, 0, span_find(*rest, '\n'));

    *rest = span_slice(*rest, line.len + 1, rest->len);
    return line;
}

static bool is_outcome(struct span line)
{
    return span_starts_with(line, SPAN("  "));
}

/* The whole transcript, with the outcomes that there really are. */
static bool play(struct span wanted, struct buf *out)
{
    struct room_script script;
    bool is_good = true;

    room_script_init(&script);
    while (wanted.len > 0) {
        struct span line = take_line(&wanted);

        if (is_outcome(line))
            continue;
        room_text_add(out, "%.*s\n", (int)line.len, line.at);
        if (!room_script_line(&script, line, out))
            is_good = false;
    }
    room_script_clear(&script);
    return is_good;
}

static void show_difference(const char *path, struct span wanted,
                            struct span actual)
{
    int number = 1;

    while (wanted.len > 0 && actual.len > 0) {
        struct span left = take_line(&wanted);
        struct span right = take_line(&actual);

        if (!span_equal(left, right)) {
            printf("%s:%d\n  wanted: %.*s\n  actual: %.*s\n", path, number,
                   (int)left.len, left.at, (int)right.len, right.at);
            return;
        }
        number++;
    }
    printf("%s:%d: one text is longer\n  wanted: %.*s\n  actual: %.*s\n", path,
           number, (int)wanted.len, wanted.at, (int)actual.len, actual.at);
}

static bool run_file(const char *path, bool is_accepting)
{
    struct buf wanted = BUF_EMPTY(FILE_MAX_BYTES);
    struct buf actual = BUF_EMPTY(FILE_MAX_BYTES);
    bool is_good = read_file(path, &wanted);

    is_good = is_good && play(buf_span(&wanted), &actual);
    if (!is_good) {
        printf("%s: cannot be played:\n%.*s\n", path, (int)actual.len,
               actual.at != NULL ? actual.at : "");
    } else if (!span_equal(buf_span(&wanted), buf_span(&actual))) {
        if (is_accepting) {
            is_good = write_file(path, buf_span(&actual));
            printf("%s: written anew\n", path);
        } else {
            is_good = false;
            show_difference(path, buf_span(&wanted), buf_span(&actual));
        }
    }
    buf_clear(&wanted);
    buf_clear(&actual);
    return is_good;
}

int main(int argc, char **argv)
{
    bool is_accepting = argc > 1 && strcmp(argv[1], "--accept") == 0;
    int first = is_accepting ? 2 : 1;
    int bad = 0;

    for (int i = first; i < argc; i++)
        bad += !run_file(argv[i], is_accepting);
    printf("%d scenarios, %d differ\n", argc - first, bad);
    return bad == 0 && argc > first ? EXIT_SUCCESS : EXIT_FAILURE;
}

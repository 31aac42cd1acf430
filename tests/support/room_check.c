#include "support/room_check.h"

#include <stdlib.h>
#include <string.h>

#include "support/room_text.h"

enum { OUTCOME_MAX_BYTES = 1024 * 1024 };

int room_check_setup(void **state)
{
    struct room_script *script = malloc(sizeof(*script));

    if (script == NULL)
        return -1;
    room_script_init(script);
    *state = script;
    return 0;
}

int room_check_teardown(void **state)
{
    room_script_clear(*state);
    free(*state);
    return 0;
}

/* The outcome of one line, terminated, without the indents. */
static void run_line(struct room_script *script, struct span line,
                     struct buf *out)
{
    struct buf raw = BUF_EMPTY(OUTCOME_MAX_BYTES);
    bool is_good = room_script_line(script, line, &raw);
    bool is_start = true;

    for (size_t i = 0; i < raw.len; i++) {
        if (is_start && raw.at[i] == ' ')
            continue;
        is_start = raw.at[i] == '\n';
        room_text_add(out, "%c", raw.at[i]);
    }
    buf_clear(&raw);
    if (buf_append_byte(out, '\0') != ERR_OK)
        abort();
    if (!is_good)
        fail_msg("%.*s: %s", (int)line.len, line.at, out->at);
}

void room_do(struct room_script *script, const char *lines)
{
    struct span rest = span_of(lines);

    while (rest.len > 0) {
        struct span line = span_slice(rest, 0, span_find(rest, '\n'));
        struct buf out = BUF_EMPTY(OUTCOME_MAX_BYTES);

        run_line(script, line, &out);
        buf_clear(&out);
        rest = span_slice(rest, line.len + 1, rest.len);
    }
}

void room_expect(struct room_script *script, const char *line, const char *text)
{
    struct buf out = BUF_EMPTY(OUTCOME_MAX_BYTES);

    run_line(script, span_of(line), &out);
    assert_string_equal(out.at, text);
    buf_clear(&out);
}

static bool has_part(struct room_script *script, const char *line,
                     const char *part)
{
    struct buf out = BUF_EMPTY(OUTCOME_MAX_BYTES);
    bool is_in;

    run_line(script, span_of(line), &out);
    is_in = strstr(out.at, part) != NULL;
    buf_clear(&out);
    return is_in;
}

void room_expect_part(struct room_script *script, const char *line,
                      const char *part)
{
    if (!has_part(script, line, part))
        fail_msg("%s: no \"%s\"", line, part);
}

void room_expect_no_part(struct room_script *script, const char *line,
                         const char *part)
{
    if (has_part(script, line, part))
        fail_msg("%s: there is \"%s\"", line, part);
}

void room_do_begin(struct room_script *script)
{
    room_do(script, "00:00:00 create from=host@ctl/h idle=1h\n"
                    "join from=ann@x.example/phone code=one\n"
                    "join from=bob@y.example/desk code=two\n");
}

struct room *room_tea(struct room_script *script)
{
    struct room *room = room_script_room(script, SPAN("tea"));

    assert_non_null(room);
    return room;
}

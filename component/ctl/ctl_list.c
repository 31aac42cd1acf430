/* ctl_list.c - duologuectl list and end. */
#include <jansson.h>

#include "ctl/ctl_internal.h"

enum { PAGES_MAX = 100000 };

/* The columns: the field's name, in JSON, and the heading.  Nothing stands
 * behind the last one. */
static const struct {
    const char *var;
    const char *key;
    const char *heading;
    int width;
    bool is_number;
} columns[] = {
    {"room", "room", "ROOM", 40, false},
    {"protection", "protection", "PROTECTION", 10, false},
    {"idle-seconds", "idle_seconds", "SILENCE-S", 9, true},
    {"deadline", "deadline", "ENDS", 24, false},
    {"messages", "messages", "MESSAGES", 8, true},
    {"seat1", "seat1", "SEAT1", 7, false},
    {"seat2", "seat2", "SEAT2", 0, false},
};

enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

static void print_heading(FILE *out)
{
    for (int i = 0; i < COLUMNS; i++)
        fprintf(out, "%-*s%s", columns[i].width, columns[i].heading,
                i + 1 < COLUMNS ? "  " : "\n");
}

static void print_row(const struct ctl_row *row, FILE *out)
{
    for (int i = 0; i < COLUMNS; i++) {
        struct span value = ctl_row_get(row, columns[i].var);

        fprintf(out, "%-*.*s%s", columns[i].width, (int)value.len,
                value.len > 0 ? value.at : "", i + 1 < COLUMNS ? "  " : "\n");
    }
}

static json_t *row_to_json(const struct ctl_row *row)
{
    json_t *json = json_object();

    for (int i = 0; i < COLUMNS; i++) {
        struct span value = ctl_row_get(row, columns[i].var);
        uint64_t number = 0;
        json_t *one;

        if (columns[i].is_number && span_to_u64(value, INT64_MAX, &number))
            one = json_integer((json_int_t)number);
        else
            one = json_stringn(value.at != NULL ? value.at : "", value.len);
        if (json_object_set_new(json, columns[i].key, one) != 0)
            break;
    }
    return json;
}

/* Takes over one page; sets the number to go on after.  False at the end. */
static bool take_page(struct ctl *ctl, const struct ctl_answer *answer,
                      json_t *array, uint64_t *after)
{
    uint64_t before = *after;

    for (const struct ctl_row *row = answer->rows; row != NULL;
         row = row->next) {
        if (array != NULL)
            json_array_append_new(array, row_to_json(row));
        else
            print_row(row, ctl->out);
        (void)span_to_u64(ctl_row_get(row, "number"), INT64_MAX, after);
    }
    return *after > before;
}

static enum ctl_exit list_pages(struct ctl *ctl, struct ctl_peer *peer,
                                json_t *array)
{
    enum ctl_exit status = CTL_GOOD;
    uint64_t after = 0;
    bool has_more = true;

    for (int i = 0; status == CTL_GOOD && has_more && i < PAGES_MAX; i++) {
        struct ctl_answer answer;
        char text[32];
        struct ctl_value value = {"after", {text, 0}};
        struct ctl_request request = {"list-chats", &value, 1};

        value.value.len = (size_t)snprintf(text, sizeof(text), "%llu",
                                           (unsigned long long)after);
        status = ctl__ask(ctl, peer, &request, &answer);
        if (status == CTL_GOOD)
            has_more = take_page(ctl, &answer, array, &after);
        ctl_answer_clear(&answer);
    }
    return status;
}

enum ctl_exit ctl__list(struct ctl *ctl)
{
    bool is_json = ctl->options->format == CTL_JSON;
    struct ctl_peer *peer = NULL;
    json_t *array;
    enum ctl_exit status;

    if (ctl__connect(ctl, &peer) != ERR_OK)
        return CTL_FAILED;
    array = is_json ? json_array() : NULL;
    if (!is_json)
        print_heading(ctl->out);
    status = list_pages(ctl, peer, array);
    if (array != NULL && status == CTL_GOOD) {
        json_dumpf(array, ctl->out, JSON_COMPACT);
        fputc('\n', ctl->out);
    }
    json_decref(array);
    ctl_peer_close(peer);
    return status;
}

enum ctl_exit ctl__end(struct ctl *ctl)
{
    struct ctl_value value = {"room", span_of(ctl->options->room)};
    struct ctl_request request = {"end-chat", &value, 1};
    struct ctl_answer answer;
    enum ctl_exit status = ctl__ask_once(ctl, &request, &answer);

    if (status == CTL_GOOD)
        fputs("ended and erased\n", ctl->out);
    ctl_answer_clear(&answer);
    return status;
}

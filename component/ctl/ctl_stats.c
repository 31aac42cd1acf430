/* ctl_stats.c - duologuectl stats. */
#include <jansson.h>
#include <string.h>

#include "ctl/ctl_internal.h"

static void print_text(const struct ctl_answer *answer, FILE *out)
{
    for (const struct ctl_field *f = answer->fields; f != NULL; f = f->next)
        fprintf(out, "%-24.*s %.*s\n", (int)f->var.len, f->var.at,
                (int)f->value.len, f->value.len > 0 ? f->value.at : "");
}

static void print_json(const struct ctl_answer *answer, FILE *out)
{
    json_t *json = json_object();

    for (const struct ctl_field *f = answer->fields; f != NULL; f = f->next) {
        uint64_t number;
        json_t *one;

        if (span_to_u64(f->value, INT64_MAX, &number))
            one = json_integer((json_int_t)number);
        else
            one = json_stringn(f->value.at != NULL ? f->value.at : "",
                               f->value.len);
        if (json_object_set_new(json, f->var.at, one) != 0)
            break;
    }
    json_dumpf(json, out, JSON_COMPACT);
    fputc('\n', out);
    json_decref(json);
}

/* The Prometheus text format knows numbers only. */
static void print_prometheus(const struct ctl_answer *answer, FILE *out)
{
    for (const struct ctl_field *f = answer->fields; f != NULL; f = f->next) {
        uint64_t number;

        if (span_to_u64(f->value, INT64_MAX, &number))
            fprintf(out, "# TYPE duologue_%.*s untyped\nduologue_%.*s %llu\n",
                    (int)f->var.len, f->var.at, (int)f->var.len, f->var.at,
                    (unsigned long long)number);
    }
}

static void print(const struct ctl *ctl, const struct ctl_answer *answer)
{
    if (ctl->options->format == CTL_JSON)
        print_json(answer, ctl->out);
    else if (ctl->options->format == CTL_PROMETHEUS)
        print_prometheus(answer, ctl->out);
    else
        print_text(answer, ctl->out);
}

enum ctl_exit ctl__stats(struct ctl *ctl)
{
    struct ctl_request request = {"stats", NULL, 0};
    struct ctl_answer answer;
    enum ctl_exit status = ctl__ask_once(ctl, &request, &answer);

    if (status == CTL_GOOD)
        print(ctl, &answer);
    ctl_answer_clear(&answer);
    return status;
}

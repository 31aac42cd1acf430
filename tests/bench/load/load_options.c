/* load_options.c - the command line of a bench. */
#include <getopt.h>
#include <string.h>

#include "load/load.h"

enum { SECONDS_MAX = 3600, BODY_MAX_BYTES = 3000, OWN = 256 };

static const struct option common[] = {
    {"program", required_argument, NULL, 'p'},
    {"dir", required_argument, NULL, 'd'},
    {"seconds", required_argument, NULL, 's'},
    {"body", required_argument, NULL, 'b'},
    {"json", no_argument, NULL, 'j'},
    {"baseline", no_argument, NULL, 'B'},
};

enum { COMMON = sizeof(common) / sizeof(common[0]) };

static bool take_number(int max, int *out)
{
    uint64_t value;

    if (!span_to_u64(span_of(optarg), (uint64_t)max, &value) || value == 0)
        return false;
    *out = (int)value;
    return true;
}

static bool take_option(int id, const struct load_own_option *own,
                        struct load_options *out)
{
    int number;

    if (id >= OWN)
        return take_number(own[id - OWN].max, own[id - OWN].value);
    switch (id) {
    case 'p':
        out->program = optarg;
        return true;
    case 'd':
        out->folder = optarg;
        return true;
    case 's':
        if (!take_number(SECONDS_MAX, &number))
            return false;
        out->seconds = number;
        return true;
    case 'b':
        return take_number(BODY_MAX_BYTES, &out->body_bytes);
    case 'j':
        out->is_json = true;
        return true;
    case 'B':
        out->is_baseline = true;
        return true;
    default:
        return false;
    }
}

bool load_take_options(int argc, char **argv, const struct load_own_option *own,
                       struct load_options *out)
{
    struct option all[COMMON + LOAD_OWN_MAX + 1] = {{NULL, 0, NULL, 0}};
    int id;

    memcpy(all, common, sizeof(common));
    for (int i = 0; i < LOAD_OWN_MAX && own[i].name != NULL; i++)
        all[COMMON + i] =
            (struct option){own[i].name, required_argument, NULL, OWN + i};
    while ((id = getopt_long(argc, argv, "", all, NULL)) != -1)
        if (!take_option(id, own, out))
            return false;
    return optind == argc;
}

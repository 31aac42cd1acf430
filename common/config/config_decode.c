#include "base/bug.h"
#include "config/config_internal.h"

/* Other configuration files want quotes; here they would become part of the
 * value, which is hard to see. */
static bool is_quoted(struct span value)
{
    return value.len >= 2 && (value.at[0] == '"' || value.at[0] == '\'') &&
           value.at[value.len - 1] == value.at[0];
}

static bool has_hash_comment(const struct config_input *in)
{
    size_t hash = span_find(in->value, '#');

    return hash > 0 && hash < in->value.len &&
           (in->value.at[hash - 1] == ' ' || in->value.at[hash - 1] == '\t');
}

enum err config__decode(const struct config_input *in, struct config *out)
{
    void *field = (char *)out + in->key->field;

    if (is_quoted(in->value))
        return config__refuse(in, "stands in quotes; write it without");
    if (has_hash_comment(in))
        return config__refuse(in, "holds \" #\"; a comment behind a value "
                                  "begins with \" ;\"");
    switch (in->key->type) {
    case CONFIG_TYPE_DOMAIN:
        return config__decode_domain(in, field);
    case CONFIG_TYPE_ENDPOINT:
        return config__decode_endpoint(in, field);
    case CONFIG_TYPE_LISTEN:
        return config__decode_listen(in, field);
    case CONFIG_TYPE_SECRET:
    case CONFIG_TYPE_PATH:
    case CONFIG_TYPE_USER:
        return config__decode_text(in, field);
    case CONFIG_TYPE_CREATORS:
        return config__decode_creators(in, field);
    case CONFIG_TYPE_DURATION:
        return config__decode_duration(in, field);
    case CONFIG_TYPE_SIZE:
        return config__decode_size(in, field);
    case CONFIG_TYPE_COUNT:
        return config__decode_count(in, field);
    case CONFIG_TYPE_URL:
        return config__decode_url(in, field);
    case CONFIG_TYPE_ORIGINS:
        return config__decode_origins(in, field);
    case CONFIG_TYPE_ADDRESSES:
        return config__decode_addresses(in, field);
    }
    bug_abort(__FILE__, __LINE__, "unknown type");
}

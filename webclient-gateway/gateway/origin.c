#include "gateway/origin.h"

bool origin_is_allowed(const struct config *config, struct span origin)
{
    const struct config_list *list = &config->origins.list;

    if (origin.at == NULL)
        return config->origins.is_missing_allowed;
    if (span_is(origin, config->public_url.origin))
        return true;
    for (size_t i = 0; i < list->len; i++)
        if (span_is(origin, list->at[i]))
            return true;
    return false;
}

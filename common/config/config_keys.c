#include "config/config_keys.h"

#include "config/config.h"

/* clang-format off */
#define CONFIG_KEY_ROW(id, section, name, type, field, fallback, least, most)  \
    [CONFIG_KEY_##id] = {(section), (name), (fallback), (least), (most),       \
                         offsetof(struct config, field), CONFIG_TYPE_##type},
/* clang-format on */

static const struct config_key keys[] = {CONFIG_KEY_MAP(CONFIG_KEY_ROW)};

const struct config_key *config_keys(void)
{
    return keys;
}

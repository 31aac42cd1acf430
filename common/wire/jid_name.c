#include <string.h>

#include "wire/jid.h"
#include "wire/jid_prep.h"
#include "wire/utf8.h"

enum { NAME_MAX_CHARS = 32 };

/* Controls, line ends, and everything that turns the direction of the text
 * around it: a name must not reach out of its place on a screen. */
static bool may_be_in_name(uint32_t code)
{
    static const struct {
        uint32_t first;
        uint32_t last;
    } refused[] = {
        {0x0000, 0x001F},   {0x007F, 0x009F}, {0x061C, 0x061C},
        {0x200E, 0x200F},   {0x2028, 0x202E}, {0x2066, 0x206F},
        {0xFDD0, 0xFDEF},   {0xFFF9, 0xFFFB}, {0xFFFE, 0xFFFF},
        {0xE0000, 0xE007F},
    };

    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        if (code >= refused[i].first && code <= refused[i].last)
            return false;
    return true;
}

static bool is_name(struct span name)
{
    size_t chars = 0;

    while (name.len > 0) {
        uint32_t code;
        size_t len = utf8_decode(name, &code);

        if (len == 0 || ++chars > NAME_MAX_CHARS || !may_be_in_name(code))
            return false;
        name = span_slice(name, len, name.len);
    }
    return chars > 0;
}

/* Blanks at the ends go, runs of them become one: nobody sees the
 * difference. */
static enum err squeeze(struct arena *arena, struct span text, struct span *out)
{
    char *at = arena_alloc(arena, text.len + 1);
    size_t len = 0;

    if (at == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] != ' ' || (len > 0 && at[len - 1] != ' '))
            at[len++] = text.at[i];
    while (len > 0 && at[len - 1] == ' ')
        len--;
    if (len == 0)
        return ERR_SYNTAX;
    *out = (struct span){at, len};
    return ERR_OK;
}

enum err jid_fold_name(struct arena *arena, struct span name, struct span *out)
{
    struct span resource;
    struct span folded;
    enum err rc;

    if (!is_name(name))
        return ERR_SYNTAX;
    /* It will be the resource of an occupant's address. */
    if ((rc = jid_prepare_resource(arena, name, &resource)) != ERR_OK ||
        (rc = jid__fold(arena, resource, &folded)) != ERR_OK)
        return rc;
    return squeeze(arena, folded, out);
}

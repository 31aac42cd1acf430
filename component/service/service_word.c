#include "service/service_internal.h"

enum room_word service__word(struct span body)
{
    static const struct {
        const char *text;
        enum room_word word;
    } words[] = {
        {"end", ROOM_WORD_END},
        {"keep", ROOM_WORD_KEEP},
        {"status", ROOM_WORD_STATUS},
    };

    if (body.len < 2 || (body.at[0] != '!' && body.at[0] != '/'))
        return ROOM_WORD_NONE;
    body = span_slice(body, 1, body.len);
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        if (span_is(body, words[i].text))
            return words[i].word;
    return ROOM_WORD_NONE;
}

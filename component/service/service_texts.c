#include "service/service_texts.h"

#include <stddef.h>

#include "base/bug.h"

const char *service__text(enum service_text text)
{
#define SERVICE_TEXT_WORDS(code, words) [code] = words,
    static const char *const words[TEXT_COUNT] = {
        SERVICE_TEXT_MAP(SERVICE_TEXT_WORDS)};
#undef SERVICE_TEXT_WORDS

    BUG_IF((unsigned)text >= TEXT_COUNT);
    return words[text];
}

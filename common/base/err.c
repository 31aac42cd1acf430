#include "base/err.h"

#define ERR_TEXT(code, text) [code] = (text),
static const char *const texts[ERR_COUNT] = {ERR_MAP(ERR_TEXT)};
#undef ERR_TEXT

const char *err_text(enum err err)
{
    if ((unsigned)err >= ERR_COUNT)
        return "unknown error";
    return texts[err];
}

#include <stdarg.h>
#include <stdio.h>

#include "config/config_internal.h"

enum { QUOTE_MAX_BYTES = 60, TEXT_MAX_BYTES = 512 };

static enum err write_line(const struct config_input *in, const char *quote,
                           const char *text)
{
    enum err rc;

    buf_truncate(in->error, 0);
    rc = buf_printf(in->error, "%s:", in->file);
    if (rc == ERR_OK && in->line > 0)
        rc = buf_printf(in->error, "%u:", in->line);
    if (rc == ERR_OK && in->key != NULL)
        rc = buf_printf(in->error, " %s:", in->key->name);
    if (rc == ERR_OK)
        rc = buf_printf(in->error, "%s %s", quote, text);
    /* A cut message is still a refusal. */
    return rc == ERR_NOMEM ? rc : ERR_CONFIG;
}

/* Cuts a long value between characters, so that the line stays UTF-8. */
static int quoted_len(struct span value)
{
    size_t len = value.len;

    if (len <= QUOTE_MAX_BYTES)
        return (int)len;
    len = QUOTE_MAX_BYTES;
    while (len > 0 && ((unsigned char)value.at[len] & 0xC0) == 0x80)
        len--;
    return (int)len;
}

enum err config__refuse(const struct config_input *in, const char *format, ...)
{
    char text[TEXT_MAX_BYTES];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    return write_line(in, "", text);
}

enum err config__refuse_value(const struct config_input *in, const char *format,
                              ...)
{
    char quote[QUOTE_MAX_BYTES + sizeof(" \"...\"")];
    char text[TEXT_MAX_BYTES];
    int len = quoted_len(in->value);
    va_list args;

    snprintf(quote, sizeof(quote), " \"%.*s%s\"", len,
             in->value.len > 0 ? in->value.at : "",
             (size_t)len < in->value.len ? "..." : "");
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    return write_line(in, quote, text);
}

enum err config_refuse(const struct config *config, enum config_id id,
                       struct buf *error, const char *format, ...)
{
    struct config_input in = {
        .file = config->file,
        .line = config->lines[id],
        .key = &config_keys()[id],
        .error = error,
    };
    char text[TEXT_MAX_BYTES];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    return write_line(&in, "", text);
}

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config/config_internal.h"

static enum err refuse_file(const struct config_input *in, const char *path)
{
    const char *why = strerror(errno);

    if (in->key == NULL)
        return config__refuse(in,
                              "cannot be read: %s; check the path and who "
                              "may read it",
                              why);
    return config__refuse(in,
                          "cannot read %.400s: %s; check the path and who "
                          "may read it",
                          path, why);
}

/* Reads at most `text->max` bytes.  What is wrong goes to in->error. */
static enum err read_file(const struct config_input *in, const char *path,
                          struct buf *text)
{
    FILE *file = fopen(path, "re");
    enum err rc = ERR_OK;
    size_t got = 1;

    if (file == NULL)
        return refuse_file(in, path);
    while (got > 0 && text->len < text->max &&
           (rc = buf_reserve(text, text->max - text->len)) == ERR_OK) {
        got = fread(text->at + text->len, 1, text->max - text->len, file);
        buf_grew(text, got);
    }
    if (rc == ERR_OK && ferror(file) != 0)
        rc = refuse_file(in, path);
    fclose(file);
    return rc;
}

enum err config_load(const char *path, struct config *out, struct buf *error)
{
    /* One byte more, so that a file that is too long shows. */
    struct buf text = BUF_EMPTY(CONFIG_MAX_BYTES + 1);
    struct config_input in = {.file = path, .error = error};
    enum err rc = read_file(&in, path, &text);

    if (rc == ERR_OK)
        rc = config_parse(path, buf_span(&text), out, error);
    /* It may hold the component secret. */
    buf_clear(&text);
    return rc;
}

static enum err check_secret(const struct config_input *in, struct span secret)
{
    if (secret.len == 0)
        return config__refuse(in, "the file is empty; put the secret into it");
    if (secret.len > CONFIG_SECRET_MAX_BYTES)
        return config__refuse(in,
                              "the file holds more than %d bytes; is it "
                              "the right one?",
                              CONFIG_SECRET_MAX_BYTES);
    for (size_t i = 0; i < secret.len; i++)
        if ((unsigned char)secret.at[i] <= ' ')
            return config__refuse(in, "the file holds more than one word; "
                                      "put the secret alone into it");
    return ERR_OK;
}

enum err config_read_secret(const struct config *config, struct buf *out,
                            struct buf *error)
{
    /* A secret with line ends, or one byte too much. */
    struct buf text = BUF_EMPTY(CONFIG_SECRET_MAX_BYTES + 64);
    struct config_input in = {
        .file = config->file,
        .line = config->lines[CONFIG_KEY_SECRET_FILE],
        .key = &config_keys()[CONFIG_KEY_SECRET_FILE],
        .error = error,
    };
    struct span secret;
    enum err rc;

    if (config->secret != NULL)
        return buf_append(out, span_of(config->secret));
    if (config->secret_file == NULL)
        return config__refuse(&in, "is missing, and so is secret; write one");
    if ((rc = read_file(&in, config->secret_file, &text)) != ERR_OK)
        goto out;
    secret = span_trim(buf_span(&text));
    if ((rc = check_secret(&in, secret)) != ERR_OK)
        goto out;
    rc = buf_append(out, secret);
out:
    buf_clear(&text);
    return rc;
}

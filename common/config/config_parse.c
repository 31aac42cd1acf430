#include <ini.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "config/config_internal.h"

/* What goes back and forth while libinih reads. */
struct parser {
    struct config_input in;
    struct span rest; /* lines not yet read */
    struct config config;
    enum err rc;
};

static const struct span bom = {"\xEF\xBB\xBF", 3};

static bool is_section(struct span name)
{
    for (size_t i = 0; i < CONFIG_KEY_COUNT; i++)
        if (span_is(name, config_keys()[i].section))
            return true;
    return false;
}

/* libinih lets anything follow the bracket, and unknown sections pass. */
static enum err check_section(const struct config_input *in, struct span line)
{
    size_t bracket = span_find(line, ']');
    struct span name = span_slice(line, 1, bracket - 1);
    struct span after = span_trim(span_slice(line, bracket + 1, line.len));

    if (bracket == line.len ||
        (after.len > 0 && after.at[0] != ';' && after.at[0] != '#'))
        return config__refuse(in, "is no section; write [component], [rooms], "
                                  "[limits] or [gateway] alone in the line");
    if (!is_section(name))
        return config__refuse(in,
                              "[%.*s] is an unknown section; there are "
                              "[component], [rooms], [limits] and [gateway]",
                              name.len > 40 ? 40 : (int)name.len, name.at);
    return ERR_OK;
}

static enum err check_line(const struct config_input *in, struct span line)
{
    if (line.len > CONFIG_LINE_MAX_BYTES)
        return config__refuse(in, "is longer than %d bytes; shorten the line",
                              CONFIG_LINE_MAX_BYTES);
    for (size_t i = 0; i < line.len; i++) {
        unsigned char byte = (unsigned char)line.at[i];

        if (byte == '\0')
            return config__refuse(in, "has a NUL byte; save the file as plain "
                                      "text in UTF-8");
        if ((byte < ' ' && byte != '\t') || byte == 0x7F)
            return config__refuse(in, "has a control character; remove it");
    }
    return line.len > 0 && line.at[0] == '[' ? check_section(in, line) : ERR_OK;
}

/* Gives libinih the next line without blanks before it, which it would take
 * for a continuation of the last value. */
static char *read_line(char *out, int out_size, void *stream)
{
    struct parser *p = stream;
    size_t end = span_find(p->rest, '\n');
    struct span line = span_slice(p->rest, 0, end);

    if (p->rc != ERR_OK || p->rest.len == 0)
        return NULL;
    p->rest = span_slice(p->rest, end + 1, p->rest.len);
    p->in.line++;
    p->in.key = NULL;
    if (p->in.line == 1 && span_starts_with(line, bom))
        line = span_slice(line, bom.len, line.len);
    line = span_trim(line);
    if ((p->rc = check_line(&p->in, line)) != ERR_OK)
        return NULL;
    BUG_IF(line.len + 1 >= (size_t)out_size);
    if (line.len > 0)
        memcpy(out, line.at, line.len);
    memcpy(out + line.len, "\n", 2);
    return out;
}

/* Names the section that a misplaced key belongs to, or the keys there are. */
static enum err refuse_key(const struct config_input *in, const char *section,
                           const char *name)
{
    struct buf known = BUF_EMPTY(300);
    enum err rc = ERR_OK;

    for (size_t i = 0; i < CONFIG_KEY_COUNT; i++) {
        const struct config_key *key = &config_keys()[i];

        if (strcmp(key->name, name) == 0) {
            buf_clear(&known);
            return config__refuse(in, "%s: stands in [%s]; move it to [%s]",
                                  name, section, key->section);
        }
        if (rc == ERR_OK && strcmp(key->section, section) == 0)
            rc = buf_printf(&known, "%s%s", known.len > 0 ? ", " : "",
                            key->name);
    }
    if (rc != ERR_NOMEM)
        rc = config__refuse(in, "%.40s: unknown key; [%s] has %.*s", name,
                            section, (int)known.len, known.at);
    buf_clear(&known);
    return rc;
}

static const struct config_key *find_key(const char *section, const char *name)
{
    for (size_t i = 0; i < CONFIG_KEY_COUNT; i++) {
        const struct config_key *key = &config_keys()[i];

        if (strcmp(key->section, section) == 0 && strcmp(key->name, name) == 0)
            return key;
    }
    return NULL;
}

static enum err take_pair(struct parser *p, const char *section,
                          const char *name, const char *value)
{
    uint32_t *line;

    if (*section == '\0')
        return config__refuse(&p->in,
                              "%.40s: stands before the first section; write "
                              "[component], [rooms], [limits] or [gateway] "
                              "above it",
                              name);
    p->in.key = find_key(section, name);
    if (p->in.key == NULL)
        return refuse_key(&p->in, section, name);
    line = &p->config.lines[p->in.key - config_keys()];
    if (*line > 0)
        return config__refuse(
            &p->in, "is set twice, first in line %u; keep one", *line);
    *line = p->in.line;
    p->in.value = span_of(value);
    return config__decode(&p->in, &p->config);
}

/* libinih wants 0 for an error; the next read_line then ends it. */
static int on_pair(void *self, const char *section, const char *name,
                   const char *value)
{
    struct parser *p = self;

    p->rc = take_pair(p, section, name, value);
    return p->rc == ERR_OK;
}

static enum err read_all(struct parser *p)
{
    int bad_line;

    /* Debian's libinih has its options as variables.  Room for the line end
     * and the NUL, and one more so that it never finds a line cut. */
    ini_max_line = CONFIG_LINE_MAX_BYTES + 3;
    bad_line = ini_parse_stream(read_line, p, on_pair, p);
    if (bad_line < 0)
        return ERR_NOMEM;
    /* It goes on after a line it cannot read, so ours may be a later one. */
    if (bad_line > 0 && (p->rc == ERR_OK || (uint32_t)bad_line < p->in.line)) {
        p->in.line = (uint32_t)bad_line;
        p->in.key = NULL;
        return config__refuse(&p->in, "is neither KEY = VALUE nor [SECTION]; "
                                      "a comment begins with ;");
    }
    return p->rc;
}

static enum err take_defaults(struct parser *p)
{
    enum err rc = ERR_OK;

    p->in.line = 0;
    for (size_t i = 0; i < CONFIG_KEY_COUNT && rc == ERR_OK; i++) {
        p->in.key = &config_keys()[i];
        if (p->config.lines[i] > 0)
            continue;
        if (p->in.key->fallback == NULL)
            return config__refuse(&p->in, "is missing; write it below [%s]",
                                  p->in.key->section);
        p->in.value = span_of(p->in.key->fallback);
        rc = config__decode(&p->in, &p->config);
        BUG_IF(rc == ERR_CONFIG);
    }
    return rc;
}

enum err config_parse(const char *name, struct span text, struct config *out,
                      struct buf *error)
{
    struct parser p = {.in = {.file = name, .error = error}, .rest = text};
    enum err rc;

    if (text.len > CONFIG_MAX_BYTES) {
        rc = config__refuse(&p.in, "is longer than %d bytes; shorten the file",
                            CONFIG_MAX_BYTES);
        goto out;
    }
    if ((rc = read_all(&p)) != ERR_OK || (rc = take_defaults(&p)) != ERR_OK ||
        (rc = config__copy(span_of(name), &p.config.file)) != ERR_OK ||
        (rc = config__check_all(&p.config, error)) != ERR_OK)
        goto out;
    *out = p.config;
    p.config = CONFIG_EMPTY;
out:
    config_clear(&p.config);
    return rc;
}

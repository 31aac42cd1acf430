#include "wire/jid_prep.h"

#include <idna.h>
#include <stdlib.h>
#include <string.h>
#include <stringprep.h>

#include "wire/jid.h"
#include "wire/utf8.h"

enum {
    LABEL_MAX_BYTES = 63,
    /* Preparing can lengthen text many times before it is measured. */
    PREP_BYTES = 4 * JID_PART_MAX_BYTES + 1,
};

/* The text is UTF-8: converting it fails for want of memory only. */
static bool is_short_of_memory(int rc)
{
    return rc == STRINGPREP_MALLOC_ERROR || rc == STRINGPREP_ICONV_ERROR ||
           rc == STRINGPREP_NFKC_FAILED;
}

/* Runs a profile.  Code points that Unicode 3.2 did not know (emoji) pass, as
 * the servers let them. */
static enum err prepare(struct arena *arena, struct span text,
                        const Stringprep_profile *profile, struct span *out)
{
    char part[PREP_BYTES];
    int rc;

    if (text.len == 0 || text.len > JID_PART_MAX_BYTES ||
        !utf8_is_valid(text) || memchr(text.at, '\0', text.len) != NULL)
        return ERR_SYNTAX;
    memcpy(part, text.at, text.len);
    part[text.len] = '\0';
    rc = stringprep(part, sizeof(part), 0, profile);
    if (is_short_of_memory(rc))
        return ERR_NOMEM;
    if (rc != STRINGPREP_OK || part[0] == '\0' ||
        strlen(part) > JID_PART_MAX_BYTES)
        return ERR_SYNTAX;
    return arena_copy(arena, span_of(part), out);
}

static bool all(struct span text, bool (*is_good)(char))
{
    for (size_t i = 0; i < text.len; i++)
        if (!is_good(text.at[i]))
            return false;
    return text.len > 0 && text.len <= JID_PART_MAX_BYTES;
}

static bool is_printable(char c)
{
    return c >= ' ' && c <= '~';
}

static bool is_prepared_local(char c)
{
    return c > ' ' && c <= '~' && !(c >= 'A' && c <= 'Z') &&
           strchr("\"&'/:<>@", c) == NULL;
}

static bool is_prepared_name(char c)
{
    return is_printable(c) && !(c >= 'A' && c <= 'Z');
}

static bool is_host(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
}

static bool is_ipv6(char c)
{
    return (c >= 'a' && c <= 'f') || (c >= '0' && c <= '9') || c == ':' ||
           c == '.';
}

enum err jid__prepare_local(struct arena *arena, struct span text,
                            struct span *out)
{
    if (!all(text, is_prepared_local))
        return prepare(arena, text, stringprep_xmpp_nodeprep, out);
    *out = text;
    return ERR_OK;
}

enum err jid_prepare_resource(struct arena *arena, struct span text,
                              struct span *out)
{
    if (!all(text, is_printable))
        return prepare(arena, text, stringprep_xmpp_resourceprep, out);
    *out = text;
    return ERR_OK;
}

enum err jid_is_resource_for_all(struct span prepared, bool *is_for_all)
{
    char part[PREP_BYTES];
    int rc;

    *is_for_all = all(prepared, is_printable);
    if (*is_for_all || prepared.len > JID_PART_MAX_BYTES)
        return ERR_OK;
    memcpy(part, prepared.at, prepared.len);
    part[prepared.len] = '\0';
    rc = stringprep(part, sizeof(part), STRINGPREP_NO_UNASSIGNED,
                    stringprep_xmpp_resourceprep);
    *is_for_all = rc == STRINGPREP_OK;
    return is_short_of_memory(rc) ? ERR_NOMEM : ERR_OK;
}

enum err jid__fold(struct arena *arena, struct span text, struct span *out)
{
    if (!all(text, is_prepared_name))
        return prepare(arena, text, stringprep_nameprep, out);
    *out = text;
    return ERR_OK;
}

/* No label may be empty or too long. */
static bool has_good_labels(struct span domain)
{
    while (true) {
        size_t len = span_find(domain, '.');

        if (len == 0 || len > LABEL_MAX_BYTES)
            return false;
        if (len == domain.len)
            return true;
        domain = span_slice(domain, len + 1, domain.len);
    }
}

static bool is_ascii_domain(struct span domain)
{
    if (domain.len > 2 && domain.at[0] == '[' &&
        domain.at[domain.len - 1] == ']')
        return all(span_slice(domain, 1, domain.len - 2), is_ipv6);
    return all(domain, is_host) && has_good_labels(domain);
}

/* IDNA's other dots become the one that separates labels. */
static struct span unify_dots(char *text)
{
    static const char dot[] = "\xE3\x80\x82"; /* U+3002 */
    char *at;

    while ((at = strstr(text, dot)) != NULL) {
        *at = '.';
        memmove(at + 1, at + 3, strlen(at + 3) + 1);
    }
    return span_of(text);
}

/* Whether a domain with other than ASCII letters has a form for the DNS. */
static enum err check_idn(const char *domain)
{
    char *ascii = NULL;
    int rc = idna_to_ascii_8z(domain, &ascii, IDNA_ALLOW_UNASSIGNED);
    struct span host = span_of(ascii);
    bool is_good =
        rc == IDNA_SUCCESS && all(host, is_host) && has_good_labels(host);

    free(ascii);
    if (rc == IDNA_MALLOC_ERROR)
        return ERR_NOMEM;
    return is_good ? ERR_OK : ERR_SYNTAX;
}

static struct span without_last_dot(struct span domain)
{
    return span_ends_with(domain, SPAN("."))
               ? span_slice(domain, 0, domain.len - 1)
               : domain;
}

enum err jid__prepare_domain(struct arena *arena, struct span text,
                             struct span *out)
{
    struct span plain = without_last_dot(text);
    struct span domain;
    char part[JID_PART_MAX_BYTES + 1];
    enum err rc;

    if (is_ascii_domain(plain)) {
        *out = plain;
        return ERR_OK;
    }
    if ((rc = prepare(arena, text, stringprep_nameprep, &domain)) != ERR_OK)
        return rc;
    memcpy(part, domain.at, domain.len);
    part[domain.len] = '\0';
    domain = without_last_dot(unify_dots(part));
    part[domain.len] = '\0';
    if (!is_ascii_domain(domain) && (rc = check_idn(part)) != ERR_OK)
        return rc;
    return arena_copy(arena, domain, out);
}

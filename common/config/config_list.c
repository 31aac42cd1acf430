#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "config/config_internal.h"

bool config__next_entry(struct span *rest, struct span *entry)
{
    size_t comma;

    if (rest->len == 0)
        return false;
    comma = span_find(*rest, ',');
    *entry = span_trim(span_slice(*rest, 0, comma));
    *rest = span_slice(*rest, comma + 1, rest->len);
    return true;
}

enum err config__list_take(struct config_list *list, char *entry)
{
    char **at = NULL;
    enum err rc = ERR_LIMIT;

    if (list->len < CONFIG_LIST_MAX) {
        at = realloc(list->at, (list->len + 1) * sizeof(*at));
        rc = at != NULL ? ERR_OK : ERR_NOMEM;
    }
    if (rc != ERR_OK) {
        free(entry);
        return rc;
    }
    list->at = at;
    list->at[list->len++] = entry;
    return ERR_OK;
}

void config__list_clear(struct config_list *list)
{
    for (size_t i = 0; i < list->len; i++)
        free(list->at[i]);
    free(list->at);
    *list = (struct config_list){NULL, 0};
}

static enum err refuse_length(const struct config_input *in)
{
    return config__refuse(in, "has more than %d entries; shorten the list",
                          CONFIG_LIST_MAX);
}

/* The text that inet_ntop gives, so that addresses compare as strings. */
static bool read_address(struct span entry, char text[INET6_ADDRSTRLEN])
{
    int family = span_find(entry, ':') < entry.len ? AF_INET6 : AF_INET;
    struct in6_addr address;

    if (!config__is_ip(family, entry))
        return false;
    memcpy(text, entry.at, entry.len);
    text[entry.len] = '\0';
    return inet_pton(family, text, &address) == 1 &&
           inet_ntop(family, &address, text, INET6_ADDRSTRLEN) != NULL;
}

enum err config__decode_addresses(const struct config_input *in,
                                  struct config_list *field)
{
    char text[INET6_ADDRSTRLEN];
    struct config_list list = {NULL, 0};
    struct span rest = in->value;
    struct span entry;
    char *copy = NULL;
    enum err rc = ERR_OK;

    while (rc == ERR_OK && config__next_entry(&rest, &entry)) {
        if (!read_address(entry, text))
            rc = config__refuse_value(
                in, "is not a list of addresses; write IP addresses without "
                    "ports, such as 127.0.0.1, ::1");
        else if ((rc = config__copy(span_of(text), &copy)) == ERR_OK)
            rc = config__list_take(&list, copy);
    }
    if (rc == ERR_LIMIT)
        rc = refuse_length(in);
    if (rc == ERR_OK)
        *field = list;
    else
        config__list_clear(&list);
    return rc;
}

/* A bare JID or a domain.  The XMPP side prepares it further. */
static bool is_creator(struct span entry)
{
    struct span local = span_slice(entry, 0, span_find(entry, '@'));

    if (local.len == entry.len)
        return config__is_host(entry);
    if (local.len == 0)
        return false;
    for (size_t i = 0; i < local.len; i++)
        if (strchr(" \t\"&'/:<>", local.at[i]) != NULL)
            return false;
    return config__is_host(span_slice(entry, local.len + 1, entry.len));
}

enum err config__decode_creators(const struct config_input *in,
                                 struct config_creators *field)
{
    struct config_creators creators = {CONFIG_CREATE_LISTED, {NULL, 0}};
    struct span rest = in->value;
    struct span entry;
    char *copy = NULL;
    enum err rc = ERR_OK;

    if (span_is(rest, "anyone") || span_is(rest, "native")) {
        field->who = span_is(rest, "anyone") ? CONFIG_CREATE_ANYONE
                                             : CONFIG_CREATE_NATIVE;
        return ERR_OK;
    }
    while (rc == ERR_OK && config__next_entry(&rest, &entry)) {
        if (!is_creator(entry) || span_is(entry, "anyone") ||
            span_is(entry, "native"))
            rc = config__refuse_value(
                in, "names nobody; write anyone, native, or bare JIDs and "
                    "domains with commas between");
        else if ((rc = config__copy_lower(entry, &copy)) == ERR_OK)
            rc = config__list_take(&creators.list, copy);
    }
    if (rc == ERR_LIMIT)
        rc = refuse_length(in);
    if (rc == ERR_OK && creators.list.len == 0)
        rc = config__refuse(in, "is empty; write anyone, native, or bare JIDs "
                                "and domains with commas between");
    if (rc == ERR_OK)
        *field = creators;
    else
        config__list_clear(&creators.list);
    return rc;
}

/* config_internal.h - what the files of this folder share. */
#ifndef CONFIG_CONFIG_INTERNAL_H
#define CONFIG_CONFIG_INTERNAL_H

#include "config/config.h"

/* One value on its way from the file into struct config. */
struct config_input {
    const char *file;
    uint32_t line;                /* 0: there is none */
    const struct config_key *key; /* NULL: none yet */
    struct span value;
    struct buf *error;
};

/* Writes `FILE:LINE: KEY: ` and the formatted text to in->error.  Always
 * ERR_CONFIG, or ERR_NOMEM. */
enum err config__refuse(const struct config_input *in, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same, with the value quoted before the text. */
enum err config__refuse_value(const struct config_input *in, const char *format,
                              ...) __attribute__((format(printf, 2, 3)));

/* Reads in->value into the place that in->key names.
 * Errors: ERR_CONFIG, ERR_NOMEM.  The place is as before the call. */
enum err config__decode(const struct config_input *in,
                        struct config *out) MUST_CHECK;

/* Decoders of single types; `field` is a member of struct config. */
enum err config__decode_duration(const struct config_input *in,
                                 int64_t *field) MUST_CHECK;
enum err config__decode_size(const struct config_input *in,
                             uint64_t *field) MUST_CHECK;
enum err config__decode_count(const struct config_input *in,
                              uint32_t *field) MUST_CHECK;
enum err config__decode_text(const struct config_input *in,
                             char **field) MUST_CHECK;
enum err config__decode_domain(const struct config_input *in,
                               char **field) MUST_CHECK;
enum err config__decode_endpoint(const struct config_input *in,
                                 struct config_address *field) MUST_CHECK;
enum err config__decode_listen(const struct config_input *in,
                               struct config_address *field) MUST_CHECK;
enum err config__decode_addresses(const struct config_input *in,
                                  struct config_list *field) MUST_CHECK;
enum err config__decode_creators(const struct config_input *in,
                                 struct config_creators *field) MUST_CHECK;
enum err config__decode_url(const struct config_input *in,
                            struct config_url *field) MUST_CHECK;
enum err config__decode_origins(const struct config_input *in,
                                struct config_origins *field) MUST_CHECK;

/* Says whether it may be a host name: labels of letters, digits and inner
 * dashes; bytes above ASCII pass, since a domain may be international. */
bool config__is_host(struct span name);

/* Says whether the whole of `text` is an address as inet_pton reads it. */
bool config__is_ip(int family, struct span text);

/* Reads a port number from 1 to 65535. */
bool config__read_port(struct span text, uint16_t *out);

/* Copies to the heap, with a NUL, and in ASCII lower case for _lower. */
enum err config__copy(struct span text, char **out) MUST_CHECK;
enum err config__copy_lower(struct span text, char **out) MUST_CHECK;

/* Takes the next entry of a comma separated list off `rest`, without blanks
 * around it.  False when nothing is left. */
bool config__next_entry(struct span *rest, struct span *entry);

/* Appends `entry`, which the list takes over also when that fails. */
enum err config__list_take(struct config_list *list, char *entry) MUST_CHECK;
void config__list_clear(struct config_list *list);
void config__url_clear(struct config_url *url);

/* What every program checks: keys that contradict each other. */
enum err config__check_all(struct config *config, struct buf *error) MUST_CHECK;

#endif

/* main_settings.h - from the configuration file to what each part wants. */
#ifndef MAIN_MAIN_SETTINGS_H
#define MAIN_MAIN_SETTINGS_H

#include <sys/types.h>

#include "base/arena.h"
#include "config/config.h"
#include "link/link.h"
#include "room/room.h"
#include "service/service.h"

enum { MAIN_SETTINGS_MAX_BYTES = 1024 * 1024 };

struct main_settings {
    struct config config;
    struct arena arena; /* holds what follows */
    struct span domain; /* prepared */
    struct span *creators;
    size_t creator_count;
    uid_t gateway_uid; /* (uid_t)-1: our own */
    struct buf secret; /* wiped by main_settings_forget_secret */
};

#define MAIN_SETTINGS_EMPTY                                                    \
    ((struct main_settings){.arena = ARENA_EMPTY(MAIN_SETTINGS_MAX_BYTES),     \
                            .gateway_uid = (uid_t)-1,                          \
                            .secret = BUF_EMPTY(CONFIG_SECRET_MAX_BYTES)})

/* Reads and checks everything the component needs to know.
 *
 * Owner:  `out` is MAIN_SETTINGS_EMPTY before and goes with
 *         main_settings_clear, also after an error.
 * Errors: ERR_CONFIG with one line for a person in `error`, ERR_NOMEM. */
enum err main_settings_load(const char *file, struct main_settings *out,
                            struct buf *error) MUST_CHECK;
void main_settings_clear(struct main_settings *settings);
void main_settings_forget_secret(struct main_settings *settings);

/* Reads [limits] again; the rest stays.
 * Errors: as main_settings_load; `settings` is as before. */
enum err main_settings_reload(struct main_settings *settings,
                              struct buf *error) MUST_CHECK;

/* Borrow from `settings`. */
struct room_limits main_settings_limits(const struct main_settings *settings);
struct service_options main_settings_service(
    const struct main_settings *settings);

#endif

/* service_world.h - a service with a real engine, fed with XML.
 *
 * Everything is fixed: the clock, chance, the keys.  What the service says is
 * read back into trees, see service_said.h.  DOMAIN is chat.example.org, and
 * the first room made is rm7q2k9d4xw3c5v8. */
#ifndef SUPPORT_SERVICE_WORLD_H
#define SUPPORT_SERVICE_WORLD_H

#include "base/arena.h"
#include "base/buf.h"
#include "service/service.h"
#include "wire/xml_reader.h"

#define WORLD_DOMAIN "chat.example.org"
#define WORLD_LOCAL "rm7q2k9d4xw3c5v8"
#define WORLD_ROOM WORLD_LOCAL "@" WORLD_DOMAIN

enum {
    WORLD_OUTS_MAX = 2048,
    WORLD_SAID_MAX = 512,
    WORLD_START_SECONDS = 1795262400, /* 2026-11-21T12:00:00Z */
};

struct service_world_said {
    struct room_entry entry;
    struct span id;
    struct span lang;
    struct span payload;
    struct span sender;
};

struct service_world {
    struct service_options options;
    struct room_limits limits;
    struct room_engine *engine;
    struct crypto *crypto;
    struct service *service;
    struct room_effects effects;
    int64_t now_ms;
    uint8_t random[SERVICE_RANDOM_BYTES];
    uint64_t drawn;
    int64_t number; /* of the last room */
    /* what the fake store knows */
    struct arena kept;
    struct service_world_said said[WORLD_SAID_MAX]; /* of all rooms, by seq */
    size_t said_count;
    char seat_ids[2][ID_CHARS]; /* of the first room */
    bool has_ended;
    enum room_cause cause;
    bool is_store_broken; /* reading fails */
    uint64_t fail_in;     /* allocations of the service until one fails */
    bool has_failed;      /* one did */
    /* what the service said last */
    struct buf bytes;
    struct stanza_out door; /* on `bytes` */
    struct arena trees;
    const struct xml_node *outs[WORLD_OUTS_MAX];
    size_t out_count;
    size_t unread;              /* the next one that world_next gives */
    struct room_request erased; /* waits for world_erased */
    bool is_erasing;
    enum err rc; /* of the last service_handle */
};

void world_open(struct service_world *world);
void world_close(struct service_world *world);
/* The same of a state of cmocka that is a world. */
int service_world_set_up(void **state);
int service_world_tear_down(void **state);
/* Takes world->options and world->limits again. */
void world_configure(struct service_world *world);

/* Hears stanzas as they come from that leg (their namespace is declared
 * around them), commits, speaks.  What was said before is forgotten. */
void world_hear(struct service_world *world, enum room_leg leg,
                const char *xml);
void world_hear_span(struct service_world *world, enum room_leg leg,
                     struct span xml);
/* The same with one that has been read already. */
void world_hear_stanza(struct service_world *world, enum room_leg leg,
                       const struct stanza *stanza);
/* The same with the file schema/stanza/NAME.xml. */
void world_hear_file(struct service_world *world, enum room_leg leg,
                     const char *name);
/* Time passes; rooms that wait for it are told. */
void world_wait(struct service_world *world, int64_t ms);
/* The erasure that was promised is done. */
void world_erased(struct service_world *world);
/* What was said is not looked at any more. */
void world_forget(struct service_world *world);

#endif

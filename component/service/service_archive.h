/* service_archive.h - an XEP-0313 query, from the asking to the answer. */
#ifndef SERVICE_SERVICE_ARCHIVE_H
#define SERVICE_SERVICE_ARCHIVE_H

#include "service/service_internal.h"

enum { SERVICE_IDS_MAX = SERVICE_PAGE_MAX };

/* What is wanted; all conditions together.  Lives in the effects' arena. */
struct service_query {
    uint8_t seats;       /* bit 1 << seat for whose messages */
    int64_t start_ms;    /* inclusive */
    int64_t end_ms;      /* inclusive */
    uint32_t after_seq;  /* exclusive; 0: none */
    uint32_t before_seq; /* exclusive; 0: none */
    bool has_ids;
    size_t id_count;
    const uint32_t *ids; /* rising */
    uint32_t upto_seq;   /* the newest when it was asked */
    /* the page, XEP-0059 */
    uint32_t max;
    uint32_t page_after;  /* exclusive; 0: none */
    uint32_t page_before; /* exclusive; 0: none */
    bool is_backwards;
    uint32_t index;
    bool is_flipped;
    struct span queryid; /* at NULL: none */
};

/* True for a message that fits everything but the page. */
bool service__query_takes(const struct service_query *query,
                          const struct room_entry *entry);

enum err service__speak_archive(
    struct service *service, const struct room_effect *effect,
    const struct service_speaker *speaker) MUST_CHECK;

#endif

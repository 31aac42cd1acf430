/* service_speak_replay.c - history to a newcomer.  XEP-0045 7.2.13. */
#include "service/service_speak.h"

static enum err put_old(struct service_page *page,
                        const struct service_said *said)
{
    struct service_words words = {.to = page->to};
    struct service_address address;
    char id[SERVICE_ID_CHARS];
    enum err rc =
        service__words_of(page->service, page->room, said, id, &words);

    if (rc != ERR_OK)
        return rc;
    service__begin_words(page->service, page->room, &words, &page->out);
    service__put_delay(&page->out.xml,
                       service__address(page->service, page->room, 0, &address),
                       said->entry.at_ms);
    return stanza_end(&page->out);
}

/* Without any wish: the last hundred. */
static size_t most_of(const struct room_history_request *history,
                      size_t message_count)
{
    if (history->max_stanzas >= 0)
        return (uint64_t)history->max_stanzas < message_count
                   ? (size_t)history->max_stanzas
                   : message_count;
    if (history->max_chars < 0 && history->since_ms < 0 &&
        message_count > SERVICE_HISTORY_MAX)
        return SERVICE_HISTORY_MAX;
    return message_count;
}

/* Newest first into `out`, which has room for `most`. */
static size_t pick(const struct room_effect *effect, uint32_t *out, size_t most)
{
    size_t count = 0;

    for (uint32_t seq = effect->u.replay.upto_seq; seq > 0 && count < most;
         seq--) {
        const struct room_entry *entry = room_entry_of(effect->room, seq);

        if (entry == NULL || (entry->flags & ROOM_ENTRY_RETRACTED) != 0 ||
            (entry->flags & ROOM_ENTRY_HISTORY) == 0)
            continue;
        if (entry->at_ms < effect->u.replay.history.since_ms)
            break;
        out[count++] = seq;
    }
    return count;
}

enum err service__speak_replay(struct service *service,
                               const struct room_effect *effect,
                               const struct service_speaker *speaker)
{
    const struct room_history_request *history = &effect->u.replay.history;
    size_t most = most_of(history, room_message_count(effect->room));
    struct service_page page = {
        .service = service,
        .room = effect->room,
        .to = effect->u.replay.to,
        .put = put_old,
    };
    struct stanza_out *out = speaker->out_for(speaker->self, page.to);
    uint32_t *wanted;
    enum err rc;

    if (out != NULL)
        page.max_bytes = service__page_room(out);
    if (most == 0 || history->max_chars == 0 || page.max_bytes == 0)
        return ERR_OK;
    wanted = arena_alloc(&service->arena, most * sizeof(*wanted));
    if (wanted == NULL)
        return ERR_NOMEM;
    if (history->max_chars > 0 &&
        (uint64_t)history->max_chars < page.max_bytes) {
        page.max_bytes = (size_t)history->max_chars;
        page.is_strict = true;
    }
    rc = service__page_read(&page, wanted, pick(effect, wanted, most), true,
                            speaker);
    if (rc == ERR_OK)
        rc = service__page_send(&page, true, speaker);
    service__page_clear(&page);
    return rc;
}

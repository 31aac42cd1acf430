/* service_speak_page.c - a run of archived messages.
 *
 * They are written to a buffer of ours first: read newest first, to know where
 * the bytes end, and yet sent oldest first. */
#include "service/service_speak.h"

static bool is_wanted(const struct service_page *page,
                      const struct service_said *said)
{
    const struct room_entry *entry = room_entry_of(page->room, said->entry.seq);

    return entry != NULL && (entry->flags & ROOM_ENTRY_RETRACTED) == 0;
}

static bool on_message(void *self, const struct service_said *said)
{
    struct service_page *page = self;
    size_t before = page->out.out->len;

    if (!is_wanted(page, said))
        return true;
    page->rc = page->put(page, said);
    if (page->rc == ERR_SYNTAX || page->rc == ERR_LIMIT) {
        /* It would not pass the door; the rest does. */
        buf_truncate(page->out.out, before);
        page->rc = ERR_OK;
        return true;
    }
    if (page->rc != ERR_OK)
        return false;
    /* The first always fits, or a page could be empty for ever. */
    if ((page->count > 0 || page->is_strict) &&
        page->out.out->len > page->max_bytes) {
        buf_truncate(page->out.out, before);
        page->is_full = true;
        return false;
    }
    page->ends[page->count] = page->out.out->len;
    page->seqs[page->count++] = said->entry.seq;
    return true;
}

/* How many of `wanted` follow one another without a gap. */
static size_t run_of(const uint32_t *wanted, size_t count, bool is_backwards)
{
    size_t n = 1;

    while (n < count &&
           wanted[n] == wanted[n - 1] + (is_backwards ? UINT32_MAX : 1))
        n++;
    return n;
}

enum err service__page_read(struct service_page *page, const uint32_t *wanted,
                            size_t count, bool is_backwards,
                            const struct service_speaker *speaker)
{
    struct arena *arena = &page->service->arena;
    enum err rc = ERR_OK;

    service__wipe_buf(&page->service->written);
    page->out =
        STANZA_OUT(&page->service->written, page->service->options.domain);
    page->ends = arena_alloc(arena, (count + 1) * sizeof(*page->ends));
    page->seqs = arena_alloc(arena, (count + 1) * sizeof(*page->seqs));
    if (page->ends == NULL || page->seqs == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < count && rc == ERR_OK && !page->is_full;) {
        size_t n = run_of(wanted + i, count - i, is_backwards);
        uint32_t first = wanted[i], last = wanted[i + n - 1];
        struct service_range range = {
            .from_seq = is_backwards ? last : first,
            .to_seq = is_backwards ? first : last,
            .is_backwards = is_backwards,
        };

        rc = speaker->read(speaker->self, page->room, &range, on_message, page);
        if (rc == ERR_OK)
            rc = page->rc;
        i += n;
    }
    return rc;
}

enum err service__page_send(const struct service_page *page, bool is_reversed,
                            const struct service_speaker *speaker)
{
    struct span all = buf_span(page->out.out);
    struct stanza_out *out = speaker->out_for(speaker->self, page->to);

    if (out == NULL)
        return ERR_OK;
    for (size_t i = 0; i < page->count; i++) {
        size_t at = is_reversed ? page->count - 1 - i : i;
        size_t start = at == 0 ? 0 : page->ends[at - 1];
        enum err rc;

        rc = buf_append(out->out,
                        span_slice(all, start, page->ends[at] - start));
        if (rc != ERR_OK)
            return rc == ERR_LIMIT ? ERR_OK : rc;
    }
    return ERR_OK;
}

/* Many may ask at once: each gets a part of what is left. */
size_t service__page_room(const struct stanza_out *out)
{
    size_t left = out->out->max - out->out->len;
    size_t part = left > SERVICE_OUT_SPARE_BYTES
                      ? (left - SERVICE_OUT_SPARE_BYTES) / 4
                      : 0;

    if (part < XML_STANZA_MAX_BYTES)
        return 0;
    return part < SERVICE_PAGE_MAX_BYTES ? part : SERVICE_PAGE_MAX_BYTES;
}

void service__page_clear(struct service_page *page)
{
    service__wipe_buf(&page->service->written);
    arena_reset(&page->service->arena);
}

/* service_speak_archive.c - the answer to an XEP-0313 query. */
#include "service/service_archive.h"

#include <inttypes.h>
#include <stdio.h>

#include "service/service_speak.h"

enum { NUMBER_BYTES = 16 };

/* Where addresses are shown, a copy tells whose it is: without that no client
 * can decrypt it (XEP-0313 6.1.2). */
static void put_sender(struct xml_writer *xml, struct span sender)
{
    if (sender.len == 0)
        return;
    xml_open(xml, "x", NS_MUC_USER);
    xml_open(xml, "item", NULL);
    xml_put_attr_text(xml, "affiliation", "owner");
    xml_put_attr_text(xml, "role", "moderator");
    xml_put_attr(xml, "jid", sender);
    xml_close(xml);
    xml_close(xml);
}

/* The message as it was, without `to` (XEP-0313 4.2, 6.1.2). */
static void put_copy(struct service_page *page,
                     const struct service_words *words, struct span sender)
{
    struct xml_writer *xml = &page->out.xml;
    struct service_address seat, bare;
    struct span id = words->id;

    if (id.len == 0)
        id = (struct span){words->stanza_id, SERVICE_ID_CHARS};
    xml_open(xml, "message", NS_CLIENT);
    xml_put_attr(
        xml, "from",
        service__address(page->service, page->room, words->seat, &seat));
    xml_put_attr_text(xml, "type", "groupchat");
    xml_put_attr(xml, "id", id);
    if (words->lang.len > 0)
        xml_put_attr(xml, "xml:lang", words->lang);
    xml_put_written(xml, words->payload);
    service__put_marks(
        xml, service__address(page->service, page->room, 0, &bare), words);
    put_sender(xml, sender);
    xml_close(xml);
}

static enum err put_result(struct service_page *page,
                           const struct service_said *said)
{
    const struct service_query *query = page->self;
    struct xml_writer *xml = &page->out.xml;
    struct service_words words = {.to = page->to};
    struct service_address address;
    char id[SERVICE_ID_CHARS], stamp[STANZA_TIME_BYTES];
    enum err rc =
        service__words_of(page->service, page->room, said, id, &words);

    if (rc != ERR_OK)
        return rc;
    stanza_begin(&page->out, &(struct stanza_head){
                                 .kind = STANZA_MESSAGE,
                                 .from = service__address(
                                     page->service, page->room, 0, &address),
                                 .to = page->to,
                             });
    xml_open(xml, "result", NS_MAM);
    xml_put_attr(xml, "queryid", query->queryid);
    xml_put_attr(xml, "id", (struct span){id, SERVICE_ID_CHARS});
    xml_open(xml, "forwarded", NS_FORWARD);
    stanza_format_time(said->entry.at_ms, stamp);
    xml_open(xml, "delay", NS_DELAY);
    xml_put_attr_text(xml, "stamp", stamp);
    xml_close(xml);
    put_copy(page, &words, said->sender);
    xml_close(xml);
    xml_close(xml);
    return stanza_end(&page->out);
}

/* Which messages the page may hold, and how many there are in all. */
struct choice {
    uint32_t wanted[SERVICE_PAGE_MAX]; /* in the order of reading */
    size_t count;
    uint32_t total; /* that match the filter */
    bool has_more;  /* of the range, past those wanted */
};

static bool is_in_range(const struct service_query *query, uint32_t seq,
                        uint32_t index)
{
    return seq > query->page_after &&
           (query->page_before == 0 || seq < query->page_before) &&
           index >= query->index;
}

static void choose(const struct room *room, const struct service_query *query,
                   struct choice *out)
{
    *out = (struct choice){.count = 0};
    for (uint32_t seq = 1; seq <= query->upto_seq; seq++) {
        if (!service__query_takes(query, room_entry_of(room, seq)))
            continue;
        if (is_in_range(query, seq, out->total++)) {
            if (out->count < query->max)
                out->wanted[out->count++] = seq;
            else
                out->has_more = true;
        }
    }
}

/* The newest come first, so the walk goes down. */
static void choose_backwards(const struct room *room,
                             const struct service_query *query,
                             struct choice *out)
{
    *out = (struct choice){.count = 0};
    for (uint32_t seq = query->upto_seq; seq > 0; seq--) {
        if (!service__query_takes(query, room_entry_of(room, seq)))
            continue;
        out->total++;
        if (is_in_range(query, seq, UINT32_MAX)) {
            if (out->count < query->max)
                out->wanted[out->count++] = seq;
            else
                out->has_more = true;
        }
    }
}

/* How many that match stand before `seq`. */
static uint32_t index_of(const struct room *room,
                         const struct service_query *query, uint32_t seq)
{
    uint32_t index = 0;

    for (uint32_t i = 1; i < seq; i++)
        index += service__query_takes(query, room_entry_of(room, i));
    return index;
}

static enum err put_edge(struct service_page *page, struct xml_writer *xml,
                         const char *name, uint32_t seq)
{
    char id[SERVICE_ID_CHARS];
    enum err rc = service__stanza_id(page->service, page->room, seq, id);

    xml_open(xml, name, NULL);
    if (span_is(span_of(name), "first"))
        xml_put_attr_number(xml, "index",
                            index_of(page->room, page->self, seq));
    xml_put_text(xml, (struct span){id, SERVICE_ID_CHARS});
    xml_close(xml);
    return rc;
}

/* XEP-0313 4.3.2.  The set is there even when empty: clients insist. */
static enum err put_fin(struct service_page *page, struct xml_writer *xml,
                        const struct choice *choice)
{
    const struct service_query *query = page->self;
    size_t oldest = query->is_backwards ? page->count - 1 : 0;
    size_t newest = query->is_backwards ? 0 : page->count - 1;
    char total[NUMBER_BYTES];
    enum err rc = ERR_OK;

    xml_open(xml, "fin", NS_MAM);
    if (!choice->has_more && !page->is_full)
        xml_put_attr_text(xml, "complete", "true");
    xml_open(xml, "set", NS_RSM);
    if (page->count > 0) {
        rc = put_edge(page, xml, "first", page->seqs[oldest]);
        if (rc == ERR_OK)
            rc = put_edge(page, xml, "last", page->seqs[newest]);
    }
    snprintf(total, sizeof(total), "%" PRIu32, choice->total);
    xml_put_element(xml, "count", NULL, span_of(total));
    xml_close(xml);
    xml_close(xml);
    return rc;
}

static enum err answer(struct service_page *page,
                       const struct room_request *request,
                       const struct choice *choice,
                       const struct service_speaker *speaker)
{
    struct stanza_out *out = speaker->out_for(speaker->self, request->from);
    enum err rc, ended;

    if (out == NULL)
        return ERR_OK;
    service__begin_result(out, request);
    rc = put_fin(page, &out->xml, choice);
    ended = service__end(out);
    return rc == ERR_OK ? ended : rc;
}

static enum err refuse(const struct room_effect *effect,
                       enum stanza_error condition, enum service_text text,
                       const struct service_speaker *speaker)
{
    struct stanza_out *out =
        speaker->out_for(speaker->self, effect->request.from);
    enum err rc;

    if (out == NULL)
        return ERR_OK;
    rc = service__put_error(
        out, &effect->request,
        &(struct service_error){.condition = condition,
                                .text = service__text(text)});
    return rc == ERR_SYNTAX || rc == ERR_LIMIT ? ERR_OK : rc;
}

enum err service__speak_archive(struct service *service,
                                const struct room_effect *effect,
                                const struct service_speaker *speaker)
{
    const struct service_query *query = effect->u.archive.query;
    struct service_page page = {
        .service = service,
        .room = effect->room,
        .to = effect->request.from,
        .put = put_result,
        .self = query,
    };
    struct stanza_out *out = speaker->out_for(speaker->self, page.to);
    struct choice choice;
    enum err rc;

    /* It may have ended in the same tick, behind the question. */
    if (room_is_ended(effect->room))
        return refuse(effect, STANZA_GONE, TEXT_GONE, speaker);
    if (out != NULL)
        page.max_bytes = service__page_room(out);
    if (page.max_bytes == 0)
        return refuse(effect, STANZA_RESOURCE_CONSTRAINT, TEXT_TOO_MUCH,
                      speaker);
    if (query->is_backwards)
        choose_backwards(effect->room, query, &choice);
    else
        choose(effect->room, query, &choice);
    rc = service__page_read(&page, choice.wanted, choice.count,
                            query->is_backwards, speaker);
    if (rc == ERR_OK)
        rc = service__page_send(&page, query->is_backwards != query->is_flipped,
                                speaker);
    if (rc == ERR_OK)
        rc = answer(&page, &effect->request, &choice, speaker);
    else if (refuse(effect, STANZA_INTERNAL, TEXT_TRY_LATER, speaker) != ERR_OK)
        rc = ERR_NOMEM;
    service__page_clear(&page);
    return rc;
}

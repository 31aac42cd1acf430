/* service_archive.c - reading an XEP-0313 query. */
#include "service/service_archive.h"

#include <string.h>

#include "service/service_form.h"

/* Why a query cannot be run. */
struct trouble {
    bool is_there;
    enum stanza_error condition;
    enum service_text text;
};

static void bad(struct trouble *trouble)
{
    *trouble = (struct trouble){true, STANZA_BAD_REQUEST, TEXT_BAD_QUERY};
}

/* A place in the archive, or an id that was never in it.  What was taken back
 * leaves its place: an app that asks for what came behind the last message it
 * knows would otherwise get nothing, and two do not ask again. */
static enum err read_place(struct service_call *call, struct span id,
                           uint32_t *seq, struct trouble *trouble)
{
    enum err rc = service__seq_of(call->service, call->room, id, seq);

    if (*seq == 0)
        *trouble =
            (struct trouble){true, STANZA_ITEM_NOT_FOUND, TEXT_NO_SUCH_MESSAGE};
    return rc;
}

/* A message that is there to be read. */
static enum err read_id(struct service_call *call, struct span id,
                        uint32_t *seq, struct trouble *trouble)
{
    enum err rc = read_place(call, id, seq, trouble);

    if (rc == ERR_OK && !trouble->is_there &&
        (room_entry_of(call->room, *seq)->flags & ROOM_ENTRY_RETRACTED) != 0)
        *trouble =
            (struct trouble){true, STANZA_ITEM_NOT_FOUND, TEXT_NO_SUCH_MESSAGE};
    return rc;
}

/* Messages come from ROOM/SEAT; where addresses are shown, a person's own
 * address does as well. */
static enum err read_with(struct service_call *call, struct span with,
                          struct service_query *query, struct trouble *trouble)
{
    struct service_address address;
    struct jid jid;
    uint8_t seat = 0;
    enum err rc = jid_parse(&call->service->arena, with, &jid);

    if (rc == ERR_SYNTAX) {
        bad(trouble);
        return ERR_OK;
    }
    if (rc != ERR_OK)
        return rc;
    if (span_equal(jid.bare,
                   service__address(call->service, call->room, 0, &address))) {
        if (jid.resource.len == 0)
            return ERR_OK;
        seat = service__seat_named(call->room, jid.resource);
    } else if (room_get_protection(call->room) == ROOM_PROTECTION_OMEMO) {
        seat = room_seat_of_member(call->room, jid.bare);
    }
    query->seats = (uint8_t)(seat == 0 ? 0 : 1 << seat);
    return ERR_OK;
}

/* Keeps the list rising, each once. */
static void insert_id(uint32_t *ids, size_t *count, uint32_t seq)
{
    size_t at = *count;

    while (at > 0 && ids[at - 1] > seq)
        at--;
    if (at > 0 && ids[at - 1] == seq)
        return;
    memmove(ids + at + 1, ids + at, (*count - at) * sizeof(*ids));
    ids[at] = seq;
    (*count)++;
}

static bool has_id(const struct service_query *query, uint32_t seq)
{
    size_t low = 0, high = query->id_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (query->ids[middle] == seq)
            return true;
        if (query->ids[middle] < seq)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

static enum err read_ids(struct service_call *call,
                         const struct xml_node *field,
                         struct service_query *query, struct trouble *trouble)
{
    const struct xml_node *value = xml_child(field, "value", NS_DATA);
    uint32_t *ids =
        arena_alloc(&call->out->arena, SERVICE_IDS_MAX * sizeof(*ids));

    if (ids == NULL)
        return ERR_NOMEM;
    query->has_ids = true;
    query->ids = ids;
    for (; value != NULL && !trouble->is_there;
         value = xml_sibling(value, "value", NS_DATA)) {
        uint32_t seq;
        enum err rc;

        if (query->id_count == SERVICE_IDS_MAX) {
            bad(trouble);
            return ERR_OK;
        }
        rc = read_id(call, xml_text(value), &seq, trouble);
        if (rc != ERR_OK)
            return rc;
        insert_id(ids, &query->id_count, seq);
    }
    return ERR_OK;
}

static enum err read_field(struct service_call *call,
                           const struct xml_node *field,
                           struct service_query *query, struct trouble *trouble)
{
    const struct xml_node *node = xml_child(field, "value", NS_DATA);
    struct span value = node != NULL ? xml_text(node) : SPAN_EMPTY;
    struct span var = xml_attr(field, "var");

    if (span_is(var, "FORM_TYPE"))
        return ERR_OK;
    if (span_is(var, "with"))
        return read_with(call, value, query, trouble);
    if (span_is(var, "ids"))
        return read_ids(call, field, query, trouble);
    if (span_is(var, "after-id"))
        return read_place(call, value, &query->after_seq, trouble);
    if (span_is(var, "before-id"))
        return read_place(call, value, &query->before_seq, trouble);
    value = span_trim(value);
    if (span_is(var, "start") && stanza_parse_time(value, &query->start_ms))
        return ERR_OK;
    if (span_is(var, "end") && stanza_parse_time(value, &query->end_ms))
        return ERR_OK;
    bad(trouble);
    return ERR_OK;
}

static enum err read_form(struct service_call *call,
                          const struct xml_node *form,
                          struct service_query *query, struct trouble *trouble)
{
    const struct xml_node *field = xml_child(form, "field", NS_DATA);

    if (!span_is(service__form_value(form, "FORM_TYPE"), NS_MAM))
        bad(trouble);
    for (; field != NULL && !trouble->is_there;
         field = xml_sibling(field, "field", NS_DATA)) {
        enum err rc = read_field(call, field, query, trouble);

        if (rc != ERR_OK)
            return rc;
    }
    return ERR_OK;
}

static void read_number(const struct xml_node *set, const char *name,
                        uint32_t *out, struct trouble *trouble)
{
    const struct xml_node *node = xml_child(set, name, NS_RSM);
    uint64_t number;

    if (node == NULL)
        return;
    if (span_to_u64(span_trim(xml_text(node)), UINT32_MAX, &number))
        *out = (uint32_t)number;
    else
        bad(trouble);
}

static enum err read_page(struct service_call *call, const struct xml_node *set,
                          struct service_query *query, struct trouble *trouble)
{
    const struct xml_node *after = xml_child(set, "after", NS_RSM);
    const struct xml_node *before = xml_child(set, "before", NS_RSM);
    enum err rc = ERR_OK;

    read_number(set, "max", &query->max, trouble);
    read_number(set, "index", &query->index, trouble);
    if (query->max > SERVICE_PAGE_MAX)
        query->max = SERVICE_PAGE_MAX;
    query->is_backwards = before != NULL;
    if (after != NULL && xml_text(after).len > 0)
        rc = read_place(call, xml_text(after), &query->page_after, trouble);
    if (rc == ERR_OK && before != NULL && xml_text(before).len > 0)
        rc = read_place(call, xml_text(before), &query->page_before, trouble);
    return rc;
}

static enum err read_query(struct service_call *call,
                           const struct xml_node *node,
                           struct service_query *query, struct trouble *trouble)
{
    const struct xml_node *form = xml_child(node, "x", NS_DATA);
    const struct xml_node *set = xml_child(node, "set", NS_RSM);
    struct span queryid = xml_attr(node, "queryid");
    enum err rc = ERR_OK;

    query->seats = 1 << 1 | 1 << 2;
    query->start_ms = INT64_MIN;
    query->end_ms = INT64_MAX;
    query->max = SERVICE_PAGE_DEFAULT;
    query->upto_seq = room_last_seq(call->room);
    query->is_flipped = xml_child(node, "flip-page", NS_MAM) != NULL;
    if (queryid.at != NULL)
        rc = arena_copy(&call->out->arena, queryid, &query->queryid);
    if (rc == ERR_OK && form != NULL)
        rc = read_form(call, form, query, trouble);
    if (rc == ERR_OK && set != NULL && !trouble->is_there)
        rc = read_page(call, set, query, trouble);
    return rc;
}

enum err service__archive_query(struct service_call *call,
                                const struct xml_node *node)
{
    struct trouble trouble = {.is_there = false};
    struct service_query *query;
    struct room_effect *effect;
    enum err rc;

    if (service__seat_of_sender(call) == 0)
        return service__error(call, STANZA_FORBIDDEN, TEXT_NOT_MEMBER);
    query = arena_alloc(&call->out->arena, sizeof(*query));
    if (query == NULL)
        return ERR_NOMEM;
    if ((rc = read_query(call, node, query, &trouble)) != ERR_OK)
        return rc;
    if (trouble.is_there)
        return service__error(call, trouble.condition, trouble.text);
    effect = room_effects_add(call->out, ROOM_EFFECT_ARCHIVE, call->room,
                              &call->request);
    if (effect == NULL)
        return ERR_NOMEM;
    effect->u.archive.query = query;
    call->is_answered = true;
    return ERR_OK;
}

enum err service__archive_form(struct service_call *call,
                               const struct xml_node *query)
{
    static const struct {
        const char *type;
        const char *var;
    } fields[] = {
        {"jid-single", "with"},      {"text-single", "start"},
        {"text-single", "end"},      {"text-single", "before-id"},
        {"text-single", "after-id"},
    };
    struct xml_writer *xml;

    (void)query;
    if (service__seat_of_sender(call) == 0)
        return service__error(call, STANZA_FORBIDDEN, TEXT_NOT_MEMBER);
    xml = &service__query_open(call, "query", NS_MAM)->xml;
    service__form_open(xml, "form", NS_MAM);
    for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
        service__form_put(xml, fields[i].type, fields[i].var, NULL, SPAN_EMPTY);
    service__form_open_field(xml, "list-multi", "ids", NULL, SPAN_EMPTY);
    xml_open(xml, "validate", "http://jabber.org/protocol/xdata-validate");
    xml_put_attr_text(xml, "datatype", "xs:string");
    xml_open(xml, "open", NULL);
    xml_close(xml);
    xml_close(xml);
    xml_close(xml);
    service__form_close(xml);
    return service__query_close(call);
}

static enum err put_end(struct service_call *call, const char *name,
                        const struct room_entry *entry)
{
    struct xml_writer *xml = &call->door.xml;
    char id[SERVICE_ID_CHARS], stamp[STANZA_TIME_BYTES];
    enum err rc = service__stanza_id(call->service, call->room, entry->seq, id);

    stanza_format_time(entry->at_ms, stamp);
    xml_open(xml, name, NULL);
    xml_put_attr(xml, "id", (struct span){id, SERVICE_ID_CHARS});
    xml_put_attr_text(xml, "timestamp", stamp);
    xml_close(xml);
    return rc;
}

/* XEP-0313 5: the ends of the archive. */
enum err service__archive_metadata(struct service_call *call,
                                   const struct xml_node *query)
{
    const struct room_entry *first = NULL, *last = NULL;
    enum err rc = ERR_OK;

    (void)query;
    if (service__seat_of_sender(call) == 0)
        return service__error(call, STANZA_FORBIDDEN, TEXT_NOT_MEMBER);
    for (uint32_t seq = 1; seq <= room_last_seq(call->room); seq++) {
        const struct room_entry *entry = room_entry_of(call->room, seq);

        if (entry == NULL || (entry->flags & ROOM_ENTRY_RETRACTED) != 0)
            continue;
        first = first != NULL ? first : entry;
        last = entry;
    }
    service__query_open(call, "metadata", NS_MAM);
    if (first != NULL) {
        rc = put_end(call, "start", first);
        if (rc == ERR_OK)
            rc = put_end(call, "end", last);
    }
    return rc == ERR_OK ? service__query_close(call) : rc;
}

bool service__query_takes(const struct service_query *query,
                          const struct room_entry *entry)
{
    if (entry == NULL || (entry->flags & ROOM_ENTRY_RETRACTED) != 0)
        return false;
    if ((query->seats & 1 << entry->seat) == 0)
        return false;
    if (entry->at_ms < query->start_ms || entry->at_ms > query->end_ms)
        return false;
    if (entry->seq <= query->after_seq ||
        (query->before_seq != 0 && entry->seq >= query->before_seq))
        return false;
    return !query->has_ids || has_id(query, entry->seq);
}

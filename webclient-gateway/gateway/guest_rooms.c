/* guest_rooms.c - where a guest is, as far as the gateway has to know. */
#include <string.h>

#include "gateway/gateway_ns.h"
#include "gateway/guest.h"
#include "wire/ns.h"

static struct span bare_of(struct span address)
{
    return span_slice(address, 0, span_find(address, '/'));
}

static struct guest_room *find_room(struct guest *guest, struct span address)
{
    for (size_t i = 0; i < guest->room_count; i++)
        if (span_equal(bare_of(buf_span(&guest->rooms[i].occupant)),
                       bare_of(address)))
            return &guest->rooms[i];
    return NULL;
}

static bool has_status(const struct xml_node *node, const char *code)
{
    const struct xml_node *x = xml_child(node, "x", NS_MUC_USER);
    const struct xml_node *status;

    if (x == NULL)
        return false;
    status = xml_child(x, "status", NS_MUC_USER);
    for (; status != NULL; status = xml_sibling(status, "status", NS_MUC_USER))
        if (span_is(xml_attr(status, "code"), code))
            return true;
    return false;
}

static void forget(struct gate *gate, struct guest *guest,
                   struct guest_room *room)
{
    buf_clear(&room->occupant);
    guest->room_count--;
    *room = guest->rooms[guest->room_count];
    guest->rooms[guest->room_count] = (struct guest_room){0};
    if (guest->room_count == 0)
        guest->roomless_ms = gate->now_ms;
}

static void remember(struct guest *guest, struct span occupant)
{
    struct guest_room *room = find_room(guest, occupant);

    if (room == NULL && guest->room_count == GUEST_ROOMS_MAX)
        return;
    if (room == NULL) {
        room = &guest->rooms[guest->room_count];
        *room = (struct guest_room){.occupant = BUF_EMPTY(2048)};
        guest->room_count++;
    }
    buf_truncate(&room->occupant, 0);
    /* Without it the room is only not told when the guest is away. */
    if (buf_append(&room->occupant, occupant) != ERR_OK)
        return;
}

bool guest__note_presence(struct gate *gate, struct guest *guest,
                          const struct xml_node *node)
{
    struct span from = xml_attr(node, "from");
    struct span type = xml_attr(node, "type");
    struct guest_room *room;

    if (!has_status(node, "110"))
        return true;
    if (type.len == 0) {
        remember(guest, from);
        return true;
    }
    if (!span_is(type, "unavailable"))
        return true;
    room = find_room(guest, from);
    if (room == NULL)
        return false;
    forget(gate, guest, room);
    return true;
}

void guest__note_show(struct guest *guest, const struct xml_node *node)
{
    static const char *const shows[] = {"away", "chat", "dnd", "xa"};
    struct guest_room *room = find_room(guest, xml_attr(node, "to"));
    const struct xml_node *show = xml_child(node, "show", NS_CLIENT);

    if (room == NULL)
        return;
    room->show[0] = '\0';
    for (size_t i = 0; show != NULL && i < 4; i++)
        if (span_is(xml_text(show), shows[i]))
            memcpy(room->show, shows[i], strlen(shows[i]) + 1);
}

static void put_status(struct xml_writer *xml, const char *code)
{
    xml_open(xml, "status", NULL);
    xml_put_attr_text(xml, "code", code);
    xml_close(xml);
}

/* XEP-0045 8.6, as a room says it that removes somebody for a fault. */
static enum err put_eviction(struct buf *out, const struct guest *guest,
                             struct span occupant)
{
    struct xml_writer xml = XML_WRITER(out);

    buf_truncate(out, 0);
    xml_open(&xml, "presence", NS_CLIENT);
    xml_put_attr(&xml, "from", occupant);
    xml_put_attr(&xml, "to", guest__jid(guest));
    xml_put_attr_text(&xml, "type", "unavailable");
    xml_open(&xml, "x", NS_MUC_USER);
    xml_open(&xml, "item", NULL);
    xml_put_attr_text(&xml, "affiliation", "none");
    xml_put_attr_text(&xml, "role", "none");
    xml_close(&xml);
    put_status(&xml, "110");
    put_status(&xml, "333");
    xml_close(&xml);
    xml_close(&xml);
    return xml.rc;
}

void guest__evict(struct gate *gate, struct guest *guest)
{
    while (guest->room_count > 0 && !guest->is_dead) {
        struct guest_room *room = &guest->rooms[guest->room_count - 1];
        enum err rc =
            put_eviction(&gate->scratch, guest, buf_span(&room->occupant));

        forget(gate, guest, room);
        if (rc == ERR_OK)
            guest__send(gate, guest, buf_span(&gate->scratch));
    }
}

#include "gateway/guest.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/gateway_ns.h"
#include "gateway/session.h"
#include "wire/ns.h"

enum { JID_MAX_BYTES = 512 };

struct span guest__jid(const struct guest *guest)
{
    return buf_span(&guest->jid);
}

struct span guest__bare(const struct guest *guest)
{
    return span_slice(guest__jid(guest), 0, guest->bare_len);
}

static struct span token_of(const struct guest *guest)
{
    return (struct span){guest->token, sizeof(guest->token)};
}

struct guest *guest__by_jid(const struct gate *gate, struct span full)
{
    return map_get(&gate->by_jid, full);
}

struct guest *guest__by_token(const struct gate *gate, struct span token)
{
    return map_get(&gate->by_token, token);
}

static enum err make_jid(struct gate *gate, struct guest *guest,
                         struct span resource)
{
    char local[GUEST_LOCAL_CHARS];
    enum err rc;

    gate__random_name(gate, local, sizeof(local));
    rc = buf_append(&guest->jid, (struct span){local, sizeof(local)});
    if (rc == ERR_OK)
        rc = buf_append_byte(&guest->jid, '@');
    if (rc == ERR_OK)
        rc = buf_append(&guest->jid, buf_span(&gate->guests_domain));
    guest->bare_len = guest->jid.len;
    if (rc == ERR_OK)
        rc = buf_append_byte(&guest->jid, '/');
    if (rc == ERR_OK)
        rc = buf_append(&guest->jid, resource);
    return rc;
}

static void free_guest(struct guest *guest)
{
    for (size_t i = 0; i < guest->room_count; i++)
        buf_clear(&guest->rooms[i].occupant);
    queue_clear(&guest->unacked);
    buf_clear(&guest->jid);
    explicit_bzero(guest, sizeof(*guest));
    free(guest);
}

static enum err pick_resource(struct gate *gate, struct span wanted,
                              char random[8], struct span *out)
{
    enum err rc;

    if (wanted.len == 0) {
        gate__random_name(gate, random, 8);
        *out = (struct span){random, 8};
        return ERR_OK;
    }
    if (wanted.len > GUEST_RESOURCE_MAX_BYTES)
        return ERR_SYNTAX;
    rc = jid_prepare_resource(&gate->arena, wanted, out);
    if (rc == ERR_OK && out->len == 0)
        return ERR_SYNTAX;
    return rc;
}

static void link_in(struct gate *gate, struct guest *guest)
{
    guest->next = gate->first;
    if (gate->first != NULL)
        gate->first->prev = guest;
    gate->first = guest;
}

enum err guest__new(struct gate *gate, struct span resource, struct guest **out)
{
    char random[8];
    struct span prepared;
    struct guest *guest;
    enum err rc;

    if (gate->by_jid.count >= GATE_GUESTS_MAX)
        return ERR_LIMIT;
    if ((rc = pick_resource(gate, resource, random, &prepared)) != ERR_OK)
        return rc;
    guest = calloc(1, sizeof(*guest));
    if (guest == NULL)
        return ERR_NOMEM;
    guest->jid = BUF_EMPTY(JID_MAX_BYTES);
    guest->unacked = QUEUE_EMPTY(GUEST_QUEUE_STANZAS, GUEST_QUEUE_BYTES);
    guest->roomless_ms = gate->now_ms;
    if ((rc = make_jid(gate, guest, prepared)) != ERR_OK ||
        (rc = map_put(&gate->by_jid, guest__jid(guest), guest)) != ERR_OK) {
        free_guest(guest);
        return rc;
    }
    link_in(gate, guest);
    gate->counts.guests_bound++;
    *out = guest;
    return ERR_OK;
}

enum err guest__make_resumable(struct gate *gate, struct guest *guest)
{
    enum err rc;

    gate__random_name(gate, guest->token, sizeof(guest->token));
    rc = map_put(&gate->by_token, token_of(guest), guest);
    guest->is_resumable = rc == ERR_OK;
    return rc;
}

/* One presence from the guest; `to` is a room's occupant or DOMAIN. */
static void send_presence(struct gate *gate, const struct guest *guest,
                          struct span to, const char *type, const char *show)
{
    struct xml_writer xml = XML_WRITER(&gate->scratch);

    buf_truncate(&gate->scratch, 0);
    xml_open(&xml, "presence", NULL);
    xml_put_attr(&xml, "from", guest__jid(guest));
    xml_put_attr(&xml, "to", to);
    if (type != NULL)
        xml_put_attr_text(&xml, "type", type);
    if (show != NULL && show[0] != '\0')
        xml_put_element(&xml, "show", NULL, span_of(show));
    xml_close(&xml);
    /* When the component is away it has forgotten the guest anyway. */
    if (xml.rc != ERR_OK || gate__send_up(gate) != ERR_OK)
        return;
}

void guest__end(struct gate *gate, struct guest *guest)
{
    send_presence(gate, guest, buf_span(&gate->domain), "unavailable", NULL);
    if (guest->session != NULL)
        guest->session->guest = NULL;
    map_remove(&gate->by_jid, guest__jid(guest));
    if (guest->is_resumable)
        map_remove(&gate->by_token, token_of(guest));
    if (guest->next != NULL)
        guest->next->prev = guest->prev;
    if (guest->prev != NULL)
        guest->prev->next = guest->next;
    else
        gate->first = guest->next;
    guest->session = NULL;
    guest->is_dead = true;
    guest->grave = gate->dead;
    gate->dead = guest;
}

static void forget_unacked(struct gate *gate, struct guest *guest)
{
    gate->unacked_bytes -= guest->unacked.bytes;
    queue_clear(&guest->unacked);
}

void guest__bury(struct gate *gate)
{
    while (gate->dead != NULL) {
        struct guest *guest = gate->dead;

        gate->dead = guest->grave;
        forget_unacked(gate, guest);
        free_guest(guest);
    }
}

void guest__leave_session(struct gate *gate, struct guest *guest)
{
    guest->session = NULL;
    if (guest->is_dead)
        return;
    if (!guest->is_resumable || guest->is_lossy) {
        guest__end(gate, guest);
        return;
    }
    guest->left_ms = gate->now_ms;
    for (size_t i = 0; i < guest->room_count; i++)
        send_presence(gate, guest, buf_span(&guest->rooms[i].occupant), NULL,
                      "away");
}

void guest__wake(struct gate *gate, struct guest *guest)
{
    for (size_t i = 0; i < guest->room_count; i++)
        send_presence(gate, guest, buf_span(&guest->rooms[i].occupant), NULL,
                      guest->rooms[i].show);
}

void guest__ask_for_ack(struct guest *guest)
{
    if (guest->session == NULL || !guest->has_sm)
        return;
    guest->unasked = 0;
    session__put(guest->session, SPAN("<r xmlns='" NS_SM "'/>"));
}

/* Unless all together have too much, a guest may fill its queue. */
static bool has_room_for(const struct gate *gate, const struct guest *guest,
                         struct span frame)
{
    return guest->unacked.bytes + frame.len <= GUEST_QUEUE_LEAST_BYTES ||
           gate->unacked_bytes + frame.len <= GATE_UNACKED_BYTES;
}

/* False when the guest was ended: it hibernates and too much waits for it. */
static bool keep(struct gate *gate, struct guest *guest, struct span frame)
{
    enum err rc;

    if (guest->is_lossy)
        return true;
    rc = has_room_for(gate, guest, frame) ? queue_push(&guest->unacked, frame)
                                          : ERR_LIMIT;
    if (rc == ERR_OK) {
        gate->unacked_bytes += frame.len;
        return true;
    }
    if (guest->session == NULL) {
        guest__end(gate, guest);
        return false;
    }
    /* It may go on, but a cut means to enter anew and read the archive. */
    guest->is_lossy = true;
    forget_unacked(gate, guest);
    return true;
}

void guest__send(struct gate *gate, struct guest *guest, struct span frame)
{
    gate->counts.stanzas_out++;
    if (guest->has_sm) {
        if (!keep(gate, guest, frame))
            return;
        guest->out_count++;
    }
    if (guest->session == NULL)
        return;
    session__put(guest->session, frame);
    if (guest->has_sm && ++guest->unasked >= GUEST_ACK_EVERY)
        guest__ask_for_ack(guest); /* unless it was too slow and is cut */
}

enum err guest__take_ack(struct gate *gate, struct guest *guest, uint32_t count)
{
    uint32_t fresh = count - guest->out_acked; /* modulo 2^32, as they count */

    if (fresh > guest->out_count - guest->out_acked)
        return ERR_SYNTAX;
    guest->out_acked = count;
    for (; fresh > 0 && guest->unacked.count > 0; fresh--) {
        gate->unacked_bytes -= queue_front(&guest->unacked).len;
        queue_pull(&guest->unacked);
    }
    if (guest->out_acked == guest->out_count)
        guest->is_lossy = false; /* nothing that we did not keep is missing */
    return ERR_OK;
}

/* crowd_rooms.c - makes rooms and brings two people into each. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "component/crowd.h"

enum { BATCH = 100 }; /* under way at once */

static const char *const names[CROWD_SEATS] = {"Abhi", "Anny"};

static void ask_for_room(struct load_link *link, int number)
{
    load_put(link,
             "<iq type='set' from='maker%d@example.bench/a' to='" LOAD_DOMAIN
             "' id='room-%d'><command xmlns='http://jabber.org/protocol/"
             "commands' node='create-chat' action='execute'><x xmlns='jabber:"
             "x:data' type='submit'><field var='your-name'><value>%s</value>"
             "</field><field var='peer-name'><value>%s</value></field>"
             "<field var='idle'><value>24h</value></field><field "
             "var='protection'><value>server</value></field></x></command>"
             "</iq>",
             number, number, names[0], names[1]);
}

/* The value of a field of a form. */
static void take_field(struct span stanza, const char *var, char *out,
                       size_t size)
{
    struct span value = SPAN_EMPTY;
    char quoted[64];
    const char *at = NULL;

    for (int i = 0; at == NULL && i < 2; i++) {
        snprintf(quoted, sizeof(quoted), "var=%c%s%c", "'\""[i], var, "'\""[i]);
        at = memmem(stanza.at, stanza.len, quoted, strlen(quoted));
    }
    if (at != NULL)
        at = memmem(at, (size_t)(stanza.at + stanza.len - at), "<value>", 7);
    if (at != NULL) {
        at += 7;
        value = (struct span){at, (size_t)(stanza.at + stanza.len - at)};
        value = span_slice(value, 0, span_find(value, '<'));
    }
    if (value.len == 0 || value.len >= size)
        load_die("no room: %.*s", (int)stanza.len, stanza.at);
    memcpy(out, value.at, value.len);
    out[value.len] = '\0';
}

static bool take_room(struct span stanza, struct crowd_room *rooms, int count)
{
    struct span id = load_attr(stanza, "id");
    struct crowd_room *room;
    uint64_t number;

    if (!span_starts_with(id, SPAN("room-")) ||
        !span_to_u64(span_slice(id, 5, id.len), (uint64_t)count - 1, &number))
        return false;
    room = &rooms[number];
    take_field(stanza, "room", room->jid, sizeof(room->jid));
    take_field(stanza, "seat1-code", room->seats[0].code,
               sizeof(room->seats[0].code));
    take_field(stanza, "seat2-code", room->seats[1].code,
               sizeof(room->seats[1].code));
    return true;
}

/* Reads until `wanted` things have come that `take` counts. */
static int pump_until(struct load_link *link, struct crowd_room *rooms,
                      int count, int wanted,
                      bool (*take)(struct span, struct crowd_room *, int))
{
    int64_t until_us = load_now_us() + LOAD_WAIT_MS * 1000;
    struct span stanza;
    int taken = 0;

    while (taken < wanted) {
        if (load_now_us() > until_us)
            load_die("only %d of %d rooms or people in time", taken, wanted);
        load_pump(link, 10 * 1000);
        while (load_next(link, &stanza))
            if (take(stanza, rooms, count))
                taken++;
    }
    return taken;
}

static void join(struct load_link *link, const struct crowd_room *room,
                 int seat)
{
    load_put(link,
             "<presence from='%s' to='%s/%s' id='join'><x xmlns='http://"
             "jabber.org/protocol/muc'><history maxchars='0'/><password>%s"
             "</password></x></presence>",
             room->seats[seat].person, room->jid, names[seat],
             room->seats[seat].code);
}

static bool take_presence(struct span stanza, struct crowd_room *rooms,
                          int count)
{
    (void)rooms;
    (void)count;
    if (!span_starts_with(stanza, SPAN("<presence")))
        return false;
    if (span_is(load_attr(stanza, "type"), "error"))
        load_die("not let in: %.*s", (int)stanza.len, stanza.at);
    return load_has(stanza, "code='110'") || load_has(stanza, "code=\"110\"");
}

static void name_people(struct crowd_room *room, int number)
{
    for (int seat = 0; seat < CROWD_SEATS; seat++)
        snprintf(room->seats[seat].person, CROWD_ADDRESS_BYTES,
                 "%s%d@example.bench/a", seat == 0 ? "abhi" : "anny", number);
    snprintf(room->jid, sizeof(room->jid), "room%012d@" LOAD_DOMAIN, number);
}

struct crowd_room *crowd_rooms(struct load_link *link,
                               const struct crowd_options *options)
{
    int count = options->rooms;
    struct crowd_room *rooms = calloc((size_t)count, sizeof(*rooms));

    if (rooms == NULL)
        load_die("out of memory");
    for (int i = 0; i < count; i++)
        name_people(&rooms[i], i);
    for (int at = 0; !options->load.is_baseline && at < count; at += BATCH) {
        int end = at + BATCH < count ? at + BATCH : count;

        for (int i = at; i < end; i++)
            ask_for_room(link, i);
        pump_until(link, rooms, count, end - at, take_room);
        for (int i = at; i < end; i++)
            for (int seat = 0; seat < CROWD_SEATS; seat++)
                join(link, &rooms[i], seat);
        pump_until(link, rooms, count, (end - at) * CROWD_SEATS, take_presence);
    }
    return rooms;
}

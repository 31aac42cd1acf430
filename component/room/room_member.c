#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "room/room_state.h"
#include "room/room_view.h"

static struct span member_bare(const struct room_member *member)
{
    return (struct span){member->bare, member->len};
}

uint8_t room_seat_of_member(const struct room *room, struct span bare)
{
    for (size_t i = 0; i < room->member_count; i++) {
        if (span_equal(member_bare(room->members[i]), bare))
            return room->members[i]->seat;
    }
    return 0;
}

static enum err make_place(struct room *room)
{
    size_t cap = room->member_cap > 0 ? room->member_cap * 2 : 2;
    struct room_member **bigger;

    if (room->member_count < room->member_cap)
        return ERR_OK;
    bigger = realloc(room->members, cap * sizeof(*bigger));
    if (bigger == NULL)
        return ERR_NOMEM;
    room->members = bigger;
    room->member_cap = cap;
    return ERR_OK;
}

static bool has_session(const struct room *room, struct span bare)
{
    for (size_t i = 0; i < room->session_count; i++) {
        if (span_equal(room->sessions[i]->bare, bare))
            return true;
    }
    return false;
}

static size_t count_of(const struct room *room, uint8_t seat)
{
    size_t count = 0;

    for (size_t i = 0; i < room->member_count; i++)
        count += room->members[i]->seat == seat;
    return count;
}

/* Takes the oldest of the seat that is not here out of the list. */
static struct room_member *take_oldest(struct room *room, uint8_t seat)
{
    for (size_t i = 0; i < room->member_count; i++) {
        struct room_member *member = room->members[i];

        if (member->seat != seat || has_session(room, member_bare(member)))
            continue;
        room->member_count--;
        memmove(&room->members[i], &room->members[i + 1],
                (room->member_count - i) * sizeof(room->members[0]));
        return member;
    }
    return NULL;
}

static struct room_member *member_new(struct span bare, uint8_t seat)
{
    struct room_member *member = malloc(sizeof(*member) + bare.len);

    if (member == NULL)
        return NULL;
    member->len = bare.len;
    member->seat = seat;
    memcpy(member->bare, bare.at, bare.len);
    return member;
}

void room__member_free(struct room_member *member)
{
    heap_free(member);
}

enum err room__member_bind(struct room *room, struct span bare, uint8_t seat,
                           bool *is_new, struct room_member **dropped)
{
    struct room_member *member;
    enum err rc;

    *is_new = false;
    *dropped = NULL;
    if (room_seat_of_member(room, bare) != 0)
        return ERR_OK;
    if ((rc = make_place(room)) != ERR_OK)
        return rc;
    member = member_new(bare, seat);
    if (member == NULL)
        return ERR_NOMEM;
    if (count_of(room, seat) >= ROOM_MEMBERS_MAX &&
        (*dropped = take_oldest(room, seat)) == NULL) {
        heap_free(member); /* all are here: this one needs its code again */
        return ERR_OK;
    }
    room->members[room->member_count++] = member;
    *is_new = true;
    return ERR_OK;
}
